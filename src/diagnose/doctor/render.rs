//! A diagnosis as text, and as a document.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    Format,
    diagnosis::{Check, Diagnosis},
};
use crate::render::API_VERSION;

/// Writes the diagnosis.
///
/// # Errors
///
/// When `out` fails.
pub fn write(diagnosis: &Diagnosis, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text(diagnosis, out)?,
        Format::Json => json(diagnosis, out)?,
    }
    out.flush()
}

/// A line a check, below it what mends it, and in the end what it comes to.
fn text(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    let state = |check: &Check| check.state.as_str();
    let name = |check: &Check| check.name.to_string();
    let state_width = diagnosis.checks.iter().map(|check| state(check).len()).max().unwrap_or_default();
    let name_width = diagnosis.checks.iter().map(|check| name(check).len()).max().unwrap_or_default();
    let mut checks = diagnosis.checks.iter().peekable();
    while let Some(check) = checks.next() {
        let (state, name) = (state(check), name(check));
        writeln!(out, "{state:state_width$}  {name:name_width$}  {}", check.message)?;
        // What mends several in a row stands below the last of them.
        let is_repeated = checks.peek().is_some_and(|next| next.hint == check.hint);
        for line in check.hint.iter().filter(|_| !is_repeated).flat_map(|hint| hint.lines()) {
            writeln!(out, "{:state_width$}  hint: {line}", "")?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "{}",
        if diagnosis.usable {
            "The use of nodes can be shown."
        } else {
            "The use of nodes can't be shown; mend what failed first."
        }
    )
}

/// docs/diagnosis.schema.json describes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    usable: bool,
    checks: &'a [Check],
}

fn json(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    let Diagnosis { usable, checks } = diagnosis;
    let document = Document { api_version: API_VERSION, kind: "Diagnosis", usable: *usable, checks };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
