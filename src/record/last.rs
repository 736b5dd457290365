//! What a recording looks like, and what was recorded last.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    render::{API_VERSION, KIND},
    report::Report,
};

/// The last row of each node, by its context and its name; that of groups and totals by no name. A pod has no context.
#[derive(Debug, Default)]
pub struct LastRows(HashMap<String, HashMap<String, Last>>);

/// What the last row of a node said.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    /// The timestamp of the last sample; `None` where there was none yet.
    timestamp: Option<Timestamp>,
    /// Whether the last row was one without a sample.
    is_without_sample: bool,
}

/// So many rows of nodes that are gone may be remembered.
const MOST_GONE: usize = 10_000;

impl LastRows {
    /// Leaves those rows in a report that are new: later samples, and nodes that have lost theirs. Says whether there are
    /// any. Groups and totals are new with their newest sample.
    #[must_use]
    pub fn keep_new(&mut self, report: &mut Report<'_>) -> bool {
        let Some(rows) = &mut report.rows else {
            let groups = report.groups.iter().flatten().map(|group| group.totals.timestamp);
            let newest = groups.chain([report.totals.timestamp]).flatten().max();
            return self.is_new(report.context, "", newest);
        };
        let names = rows.len();
        rows.retain(|row| self.is_new(row.context(), row.name(), row.timestamp()));
        report.failed.retain(|failed| self.is_new(failed.context, "", None));
        if self.0.values().map(HashMap::len).sum::<usize>() > names + MOST_GONE {
            self.forget_the_oldest(names);
        }
        !rows.is_empty() || !report.failed.is_empty()
    }

    /// Whether a row says something that the last one did not; then it is the last one.
    fn is_new(&mut self, context: Option<&str>, name: &str, timestamp: Option<Timestamp>) -> bool {
        let last = self.0.get(context.unwrap_or_default()).and_then(|nodes| nodes.get(name));
        let is_new = last.copied().unwrap_or_default().is_followed_by(timestamp);
        if is_new {
            self.note(context, name, timestamp);
        }
        is_new
    }

    fn note(&mut self, context: Option<&str>, name: &str, timestamp: Option<Timestamp>) {
        let context = context.unwrap_or_default();
        if !self.0.contains_key(context) {
            self.0.insert(context.to_owned(), HashMap::new());
        }
        let Some(nodes) = self.0.get_mut(context) else { return };
        if !name.is_empty() {
            // The cluster can be read again, so that the next time it can't is news.
            nodes.remove("");
        }
        if let Some(last) = nodes.get_mut(name) {
            last.note(timestamp);
        } else {
            let mut last = Last::default();
            last.note(timestamp);
            nodes.insert(name.to_owned(), last);
        }
    }

    /// Forgets nodes until there are so many, those that had no sample for longest first.
    fn forget_the_oldest(&mut self, kept: usize) {
        let mut timestamps: Vec<_> =
            self.0.values().flat_map(HashMap::values).map(|last| last.timestamp).collect();
        timestamps.sort_by(|a, b| b.cmp(a));
        let oldest = timestamps.get(kept.saturating_sub(1)).copied().flatten();
        self.0.values_mut().for_each(|nodes| nodes.retain(|_, last| last.timestamp >= oldest));
    }
}

impl Last {
    /// Whether a row with this timestamp says something that the last one did not.
    fn is_followed_by(&self, timestamp: Option<Timestamp>) -> bool {
        if timestamp.is_none() { !self.is_without_sample } else { timestamp > self.timestamp }
    }

    fn note(&mut self, timestamp: Option<Timestamp>) {
        self.timestamp = timestamp.max(self.timestamp);
        self.is_without_sample = timestamp.is_none();
    }
}

/// How rows lie in a file.
#[derive(Debug, Clone)]
pub enum Layout {
    /// Rows under a header, that of [`crate::render::Format::Csv`] or its like.
    Csv {
        /// What separates the cells.
        delimiter: u8,
        /// The first line, with its end.
        header: String,
    },
    /// One document a line.
    Json,
}

impl Layout {
    /// The first line, where there must be one.
    pub(super) fn header(&self) -> Option<&str> {
        match self {
            Self::Csv { header, .. } => Some(header),
            Self::Json => None,
        }
    }

    /// What every such file begins with.
    pub(super) fn start(&self) -> String {
        match self {
            Self::Csv { header, .. } => header.clone(),
            Self::Json => format!(r#"{{"apiVersion":"{API_VERSION}","kind":"{KIND}","#),
        }
    }

    /// The last row of each node in the rest of a file, whose first line is whole or not.
    pub(super) fn last_rows(&self, rest: impl Read, is_whole: bool) -> io::Result<LastRows> {
        let mut rest = BufReader::new(rest);
        if !is_whole {
            rest.skip_until(b'\n')?;
        }
        let mut last = LastRows::default();
        let mut note = |context: Option<&str>, node: &str, timestamp: Option<&str>| {
            last.note(context, node, timestamp.and_then(|text| text.parse().ok()));
        };
        match self {
            Self::Csv { delimiter, header } => {
                let place =
                    |name| header.trim_end().split(char::from(*delimiter)).position(|cell| cell == name);
                let [Some(of_timestamp), Some(of_context)] = ["timestamp", "context"].map(place) else {
                    return Ok(last);
                };
                // Rows of groups and of totals are all of one reading.
                let of_node = place("node");
                let mut reader = csv::ReaderBuilder::new();
                let mut reader =
                    reader.delimiter(*delimiter).has_headers(is_whole).flexible(true).from_reader(rest);
                let mut row = csv::StringRecord::new();
                while reader.read_record(&mut row).map_err(io::Error::other)? {
                    let name = of_node.map_or(Some(""), |at| row.get(at));
                    if let (Some(timestamp), Some(context), Some(name)) =
                        (row.get(of_timestamp), row.get(of_context), name)
                    {
                        let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
                        note(given(context), name, given(timestamp));
                    }
                }
            }
            Self::Json => {
                for line in rest.lines() {
                    // A line that somebody else wrote says nothing about our samples.
                    let Ok(document) = serde_json::from_str::<Document>(&line?) else { continue };
                    let context = document.context.as_deref();
                    for failure in document.failures.iter().flatten() {
                        note(failure.context.as_deref(), "", None);
                    }
                    let Some(items) = document.items else {
                        for sums in document.groups.iter().flatten().chain(&document.totals) {
                            note(context, "", sums.timestamp.as_deref());
                        }
                        continue;
                    };
                    for item in items {
                        note(item.context.as_deref().or(context), &item.node, item.timestamp.as_deref());
                    }
                }
            }
        }
        Ok(last)
    }
}

#[derive(Deserialize)]
struct Document {
    context: Option<String>,
    failures: Option<Vec<Failure>>,
    items: Option<Vec<Item>>,
    groups: Option<Vec<Sums>>,
    totals: Option<Sums>,
}

#[derive(Deserialize)]
struct Sums {
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    context: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    timestamp: Option<String>,
    context: Option<String>,
    node: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "timestamp,context,node\n\
                       2026-11-01T12:00:00Z,here,a\n\
                       ,there,\n\
                       2026-11-01T12:00:30Z,there,a\n\
                       2026-11-01T12:00:15Z,here,a\n\
                       ,gone,\n\
                       ,here,b\n";

    fn rows(last: &LastRows) -> Vec<(&str, &str, Option<String>, bool)> {
        let nodes = last.0.iter().flat_map(|(context, nodes)| {
            nodes.iter().map(move |(node, last)| (context.as_str(), node.as_str(), last))
        });
        let text = |last: &Last| last.timestamp.map(|time| time.to_string());
        let mut rows: Vec<_> =
            nodes.map(|(context, node, last)| (context, node, text(last), last.is_without_sample)).collect();
        rows.sort();
        rows
    }

    fn expected() -> Vec<(&'static str, &'static str, Option<String>, bool)> {
        let at = |time: &str| Some(format!("2026-11-01T12:00:{time}Z"));
        vec![
            ("gone", "", None, true),
            ("here", "a", at("15"), false),
            ("here", "b", None, true),
            ("there", "a", at("30"), false),
        ]
    }

    #[test]
    fn the_last_rows_of_each_context_are_found() {
        let header = CSV.lines().next().unwrap().to_owned();
        let layout = Layout::Csv { delimiter: b',', header };
        assert_eq!(rows(&layout.last_rows(CSV.as_bytes(), true).unwrap()), expected());
        let cut = CSV.split_once(',').unwrap().1;
        assert_eq!(rows(&layout.last_rows(cut.as_bytes(), false).unwrap()), expected());

        let swapped = |line: &str| {
            let cells: Vec<_> = line.split(',').collect();
            format!("{},{},x,{}\n", cells[2], cells[0], cells[1])
        };
        let chosen: String = CSV.lines().map(swapped).collect();
        let layout = Layout::Csv { delimiter: b',', header: "node,timestamp,x,context\n".to_owned() };
        assert_eq!(rows(&layout.last_rows(chosen.as_bytes(), true).unwrap()), expected());

        let json = concat!(
            r#"{"context":"here","items":[{"timestamp":"2026-11-01T12:00:15Z","node":"a"},{"timestamp":null,"node":"b"}]}"#,
            "\n",
            r#"{"context":null,"failures":[{"context":"there"},{"context":"gone"}],"items":[]}"#,
            "\n",
            r#"{"context":null,"failures":[],"items":[{"timestamp":"2026-11-01T12:00:30Z","context":"there","node":"a"}]}"#,
            "\n",
        );
        assert_eq!(rows(&Layout::Json.last_rows(json.as_bytes(), true).unwrap()), expected());
    }
}
