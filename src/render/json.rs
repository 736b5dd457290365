//! `-o json`.

use std::io::{self, Write};

use super::{
    Render,
    document::{Document, TerminalSafe},
};
use crate::report::Report;

/// One document.
pub struct Json {
    /// Not indented, so that documents can follow each other line by line (NDJSON).
    pub one_line: bool,
}

impl Render for Json {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let document = Document::of(report);
        if self.one_line {
            serde_json::to_writer(TerminalSafe(out), &document)?;
        } else {
            serde_json::to_writer_pretty(TerminalSafe(out), &document)?;
        }
        writeln!(out)
    }
}
