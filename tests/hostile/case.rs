//! What a hostile server does, and what must come of it.

use crate::server::{Attack, Request};

/// One attack on one request; all others are answered as a good server does.
pub struct Case {
    pub name: String,
    pub on: Request,
    pub attack: Attack,
    /// What is typed beside the server's address.
    pub arguments: Vec<&'static str>,
    /// Whether the server is reached by a name, through a proxy. Only then does the plugin ask for compression.
    pub by_name: bool,
    pub outcome: Outcome,
}

/// What must come of it.
#[derive(Clone)]
pub enum Outcome {
    /// Nothing is shown, and the error says one of these.
    Fails(&'static [&'static str]),
    /// These lines are shown, and a warning says each of these.
    Partly { shows: Vec<String>, warns: Vec<&'static str> },
}

/// What can be done to any request.
pub struct Trick {
    pub name: &'static str,
    pub attack: Attack,
    pub arguments: Vec<&'static str>,
    pub by_name: bool,
    pub says: &'static [&'static str],
    /// The requests of which such an answer is no failure.
    pub except: &'static [Request],
}

impl Trick {
    pub fn new(name: &'static str, attack: Attack, says: &'static [&'static str]) -> Self {
        Self { name, attack, arguments: Vec::new(), by_name: false, says, except: &[] }
    }

    /// With a limit that a person would give.
    pub fn limited(mut self) -> Self {
        self.arguments.push("--request-timeout=2s");
        self
    }

    /// Where compression is asked for.
    pub fn by_name(mut self) -> Self {
        self.by_name = true;
        self
    }

    pub fn except(mut self, except: &'static [Request]) -> Self {
        self.except = except;
        self
    }

    /// The trick, played on each of these requests.
    pub fn on(&self, requests: &[Request]) -> impl Iterator<Item = Case> {
        requests.iter().filter(|request| !self.except.contains(request)).map(|&on| Case {
            name: format!("{on:?}: {}", self.name),
            on,
            attack: self.attack.clone(),
            arguments: self.arguments.clone(),
            by_name: self.by_name,
            outcome: Outcome::Fails(self.says),
        })
    }
}
