//! Every column there is, each defined once, for tables and for CSV.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::number;
use crate::{
    amount::{Amount, Percent},
    group::Group,
    pod_usage::PodUsage,
    report::{Report, Totals},
    requests::{Asked, Demand},
    trend::Trends,
    usage::{NodeUsage, UnknownReason, Usage},
};

/// What a row is about.
#[derive(Clone, Copy)]
pub enum Line<'a> {
    /// A node.
    Node(&'a NodeUsage<'a>),
    /// A pod.
    Pod(&'a PodUsage<'a>),
    /// Several nodes.
    Group(&'a Group<'a>),
    /// All nodes.
    Totals(&'a Totals),
}

/// What stands in a cell, before a format writes it.
pub enum Value<'a> {
    /// Cores; `None` is unknown, as below.
    Cores(Option<Amount>),
    /// Bytes.
    Bytes(Option<Amount>),
    /// The percent of a use.
    Percent(Usage),
    /// A share of something else.
    Share(Option<Percent>),
    /// A number of things.
    Count(Option<usize>),
    /// How long it is since a moment.
    Age(Option<SignedDuration>),
    /// A length of time.
    Duration(Option<SignedDuration>),
    /// A moment.
    Time(Option<Timestamp>),
    /// Text.
    Text(Option<Cow<'a, str>>),
    /// Several texts, or none.
    Texts(Option<&'a [String]>),
    /// Known not to be there.
    Nothing,
    /// Something that such a line can't have.
    Blank,
}

/// A column of a report.
pub struct Column<'a> {
    /// What CSV calls it.
    pub name: Cow<'a, str>,
    /// What a table calls it.
    pub header: Cow<'a, str>,
    /// Whether it holds figures, which stand to the right.
    pub is_figure: bool,
    /// Where there is little room the columns with the largest go first, down to [`OPTIONAL`].
    pub rank: usize,
    source: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Fixed(Cell),
    /// A label of nodes.
    Label(&'a str),
    /// The value at this place of those by which groups differ.
    GroupLabel(usize),
    /// How the use of nodes went, in so many characters.
    Trend(&'a Trends, usize),
}

type Cell = for<'b> fn(&'b Report<'_>, Line<'b>) -> Value<'b>;

/// The columns from this rank on may be left out.
pub const OPTIONAL: usize = 3;

/// The rank of columns that only the wide table has, and of labels.
const EXTRA: usize = 5;

/// The rank of what pods request, which was asked for.
const REQUESTS: usize = 4;

/// A column that does not depend on the report.
struct Definition {
    name: &'static str,
    header: &'static str,
    is_figure: bool,
    rank: usize,
    cell: Cell,
}

const fn text(name: &'static str, header: &'static str, cell: Cell) -> Definition {
    Definition { name, header, is_figure: false, rank: EXTRA, cell }
}

const fn figure(name: &'static str, header: &'static str, rank: usize, cell: Cell) -> Definition {
    Definition { name, header, is_figure: true, rank, cell }
}

const DEFINITIONS: [Definition; 33] = [
    Definition { rank: 0, ..text("node", "NAME", |_, line| line.name()) },
    text("timestamp", "TIMESTAMP", |_, line| Value::Time(line.timestamp())),
    text("context", "CONTEXT", |report, _| present(report.context.as_deref())),
    figure("nodes", "NODES", 1, |_, line| line.count(|totals| totals.nodes)),
    figure("nodes_left_out", "LEFT-OUT", 1, |_, line| line.count(|totals| totals.left_out)),
    figure("cpu_usage_cores", "CPU(cores)", 3, |_, line| Value::Cores(line.cpu().used)),
    figure("cpu_usage_percent", "CPU(%)", 1, |_, line| Value::Percent(line.cpu())),
    figure("cpu_allocatable_cores", "CPU-ALLOC", EXTRA, |_, line| Value::Cores(line.cpu().allocatable)),
    figure("cpu_capacity_cores", "CPU-CAP", EXTRA, |_, line| Value::Cores(line.cpu().capacity)),
    figure("memory_usage_bytes", "MEMORY", 4, |_, line| Value::Bytes(line.memory().used)),
    figure("memory_usage_percent", "MEMORY(%)", 2, |_, line| Value::Percent(line.memory())),
    figure("memory_allocatable_bytes", "MEM-ALLOC", EXTRA, |_, line| Value::Bytes(line.memory().allocatable)),
    figure("memory_capacity_bytes", "MEM-CAP", EXTRA, |_, line| Value::Bytes(line.memory().capacity)),
    figure("age_seconds", "AGE", EXTRA, |report, line| {
        line.of_one(|line| Value::Age(line.timestamp().map(|time| report.read_at.duration_since(time))))
    }),
    figure("window_seconds", "WINDOW", EXTRA, |_, line| line.of_one(|line| Value::Duration(line.window()))),
    text("unknown_reason", "UNKNOWN", |_, line| {
        line.of_one(|line| present(line.unknown().map(UnknownReason::word)))
    }),
    text("status", "STATUS", |_, line| line.of_node(status)),
    figure("cpu_requests_cores", "CPU-REQ", REQUESTS, |_, line| {
        Value::Cores(line.cpu_asked().map(|cpu| cpu.requests))
    }),
    figure("cpu_limits_cores", "CPU-LIM", EXTRA, |_, line| {
        Value::Cores(line.cpu_asked().map(|cpu| cpu.limits))
    }),
    figure("cpu_free_cores", "CPU-FREE", REQUESTS, |_, line| {
        Value::Cores(line.cpu_asked().and_then(|cpu| cpu.free(line.cpu())))
    }),
    figure("cpu_usage_of_requests_percent", "CPU/REQ", REQUESTS, |_, line| {
        Value::Share(line.cpu_asked().and_then(|cpu| cpu.used(line.cpu())))
    }),
    figure("memory_requests_bytes", "MEM-REQ", REQUESTS, |_, line| {
        Value::Bytes(line.memory_asked().map(|memory| memory.requests))
    }),
    figure("memory_limits_bytes", "MEM-LIM", EXTRA, |_, line| {
        Value::Bytes(line.memory_asked().map(|memory| memory.limits))
    }),
    figure("memory_free_bytes", "MEM-FREE", REQUESTS, |_, line| {
        Value::Bytes(line.memory_asked().and_then(|memory| memory.free(line.memory())))
    }),
    figure("memory_usage_of_requests_percent", "MEM/REQ", REQUESTS, |_, line| {
        Value::Share(line.memory_asked().and_then(|memory| memory.used(line.memory())))
    }),
    figure("pods", "PODS", REQUESTS, |_, line| Value::Count(line.demand().map(|demand| demand.pods))),
    figure("pods_allocatable", "PODS-MAX", EXTRA, |_, line| {
        Value::Count(line.allocatable_pods().and_then(|pods| usize::try_from(pods.whole()).ok()))
    }),
    text("extended_resources", "EXTENDED", |_, line| line.of_node(extended)),
    text("requests_unknown_reason", "REQ-UNKNOWN", |_, line| {
        line.of_one(|line| present(line.requests_unknown().map(UnknownReason::word)))
    }),
    text("busiest_node", "BUSIEST", |_, line| match line {
        Line::Group(group) => Value::Text(group.busiest.map(Cow::Borrowed)),
        Line::Node(_) | Line::Pod(_) | Line::Totals(_) => Value::Blank,
    }),
    text("namespace", "NAMESPACE", |_, line| line.of_pod(|pod| Value::Text(Some(pod.namespace().into())))),
    text("pod", "POD", |_, line| line.of_pod(|pod| Value::Text(Some(pod.name().into())))),
    text("pod_ips", "IP", |_, line| line.of_pod(|pod| Value::Texts(pod.ips()))),
];

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

const NODE: [&str; 5] =
    ["node", "cpu_usage_cores", "cpu_usage_percent", "memory_usage_bytes", "memory_usage_percent"];

const NODE_WIDE: [&str; 7] = [
    "cpu_allocatable_cores",
    "cpu_capacity_cores",
    "memory_allocatable_bytes",
    "memory_capacity_bytes",
    "age_seconds",
    "window_seconds",
    "status",
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

/// The columns of a report.
pub fn columns<'a>(report: &'a Report<'_>, choice: Choice) -> Vec<Column<'a>> {
    let fixed = |names: &[&str]| {
        let definition = |name: &&str| DEFINITIONS.iter().find(|definition| definition.name == *name);
        names.iter().filter_map(definition).map(Column::of).collect::<Vec<_>>()
    };
    let group_labels =
        || report.group_by.iter().enumerate().map(|(at, key)| Column::label(key, Source::GroupLabel(at)));
    let labels = || report.label_columns.iter().map(|key| Column::label(key, Source::Label(key)));
    let extra = |names: &[&str]| if choice == Choice::Wide { fixed(names) } else { Vec::new() };
    let requested = |names: &[&str]| if report.shows_requests { fixed(names) } else { Vec::new() };
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
            requested(&CSV_REQUESTED),
        ],
        (Choice::Csv, None, Some(_)) => vec![
            fixed(&CSV_ORIGIN),
            fixed(&["node"]),
            fixed(&CSV_FIGURES),
            fixed(&["window_seconds", "unknown_reason"]),
            requested(&CSV_REQUESTED),
            extended(),
            requested(&["requests_unknown_reason"]),
            labels().collect(),
        ],
        (Choice::Csv, None, None) => vec![
            fixed(&CSV_ORIGIN),
            fixed(&["nodes", "nodes_left_out"]),
            fixed(&CSV_FIGURES),
            requested(&CSV_REQUESTED),
        ],
        (_, groups, _) => {
            let limits = if choice == Choice::Wide { requested(&REQUESTED_WIDE) } else { Vec::new() };
            let (begin, more, end) = if groups.is_some() {
                let begin = group_labels().chain(fixed(&GROUP)).collect();
                (begin, extra(&GROUP_WIDE), Vec::new())
            } else {
                let end = extended().into_iter().chain(labels()).collect();
                (fixed(&NODE), extra(&NODE_WIDE), end)
            };
            vec![begin, more, requested(&REQUESTED), limits, end]
        }
    };
    parts.into_iter().flatten().collect()
}

/// The rows of a report, without the totals where there are others.
pub fn lines<'a>(report: &'a Report<'_>) -> Vec<Line<'a>> {
    let nodes = report.rows.iter().flatten().map(Line::Node);
    let pods = report.pods.iter().flatten().map(Line::Pod);
    nodes.chain(report.groups.iter().flatten().map(Line::Group)).chain(pods).collect()
}

impl<'a> Column<'a> {
    fn of(definition: &Definition) -> Self {
        Self {
            name: definition.name.into(),
            header: definition.header.into(),
            is_figure: definition.is_figure,
            rank: definition.rank,
            source: Source::Fixed(definition.cell),
        }
    }

    fn label(key: &'a str, source: Source<'a>) -> Self {
        // kubectl's heading of a label column: what follows the prefix, in capitals.
        let header = key.rsplit('/').next().unwrap_or_default().to_uppercase();
        Self {
            name: format!("label_{key}").into(),
            header: header.into(),
            is_figure: false,
            rank: EXTRA,
            source,
        }
    }

    /// How the CPU of nodes went, in so many characters.
    pub fn trend(trends: &'a Trends, width: usize) -> Self {
        let (name, header) = ("cpu_trend".into(), "CPU TREND".into());
        Self { name, header, is_figure: false, rank: EXTRA, source: Source::Trend(trends, width) }
    }

    /// What stands in this column of a row.
    pub fn value<'b>(&self, report: &'b Report<'_>, line: Line<'b>) -> Value<'b> {
        match (self.source, line) {
            (Source::Fixed(cell), _) => cell(report, line),
            (Source::Label(key), Line::Node(row)) => present(row.label(key)),
            (Source::GroupLabel(at), Line::Group(group)) => present(group.labels.get(at).copied().flatten()),
            (Source::GroupLabel(0), Line::Totals(_)) => Value::Text(Some("total".into())),
            (Source::Trend(trends, width), Line::Node(row)) => {
                Value::Text(Some(trends.sparkline(row.name(), width).into()))
            }
            (Source::Label(_) | Source::GroupLabel(_) | Source::Trend(..), _) => Value::Blank,
        }
    }
}

/// Text that may be known not to be there.
fn present(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Nothing, |text| Value::Text(Some(text.into())))
}

impl<'a> Line<'a> {
    fn name(self) -> Value<'a> {
        Value::Text(Some(match self {
            Self::Node(row) => row.name().into(),
            Self::Pod(pod) => pod.node().into(),
            Self::Group(_) => return Value::Blank,
            Self::Totals(Totals { nodes, left_out: 0, .. }) => format!("total of {nodes} nodes").into(),
            Self::Totals(Totals { nodes, left_out, .. }) => {
                format!("total of {nodes} nodes, {left_out} left out").into()
            }
        }))
    }

    fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::Node(row) => row.timestamp(),
            Self::Pod(pod) => pod.timestamp(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.timestamp,
        }
    }

    fn cpu(self) -> Usage {
        match self {
            Self::Node(row) => row.cpu(),
            Self::Pod(pod) => pod.cpu(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.cpu,
        }
    }

    fn memory(self) -> Usage {
        match self {
            Self::Node(row) => row.memory(),
            Self::Pod(pod) => pod.memory(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.memory,
        }
    }

    /// What pods request of a node or of several.
    fn demand(self) -> Option<Demand> {
        match self {
            Self::Node(row) => row.demand(),
            Self::Pod(pod) => pod.demand(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.demand,
        }
    }

    fn cpu_asked(self) -> Option<Asked> {
        self.demand().map(|demand| demand.cpu)
    }

    fn memory_asked(self) -> Option<Asked> {
        self.demand().map(|demand| demand.memory)
    }

    fn allocatable_pods(self) -> Option<Amount> {
        match self {
            Self::Node(row) => row.allocatable_pods(),
            Self::Pod(_) => None,
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.allocatable_pods,
        }
    }

    fn count(self, count: fn(&Totals) -> usize) -> Value<'a> {
        match self {
            Self::Node(_) | Self::Pod(_) => Value::Blank,
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => Value::Count(Some(count(totals))),
        }
    }

    fn window(self) -> Option<SignedDuration> {
        match self {
            Self::Node(row) => row.window(),
            Self::Pod(pod) => pod.window(),
            Self::Group(_) | Self::Totals(_) => None,
        }
    }

    fn unknown(self) -> Option<UnknownReason> {
        match self {
            Self::Node(row) => row.unknown(),
            Self::Pod(pod) => pod.unknown(),
            Self::Group(_) | Self::Totals(_) => None,
        }
    }

    fn requests_unknown(self) -> Option<UnknownReason> {
        match self {
            Self::Node(row) => row.pods_unknown(),
            Self::Pod(pod) => pod.requests_unknown(),
            Self::Group(_) | Self::Totals(_) => None,
        }
    }

    /// What only a node or a pod has, and not several together.
    fn of_one(self, value: impl FnOnce(Self) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Node(_) | Self::Pod(_) => value(self),
            Self::Group(_) | Self::Totals(_) => Value::Blank,
        }
    }

    /// What only a node has.
    fn of_node(self, value: impl FnOnce(&'a NodeUsage<'a>) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Node(row) => value(row),
            Self::Pod(_) | Self::Group(_) | Self::Totals(_) => Value::Blank,
        }
    }

    /// What only a pod has.
    fn of_pod(self, value: impl FnOnce(&'a PodUsage<'a>) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Pod(pod) => value(pod),
            Self::Node(_) | Self::Group(_) | Self::Totals(_) => Value::Blank,
        }
    }
}

/// Its extended resources: `nvidia.com/gpu=3/8` has eight, of which pods request three.
fn extended<'a>(row: &NodeUsage<'a>) -> Value<'a> {
    let Some(resources) = row.extended() else { return Value::Text(None) };
    let words = resources.into_iter().map(|(name, requested, allocatable)| {
        format!("{name}={}/{}", number::amount(requested), number::amount(allocatable))
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { Value::Nothing } else { Value::Text(Some(words.join(";").into())) }
}

/// Whether a node is cordoned, and its taints.
fn status<'a>(row: &NodeUsage<'a>) -> Value<'a> {
    let Some(unschedulable) = row.unschedulable() else { return Value::Text(None) };
    // The taint that cordoning brings says nothing new.
    let taints =
        row.taints().into_iter().flatten().map(String::as_str).filter(|taint| *taint != CORDON_TAINT);
    let words: Vec<_> = unschedulable.then_some("cordoned").into_iter().chain(taints).collect();
    if words.is_empty() { Value::Nothing } else { Value::Text(Some(words.join(",").into())) }
}

const CORDON_TAINT: &str = "node.kubernetes.io/unschedulable:NoSchedule";
