//! `-o yaml`.

use std::io::{self, Write};

use serde::Serialize;
use serde_saphyr::SerializeError;

use super::{
    Render,
    document::{Document, TerminalSafe},
};
use crate::report::Report;

/// The document of `-o json`, in YAML.
pub struct Yaml;

impl Render for Yaml {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(&Document::of(report), &mut TerminalSafe(out))
    }
}

/// Writes one document.
///
/// # Errors
///
/// When `out` fails.
pub fn write(document: &impl Serialize, mut out: &mut dyn Write) -> io::Result<()> {
    serde_saphyr::to_io_writer(&mut out, document).map_err(|error| match error {
        // A closed pipe must still be known for what it is.
        SerializeError::IO { error } => error,
        other => io::Error::other(other),
    })
}
