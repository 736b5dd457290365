//! Every column there is, each defined once, for tables and for CSV.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::{chosen::name_of_label, number};
use crate::{
    amount::{Amount, Percent},
    group::Group,
    pod_usage::PodUsage,
    report::{Failed, Report, Totals},
    requests::{Asked, Demand},
    trend::Trends,
    usage::{NodeUsage, UnknownReason, Usage},
};

/// What a row is about.
#[derive(Clone, Copy)]
pub enum Line<'a> {
    /// A node.
    Node(&'a NodeUsage<'a>),
    /// All nodes of a cluster that could not be read.
    Failed(&'a Failed<'a>),
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

/// Where the values of a column come from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A cell that does not depend on the report.
    Fixed(Cell),
    /// A label of nodes.
    Label(&'a str),
    /// The value at this place of those by which groups differ.
    GroupLabel(usize),
    /// How the use of nodes went, in so many characters.
    Trend(&'a Trends, usize),
}

/// What stands in a row.
pub type Cell = for<'b> fn(&'b Report<'_>, Line<'b>) -> Value<'b>;

/// What stands before a label's key in the name of its column.
pub const LABEL: &str = "label_";

/// The columns from this rank on may be left out.
pub const OPTIONAL: usize = 3;

/// The rank of columns that only the wide table has, and of labels.
const EXTRA: usize = 5;

/// The rank of what a flag asks for.
const ASKED: usize = 4;

/// Which rows can have something in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Nodes, groups and totals.
    All,
    /// Nodes.
    Nodes,
    /// Groups.
    Groups,
    /// Groups and totals.
    Sums,
    /// Pods alone.
    Pods,
}

/// A column that does not depend on the report.
pub struct Definition {
    /// What CSV calls it.
    pub name: &'static str,
    header: &'static str,
    is_figure: bool,
    rank: usize,
    /// Which rows can have something in it.
    pub of: Of,
    /// Whether pods must be read for it.
    pub is_of_pods: bool,
    cell: Cell,
}

const fn text(name: &'static str, header: &'static str, of: Of, cell: Cell) -> Definition {
    Definition { name, header, is_figure: false, rank: EXTRA, of, is_of_pods: false, cell }
}

const fn figure(name: &'static str, header: &'static str, rank: usize, cell: Cell) -> Definition {
    Definition { name, header, is_figure: true, rank, of: Of::All, is_of_pods: false, cell }
}

/// A figure of what pods request.
const fn requested(name: &'static str, header: &'static str, rank: usize, cell: Cell) -> Definition {
    Definition { is_of_pods: true, ..figure(name, header, rank, cell) }
}

/// All of them.
pub static DEFINITIONS: [Definition; 37] = [
    Definition { rank: 0, ..text("node", "NAME", Of::Nodes, |_, line| line.name()) },
    text("timestamp", "TIMESTAMP", Of::All, |_, line| Value::Time(line.timestamp())),
    Definition {
        rank: 1,
        ..text("context", "CONTEXT", Of::All, |report, line| present(line.context(report)))
    },
    Definition { of: Of::Sums, ..figure("nodes", "NODES", 1, |_, line| line.count(|totals| totals.nodes)) },
    Definition {
        of: Of::Sums,
        ..figure("nodes_left_out", "LEFT-OUT", 1, |_, line| line.count(|totals| totals.left_out))
    },
    figure("cpu_usage_cores", "CPU(cores)", 3, |_, line| Value::Cores(line.cpu().used)),
    figure("cpu_usage_percent", "CPU(%)", 1, |_, line| Value::Percent(line.cpu())),
    figure("cpu_allocatable_cores", "CPU-ALLOC", EXTRA, |_, line| Value::Cores(line.cpu().allocatable)),
    figure("cpu_capacity_cores", "CPU-CAP", EXTRA, |_, line| Value::Cores(line.cpu().capacity)),
    figure("memory_usage_bytes", "MEMORY", 4, |_, line| Value::Bytes(line.memory().used)),
    figure("memory_usage_percent", "MEMORY(%)", 2, |_, line| Value::Percent(line.memory())),
    figure("memory_allocatable_bytes", "MEM-ALLOC", EXTRA, |_, line| Value::Bytes(line.memory().allocatable)),
    figure("memory_capacity_bytes", "MEM-CAP", EXTRA, |_, line| Value::Bytes(line.memory().capacity)),
    figure("swap_usage_bytes", "SWAP", ASKED, |_, line| Value::Bytes(line.swap().used)),
    figure("swap_usage_percent", "SWAP(%)", ASKED, |_, line| match line.swap() {
        Usage { capacity: Some(Amount::ZERO), .. } => Value::Nothing,
        swap => Value::Percent(swap),
    }),
    figure("swap_capacity_bytes", "SWAP-CAP", EXTRA, |_, line| Value::Bytes(line.swap().capacity)),
    Definition {
        of: Of::Sums,
        ..figure("swap_nodes", "SWAP-NODES", ASKED, |_, line| line.count(|totals| totals.swap_nodes))
    },
    Definition {
        of: Of::Nodes,
        ..figure("age_seconds", "AGE", EXTRA, |report, line| {
            line.of_one(|line| Value::Age(line.timestamp().map(|time| report.read_at.duration_since(time))))
        })
    },
    Definition {
        of: Of::Nodes,
        ..figure("window_seconds", "WINDOW", EXTRA, |_, line| {
            line.of_one(|line| Value::Duration(line.window()))
        })
    },
    text("unknown_reason", "UNKNOWN", Of::Nodes, |_, line| {
        line.of_one(|line| present(line.unknown().map(UnknownReason::word)))
    }),
    text("status", "STATUS", Of::Nodes, |_, line| line.of_node(status)),
    requested("cpu_requests_cores", "CPU-REQ", ASKED, |_, line| {
        Value::Cores(line.cpu_asked().map(|cpu| cpu.requests))
    }),
    requested("cpu_limits_cores", "CPU-LIM", EXTRA, |_, line| {
        Value::Cores(line.cpu_asked().map(|cpu| cpu.limits))
    }),
    requested("cpu_free_cores", "CPU-FREE", ASKED, |_, line| {
        Value::Cores(line.cpu_asked().and_then(|cpu| cpu.free(line.cpu())))
    }),
    requested("cpu_usage_of_requests_percent", "CPU/REQ", ASKED, |_, line| {
        Value::Share(line.cpu_asked().and_then(|cpu| cpu.used(line.cpu())))
    }),
    requested("memory_requests_bytes", "MEM-REQ", ASKED, |_, line| {
        Value::Bytes(line.memory_asked().map(|memory| memory.requests))
    }),
    requested("memory_limits_bytes", "MEM-LIM", EXTRA, |_, line| {
        Value::Bytes(line.memory_asked().map(|memory| memory.limits))
    }),
    requested("memory_free_bytes", "MEM-FREE", ASKED, |_, line| {
        Value::Bytes(line.memory_asked().and_then(|memory| memory.free(line.memory())))
    }),
    requested("memory_usage_of_requests_percent", "MEM/REQ", ASKED, |_, line| {
        Value::Share(line.memory_asked().and_then(|memory| memory.used(line.memory())))
    }),
    requested("pods", "PODS", ASKED, |_, line| Value::Count(line.demand().map(|demand| demand.pods))),
    figure("pods_allocatable", "PODS-MAX", EXTRA, |_, line| {
        Value::Count(line.allocatable_pods().and_then(|pods| usize::try_from(pods.whole()).ok()))
    }),
    Definition {
        is_of_pods: true,
        ..text("extended_resources", "EXTENDED", Of::Nodes, |_, line| line.of_node(extended))
    },
    Definition {
        is_of_pods: true,
        ..text("requests_unknown_reason", "REQ-UNKNOWN", Of::Nodes, |_, line| {
            line.of_one(|line| present(line.requests_unknown().map(UnknownReason::word)))
        })
    },
    text("busiest_node", "BUSIEST", Of::Groups, |report, line| match line {
        Line::Group(group) => Value::Text(group.busiest.map(|row| report.full_name(&row))),
        Line::Node(_) | Line::Failed(_) | Line::Pod(_) | Line::Totals(_) => Value::Blank,
    }),
    text("namespace", "NAMESPACE", Of::Pods, |_, line| {
        line.of_pod(|pod| Value::Text(Some(pod.namespace().into())))
    }),
    text("pod", "POD", Of::Pods, |_, line| line.of_pod(|pod| Value::Text(Some(pod.name().into())))),
    text("pod_ips", "IP", Of::Pods, |_, line| line.of_pod(|pod| Value::Texts(pod.ips()))),
];

impl<'a> Column<'a> {
    /// The column of a definition.
    pub fn of(definition: &Definition) -> Self {
        Self {
            name: definition.name.into(),
            header: definition.header.into(),
            is_figure: definition.is_figure,
            rank: definition.rank,
            source: Source::Fixed(definition.cell),
        }
    }

    /// A column of a label's values.
    pub fn label(key: &'a str, source: Source<'a>) -> Self {
        // kubectl's heading of a label column: what follows the prefix, in capitals.
        let header = key.rsplit('/').next().unwrap_or_default().to_uppercase();
        Self { name: name_of_label(key).into(), header: header.into(), is_figure: false, rank: EXTRA, source }
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
                Value::Text(Some(trends.sparkline(row, width).into()))
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
            Self::Failed(_) => return Value::Text(None),
            Self::Pod(pod) => pod.node().into(),
            Self::Group(_) => return Value::Blank,
            Self::Totals(Totals { nodes, left_out: 0, .. }) => format!("total of {nodes} nodes").into(),
            Self::Totals(Totals { nodes, left_out, .. }) => {
                format!("total of {nodes} nodes, {left_out} left out").into()
            }
        }))
    }

    /// The context of its cluster; `None` in a pod, and where it is about several.
    fn context(self, report: &'a Report<'_>) -> Option<&'a str> {
        match self {
            Self::Node(row) => row.context(),
            Self::Failed(failed) => failed.context,
            Self::Pod(_) | Self::Group(_) | Self::Totals(_) => report.context,
        }
    }

    fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::Node(row) => row.timestamp(),
            Self::Failed(_) => None,
            Self::Pod(pod) => pod.timestamp(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.timestamp,
        }
    }

    fn cpu(self) -> Usage {
        match self {
            Self::Node(row) => row.cpu(),
            Self::Failed(_) => Usage::default(),
            Self::Pod(pod) => pod.cpu(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.cpu,
        }
    }

    fn memory(self) -> Usage {
        match self {
            Self::Node(row) => row.memory(),
            Self::Failed(_) => Usage::default(),
            Self::Pod(pod) => pod.memory(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.memory,
        }
    }

    fn swap(self) -> Usage {
        match self {
            Self::Node(row) => row.swap(),
            Self::Failed(_) | Self::Pod(_) => Usage::default(),
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.swap,
        }
    }

    /// What pods request of a node or of several.
    fn demand(self) -> Option<Demand> {
        match self {
            Self::Node(row) => row.demand(),
            Self::Failed(_) => None,
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
            Self::Failed(_) | Self::Pod(_) => None,
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => totals.allocatable_pods,
        }
    }

    fn count(self, count: fn(&Totals) -> usize) -> Value<'a> {
        match self {
            Self::Node(_) | Self::Failed(_) | Self::Pod(_) => Value::Blank,
            Self::Group(Group { totals, .. }) | Self::Totals(totals) => Value::Count(Some(count(totals))),
        }
    }

    fn window(self) -> Option<SignedDuration> {
        match self {
            Self::Node(row) => row.window(),
            Self::Pod(pod) => pod.window(),
            Self::Failed(_) | Self::Group(_) | Self::Totals(_) => None,
        }
    }

    fn unknown(self) -> Option<UnknownReason> {
        match self {
            Self::Node(row) => row.unknown(),
            Self::Failed(_) => Some(UnknownReason::ClusterFailed),
            Self::Pod(pod) => pod.unknown(),
            Self::Group(_) | Self::Totals(_) => None,
        }
    }

    fn requests_unknown(self) -> Option<UnknownReason> {
        match self {
            Self::Node(row) => row.pods_unknown(),
            Self::Pod(pod) => pod.requests_unknown(),
            Self::Failed(_) | Self::Group(_) | Self::Totals(_) => None,
        }
    }

    /// What only a node or a pod has, and not several together; that of the nodes of a cluster that failed is unknown.
    fn of_one(self, value: impl FnOnce(Self) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Node(_) | Self::Failed(_) | Self::Pod(_) => value(self),
            Self::Group(_) | Self::Totals(_) => Value::Blank,
        }
    }

    /// What only a node has.
    fn of_node(self, value: impl FnOnce(&'a NodeUsage<'a>) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Node(row) => value(row),
            Self::Failed(_) => Value::Text(None),
            Self::Pod(_) | Self::Group(_) | Self::Totals(_) => Value::Blank,
        }
    }

    /// What only a pod has.
    fn of_pod(self, value: impl FnOnce(&'a PodUsage<'a>) -> Value<'a>) -> Value<'a> {
        match self {
            Self::Pod(pod) => value(pod),
            Self::Node(_) | Self::Failed(_) | Self::Group(_) | Self::Totals(_) => Value::Blank,
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
    let Some((unschedulable, taints)) = row.unschedulable().zip(row.taints()) else {
        return Value::Text(None);
    };
    // The taint that cordoning brings says nothing new.
    let taints = taints.iter().map(String::as_str).filter(|taint| *taint != CORDON_TAINT);
    let words: Vec<_> = unschedulable.then_some("cordoned").into_iter().chain(taints).collect();
    if words.is_empty() { Value::Nothing } else { Value::Text(Some(words.join(",").into())) }
}

const CORDON_TAINT: &str = "node.kubernetes.io/unschedulable:NoSchedule";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        snapshot::{Labels, Resources, Sample, Snapshot},
        usage::{Base, join},
    };

    #[test]
    fn each_column_says_which_rows_have_it() {
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
        let rows = join(&snapshot, None, Base::Allocatable);
        let totals = Totals::of(&rows, Base::Allocatable);
        let group = Group { labels: Vec::new(), totals, busiest: None };
        let report = Report { found: vec![1], totals, ..Report::default() };
        for definition in &DEFINITIONS {
            let has = |line| !matches!(Column::of(definition).value(&report, line), Value::Blank);
            let had = [Line::Node(&rows[0]), Line::Group(&group), Line::Totals(&totals)].map(has);
            let expected = match definition.of {
                Of::All => [true; 3],
                // The totals beside nodes say there that they are none.
                Of::Nodes => [true, false, definition.name == "node"],
                Of::Groups => [false, true, false],
                Of::Sums => [false, true, true],
                Of::Pods => [false; 3],
            };
            assert_eq!(had, expected, "{}", definition.name);
        }
    }
}
