//! One entry of a log as klog writes it, since that is how kubectl's looks (klog/v2 `internal/serialize/keyvalues.go`).

use std::{fmt::Write, panic::Location, path::Path, process};

use jiff::{Timestamp, tz::TimeZone};

/// What begins a line; texts from outside never do.
type Indent = &'static str;

/// A message and its values. A value of several lines gets lines of its own:
///
/// ```text
/// I1125 02:50:40.685897   32762 log.rs:52] "Request" verb="GET" headers=<
///     Accept: application/json
///  > milliseconds=3
/// ```
pub struct Entry(Vec<(Indent, String)>);

impl Entry {
    /// An entry of this moment, by UTC, with the place in the source that makes it.
    #[track_caller]
    pub fn new(message: &str) -> Self {
        let now = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
        let place = Location::caller();
        let file = Path::new(place.file()).file_name().unwrap_or_default().display();
        let head = format!(
            "I{:02}{:02} {:02}:{:02}:{:02}.{:06} {:>7} {file}:{}] {message:?}",
            now.month(),
            now.day(),
            now.hour(),
            now.minute(),
            now.second(),
            now.subsec_nanosecond() / 1_000,
            process::id(),
            place.line(),
        );
        Self(vec![("", head)])
    }

    /// Adds a number.
    pub fn number(mut self, key: &str, value: u128) -> Self {
        self.add(format_args!(" {key}={value}"));
        self
    }

    /// Adds a text: in quotes, or as it is if it has line breaks.
    pub fn text(mut self, key: &str, value: &str) -> Self {
        if value.contains('\n') {
            self.add(format_args!(" {key}=<"));
            let value = value.strip_suffix('\n').unwrap_or(value);
            self.0.extend(value.split('\n').map(|line| ("\t", line.to_owned())));
            self.0.push((" >", String::new()));
        } else {
            self.add(format_args!(" {key}={value:?}"));
        }
        self
    }

    /// The lines.
    pub fn lines(&self) -> &[(Indent, String)] {
        &self.0
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        if let Some((_, last)) = self.0.last_mut() {
            let _ = last.write_fmt(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_looks_as_klog_writes_it() {
        let entry = Entry::new("Request")
            .text("verb", "GET")
            .text("headers", "A: \"b\"\nC: d\n")
            .number("milliseconds", 3);
        let lines: Vec<_> = entry.lines().iter().map(|(indent, line)| format!("{indent}{line}")).collect();
        let (head, rest) = lines[0].split_once("] ").unwrap();
        assert_eq!(rest, r#""Request" verb="GET" headers=<"#);
        assert_eq!(lines[1..], ["\tA: \"b\"", "\tC: d", " > milliseconds=3"]);
        let words: Vec<_> = head.split_whitespace().collect();
        assert_eq!((words[0].len(), words[1].len(), words[2]), (5, 15, process::id().to_string().as_str()));
        assert!(words[3].starts_with("entry.rs:"), "{head}");
        let quoted = Entry::new("m").text("body", "a\"b\u{1b}");
        assert!(quoted.lines()[0].1.ends_with(r#"body="a\"b\u{1b}""#), "{:?}", quoted.lines());
    }
}
