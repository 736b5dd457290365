//! The table as a screen that is drawn again and again.

use std::time::Duration;

use anstyle::{AnsiColor, Style as Ansi};
use jiff::SignedDuration;

use super::{
    Style,
    choice::{Choice, columns, lines},
    column::Column,
    table::{Table, age_text, percent_text, shortened},
};
use crate::{progress, report::Report, trend::Trends, visible::visible};

/// What the screen shows beside the report.
pub struct Live<'a> {
    /// Units and colour.
    pub style: Style,
    /// All columns.
    pub wide: bool,
    /// How the nodes' use went.
    pub trends: &'a Trends,
    /// How often the cluster is read.
    pub interval: Duration,
    /// How long it is until the next reading; `None` while one is under way.
    pub next_in: Option<Duration>,
    /// What is failing, and since when.
    pub failing: Vec<String>,
}

/// How many columns a trend takes.
const TREND_WIDTH: usize = 20;

impl Live<'_> {
    /// The lines of a screen of this size, for the report's nodes in their order.
    #[must_use]
    pub fn frame(&self, report: &Report<'_>, width: usize, height: usize) -> Vec<String> {
        let fitted = |line: String| shortened(&line, width).into_owned();
        let rows = lines(report);
        let mut head: Vec<_> = [self.summary(report), self.times(report)].map(fitted).into();
        let tone = if self.style.colour { AnsiColor::Red.on_default().bold() } else { Ansi::new() };
        head.extend(
            self.failing
                .iter()
                .map(|failing| format!("{tone}{}{tone:#}", shortened(&visible(failing), width))),
        );
        let header = usize::from(!self.style.no_headers);
        let foot = 1;
        let room = height.saturating_sub(head.len() + header + foot);
        let shown = if rows.len() > room { room.saturating_sub(1) } else { rows.len() };

        let mut columns = columns(report, Choice::of_table(self.wide));
        if report.groups.is_none() && report.columns.is_empty() {
            columns.push(Column::trend(self.trends, TREND_WIDTH));
        }
        let mut table = Table::of(report, &columns, &rows[..shown], self.style);
        table.fit(width);
        let mut frame = head;
        frame.extend(table.header());
        frame.extend((0..shown).map(|at| table.line(at)));
        if shown < rows.len() {
            frame.push(fitted(format!("... {} more", rows.len() - shown)));
        }
        frame.truncate(height.saturating_sub(foot));
        frame.push(self.countdown(width));
        frame
    }

    fn summary(&self, report: &Report<'_>) -> String {
        let totals = &report.totals;
        let context = match (report.found.len(), report.context) {
            (clusters, _) if report.shows_context => format!("{clusters} contexts").into(),
            (_, context) => context.map_or("in this pod".into(), visible),
        };
        let unknown = match totals.left_out {
            0 => String::new(),
            unknown => format!(", {unknown} unknown"),
        };
        let share = |usage| percent_text(usage, report, self.style.units);
        let shares = format!("CPU {}, memory {}", share(&totals.cpu), share(&totals.memory));
        format!("{context}: {} nodes{unknown}; {shares}", totals.nodes + totals.left_out)
    }

    fn times(&self, report: &Report<'_>) -> String {
        let sampled = report.newest.map_or("no samples yet".to_owned(), |newest| {
            format!("sampled {} ago", age_text(report.read_at.duration_since(newest)))
        });
        let interval = SignedDuration::try_from(self.interval).unwrap_or(SignedDuration::MAX);
        format!("{sampled}, read every {interval:#}")
    }

    fn countdown(&self, width: usize) -> String {
        match self.next_in {
            None => shortened("reading", width).into_owned(),
            Some(left) => progress::countdown(left, self.interval, width),
        }
    }
}
