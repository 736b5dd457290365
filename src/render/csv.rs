//! `-o csv` and `-o tsv`: one row a node, the columns fixed.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use ::csv::{ErrorKind, WriterBuilder};

use super::{Render, number};
use crate::{
    amount::{Amount, Percent},
    report::{Report, Totals},
    usage::NodeUsage,
    visible::visible,
};

/// RFC 4180 with LF, or the same with tabs. Every row is one line.
pub struct Csv {
    /// What separates the cells.
    pub delimiter: u8,
    /// Leave out the line of column names.
    pub no_headers: bool,
}

/// A column: its name, and its cell.
type Column<T> = (&'static str, fn(&Report<'_>, &T) -> String);

/// A column of nodes; a type of its own, since rows borrow.
type NodeColumn = (&'static str, for<'a> fn(&Report<'_>, &NodeUsage<'a>) -> String);

const COLUMNS: [NodeColumn; 13] = [
    ("timestamp", |_, row| row.timestamp().map(|time| time.to_string()).unwrap_or_default()),
    ("context", |report, _| context(report)),
    ("node", |_, row| text(row.name())),
    ("cpu_usage_cores", |_, row| amount(row.cpu().used)),
    ("cpu_allocatable_cores", |_, row| amount(row.cpu().allocatable)),
    ("cpu_capacity_cores", |_, row| amount(row.cpu().capacity)),
    ("cpu_usage_percent", |_, row| percent(row.cpu().percent)),
    ("memory_usage_bytes", |_, row| amount(row.memory().used)),
    ("memory_allocatable_bytes", |_, row| amount(row.memory().allocatable)),
    ("memory_capacity_bytes", |_, row| amount(row.memory().capacity)),
    ("memory_usage_percent", |_, row| percent(row.memory().percent)),
    ("window_seconds", |_, row| row.window().map(number::seconds).unwrap_or_default()),
    ("unknown_reason", |_, row| row.unknown().map(|reason| reason.to_string()).unwrap_or_default()),
];

const TOTALS_COLUMNS: [Column<Totals>; 12] = [
    ("timestamp", |_, totals| totals.timestamp.map(|time| time.to_string()).unwrap_or_default()),
    ("context", |report, _| context(report)),
    ("nodes", |_, totals| totals.nodes.to_string()),
    ("nodes_left_out", |_, totals| totals.left_out.to_string()),
    ("cpu_usage_cores", |_, totals| amount(totals.cpu.used)),
    ("cpu_allocatable_cores", |_, totals| amount(totals.cpu.allocatable)),
    ("cpu_capacity_cores", |_, totals| amount(totals.cpu.capacity)),
    ("cpu_usage_percent", |_, totals| percent(totals.cpu.percent)),
    ("memory_usage_bytes", |_, totals| amount(totals.memory.used)),
    ("memory_allocatable_bytes", |_, totals| amount(totals.memory.allocatable)),
    ("memory_capacity_bytes", |_, totals| amount(totals.memory.capacity)),
    ("memory_usage_percent", |_, totals| percent(totals.memory.percent)),
];

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
        match (&report.rows, &report.totals) {
            (Some(rows), _) => {
                if !self.no_headers {
                    let labels = report.label_columns.iter().map(|label| text(&format!("label_{label}")));
                    writer.write_record(COLUMNS.iter().map(|(name, _)| (*name).to_owned()).chain(labels))?;
                }
                for row in rows {
                    let label = |label: &String| row.label(label).map(text).unwrap_or_default();
                    let labels = report.label_columns.iter().map(label);
                    writer.write_record(COLUMNS.iter().map(|(_, cell)| cell(report, row)).chain(labels))?;
                }
            }
            (None, Some(totals)) => {
                if !self.no_headers {
                    writer.write_record(TOTALS_COLUMNS.map(|(name, _)| name))?;
                }
                writer.write_record(TOTALS_COLUMNS.map(|(_, cell)| cell(report, totals)))?;
            }
            (None, None) => {}
        }
        Ok(writer.flush()?)
    }
}

fn context(report: &Report<'_>) -> String {
    report.context.as_deref().map(text).unwrap_or_default()
}

fn amount(amount: Option<Amount>) -> String {
    amount.map(number::amount).unwrap_or_default()
}

fn percent(percent: Option<Percent>) -> String {
    percent.map(number::percent).unwrap_or_default()
}

/// Text that neither a terminal nor a spreadsheet runs: a cell that would begin a formula gets an apostrophe in front,
/// which spreadsheets take for "this is text".
fn text(text: &str) -> String {
    match visible(text) {
        formula if formula.starts_with(['=', '+', '-', '@']) => format!("'{formula}"),
        harmless => Cow::into_owned(harmless),
    }
}
