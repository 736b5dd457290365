//! The columns and cells of a table for people.

use std::{borrow::Cow, fmt::Write, iter::repeat_n};

use anstyle::{AnsiColor, Style as Ansi};
use clap::ValueEnum;
use jiff::SignedDuration;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    Style, UNKNOWN,
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

/// Lines of cells, each written once: what is wide enough for all of them is known only after the last one.
pub struct Table {
    style: Style,
    columns: Vec<Placed>,
    /// How many cells each line has, be they shown or not.
    cells_of_line: usize,
    /// What stands in the cells, one behind the other, line by line.
    text: String,
    /// Where each cell ends in the text.
    cells: Vec<(usize, Tone)>,
}

/// A column that is shown.
struct Placed {
    header: String,
    is_figure: bool,
    rank: usize,
    width: usize,
    /// Which of a line's cells stands in it.
    at: usize,
}

impl Table {
    /// Writes the cells of these lines.
    pub fn of(report: &Report<'_>, columns: &[Column<'_>], lines: &[Line<'_>], style: Style) -> Self {
        let placed = |(at, column): (usize, &Column<'_>)| {
            let header = if style.no_headers { String::new() } else { visible(&column.header).into_owned() };
            let width = header.width();
            Placed { header, is_figure: column.is_figure, rank: column.rank, width, at }
        };
        let mut placed: Vec<_> = columns.iter().enumerate().map(placed).collect();
        let (mut text, mut cells) = (String::new(), Vec::with_capacity(lines.len() * columns.len()));
        for line in lines {
            for (column, Placed { width, .. }) in columns.iter().zip(&mut placed) {
                let cell = cell(column.value(report, *line), report, style.units);
                *width = cell.text.width().max(*width);
                text.push_str(&cell.text);
                cells.push((text.len(), cell.tone));
            }
        }
        Self { style, cells_of_line: columns.len(), columns: placed, text, cells }
    }

    /// Leaves out columns, and then shortens the names, until a line has room.
    pub fn fit(&mut self, room: usize) {
        let Some(mut named) = self.naming() else { return };
        while self.width() - self.columns[named].width.saturating_sub(SHORT_NAME) > room {
            let others = (0..self.columns.len()).filter(|at| *at != named);
            let least = others.max_by_key(|at| (self.columns[*at].rank, *at));
            let Some(least) = least.filter(|at| self.columns[*at].rank >= OPTIONAL) else { break };
            self.columns.remove(least);
            named -= usize::from(least < named);
        }
        let excess = self.width().saturating_sub(room);
        let name = &mut self.columns[named].width;
        *name -= excess.min(name.saturating_sub(1));
    }

    /// The column by which lines are known: the first of texts, or of figures where there is no text; that of the nodes' names
    /// before all others.
    fn naming(&self) -> Option<usize> {
        let columns = self.columns.iter().enumerate();
        columns.min_by_key(|(at, column)| (column.is_figure, column.rank, *at)).map(|(at, _)| at)
    }

    /// The line of column names; `None` where there is to be none.
    pub fn header(&self) -> Option<String> {
        (!self.style.no_headers).then(|| self.joined(|column| (column.header.as_str(), Tone::Plain)))
    }

    /// The line at this place of those that were given.
    pub fn line(&self, at: usize) -> String {
        self.joined(|column| {
            let cell = at * self.cells_of_line + column.at;
            let begin = cell.checked_sub(1).map_or(0, |before| self.cells[before].0);
            let (end, tone) = self.cells[cell];
            (&self.text[begin..end], tone)
        })
    }

    /// A rule as long as the lines.
    pub fn rule(&self) -> String {
        "-".repeat(self.width())
    }

    /// How wide a line is.
    fn width(&self) -> usize {
        let widths = self.columns.iter().map(|column| column.width);
        widths.sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    fn joined<'a>(&'a self, cell: impl Fn(&'a Placed) -> (&'a str, Tone)) -> String {
        let mut line = String::new();
        for column in &self.columns {
            let (text, tone) = cell(column);
            let text = shortened(text, column.width);
            let style = if self.style.colour { tone.ansi() } else { Ansi::new() };
            let blanks = column.width - text.width();
            let (before, after) = if column.is_figure { (blanks, 0) } else { (0, blanks) };
            line.extend(repeat_n(' ', before));
            // There is always room in a text.
            let _ = write!(line, "{style}{text}{style:#}");
            line.extend(repeat_n(' ', after + GAP));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn cell(value: Value<'_>, report: &Report<'_>, units: Units) -> Cell {
    Cell::known(match value {
        Value::Cores(amount) => amount.map(|amount| cores(amount, units)),
        Value::Bytes(amount) => amount.map(|amount| memory(amount, units)),
        Value::Percent(usage) => return percent(&usage, report, units),
        Value::Share(percent) => percent.map(|percent| share(percent, units)),
        Value::Count(count) => count.map(|count| count.to_string()),
        Value::Age(age) => age.map(age_text),
        Value::Duration(duration) => duration.map(window),
        Value::Time(time) => time.map(|time| time.to_string()),
        Value::Text(text) => text.map(|text| visible(&text).into_owned()),
        Value::Texts(Some(several)) if !several.is_empty() => Some(visible(&several.join(";")).into_owned()),
        Value::Texts(None) => None,
        Value::Nothing | Value::Texts(Some(_)) => Some("<none>".to_owned()),
        Value::Blank => Some(String::new()),
    })
}

/// The text, cut off with an ellipsis where it is wider than the room.
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    if text.width() <= room {
        return text.into();
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
    short.into()
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
