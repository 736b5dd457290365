//! Reading again and again, and recording.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueHint};

use crate::{kubeconfig, watch::Pace};

/// How often, how long, and to where.
#[derive(Args)]
#[command(next_help_heading = "Watch")]
pub(super) struct WatchArgs {
    /// Read again and again: redrawn in place on a terminal, else one report after the other.
    #[arg(short, long, conflicts_with = "from")]
    pub(super) watch: bool,

    /// From one reading to the next, at least 1s.
    #[arg(long, value_name = "DURATION", default_value = "15s", requires = "watch", value_parser = interval)]
    interval: Duration,

    /// End after so many readings.
    #[arg(long, value_name = "N", requires = "watch", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// End after this time.
    #[arg(long = "for", value_name = "DURATION", requires = "watch", value_parser = duration)]
    limit: Option<Duration>,

    /// Let csv, tsv, json and yaml repeat samples that the server has not renewed.
    #[arg(long, requires = "watch")]
    repeat: bool,

    /// Append to this file in place of standard output (csv, tsv, json): one header, whole rows, each only once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output_file: Option<PathBuf>,
}

impl WatchArgs {
    /// How often and how long; `None` is once. `may_draw` says whether a terminal would show it.
    pub(super) fn pace(&self, may_draw: bool) -> Option<Pace> {
        self.watch.then_some(Pace {
            interval: self.interval,
            count: self.count,
            limit: self.limit,
            repeat: self.repeat,
            is_live: may_draw && self.output_file.is_none(),
        })
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    duration(text).and_then(|interval| {
        if interval < Duration::from_secs(1) {
            Err("it must be at least 1s".to_owned())
        } else {
            Ok(interval)
        }
    })
}

/// A duration as kubectl reads it: seconds, or Go's `1m30s`.
fn duration(text: &str) -> Result<Duration, String> {
    kubeconfig::duration(text).ok_or_else(|| "it must be a duration such as 30s, 5m or 1h30m".to_owned())
}
