//! What fails, said once when it begins and once when it has ended.

use jiff::Timestamp;

use crate::{client::Messages, error::Error};

/// One thing that may fail for a while.
#[derive(Debug)]
pub struct Outage {
    /// What does not work, and what works again.
    words: [&'static str; 2],
    now: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    since: Timestamp,
    failures: u32,
    latest: String,
}

impl Outage {
    /// It works so far. The words follow a time: `the cluster can't be read`, `the cluster is read again`.
    #[must_use]
    pub fn new(fails: &'static str, works: &'static str) -> Self {
        Self { words: [fails, works], now: None }
    }

    /// Takes note of one more failure.
    pub fn failed(&mut self, error: &Error, messages: &Messages) {
        let latest = error.to_string();
        if let Some(begun) = &mut self.now {
            begun.failures += 1;
            begun.latest = latest;
            return;
        }
        let since = Timestamp::now();
        messages.say(&format!("warning: {since:.0} {}: {latest}", self.words[0]));
        messages.hint(error);
        self.now = Some(Begun { since, failures: 1, latest });
    }

    /// Takes note that it works.
    pub fn ended(&mut self, messages: &Messages) {
        let Some(Begun { since, failures, .. }) = self.now.take() else { return };
        let now = Timestamp::now();
        let seconds = now.duration_since(since).as_secs();
        let tries = if failures == 1 { "try" } else { "tries" };
        messages.say(&format!(
            "note: {now:.0} {}, after {seconds}s and {failures} failed {tries}",
            self.words[1]
        ));
    }

    /// What to show while it lasts: since when, how often, and why.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let Begun { since, failures, latest } = self.now.as_ref()?;
        Some(format!("failing since {since:.0} ({failures}): {latest}"))
    }
}
