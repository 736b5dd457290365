//! The columns and cells of a table for people.

use anstyle::{AnsiColor, Style as Ansi};
use clap::ValueEnum;
use jiff::SignedDuration;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    Style, UNKNOWN,
    choice::{Choice, columns},
    column::{Column, Line, OPTIONAL, Value},
    kubectl, number,
};
use crate::{
    amount::{Amount, Percent},
    report::Report,
    usage::Usage,
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

/// A name is not cut shorter than this as long as there is a column to leave out.
const SHORT_NAME: usize = 16;

/// The columns of a report, and how their cells are written.
pub struct Table<'a> {
    report: &'a Report<'a>,
    style: Style,
    columns: Vec<Column<'a>>,
}

impl<'a> Table<'a> {
    /// The columns that text or, with all that is known, wide has.
    pub fn of(report: &'a Report<'a>, style: Style, wide: bool) -> Self {
        let choice = if wide { Choice::Wide } else { Choice::Text };
        Self { report, style, columns: columns(report, choice) }
    }

    /// Adds a column at the end.
    pub fn add(&mut self, column: Column<'a>) {
        self.columns.push(column);
    }

    /// How wide each column must be for these lines.
    pub fn widths(&self, lines: &[Line<'_>]) -> Vec<usize> {
        let width = |column: &Column<'_>| {
            let cells = lines.iter().map(|line| self.cell(column, *line).text.width()).max().unwrap_or(0);
            if self.style.no_headers { cells } else { cells.max(visible(&column.header).width()) }
        };
        self.columns.iter().map(width).collect()
    }

    /// Leaves out columns, and then shortens the names, until a line has room; gives the widths then.
    pub fn fit(&mut self, mut widths: Vec<usize>, room: usize) -> Vec<usize> {
        let Some(mut named) = self.naming() else { return widths };
        while total(&widths) - widths[named].saturating_sub(SHORT_NAME) > room {
            let others = (0..self.columns.len()).filter(|at| *at != named);
            let least = others.max_by_key(|at| (self.columns[*at].rank, *at));
            let Some(least) = least.filter(|at| self.columns[*at].rank >= OPTIONAL) else { break };
            self.columns.remove(least);
            widths.remove(least);
            named -= usize::from(least < named);
        }
        widths[named] -= total(&widths).saturating_sub(room).min(widths[named].saturating_sub(1));
        widths
    }

    /// The column by which lines are known: the first of texts, or of figures where there is no text; that of the nodes' names
    /// before all others.
    fn naming(&self) -> Option<usize> {
        let columns = self.columns.iter().enumerate();
        columns.min_by_key(|(at, column)| (column.is_figure, column.rank, *at)).map(|(at, _)| at)
    }

    /// The line of column names; `None` where there is to be none.
    pub fn header(&self, widths: &[usize]) -> Option<String> {
        (!self.style.no_headers)
            .then(|| self.joined(widths, |column| Cell::plain(visible(&column.header).into_owned())))
    }

    /// A line.
    pub fn line(&self, widths: &[usize], line: Line<'_>) -> String {
        self.joined(widths, |column| self.cell(column, line))
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

    fn cell(&self, column: &Column<'_>, line: Line<'_>) -> Cell {
        let units = self.style.units;
        Cell::known(match column.value(self.report, line) {
            Value::Cores(amount) => amount.map(|amount| cores(amount, units)),
            Value::Bytes(amount) => amount.map(|amount| memory(amount, units)),
            Value::Percent(usage) => return percent(&usage, self.report, units),
            Value::Share(percent) => percent.map(|percent| share(percent, units)),
            Value::Count(count) => count.map(|count| count.to_string()),
            Value::Age(age) => age.map(age_text),
            Value::Duration(duration) => duration.map(window),
            Value::Time(time) => time.map(|time| time.to_string()),
            Value::Text(text) => text.map(|text| visible(&text).into_owned()),
            Value::Texts(Some(several)) if !several.is_empty() => {
                Some(visible(&several.join(";")).into_owned())
            }
            Value::Texts(None) => None,
            Value::Nothing | Value::Texts(Some(_)) => Some("<none>".to_owned()),
            Value::Blank => Some(String::new()),
        })
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

fn cores(amount: Amount, units: Units) -> String {
    match units {
        Units::Auto => number::fixed(amount.millis(), 3),
        Units::Raw => number::amount(amount),
        Units::Kubectl => kubectl::cpu(amount),
    }
}

fn memory(amount: Amount, units: Units) -> String {
    match units {
        Units::Auto => binary(amount.whole()),
        Units::Raw => number::amount(amount),
        Units::Kubectl => kubectl::memory(amount),
    }
}

/// Mebibytes, from one gibibyte on gibibytes, with one decimal.
fn binary(bytes: i128) -> String {
    let (unit, suffix) = if bytes.abs() < 1 << 30 { (1 << 20, "Mi") } else { (1 << 30, "Gi") };
    let tenths = (20 * bytes + unit * bytes.signum()) / (2 * unit);
    number::fixed(tenths, 1) + suffix
}

fn share(percent: Percent, units: Units) -> String {
    match units {
        Units::Raw => number::percent(percent),
        Units::Auto => number::fixed(percent.rounded(1), 1) + "%",
        Units::Kubectl => number::fixed(percent.rounded(0), 0) + "%",
    }
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

/// An age in its largest sensible unit; negative where clocks disagree.
pub fn age_text(age: SignedDuration) -> String {
    match age.as_secs() {
        seconds @ ..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

fn window(window: SignedDuration) -> String {
    number::fixed(window.as_millis() / 100, 1) + "s"
}
