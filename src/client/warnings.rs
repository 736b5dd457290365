//! `Warning:` headers, shown once each as kubectl does (client-go `rest/warnings.go`).

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use http::{HeaderMap, header};

use super::surroundings::Messages;
use crate::visible::shortened;

/// The most different warnings that are shown; a server could think of new ones for ever.
const MOST_WARNINGS: usize = 100;

/// How much of a warning is shown.
const LONGEST_WARNING: usize = 1_000;

/// Shows warnings, and knows which were shown.
#[derive(Debug)]
pub struct Warnings {
    shown: Mutex<HashSet<String>>,
    messages: Messages,
}

impl Warnings {
    /// None was shown yet.
    pub fn new(messages: Messages) -> Self {
        Self { shown: Mutex::default(), messages }
    }

    /// Shows the warnings of an answer.
    pub fn show(&self, headers: &HeaderMap) {
        for value in headers.get_all(header::WARNING) {
            let text = String::from_utf8_lossy(value.as_bytes());
            for warning in parse(&text) {
                let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
                let warning = shortened(&warning, LONGEST_WARNING);
                if shown.len() < MOST_WARNINGS && shown.insert(warning.clone().into_owned()) {
                    self.messages.say(&format!("Warning: {warning}"));
                }
            }
        }
    }
}

/// The texts of the warnings with code 299: `CODE AGENT "TEXT" "DATE", ...`. What is malformed ends the list.
fn parse(mut header: &str) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some((code, text, rest)) = warning(header.trim()) {
        if code == "299" && !text.is_empty() {
            texts.push(text);
        }
        header = rest;
    }
    texts
}

fn warning(header: &str) -> Option<(&str, String, &str)> {
    let (code, rest) = header.split_once(' ')?;
    let (agent, rest) = rest.split_once(' ')?;
    if code.len() != 3 || !code.bytes().all(|digit| digit.is_ascii_digit()) || agent.is_empty() {
        return None;
    }
    let (text, rest) = quoted(rest.trim_start())?;
    if text.chars().any(char::is_control) {
        return None;
    }
    let rest = match rest.trim_start().strip_prefix('"') {
        Some(date) => date.split_once('"')?.1.trim_start(),
        None => rest.trim_start(),
    };
    match rest.strip_prefix(',') {
        Some(rest) => Some((code, text, rest)),
        None => rest.is_empty().then_some((code, text, "")),
    }
}

/// A text in quotes with backslashes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.char_indices();
    let mut unquoted = String::new();
    while let Some((index, character)) = chars.next() {
        match character {
            '"' => return Some((unquoted, &text[index + 2..])),
            '\\' => unquoted.push(chars.next()?.1),
            other => unquoted.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_read_as_client_go_reads_them() {
        for (header, texts) in [
            (r#"299 - "old""#, &["old"][..]),
            (r#"299 - "a \"b\" \\c""#, &[r#"a "b" \c"#]),
            (
                r#"299 - "a, b", 299 agent "c" "Wed, 21 Oct 2026 07:28:00 GMT", 299 - "d""#,
                &["a, b", "c", "d"],
            ),
            (r#"199 - "not meant", 299 - "meant""#, &["meant"]),
            (r#"299 - """#, &[]),
            (r#"299 - "a" junk"#, &[]),
            (r#"299 - "open"#, &[]),
            (r#"29 - "a""#, &[]),
            ("299 -", &[]),
            ("", &[]),
            ("299 - \"\u{1b}[2J\"", &[]),
        ] {
            assert_eq!(parse(header), texts, "{header}");
        }
    }
}
