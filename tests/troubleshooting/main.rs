//! docs/troubleshooting.md: each row is what the program says where things are as its scenario here makes them, and each
//! scenario has its row.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod configurations;
#[allow(dead_code, reason = "the tests of the client need more")]
#[path = "../stack/pki.rs"]
mod pki;
mod servers;
#[allow(dead_code, reason = "the tests of each format need more")]
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeMap, fs, path::Path, thread};

use support::{nodeusage, run};
use tempfile::TempDir;

/// A way to get an error.
struct Scenario {
    /// What is typed.
    arguments: Vec<String>,
    /// The kubeconfig, where there is one.
    kubeconfig: String,
    /// What differs from run to run, and what stands for it in the table.
    names: Vec<(String, &'static str)>,
}

impl Scenario {
    fn new(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { arguments, kubeconfig: String::new(), names: Vec::new() }
    }

    fn kubeconfig(mut self, kubeconfig: impl Into<String>) -> Self {
        self.kubeconfig = kubeconfig.into();
        self
    }

    fn naming(mut self, name: impl Into<String>, stands_for: &'static str) -> Self {
        self.names.push((name.into(), stands_for));
        self
    }

    /// The error and the hint.
    fn outcome(&self) -> (String, String) {
        let directory = TempDir::new().unwrap();
        let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("config"), &self.kubeconfig).unwrap();
        let mut command = nodeusage();
        command.arg("--cache-dir").arg(path("cache")).env("KUBECONFIG", path("config"));
        command.args(self.arguments.iter().map(|argument| argument.replace("DIRECTORY", &path(""))));
        let said = run(&mut command);
        assert_eq!(said.code, 1, "{:?}: {said:?}", self.arguments);
        let (_, error) = said.stderr.split_once("error: ").unwrap_or_else(|| panic!("{said:?}"));
        let (error, hint) = error.split_once("\nhint: ").unwrap_or_else(|| panic!("{said:?}"));
        let named = |text: &str| {
            let text = text.trim_end().replace(&path(""), "DIRECTORY/");
            let text =
                self.names.iter().fold(text, |text, (name, stands_for)| text.replace(name, stands_for));
            match text.split_once("clock says ") {
                Some((before, _)) => format!("{before}clock says TIME"),
                None => text,
            }
        };
        (named(error), named(hint))
    }
}

/// The symptoms of the table, each with its mend.
fn table() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md");
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<_> =
            row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace("\\|", "|")).collect();
        let [symptom, cause, mend] = cells.as_slice() else { panic!("three cells: {row}") };
        assert!(cause.len() > 10, "{row}");
        (symptom.trim_matches('`').to_owned(), mend.replace("<br>", "\n"))
    });
    rows.collect()
}

#[test]
fn each_row_is_what_the_program_says() {
    let scenarios: Vec<_> = configurations::all().into_iter().chain(servers::all()).collect();
    let produced: BTreeMap<_, _> = thread::scope(|scope| {
        let runs: Vec<_> = scenarios.iter().map(|scenario| scope.spawn(|| scenario.outcome())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(produced.len(), scenarios.len(), "no two scenarios have the same symptom");
    let table = table();
    let row = |(symptom, mend): (&String, &String)| {
        format!(
            "| `{}` | … | {} |",
            symptom.replace('|', "\\|"),
            mend.replace('|', "\\|").replace('\n', "<br>")
        )
    };
    let missing: Vec<_> =
        produced.iter().filter(|(symptom, mend)| table.get(*symptom) != Some(mend)).map(row).collect();
    let unfounded: Vec<_> =
        table.iter().filter(|(symptom, mend)| produced.get(*symptom) != Some(mend)).map(row).collect();
    assert!(
        missing.is_empty() && unfounded.is_empty(),
        "without a row:\n{}\nwithout a scenario:\n{}",
        missing.join("\n"),
        unfounded.join("\n")
    );
}
