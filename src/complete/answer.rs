//! The lines that kubectl reads: `VALUE<TAB>HELP`, and at the end `:` and what the shell shall do
//! (cobra `completions.go ShellCompDirective`).

use std::io::{self, Write};

use super::{Asked, Question, What};
use crate::visible::is_obeyed;

/// No blank is written after the word.
const NO_SPACE: u8 = 2;
/// The shell does not offer the names of files instead.
const NO_FILES: u8 = 4;
/// The shell offers directories.
const DIRECTORIES: u8 = 16;

/// One thing that the word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word; of `--flag=value` the value.
    pub value: String,
    /// What it means, in a line; empty where the value says it.
    pub help: String,
}

/// Everything that the word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    candidates: Vec<Candidate>,
    directive: u8,
}

impl Answer {
    /// The answer, with the values that were read.
    #[must_use]
    pub fn to(question: &Question, values: Vec<String>) -> Self {
        let word = question.word.as_str();
        let current = question.asked.as_ref().map_or("", |asked| &asked.current);
        let before = word.strip_suffix(current).unwrap_or_default();
        let read = values.into_iter().filter(|value| value.starts_with(current));
        let read = read.map(|value| Candidate { value: format!("{before}{value}"), help: String::new() });
        // The shells put the flag before the value themselves.
        let flag = word.find('=').filter(|_| word.starts_with('-')).map_or("", |equals| &word[..=equals]);
        let candidates: Vec<_> = read
            .chain(question.candidates.iter().cloned())
            // No name that Kubernetes or a shell would take has such characters.
            .filter(|candidate| !candidate.value.contains(is_obeyed))
            .map(|Candidate { value, help }| {
                let value = value.strip_prefix(flag).unwrap_or(&value).to_owned();
                Candidate { value, help: help.lines().next().unwrap_or_default().to_owned() }
            })
            .collect();
        let is_open =
            !candidates.is_empty() && candidates.iter().all(|found| found.value.ends_with(['=', '<', '>']));
        let directive = match question.asked {
            Some(Asked { what: What::File, .. }) => 0,
            Some(Asked { what: What::Directory, .. }) => DIRECTORIES,
            _ if is_open => NO_FILES | NO_SPACE,
            _ => NO_FILES,
        };
        Self { candidates, directive }
    }

    /// Writes the lines.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for Candidate { value, help } in &self.candidates {
            if help.is_empty() { writeln!(out, "{value}") } else { writeln!(out, "{value}\t{help}") }?;
        }
        writeln!(out, ":{}", self.directive)?;
        out.flush()
    }
}
