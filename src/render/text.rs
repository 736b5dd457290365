//! `-o text` and `-o wide`: a table for people.

use std::io::{self, Write};

use super::{
    Render, Style,
    table::{Line, Table},
};
use crate::report::Report;

/// The table. Figures stand to the right, so that they can be compared.
pub struct Text {
    /// Headers, units and colour.
    pub style: Style,
    /// All columns.
    pub wide: bool,
}

impl Render for Text {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let nodes = report.rows.iter().flatten().map(Line::Node);
        let lines: Vec<_> = nodes.chain(report.totals.iter().map(Line::Totals)).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let table = Table::of(report, self.style, self.wide);
        let widths = table.widths(&lines);
        if let Some(header) = table.header(&widths) {
            writeln!(out, "{header}")?;
        }
        for line in &lines {
            if matches!(line, Line::Totals(_)) && report.rows.is_some() {
                writeln!(out, "{}", Table::rule(&widths))?;
            }
            writeln!(out, "{}", table.line(&widths, line))?;
        }
        Ok(())
    }
}
