//! What `doctor -o json` says, held against its schema.

use serde_json::Value;

use crate::support::Outcome;

#[derive(Debug)]
pub struct Diagnosis {
    pub usable: bool,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub state: String,
    pub message: String,
    pub hint: Option<String>,
}

impl Diagnosis {
    #[track_caller]
    pub fn of(outcome: &Outcome) -> Self {
        let document: Value =
            serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
        let schema = serde_json::from_str(include_str!("../../docs/diagnosis.schema.json")).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<_> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}: {document}");
        let usable = document["usable"] == true;
        assert_eq!(outcome.code, i32::from(!usable), "{document}");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let check = |check: &Value| Check {
            name: text(&check["name"]).unwrap(),
            state: text(&check["state"]).unwrap(),
            message: text(&check["message"]).unwrap(),
            hint: text(&check["hint"]),
        };
        Self { usable, checks: document["checks"].as_array().unwrap().iter().map(check).collect() }
    }

    #[track_caller]
    pub fn check(&self, name: &str) -> &Check {
        self.checks.iter().find(|check| check.name == name).unwrap()
    }

    /// The names of the checks in a state.
    pub fn names(&self, state: &str) -> Vec<&str> {
        self.checks.iter().filter(|check| check.state == state).map(|check| check.name.as_str()).collect()
    }

    /// The first failed check says what the main job says: the same error with the same hint.
    #[track_caller]
    pub fn assert_says_what_the_main_job_says(&self, main_job: &Outcome) {
        let failed = self.checks.iter().find(|check| check.state == "failed").unwrap();
        let hint = failed.hint.as_ref().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
        let expected = format!("error: {}\n{hint}", failed.message);
        assert_eq!(without_now(&main_job.stderr), without_now(&expected), "{failed:?}");
        assert_eq!(main_job.code, 1);
        assert!(!self.usable);
    }
}

/// The text without the second in which it was said.
fn without_now(text: &str) -> String {
    const NOW: &str = "clock says ";
    match text.find(NOW).map(|at| at + NOW.len()) {
        Some(at) => [&text[..at], &text[at + "2026-11-25T02:45:37Z".len()..]].concat(),
        None => text.to_owned(),
    }
}
