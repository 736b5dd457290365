//! What was looked at, and what was found.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    diagnose::rights::{RIGHTS, Right},
    error::Error,
    visible::visible,
};

/// All checks in their order.
#[derive(Debug)]
pub struct Diagnosis {
    /// Whether the use of nodes can be shown. Checks may have failed all the same.
    pub usable: bool,
    /// The checks.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What.
    pub name: Name,
    /// What came of it.
    pub state: State,
    /// What was seen, or why nothing was; one line.
    pub message: String,
    /// What mends it; a line, or several.
    pub hint: Option<String>,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be looked at.
    NotReached,
}

impl State {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotReached => "not reached",
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Flags, kubeconfig files, the environment, the pod's files.
    Configuration,
    /// Whether the server answers.
    Server,
    /// The server's certificate.
    Certificate,
    /// Who the user is to the server.
    Identity,
    /// One right of the user.
    Right(Right),
    /// Whether the server knows a metrics API.
    Registration,
    /// Whether the metrics API answers.
    Availability,
    /// The samples that it has.
    Samples,
    /// The nodes that have no sample.
    Nodes,
    /// This machine's clock beside the server's.
    Clock,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration => f.write_str("configuration"),
            Self::Server => f.write_str("server"),
            Self::Certificate => f.write_str("certificate"),
            Self::Identity => f.write_str("identity"),
            Self::Right(right) => right.fmt(f),
            Self::Registration => f.write_str("registration"),
            Self::Availability => f.write_str("availability"),
            Self::Samples => f.write_str("samples"),
            Self::Nodes => f.write_str("nodes"),
            Self::Clock => f.write_str("clock"),
        }
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The checks that come before the rights, and those after them.
const BEFORE: [Name; 4] = [Name::Configuration, Name::Server, Name::Certificate, Name::Identity];
const AFTER: [Name; 5] = [Name::Registration, Name::Availability, Name::Samples, Name::Nodes, Name::Clock];

impl Default for Diagnosis {
    /// Nothing was looked at yet.
    fn default() -> Self {
        let names = BEFORE.into_iter().chain(RIGHTS.map(Name::Right)).chain(AFTER);
        let unreached = |name| Check { name, state: State::NotReached, message: String::new(), hint: None };
        Self { usable: false, checks: names.map(unreached).collect() }
    }
}

impl Diagnosis {
    /// A check found things as they should be.
    pub(super) fn passed(&mut self, name: Name, message: &str) {
        self.set(name, State::Passed, message, None);
    }

    /// A check found what has to be mended.
    pub(super) fn failed(&mut self, name: Name, message: &str, hint: &str) {
        self.set(name, State::Failed, message, Some(hint.to_owned()));
    }

    /// A check met an error.
    pub(super) fn met(&mut self, name: Name, error: &Error) {
        self.set(name, State::Failed, &error.to_string(), error.hint());
    }

    /// A check could not be made.
    pub(super) fn unseen(&mut self, name: Name, message: &str) {
        self.set(name, State::NotReached, message, None);
    }

    /// What a check came to.
    pub(super) fn state(&self, name: Name) -> State {
        let found = self.checks.iter().find(|check| check.name == name);
        found.map_or(State::NotReached, |check| check.state)
    }

    /// Says of the checks that were never begun which one came to nothing before them.
    pub(super) fn blame(&mut self, culprit: Name) {
        for check in self.checks.iter_mut().filter(|check| check.message.is_empty()) {
            check.message = format!("see {culprit}");
        }
    }

    fn set(&mut self, name: Name, state: State, message: &str, hint: Option<String>) {
        if let Some(check) = self.checks.iter_mut().find(|check| check.name == name) {
            let hint = hint.map(|hint| hint.lines().map(visible).collect::<Vec<_>>().join("\n"));
            *check = Check { name, state, message: visible(message).into_owned(), hint };
        }
    }
}
