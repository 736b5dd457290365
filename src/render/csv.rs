//! `-o csv` and `-o tsv`: one row a node, a group of them, or a pod.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use ::csv::{ErrorKind, WriterBuilder};

use super::{
    Render,
    choice::{Choice, columns, lines},
    column::{Line, Value},
    number,
};
use crate::{report::Report, visible::visible};

/// RFC 4180 with LF, or the same with tabs. Every row is one line.
pub struct Csv {
    /// What separates the cells.
    pub delimiter: u8,
    /// Leave out the line of column names.
    pub no_headers: bool,
}

impl Render for Csv {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.write(report, out).map_err(|error| match error.into_kind() {
            // A closed pipe must still be known for what it is.
            ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        })
    }
}

impl Csv {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> ::csv::Result<()> {
        let mut writer = WriterBuilder::new().delimiter(self.delimiter).from_writer(out);
        let columns = columns(report, Choice::Csv);
        let mut rows = lines(report);
        if report.rows.is_none() && report.groups.is_none() {
            rows.extend(report.shown_totals().map(Line::Totals));
        }
        if !self.no_headers {
            writer.write_record(columns.iter().map(|column| text(&column.name)))?;
        }
        for row in rows {
            writer.write_record(columns.iter().map(|column| cell(column.value(report, row))))?;
        }
        Ok(writer.flush()?)
    }
}

/// A number as it is, text made harmless, and an empty cell for what is unknown.
fn cell(value: Value<'_>) -> String {
    match value {
        Value::Cores(amount) | Value::Bytes(amount) => amount.map(number::amount),
        Value::Percent(usage) => usage.percent.map(number::percent),
        Value::Share(percent) => percent.map(number::percent),
        Value::Count(count) => count.map(|count| count.to_string()),
        Value::Age(duration) | Value::Duration(duration) => duration.map(number::seconds),
        Value::Time(time) => time.map(|time| time.to_string()),
        Value::Text(words) => words.map(|words| text(&words)),
        Value::Texts(several) => several.map(|several| text(&several.join(";"))),
        Value::Nothing | Value::Blank => None,
    }
    .unwrap_or_default()
}

/// Text that neither a terminal nor a spreadsheet runs: a cell that would begin a formula gets an apostrophe in front,
/// which spreadsheets take for "this is text".
fn text(text: &str) -> String {
    match visible(text) {
        formula if formula.starts_with(['=', '+', '-', '@']) => format!("'{formula}"),
        harmless => Cow::into_owned(harmless),
    }
}
