//! `-o text` and `-o wide`: a table for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

use super::{Render, Style, UNKNOWN, kubectl, number};
use crate::{
    amount::Amount,
    report::{Report, Totals},
    usage::{NodeUsage, Usage},
    visible::visible,
};

/// How amounts are written; the texts here are those of `--help`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Units {
    /// 0.124, 512.0Mi, 66.4%
    #[default]
    Auto,
    /// 0.123456789, 536870912, 66.412345
    Raw,
    /// 124m, 512Mi, 66%, as `kubectl top` writes them
    Kubectl,
}

/// The table. Figures stand to the right, so that they can be compared.
pub struct Text {
    /// Headers, units and colour.
    pub style: Style,
    /// All columns.
    pub wide: bool,
}

/// A line of the table.
enum Line<'a> {
    Node(&'a NodeUsage<'a>),
    Totals(&'a Totals),
}

struct Column<'a> {
    header: String,
    is_figure: bool,
    cell: Box<dyn Fn(&Line<'_>) -> Cell + 'a>,
}

struct Cell {
    text: String,
    tone: Tone,
}

#[derive(Clone, Copy)]
enum Tone {
    Plain,
    Unknown,
    Warm,
    Hot,
}

/// From this many tenths of a percent on a node is warm, ...
const WARM: i128 = 750;
/// ... and from this on hot.
const HOT: i128 = 900;

/// Blanks between columns.
const GAP: usize = 2;

impl Render for Text {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let nodes = report.rows.iter().flatten().map(Line::Node);
        let lines: Vec<_> = nodes.chain(report.totals.iter().map(Line::Totals)).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let columns = self.columns(report);
        let width = |column: &Column<'_>| {
            let cells = lines.iter().map(|line| (column.cell)(line).text.width()).max().unwrap_or(0);
            if self.style.no_headers { cells } else { cells.max(column.header.width()) }
        };
        let widths: Vec<_> = columns.iter().map(width).collect();
        if !self.style.no_headers {
            self.write_line(&columns, &widths, |column| Cell::plain(column.header.clone()), out)?;
        }
        for line in &lines {
            if matches!(line, Line::Totals(_)) && report.rows.is_some() {
                writeln!(out, "{}", "-".repeat(widths.iter().sum::<usize>() + GAP * (widths.len() - 1)))?;
            }
            self.write_line(&columns, &widths, |column| (column.cell)(line), out)?;
        }
        Ok(())
    }
}

impl Text {
    fn write_line(
        &self,
        columns: &[Column<'_>],
        widths: &[usize],
        cell: impl Fn(&Column<'_>) -> Cell,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut line = String::new();
        for (column, width) in columns.iter().zip(widths) {
            let Cell { text, tone } = cell(column);
            let style = if self.style.colour { tone.ansi() } else { Ansi::new() };
            let blanks = " ".repeat(width - text.width());
            let (before, after) =
                if column.is_figure { (blanks, String::new()) } else { (String::new(), blanks) };
            line.extend([before, style.to_string(), text, format!("{style:#}"), after, " ".repeat(GAP)]);
        }
        writeln!(out, "{}", line.trim_end())
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method of Line<'_> is not general enough"
    )]
    fn columns<'a>(&'a self, report: &'a Report<'_>) -> Vec<Column<'a>> {
        let units = self.style.units;
        let cores = move |amount| cores(amount, units);
        let memory = move |amount| memory(amount, units);
        let percent = move |usage: &Usage| percent(usage, report, units);
        let mut columns = vec![
            Column::text("NAME", |line| line.name()),
            Column::figure("CPU(cores)", move |line| cores(line.cpu().used)),
            Column::figure("CPU(%)", move |line| percent(&line.cpu())),
            Column::figure("MEMORY", move |line| memory(line.memory().used)),
            Column::figure("MEMORY(%)", move |line| percent(&line.memory())),
        ];
        if self.wide {
            columns.extend([
                Column::figure("CPU-ALLOC", move |line| cores(line.cpu().allocatable)),
                Column::figure("CPU-CAP", move |line| cores(line.cpu().capacity)),
                Column::figure("MEM-ALLOC", move |line| memory(line.memory().allocatable)),
                Column::figure("MEM-CAP", move |line| memory(line.memory().capacity)),
                Column::figure("AGE", |line| {
                    line.of_node(|row| row.timestamp().map(|time| age(report.read_at, time)))
                }),
                Column::figure("WINDOW", |line| line.of_node(|row| row.window().map(window))),
                Column::text("STATUS", |line| line.of_node(status)),
            ]);
        }
        columns.extend(report.label_columns.iter().map(|key| {
            // kubectl's heading of a label column: what follows the prefix, in capitals.
            let header = key.rsplit('/').next().unwrap_or_default().to_uppercase();
            Column::text(&header, move |line| {
                line.of_node(|row| {
                    Some(row.label(key).map_or("<none>".to_owned(), |value| visible(value).into_owned()))
                })
            })
        }));
        columns
    }
}

impl<'a> Column<'a> {
    fn text(header: &str, cell: impl Fn(&Line<'_>) -> Cell + 'a) -> Self {
        Self { header: visible(header).into_owned(), is_figure: false, cell: Box::new(cell) }
    }

    fn figure(header: &str, cell: impl Fn(&Line<'_>) -> Cell + 'a) -> Self {
        Self { is_figure: true, ..Self::text(header, cell) }
    }
}

impl Cell {
    fn plain(text: String) -> Self {
        Self { text, tone: Tone::Plain }
    }

    fn known(text: Option<String>) -> Self {
        text.map_or(Self { text: UNKNOWN.to_owned(), tone: Tone::Unknown }, Self::plain)
    }
}

impl Tone {
    fn ansi(self) -> Ansi {
        match self {
            Self::Plain => Ansi::new(),
            Self::Unknown => Ansi::new().dimmed(),
            Self::Warm => AnsiColor::Yellow.on_default(),
            Self::Hot => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl Line<'_> {
    fn name(&self) -> Cell {
        Cell::plain(match self {
            Self::Node(row) => visible(row.name()).into_owned(),
            Self::Totals(Totals { nodes, left_out: 0, .. }) => format!("total of {nodes} nodes"),
            Self::Totals(Totals { nodes, left_out, .. }) => {
                format!("total of {nodes} nodes, {left_out} left out")
            }
        })
    }

    fn cpu(&self) -> Usage {
        match self {
            Self::Node(row) => row.cpu(),
            Self::Totals(totals) => totals.cpu,
        }
    }

    fn memory(&self) -> Usage {
        match self {
            Self::Node(row) => row.memory(),
            Self::Totals(totals) => totals.memory,
        }
    }

    /// What only a node has; a line of totals leaves it empty.
    fn of_node(&self, text: impl Fn(&NodeUsage<'_>) -> Option<String>) -> Cell {
        match self {
            Self::Node(row) => Cell::known(text(row)),
            Self::Totals(_) => Cell::plain(String::new()),
        }
    }
}

fn cores(amount: Option<Amount>, units: Units) -> Cell {
    Cell::known(amount.map(|amount| match units {
        Units::Auto => number::fixed(amount.millis(), 3),
        Units::Raw => number::amount(amount),
        Units::Kubectl => kubectl::cpu(amount),
    }))
}

fn memory(amount: Option<Amount>, units: Units) -> Cell {
    Cell::known(amount.map(|amount| match units {
        Units::Auto => binary(amount.whole()),
        Units::Raw => number::amount(amount),
        Units::Kubectl => kubectl::memory(amount),
    }))
}

/// Mebibytes, from one gibibyte on gibibytes, with one decimal.
fn binary(bytes: i128) -> String {
    let (unit, suffix) = if bytes.abs() < 1 << 30 { (1 << 20, "Mi") } else { (1 << 30, "Gi") };
    let tenths = (20 * bytes + unit * bytes.signum()) / (2 * unit);
    number::fixed(tenths, 1) + suffix
}

fn percent(usage: &Usage, report: &Report<'_>, units: Units) -> Cell {
    let Some(percent) = usage.percent else { return Cell::known(None) };
    let text = match (units, usage.used.zip(usage.base(report.base))) {
        (Units::Raw, _) => number::percent(percent),
        (Units::Kubectl, Some((used, of))) => kubectl::percent(used, of),
        _ => number::fixed(percent.rounded(1), 1) + "%",
    };
    let tone = match percent.rounded(1) {
        HOT.. => Tone::Hot,
        WARM.. => Tone::Warm,
        _ => Tone::Plain,
    };
    Cell { text, tone }
}

fn status(row: &NodeUsage<'_>) -> Option<String> {
    let cordoned = row.unschedulable()?.then(|| "cordoned".to_owned());
    // The taint that cordoning brings says nothing new.
    let taints = row
        .taints()
        .into_iter()
        .flatten()
        .filter(|taint| *taint != CORDON_TAINT)
        .map(|taint| visible(taint).into_owned());
    let words: Vec<_> = cordoned.into_iter().chain(taints).collect();
    Some(if words.is_empty() { "<none>".to_owned() } else { words.join(",") })
}

const CORDON_TAINT: &str = "node.kubernetes.io/unschedulable:NoSchedule";

/// The sample's age in its largest sensible unit; negative where the clocks disagree.
fn age(now: Timestamp, sample: Timestamp) -> String {
    match now.duration_since(sample).as_secs() {
        seconds @ ..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

fn window(window: SignedDuration) -> String {
    number::fixed(window.as_millis() / 100, 1) + "s"
}
