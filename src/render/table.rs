//! The columns and cells of a table for people.

use anstyle::{AnsiColor, Style as Ansi};
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Style, UNKNOWN, kubectl, number};
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

/// A line of the table.
pub enum Line<'a> {
    /// A node.
    Node(&'a NodeUsage<'a>),
    /// The sums.
    Totals(&'a Totals),
}

struct Column<'a> {
    header: String,
    is_figure: bool,
    /// Where there is little room the columns with the largest go first.
    rank: usize,
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

/// The columns from this rank on may be left out; those of wide and of labels have it.
const OPTIONAL: usize = 3;
const EXTRA: usize = 5;

/// A name is not cut shorter than this as long as there is a column to leave out.
const SHORT_NAME: usize = 16;

/// The columns of a report.
pub struct Table<'a> {
    style: Style,
    columns: Vec<Column<'a>>,
}

impl<'a> Table<'a> {
    /// The columns that text or, with all that is known, wide has.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method of Line<'_> is not general enough"
    )]
    pub fn of(report: &'a Report<'_>, style: Style, wide: bool) -> Self {
        let units = style.units;
        let cores = move |amount| cores(amount, units);
        let memory = move |amount| memory(amount, units);
        let percent = move |usage: &Usage| percent(usage, report, units);
        let mut columns = vec![
            Column { rank: 0, ..Column::text("NAME", |line| line.name()) },
            Column { rank: 3, ..Column::figure("CPU(cores)", move |line| cores(line.cpu().used)) },
            Column { rank: 1, ..Column::figure("CPU(%)", move |line| percent(&line.cpu())) },
            Column { rank: 4, ..Column::figure("MEMORY", move |line| memory(line.memory().used)) },
            Column { rank: 2, ..Column::figure("MEMORY(%)", move |line| percent(&line.memory())) },
        ];
        if wide {
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
        Self { style, columns }
    }

    /// Adds a column of nodes at the end.
    pub fn add(&mut self, header: &str, text: impl Fn(&NodeUsage<'_>) -> String + 'a) {
        self.columns.push(Column::text(header, move |line| line.of_node(|row| Some(text(row)))));
    }

    /// How wide each column must be for these lines.
    pub fn widths(&self, lines: &[Line<'_>]) -> Vec<usize> {
        let width = |column: &Column<'_>| {
            let cells = lines.iter().map(|line| (column.cell)(line).text.width()).max().unwrap_or(0);
            if self.style.no_headers { cells } else { cells.max(column.header.width()) }
        };
        self.columns.iter().map(width).collect()
    }

    /// Leaves out columns, and then shortens the names, until a line has room; gives the widths then.
    pub fn fit(&mut self, mut widths: Vec<usize>, room: usize) -> Vec<usize> {
        while total(&widths) - widths[0].saturating_sub(SHORT_NAME) > room {
            let least = (0..self.columns.len()).max_by_key(|at| (self.columns[*at].rank, *at));
            let Some(least) = least.filter(|at| self.columns[*at].rank >= OPTIONAL) else { break };
            self.columns.remove(least);
            widths.remove(least);
        }
        widths[0] -= total(&widths).saturating_sub(room).min(widths[0].saturating_sub(1));
        widths
    }

    /// The line of column names; `None` where there is to be none.
    pub fn header(&self, widths: &[usize]) -> Option<String> {
        (!self.style.no_headers).then(|| self.joined(widths, |column| Cell::plain(column.header.clone())))
    }

    /// A line.
    pub fn line(&self, widths: &[usize], line: &Line<'_>) -> String {
        self.joined(widths, |column| (column.cell)(line))
    }

    /// A rule as long as the lines.
    pub fn rule(widths: &[usize]) -> String {
        "-".repeat(total(widths))
    }

    fn joined(&self, widths: &[usize], cell: impl Fn(&Column<'_>) -> Cell) -> String {
        let mut line = String::new();
        for (column, width) in self.columns.iter().zip(widths) {
            let Cell { text, tone } = cell(column);
            let text = shortened(text, *width);
            let style = if self.style.colour { tone.ansi() } else { Ansi::new() };
            let blanks = " ".repeat(width - text.width());
            let (before, after) =
                if column.is_figure { (blanks, String::new()) } else { (String::new(), blanks) };
            line.extend([before, style.to_string(), text, format!("{style:#}"), after, " ".repeat(GAP)]);
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// How wide a line is.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The text, cut off with an ellipsis where it is wider than the room.
pub fn shortened(text: String, room: usize) -> String {
    if text.width() <= room {
        return text;
    }
    let mut short = String::new();
    for character in text.chars() {
        if short.width() + character.width().unwrap_or_default() >= room {
            break;
        }
        short.push(character);
    }
    if room > 0 {
        short.push('…');
    }
    short
}

impl<'a> Column<'a> {
    fn text(header: &str, cell: impl Fn(&Line<'_>) -> Cell + 'a) -> Self {
        Self { header: visible(header).into_owned(), is_figure: false, rank: EXTRA, cell: Box::new(cell) }
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

/// A percent, or the word for an unknown one.
pub fn percent_text(usage: &Usage, report: &Report<'_>, units: Units) -> String {
    let Some(percent) = usage.percent else { return UNKNOWN.to_owned() };
    match (units, usage.used.zip(usage.base(report.base))) {
        (Units::Raw, _) => number::percent(percent),
        (Units::Kubectl, Some((used, of))) => kubectl::percent(used, of),
        _ => number::fixed(percent.rounded(1), 1) + "%",
    }
}

fn percent(usage: &Usage, report: &Report<'_>, units: Units) -> Cell {
    let Some(percent) = usage.percent else { return Cell::known(None) };
    let text = percent_text(usage, report, units);
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
pub fn age(now: Timestamp, sample: Timestamp) -> String {
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
