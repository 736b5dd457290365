//! Which columns a report has, and in which order.

use super::{
    chosen::{self, definition},
    column::{Column, Line, Source},
};
use crate::report::Report;

/// For whom columns are chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// People.
    Text,
    /// People who want to know all.
    Wide,
    /// Programs.
    Csv,
}

impl Choice {
    /// For those who read a table.
    pub fn of_table(is_wide: bool) -> Self {
        if is_wide { Self::Wide } else { Self::Text }
    }
}

const NODE: [&str; 5] =
    ["node", "cpu_usage_cores", "cpu_usage_percent", "memory_usage_bytes", "memory_usage_percent"];

const NODE_WIDE: [&str; 6] = [
    "cpu_allocatable_cores",
    "cpu_capacity_cores",
    "memory_allocatable_bytes",
    "memory_capacity_bytes",
    "age_seconds",
    "window_seconds",
];

const GROUP: [&str; 9] = [
    "nodes",
    "nodes_left_out",
    "cpu_usage_cores",
    "cpu_allocatable_cores",
    "cpu_usage_percent",
    "memory_usage_bytes",
    "memory_allocatable_bytes",
    "memory_usage_percent",
    "busiest_node",
];

const GROUP_WIDE: [&str; 2] = ["cpu_capacity_cores", "memory_capacity_bytes"];

/// What pods request; in tables the limits are for those who want to know all.
const REQUESTED: [&str; 8] = [
    "cpu_requests_cores",
    "cpu_free_cores",
    "cpu_usage_of_requests_percent",
    "memory_requests_bytes",
    "memory_free_bytes",
    "memory_usage_of_requests_percent",
    "pods",
    "pods_allocatable",
];

const REQUESTED_WIDE: [&str; 2] = ["cpu_limits_cores", "memory_limits_bytes"];

const CSV_REQUESTED: [&str; 10] = [
    "cpu_requests_cores",
    "cpu_limits_cores",
    "cpu_free_cores",
    "cpu_usage_of_requests_percent",
    "memory_requests_bytes",
    "memory_limits_bytes",
    "memory_free_bytes",
    "memory_usage_of_requests_percent",
    "pods",
    "pods_allocatable",
];

/// A pod; more of it is for those who want to know all.
const POD: [&str; 13] = [
    "namespace",
    "pod",
    "pod_ips",
    "cpu_usage_cores",
    "cpu_usage_percent",
    "cpu_requests_cores",
    "cpu_limits_cores",
    "cpu_usage_of_requests_percent",
    "memory_usage_bytes",
    "memory_usage_percent",
    "memory_requests_bytes",
    "memory_limits_bytes",
    "memory_usage_of_requests_percent",
];

const POD_WIDE: [&str; 3] = ["age_seconds", "window_seconds", "unknown_reason"];

const CSV_POD: [&str; 3] = ["window_seconds", "unknown_reason", "requests_unknown_reason"];

const SWAP: [&str; 2] = ["swap_usage_bytes", "swap_usage_percent"];

const SWAP_WIDE: [&str; 1] = ["swap_capacity_bytes"];

/// That of several nodes, some of which have none.
const GROUP_SWAP: [&str; 4] = ["swap_nodes", "swap_usage_bytes", "swap_capacity_bytes", "swap_usage_percent"];

const CSV_SWAP: [&str; 3] = ["swap_usage_bytes", "swap_capacity_bytes", "swap_usage_percent"];

/// What a row of CSV begins with, whatever it is about.
const CSV_ORIGIN: [&str; 2] = ["timestamp", "context"];

const CSV_FIGURES: [&str; 8] = [
    "cpu_usage_cores",
    "cpu_allocatable_cores",
    "cpu_capacity_cores",
    "cpu_usage_percent",
    "memory_usage_bytes",
    "memory_allocatable_bytes",
    "memory_capacity_bytes",
    "memory_usage_percent",
];

/// The columns of a report: those that it asks for by name, or what suits its rows and its readers.
pub fn columns<'a>(report: &'a Report<'_>, choice: Choice) -> Vec<Column<'a>> {
    if !report.columns.is_empty() {
        return report.columns.iter().filter_map(|name| named(report, name)).collect();
    }
    let fixed =
        |names: &[&str]| names.iter().filter_map(|name| definition(name)).map(Column::of).collect::<Vec<_>>();
    let group_labels = || report.group_by.iter().map(|key| label(report, key));
    let labels = || report.label_columns.iter().map(|key| label(report, key));
    let extra = |names: &[&str]| if choice == Choice::Wide { fixed(names) } else { Vec::new() };
    let requested = |names: &[&str]| if report.shows_requests { fixed(names) } else { Vec::new() };
    let swap = |names: &[&str]| if report.shows_swap { fixed(names) } else { Vec::new() };
    let extended = || requested(&["extended_resources"]);
    let parts = match (choice, &report.groups, &report.rows) {
        (Choice::Csv, ..) if report.pods.is_some() => {
            vec![fixed(&CSV_ORIGIN), fixed(&["node"]), fixed(&POD), fixed(&CSV_POD)]
        }
        _ if report.pods.is_some() => vec![fixed(&POD), extra(&POD_WIDE)],
        (Choice::Csv, Some(_), _) => vec![
            fixed(&CSV_ORIGIN),
            group_labels().collect(),
            fixed(&["nodes", "nodes_left_out"]),
            fixed(&CSV_FIGURES),
            fixed(&["busiest_node"]),
            swap(&GROUP_SWAP),
            requested(&CSV_REQUESTED),
        ],
        (Choice::Csv, None, Some(_)) => vec![
            fixed(&CSV_ORIGIN),
            fixed(&["node"]),
            fixed(&CSV_FIGURES),
            fixed(&["window_seconds", "unknown_reason"]),
            swap(&CSV_SWAP),
            requested(&CSV_REQUESTED),
            extended(),
            requested(&["requests_unknown_reason"]),
            labels().collect(),
        ],
        (Choice::Csv, None, None) => vec![
            fixed(&CSV_ORIGIN),
            fixed(&["nodes", "nodes_left_out"]),
            fixed(&CSV_FIGURES),
            swap(&GROUP_SWAP),
            requested(&CSV_REQUESTED),
        ],
        (_, groups, rows) => {
            let of_swap = if rows.is_some() { &SWAP[..] } else { &GROUP_SWAP };
            let room = if choice == Choice::Wide && rows.is_some() { swap(&SWAP_WIDE) } else { Vec::new() };
            let limits = if choice == Choice::Wide { requested(&REQUESTED_WIDE) } else { Vec::new() };
            let (begin, more, end) = if groups.is_some() {
                let begin = group_labels().chain(fixed(&GROUP)).collect();
                (begin, extra(&GROUP_WIDE), Vec::new())
            } else {
                let end = extended().into_iter().chain(extra(&["status"])).chain(labels()).collect();
                let context: &[_] = if report.shows_context { &["context"] } else { &[] };
                let begin = fixed(context).into_iter().chain(fixed(&NODE)).collect();
                (begin, extra(&NODE_WIDE), end)
            };
            vec![begin, swap(of_swap), room, more, requested(&REQUESTED), limits, end]
        }
    };
    parts.into_iter().flatten().collect()
}

fn named<'a>(report: &'a Report<'_>, name: &'a str) -> Option<Column<'a>> {
    let of_label = || chosen::label(name).map(|key| label(report, key));
    definition(name).map(Column::of).or_else(of_label)
}

/// A label of groups, or of nodes where there are no groups that have it in common.
fn label<'a>(report: &Report<'_>, key: &'a str) -> Column<'a> {
    let of_groups = report.group_by.iter().position(|grouped| grouped == key);
    Column::label(key, of_groups.map_or(Source::Label(key), Source::GroupLabel))
}

/// The rows of a report, without the totals where there are others.
pub fn lines<'a>(report: &'a Report<'_>) -> Vec<Line<'a>> {
    let nodes = report.rows.iter().flatten().map(Line::Node);
    // Sums have no place for a cluster of which nothing is known.
    let failed = report.failed.iter().filter(|_| report.rows.is_some()).map(Line::Failed);
    let groups = report.groups.iter().flatten().map(Line::Group);
    let pods = report.pods.iter().flatten().map(Line::Pod);
    nodes.chain(failed).chain(groups).chain(pods).collect()
}
