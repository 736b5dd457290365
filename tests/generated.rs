//! The files that are made of the command line: the shells' scripts and the manual. `INSTA_UPDATE=always` renews them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/mod.rs"]
mod support;

use std::{collections::BTreeMap, env, fs, path::Path};

use clap::CommandFactory;
use nodeusage::cli::Cli;
use support::{nodeusage, run};

/// Compares the files of a directory of the repository with what they should be.
fn assert_files(directory: &str, expected: &BTreeMap<String, Vec<u8>>, others: &[&str]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    if env::var_os("INSTA_UPDATE").is_some_and(|mode| mode == "always") {
        for (name, content) in expected {
            fs::write(directory.join(name), content).unwrap();
        }
    }
    for (name, content) in expected {
        let found = fs::read(directory.join(name)).unwrap_or_default();
        assert!(
            found == *content,
            "{name} is old; renew it: INSTA_UPDATE=always cargo test --test generated"
        );
    }
    let names =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unexpected = names.filter(|name| !expected.contains_key(name) && !others.contains(&name.as_str()));
    assert_eq!(unexpected.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_scripts_are_what_the_program_prints() {
    let scripts = [
        ("bash", "kubectl-nodeusage.bash"),
        ("elvish", "kubectl-nodeusage.elv"),
        ("fish", "kubectl-nodeusage.fish"),
        ("powershell", "_kubectl-nodeusage.ps1"),
        ("zsh", "_kubectl-nodeusage"),
    ];
    let script = |shell| run(nodeusage().args(["completion", shell])).success().into_bytes();
    let expected = scripts.map(|(shell, file)| (file.to_owned(), script(shell))).into();
    assert_files("completions", &expected, &["kubectl_complete-nodeusage"]);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let directory = tempfile::tempdir().unwrap();
    clap_mangen::generate_to(Cli::command().display_name("kubectl-nodeusage"), &directory).unwrap();
    let pages = fs::read_dir(&directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    });
    assert_files("man", &pages.collect(), &[]);
}
