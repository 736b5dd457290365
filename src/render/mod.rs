//! The formats, one file each.

mod choice;
pub mod chosen;
mod column;
mod csv;
mod document;
mod json;
mod kubectl;
pub mod live;
mod name;
mod number;
mod table;
mod text;
mod top;
pub mod yaml;

use std::io::{self, Write};

use clap::ValueEnum;
pub use document::{API_VERSION, KIND};
pub use table::Units;

use crate::report::Report;

/// A format; the texts here are those of `--help`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    #[default]
    Text,
    /// The table with all that is known
    Wide,
    /// What `kubectl top nodes` prints
    Top,
    /// One row a node or pod, RFC 4180
    Csv,
    /// As csv, with tabs
    Tsv,
    /// One document
    Json,
    /// The same document
    Yaml,
    /// node/NAME or pod/NAME
    Name,
}

/// How a format is written, where it leaves a choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Leave out the line of column names.
    pub no_headers: bool,
    /// How text and wide write amounts.
    pub units: Units,
    /// Whether text and wide are coloured.
    pub colour: bool,
    /// Whether json is one line.
    pub one_line: bool,
}

impl Format {
    /// What stands between two reports, where one follows the other.
    #[must_use]
    pub fn separator(self) -> &'static str {
        match self {
            Self::Text | Self::Wide => "\n",
            Self::Yaml => "---\n",
            Self::Top | Self::Csv | Self::Tsv | Self::Json | Self::Name => "",
        }
    }

    /// Whether reports are for programs, one record a line, so that nothing may come twice.
    #[must_use]
    pub fn is_record(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Json | Self::Yaml)
    }
}

/// Writes a report.
pub trait Render {
    /// Writes the report to the end, and nothing beside it.
    ///
    /// # Errors
    ///
    /// What `out` says.
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// The writer of a format.
#[must_use]
pub fn renderer(format: Format, style: Style) -> Box<dyn Render> {
    match format {
        Format::Text => Box::new(text::Text { style, wide: false }),
        Format::Wide => Box::new(text::Text { style, wide: true }),
        Format::Top => Box::new(top::Top { no_headers: style.no_headers }),
        Format::Csv => Box::new(csv::Csv { delimiter: b',', no_headers: style.no_headers }),
        Format::Tsv => Box::new(csv::Csv { delimiter: b'\t', no_headers: style.no_headers }),
        Format::Json => Box::new(json::Json { one_line: style.one_line }),
        Format::Yaml => Box::new(yaml::Yaml),
        Format::Name => Box::new(name::Name),
    }
}

/// What stands where a figure is unknown, in the formats for people.
const UNKNOWN: &str = "<unknown>";

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::{
        snapshot::{Labels, Resources, Sample, Snapshot},
        usage::{Base, join},
    };

    /// A pipe whose reader is gone.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_format_hands_on_what_the_writer_says() {
        let sample = Sample {
            node: "a".to_owned(),
            timestamp: Some(Timestamp::UNIX_EPOCH),
            window: Some(SignedDuration::ZERO),
            usage: Resources::default(),
            swap: None,
            labels: Labels::new(),
            is_stale: false,
        };
        let snapshot = Snapshot { samples: vec![sample], ..Snapshot::default() };
        let report = Report {
            found: vec![1],
            rows: Some(join(&snapshot, None, Base::Allocatable)),
            ..Report::default()
        };
        for format in Format::value_variants() {
            let outcome = renderer(*format, Style::default()).render(&report, &mut Closed);
            assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::BrokenPipe, "{format:?}");
        }
    }
}
