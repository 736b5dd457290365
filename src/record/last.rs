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

/// The last row of each node, by the node's name; that of groups and totals by no name.
#[derive(Debug, Default)]
pub struct LastRows(HashMap<String, Last>);

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
        let mut is_new = |name: &str, timestamp: Option<Timestamp>| {
            let is_new = self.0.get(name).copied().unwrap_or_default().is_followed_by(timestamp);
            if is_new {
                self.note(name, timestamp);
            }
            is_new
        };
        let Some(rows) = &mut report.rows else {
            let groups = report.groups.iter().flatten().map(|group| group.totals.timestamp);
            return is_new("", groups.chain([report.totals.timestamp]).flatten().max());
        };
        let names = rows.len();
        rows.retain(|row| is_new(row.name(), row.timestamp()));
        if self.0.len() > names + MOST_GONE {
            self.forget_the_oldest(names);
        }
        !rows.is_empty()
    }

    fn note(&mut self, name: &str, timestamp: Option<Timestamp>) {
        if let Some(last) = self.0.get_mut(name) {
            last.note(timestamp);
        } else {
            let mut last = Last::default();
            last.note(timestamp);
            self.0.insert(name.to_owned(), last);
        }
    }

    /// Forgets nodes until there are so many, those that had no sample for longest first.
    fn forget_the_oldest(&mut self, kept: usize) {
        let mut rows: Vec<_> = std::mem::take(&mut self.0).into_iter().collect();
        rows.sort_by_key(|(_, last)| std::cmp::Reverse(last.timestamp));
        rows.truncate(kept);
        self.0.extend(rows);
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
pub struct Layout {
    form: Form,
    context: Option<String>,
}

#[derive(Debug, Clone)]
enum Form {
    Csv { delimiter: u8, header: String },
    Json,
}

impl Layout {
    /// Rows under a header, that of [`crate::render::Format::Csv`] or its like. Only rows of the context count as one's own.
    #[must_use]
    pub fn csv(delimiter: u8, header: String, context: Option<String>) -> Self {
        Self { form: Form::Csv { delimiter, header }, context }
    }

    /// One document a line.
    #[must_use]
    pub fn json(context: Option<String>) -> Self {
        Self { form: Form::Json, context }
    }

    /// The first line, where there must be one.
    pub(super) fn header(&self) -> Option<&str> {
        match &self.form {
            Form::Csv { header, .. } => Some(header),
            Form::Json => None,
        }
    }

    /// What every such file begins with.
    pub(super) fn start(&self) -> String {
        match &self.form {
            Form::Csv { header, .. } => header.clone(),
            Form::Json => format!(r#"{{"apiVersion":"{API_VERSION}","kind":"{KIND}","#),
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
            if context == self.context.as_deref() {
                last.note(node, timestamp.and_then(|text| text.parse().ok()));
            }
        };
        match &self.form {
            Form::Csv { delimiter, header } => {
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
            Form::Json => {
                for line in rest.lines() {
                    // A line that somebody else wrote says nothing about our samples.
                    let Ok(document) = serde_json::from_str::<Document>(&line?) else { continue };
                    let context = document.context.as_deref();
                    let Some(items) = document.items else {
                        for sums in document.groups.iter().flatten().chain(&document.totals) {
                            note(context, "", sums.timestamp.as_deref());
                        }
                        continue;
                    };
                    for item in items {
                        note(context, &item.node, item.timestamp.as_deref());
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
    items: Option<Vec<Item>>,
    groups: Option<Vec<Sums>>,
    totals: Option<Sums>,
}

#[derive(Deserialize)]
struct Sums {
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    timestamp: Option<String>,
    node: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "timestamp,context,node\n\
                       2026-11-01T12:00:00Z,here,a\n\
                       2026-11-01T12:00:30Z,there,a\n\
                       2026-11-01T12:00:15Z,here,a\n\
                       ,here,b\n";

    fn rows(last: &LastRows) -> Vec<(String, Option<String>, bool)> {
        let mut rows: Vec<_> = last
            .0
            .iter()
            .map(|(node, last)| {
                (node.clone(), last.timestamp.map(|time| time.to_string()), last.is_without_sample)
            })
            .collect();
        rows.sort();
        rows
    }

    fn expected() -> Vec<(String, Option<String>, bool)> {
        vec![("a".to_owned(), Some("2026-11-01T12:00:15Z".to_owned()), false), ("b".to_owned(), None, true)]
    }

    #[test]
    fn the_last_rows_of_ones_own_context_are_found() {
        let header = CSV.lines().next().unwrap().to_owned();
        let layout = Layout::csv(b',', header, Some("here".to_owned()));
        assert_eq!(rows(&layout.last_rows(CSV.as_bytes(), true).unwrap()), expected());
        let cut = CSV.split_once(',').unwrap().1;
        assert_eq!(rows(&layout.last_rows(cut.as_bytes(), false).unwrap()), expected());

        let swapped = |line: &str| {
            let cells: Vec<_> = line.split(',').collect();
            format!("{},{},x,{}\n", cells[2], cells[0], cells[1])
        };
        let chosen: String = CSV.lines().map(swapped).collect();
        let layout = Layout::csv(b',', "node,timestamp,x,context\n".to_owned(), Some("here".to_owned()));
        assert_eq!(rows(&layout.last_rows(chosen.as_bytes(), true).unwrap()), expected());

        let document =
            |context: &str, items: &str| format!("{{\"context\":\"{context}\",\"items\":[{items}]}}\n");
        let json = [
            document(
                "here",
                r#"{"timestamp":"2026-11-01T12:00:15Z","node":"a"},{"timestamp":null,"node":"b"}"#,
            ),
            document("there", r#"{"timestamp":"2026-11-01T12:00:30Z","node":"a"}"#),
        ]
        .concat();
        let layout = Layout::json(Some("here".to_owned()));
        assert_eq!(rows(&layout.last_rows(json.as_bytes(), true).unwrap()), expected());
    }
}
