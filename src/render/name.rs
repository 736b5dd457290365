//! `-o name`.

use std::io::{self, Write};

use super::Render;
use crate::{report::Report, visible::visible};

/// `node/NAME`, or `pod/NAME` of pods; one a line.
pub struct Name;

impl Render for Name {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        report.rows.iter().flatten().try_for_each(|row| writeln!(out, "node/{}", visible(row.name())))?;
        report.pods.iter().flatten().try_for_each(|pod| writeln!(out, "pod/{}", visible(pod.name())))
    }
}
