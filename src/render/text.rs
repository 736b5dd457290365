//! `-o text` and `-o wide`: a table for people.

use std::io::{self, Write};

use super::{
    Render, Style,
    choice::{Choice, columns, lines},
    column::Line,
    table::Table,
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
        let mut lines = lines(report);
        let rows = lines.len();
        lines.extend(report.shown_totals().map(Line::Totals));
        if lines.is_empty() {
            return Ok(());
        }
        let columns = columns(report, Choice::of_table(self.wide));
        let table = Table::of(report, &columns, &lines, self.style);
        if let Some(header) = table.header() {
            writeln!(out, "{header}")?;
        }
        for at in 0..lines.len() {
            if at == rows && rows > 0 {
                writeln!(out, "{}", table.rule())?;
            }
            writeln!(out, "{}", table.line(at))?;
        }
        Ok(())
    }
}
