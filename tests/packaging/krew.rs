//! The archive installed by the real krew and run by the real kubectl: the one of tests/cluster, and this machine's own.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    archive::archive,
    manifest::rendered,
    support::{prepared, program, run},
};

/// A directory of krew with the plugin in it.
struct Krew {
    root: TempDir,
}

impl Krew {
    fn with_the_plugin() -> Self {
        let krew = Self { root: TempDir::new().unwrap() };
        let (_directory, manifest) = rendered();
        let mut install = program(prepared("NODEUSAGE_TEST_TOOLS").join("krew"));
        install.env("KREW_ROOT", krew.root.path()).env("KREW_NO_UPGRADE_CHECK", "1").arg("install");
        let (manifest, archive) = (format!("--manifest={}", manifest.display()), archive());
        run(install.arg(manifest).arg(format!("--archive={}", archive.display()))).success();
        krew
    }

    /// A program that finds nothing on its PATH but what krew linked.
    fn run(&self, path: &Path) -> Command {
        let mut command = program("env");
        command.arg(format!("PATH={}/bin", self.root.path().display())).arg(path);
        command
    }
}

/// The kubectl of tests/cluster and, where there is one, the one on the PATH.
fn kubectls() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let own =
        env::split_paths(&path).map(|directory| directory.join("kubectl")).find(|kubectl| kubectl.is_file());
    [prepared("NODEUSAGE_TEST_BIN").join("kubectl")].into_iter().chain(own).collect()
}

#[test]
fn kubectl_finds_it_and_complains_of_nothing() {
    let krew = Krew::with_the_plugin();
    for kubectl in kubectls() {
        let listed = run(krew.run(&kubectl).args(["plugin", "list"]));
        let plugin = krew.root.path().join("bin/kubectl-nodeusage");
        assert_eq!((listed.code, listed.stderr.as_str()), (0, ""), "{}", kubectl.display());
        assert!(listed.stdout.lines().any(|line| Path::new(line) == plugin), "{}", listed.stdout);

        let version = run(krew.run(&kubectl).args(["nodeusage", "--version"])).success();
        assert_eq!(version, concat!("kubectl nodeusage ", env!("CARGO_PKG_VERSION"), "\n"));
        let help = run(krew.run(&kubectl).args(["nodeusage", "--help"])).success();
        assert!(help.contains("\nUsage: kubectl nodeusage [OPTIONS] [NAME]..."), "{help}");
    }
}

#[test]
fn kubectl_relays_its_exit_codes() {
    let krew = Krew::with_the_plugin();
    for kubectl in kubectls() {
        for (arguments, code) in
            [(&["--demo"][..], 0), (&["--server", "http://127.0.0.1:1"], 1), (&["--no-such-flag"], 2)]
        {
            let outcome = run(krew.run(&kubectl).arg("nodeusage").args(arguments));
            assert_eq!(outcome.code, code, "{arguments:?} by {}: {}", kubectl.display(), outcome.stderr);
        }
    }
}

#[test]
fn a_reader_of_one_line_is_no_error() {
    let krew = Krew::with_the_plugin();
    for kubectl in kubectls() {
        let script = r#"set -o pipefail; PATH="$1" "$2" nodeusage --demo -o csv | head -n 1"#;
        let bin = krew.root.path().join("bin");
        let outcome = run(program("bash").args(["-c", script, "bash"]).arg(bin).arg(&kubectl));
        assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 1), "{outcome:?}");
        assert_eq!(outcome.stderr, "note: this cluster is simulated (--demo); no server was asked\n");
    }
}

#[test]
fn the_readme_says_how_kubectl_completes_its_words() {
    let krew = Krew::with_the_plugin();
    let readme = include_str!("../../README.md");
    let line = readme.lines().find(|line| line.contains("kubectl_complete-nodeusage \"")).unwrap();
    run(program("sh").args(["-c", line]).env("KREW_ROOT", krew.root.path())).success();
    for kubectl in kubectls() {
        let words = ["__complete", "nodeusage", "--demo", "simulated-gpu"];
        let answer = run(krew.run(&kubectl).args(words)).success();
        assert_eq!(answer, "simulated-gpu-1\nsimulated-gpu-2\n:4\n", "{}", kubectl.display());
        let listed = run(krew.run(&kubectl).args(["plugin", "list"]));
        assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    }
}
