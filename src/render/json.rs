//! `-o json`.

use std::io::{self, Write};

use super::{
    Render,
    document::{Document, TerminalSafe},
};
use crate::report::Report;

/// One indented document.
pub struct Json;

impl Render for Json {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(TerminalSafe(out), &Document::of(report))?;
        writeln!(out)
    }
}
