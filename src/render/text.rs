//! `-o text` and `-o wide`: a table for people.

use std::io::{self, Write};

use super::{Render, Style, choice::lines, column::Line, table::Table};
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
        let mut lines = lines(report);
        let rows = lines.len();
        lines.extend(report.shown_totals().map(Line::Totals));
        if lines.is_empty() {
            return Ok(());
        }
        let table = Table::of(report, self.style, self.wide);
        let widths = table.widths(&lines);
        if let Some(header) = table.header(&widths) {
            writeln!(out, "{header}")?;
        }
        for (at, line) in lines.into_iter().enumerate() {
            if at == rows && rows > 0 {
                writeln!(out, "{}", Table::rule(&widths))?;
            }
            writeln!(out, "{}", table.line(&widths, line))?;
        }
        Ok(())
    }
}
