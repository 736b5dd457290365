//! `-o top`: byte for byte what `kubectl top nodes` prints.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::{Render, UNKNOWN, kubectl};
use crate::{
    amount::Amount,
    report::Report,
    usage::{NodeUsage, Usage},
    visible::visible,
};

/// kubectl's table, with the swap that its own `--show-swap` adds where that is asked for. Nodes without a sample follow the
/// others, and come by name, where kubectl's order is random.
pub struct Top {
    /// Leave out the line of column names.
    pub no_headers: bool,
}

const HEADER: [&str; COLUMNS] =
    ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)", "SWAP(bytes)", "SWAP(%)"];

/// The last two are shown only where they are asked for.
const COLUMNS: usize = 7;
const WITHOUT_SWAP: usize = 5;

/// kubectl's tab writer (cli-runtime `pkg/printers/tabwriter.go`): cells are at least this wide, ...
const MIN_WIDTH: usize = 6;
/// ... and have this many blanks behind them, the last one of a line too.
const PADDING: usize = 3;

impl Render for Top {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let rows = report.rows.as_deref().unwrap_or_default();
        let header = (!self.no_headers && !rows.is_empty()).then(|| HEADER.map(str::to_owned));
        let shown = if report.shows_swap { COLUMNS } else { WITHOUT_SWAP };
        let (measured, unmeasured): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.timestamp().is_some());
        // Made twice, since all of them at once would be most of what a large cluster takes from the memory.
        let lines = || {
            let nodes = measured.iter().chain(&unmeasured).map(|row| cells(row, report));
            header.iter().cloned().chain(nodes)
        };
        let mut widths = [MIN_WIDTH; COLUMNS];
        for line in lines() {
            for (width, cell) in widths.iter_mut().zip(&line) {
                *width = (*width).max(cell.width() + PADDING);
            }
        }
        for line in lines() {
            for (cell, width) in line.iter().zip(widths).take(shown) {
                write!(out, "{cell}{:blanks$}", "", blanks = width - cell.width())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn cells(row: &NodeUsage<'_>, report: &Report<'_>) -> [String; COLUMNS] {
    let shown = |amount: Option<Amount>, show: fn(Amount) -> String| amount.map_or(UNKNOWN.to_owned(), show);
    let percent = |usage: &Usage| {
        let (Some(used), Some(of)) = (usage.used, usage.base(report.base)) else { return UNKNOWN.to_owned() };
        kubectl::percent(used, of)
    };
    let swap = swap(row);
    [
        visible(row.name()).into_owned(),
        shown(row.cpu().used, kubectl::cpu),
        percent(&row.cpu()),
        shown(row.memory().used, kubectl::memory),
        percent(&row.memory()),
        shown(swap.used, kubectl::memory),
        percent(&swap),
    ]
}

/// kubectl takes swap that a sample does not name for none where the node has some to use, and knows nothing of it where the
/// node names none.
fn swap(row: &NodeUsage<'_>) -> Usage {
    match row.swap() {
        Usage { capacity: None, .. } if row.has_node() => Usage::default(),
        swap @ Usage { used: None, capacity: Some(_), .. } if row.is_measured() => {
            Usage { used: Some(Amount::ZERO), ..swap }
        }
        swap => swap,
    }
}
