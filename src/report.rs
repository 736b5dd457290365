//! What is shown of the nodes' use, and in which order.

use std::{borrow::Cow, cmp::Reverse};

use clap::ValueEnum;
use jiff::Timestamp;

use crate::{
    amount::Amount,
    error::Error,
    filter::Verdict,
    group::Group,
    pod_usage::PodUsage,
    requests::Demand,
    usage::{Base, NodeUsage, Usage},
};

/// Everything that a format writes.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Report<'a> {
    /// The kubeconfig context that was asked; `None` in a pod, and where there are several.
    pub context: Option<&'a str>,
    /// Whether there are several clusters, so that each row says of which it is.
    pub shows_context: bool,
    /// The clusters that could not be read.
    pub failed: Vec<Failed<'a>>,
    /// Whether the cluster is made up (`--demo`).
    pub simulated: bool,
    /// When it was read.
    pub read_at: Timestamp,
    /// The labels that are shown, in this order.
    pub label_columns: Vec<String>,
    /// The names of all columns that tables have, in this order; empty where the format chooses.
    pub columns: Vec<String>,
    /// What percent is of.
    pub base: Base,
    /// Whether it shows what pods request.
    pub shows_requests: bool,
    /// Whether it shows swap where columns are not chosen.
    pub shows_swap: bool,
    /// How many nodes were read of each cluster, before any was left out.
    pub found: Vec<usize>,
    /// How many nodes are left out since what decides about them is unknown.
    pub undecided: usize,
    /// What was found on the lookout for nodes that make the run fail; `None` where nothing was looked for.
    pub verdict: Option<Verdict<'a>>,
    /// The labels by which nodes are grouped; empty where they are not.
    pub group_by: Vec<String>,
    /// The nodes in the order in which they are shown; `None` when only groups or totals are.
    pub rows: Option<Vec<NodeUsage<'a>>>,
    /// The groups in the order in which they are shown, where they are asked for.
    pub groups: Option<Vec<Group<'a>>>,
    /// The pods of one node in the order in which they are shown, where they are asked for in the place of nodes.
    pub pods: Option<Vec<PodUsage<'a>>>,
    /// The sums over all nodes, also over those that there is no room for.
    pub totals: Totals,
    /// Whether the sums are shown.
    pub shows_totals: bool,
    /// The timestamp of the newest sample of all nodes.
    pub newest: Option<Timestamp>,
}

impl Report<'_> {
    /// A node's name; where there are several clusters, with its context.
    #[must_use]
    pub fn full_name<'b>(&self, row: &NodeUsage<'b>) -> Cow<'b, str> {
        match row.context() {
            Some(context) if self.shows_context => format!("{context}/{}", row.name()).into(),
            _ => row.name().into(),
        }
    }

    /// The sums, where they are to be shown.
    #[must_use]
    pub fn shown_totals(&self) -> Option<&Totals> {
        Some(&self.totals).filter(|_| self.shows_totals)
    }
}

/// A cluster that could not be read, one of several.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// Its context.
    pub context: Option<&'a str>,
    /// Why not.
    pub error: &'a Error,
}

/// What can be put in an order.
pub trait Sortable {
    /// Its name; several where it has several.
    fn name(&self) -> impl Ord + '_;
    /// Its CPU.
    fn cpu(&self) -> Usage;
    /// Its memory.
    fn memory(&self) -> Usage;
}

impl Sortable for NodeUsage<'_> {
    fn name(&self) -> impl Ord + '_ {
        (self.context(), self.name())
    }

    fn cpu(&self) -> Usage {
        self.cpu()
    }

    fn memory(&self) -> Usage {
        self.memory()
    }
}

impl Sortable for Group<'_> {
    /// The values of the labels; those without a label come last.
    fn name(&self) -> impl Ord + '_ {
        self.labels.iter().map(|label| (label.is_none(), *label)).collect::<Vec<_>>()
    }

    fn cpu(&self) -> Usage {
        self.totals.cpu
    }

    fn memory(&self) -> Usage {
        self.totals.memory
    }
}

/// The order of the nodes: names ascending, figures descending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// The node's name.
    #[default]
    #[value(help = None)]
    Name,
    /// Cores in use.
    #[value(help = None)]
    Cpu,
    /// Bytes in use.
    #[value(help = None)]
    Memory,
    /// Percent of CPU.
    #[value(help = None)]
    CpuPercent,
    /// Percent of memory.
    #[value(help = None)]
    MemoryPercent,
    /// The greater of both percents.
    #[value(help = None)]
    MostUsed,
}

/// Sorts nodes or groups. Names break ties; unknown figures come last in either direction.
pub fn sort<T: Sortable>(rows: &mut [T], key: SortKey, reverse: bool) {
    match key {
        SortKey::Name if reverse => rows.sort_by(|a, b| b.name().cmp(&a.name())),
        SortKey::Name => rows.sort_by(|a, b| a.name().cmp(&b.name())),
        SortKey::Cpu => sort_by_figure(rows, reverse, |row| row.cpu().used),
        SortKey::Memory => sort_by_figure(rows, reverse, |row| row.memory().used),
        SortKey::CpuPercent => sort_by_figure(rows, reverse, |row| row.cpu().percent),
        SortKey::MemoryPercent => sort_by_figure(rows, reverse, |row| row.memory().percent),
        SortKey::MostUsed => {
            sort_by_figure(rows, reverse, |row| row.cpu().percent.max(row.memory().percent));
        }
    }
}

fn sort_by_figure<T: Sortable, F: Ord>(rows: &mut [T], reverse: bool, figure: impl Fn(&T) -> Option<F>) {
    rows.sort_by(|a, b| {
        let figures = match (figure(a), figure(b)) {
            (Some(a), Some(b)) if reverse => a.cmp(&b),
            (Some(a), Some(b)) => Reverse(a).cmp(&Reverse(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        figures.then_with(|| a.name().cmp(&b.name()))
    });
}

/// Sums over the nodes of which every figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many nodes are summed.
    pub nodes: usize,
    /// The timestamp of the newest sample that is summed; `None` when no node is summed.
    pub timestamp: Option<Timestamp>,
    /// How many nodes are left out, since a figure of theirs is unknown.
    pub left_out: usize,
    /// CPU in cores; unknown when no node is summed.
    pub cpu: Usage,
    /// Memory in bytes; unknown when no node is summed.
    pub memory: Usage,
    /// How many of these nodes have a figure of swap and of its use: most clusters have some without.
    pub swap_nodes: usize,
    /// Swap of those alone, in bytes; unknown when there are none.
    pub swap: Usage,
    /// What the pods of these nodes request; unknown when no node is summed, or it is unknown of one of them.
    pub demand: Option<Demand>,
    /// How many pods these nodes may hold.
    pub allocatable_pods: Option<Amount>,
}

impl Totals {
    /// Sums up.
    #[must_use]
    pub fn of<'a>(rows: &[NodeUsage<'a>], base: Base) -> Self {
        let known = || rows.iter().filter(|row| row.unknown().is_none());
        let usage = |resource: fn(&NodeUsage<'a>) -> Usage, counts: fn(&Usage) -> bool| {
            let usages = || known().map(resource).filter(counts);
            let nodes = usages().count();
            let sum = |amount: fn(&Usage) -> Option<Amount>| {
                usages().map(|usage| amount(&usage)).sum::<Option<Amount>>().filter(|_| nodes > 0)
            };
            let sums = Usage::of(
                sum(|usage| usage.used),
                sum(|usage| usage.allocatable),
                sum(|usage| usage.capacity),
                base,
            );
            (nodes, sums)
        };
        let (nodes, cpu) = usage(NodeUsage::cpu, |_| true);
        let (_, memory) = usage(NodeUsage::memory, |_| true);
        let (swap_nodes, swap) =
            usage(NodeUsage::swap, |swap| swap.used.is_some() && swap.capacity.is_some());
        Self {
            nodes,
            timestamp: known().filter_map(NodeUsage::timestamp).max(),
            left_out: rows.len() - nodes,
            cpu,
            memory,
            swap_nodes,
            swap,
            demand: known().map(NodeUsage::demand).sum::<Option<Demand>>().filter(|_| nodes > 0),
            allocatable_pods: known()
                .map(NodeUsage::allocatable_pods)
                .sum::<Option<Amount>>()
                .filter(|_| nodes > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        snapshot::{Node, Resources, Sample, Snapshot},
        usage::{UnknownReason, join},
    };

    fn resources(cpu: &str, memory: &str) -> Resources {
        let amount = |text: &str| text.parse().ok().and_then(|quantity| Amount::from_quantity(&quantity));
        Resources { cpu: amount(cpu), memory: amount(memory) }
    }

    fn node(name: &str, cpu: &str, memory: &str) -> Node {
        Node {
            name: name.to_owned(),
            labels: [("zone".to_owned(), format!("zone-of-{name}"))].into(),
            allocatable: resources(cpu, memory),
            capacity: resources(cpu, memory),
            swap: None,
            allocatable_pods: None,
            extended: [].into(),
            unschedulable: Some(false),
            taints: Some(Vec::new()),
        }
    }

    fn sample(node: &str, cpu: &str, memory: &str) -> Sample {
        Sample {
            node: node.to_owned(),
            timestamp: Some(Timestamp::UNIX_EPOCH),
            window: Some(jiff::SignedDuration::from_secs(15)),
            usage: resources(cpu, memory),
            swap: None,
            labels: [("zone".to_owned(), format!("zone-of-{node}"))].into(),
            is_stale: false,
        }
    }

    /// Nodes a to f: b has no sample, d has no node, e can hold no CPU, f's sample has no memory.
    fn cluster() -> Snapshot {
        Snapshot {
            nodes: vec![
                node("c", "4", "8Gi"),
                node("a", "2", "4Gi"),
                node("b", "2", "4Gi"),
                node("e", "0", "4Gi"),
                node("f", "2", "4Gi"),
            ],
            samples: vec![
                sample("d", "7", "1Gi"),
                sample("c", "3", "1Gi"),
                sample("a", "1500m", "3Gi"),
                sample("e", "10m", "1Mi"),
                sample("f", "1", ""),
            ],
            ..Snapshot::default()
        }
    }

    fn names(rows: &[NodeUsage<'_>]) -> String {
        rows.iter().map(NodeUsage::name).collect()
    }

    #[test]
    fn each_unknown_has_its_reason() {
        use UnknownReason as U;
        let mut stale = cluster();
        stale.samples.iter_mut().for_each(|sample| sample.is_stale = true);
        let reasons = |snapshot: &Snapshot| {
            join(snapshot, None, Base::Allocatable).iter().map(NodeUsage::unknown).collect::<Vec<_>>()
        };
        assert_eq!(
            reasons(&cluster()),
            [None, Some(U::NoMetrics), None, Some(U::NoNode), Some(U::ZeroAllocatable), Some(U::NoMetrics)]
        );
        assert_eq!(reasons(&stale)[0], Some(U::Stale));
        let stale_rows = join(&stale, None, Base::Allocatable);
        assert_eq!((stale_rows[0].cpu().used, stale_rows[3].unknown()), (None, Some(U::Stale)));
        let forbidden = Snapshot { nodes_forbidden: Some("no".to_owned()), ..cluster() };
        assert_eq!(reasons(&forbidden)[3], Some(U::NodesForbidden));
    }

    #[test]
    fn what_is_known_stays_beside_what_is_not() {
        let cluster = cluster();
        let rows = join(&cluster, None, Base::Allocatable);
        let (without_cpu, without_memory) = (&rows[4], &rows[5]);
        assert_eq!((without_cpu.cpu().percent, without_cpu.memory().percent.is_some()), (None, true));
        assert_eq!(
            (without_memory.memory().used, without_memory.cpu().percent.unwrap().rounded(0)),
            (None, 50)
        );
    }

    #[test]
    fn a_selector_is_applied_to_nodes_and_to_lone_samples() {
        let selector = "zone in (zone-of-a,zone-of-b,zone-of-d)".parse().unwrap();
        assert_eq!(names(&join(&cluster(), Some(&selector), Base::Allocatable)), "abd");
    }

    #[test]
    fn unknown_figures_come_last_in_either_direction() {
        let cluster = cluster();
        let mut rows = join(&cluster, None, Base::Allocatable);
        for (key, descending, ascending) in [
            (SortKey::Name, "abcdef", "fedcba"),
            (SortKey::Cpu, "dcafeb", "efacdb"),
            (SortKey::Memory, "acdebf", "ecdabf"),
            (SortKey::CpuPercent, "acfbde", "facbde"),
            (SortKey::MemoryPercent, "acebdf", "ecabdf"),
            (SortKey::MostUsed, "acfebd", "efacbd"),
        ] {
            sort(&mut rows, key, false);
            assert_eq!(names(&rows), descending, "{key:?}");
            sort(&mut rows, key, true);
            assert_eq!(names(&rows), ascending, "{key:?}, reversed");
        }
    }

    #[test]
    fn totals_leave_out_what_is_unknown_and_count_it() {
        let totals = Totals::of(&join(&cluster(), None, Base::Allocatable), Base::Allocatable);
        assert_eq!((totals.nodes, totals.left_out), (2, 4));
        assert_eq!(totals.cpu.used.unwrap().millis(), 4500);
        assert_eq!(totals.cpu.allocatable.unwrap().millis(), 6000);
        assert_eq!(totals.cpu.percent.unwrap().rounded(1), 750);
    }

    #[test]
    fn swap_is_summed_over_the_nodes_that_have_some_and_leaves_none_out() {
        let boxed = |bytes| Some(Box::new(Amount::from_whole(bytes)));
        let mut cluster = cluster();
        let before = Totals::of(&join(&cluster, None, Base::Allocatable), Base::Allocatable);
        assert_eq!((before.nodes, before.swap_nodes, before.swap), (2, 0, Usage::default()));

        // a has both, c no sample of it, and of f more is unknown than that.
        for node in &mut cluster.nodes {
            node.swap = boxed(1_000).filter(|_| "acf".contains(&node.name));
        }
        for sample in &mut cluster.samples {
            sample.swap = boxed(250).filter(|_| "adf".contains(&sample.node));
        }
        let rows = join(&cluster, None, Base::Capacity);
        let totals = Totals::of(&rows, Base::Capacity);
        assert_eq!((totals.nodes, totals.left_out, totals.swap_nodes), (2, 4, 1));
        assert_eq!((totals.cpu.used, totals.memory.used), (before.cpu.used, before.memory.used));
        assert_eq!(totals.swap.used.unwrap().whole(), 250);
        assert_eq!(
            (totals.swap.capacity.unwrap().whole(), totals.swap.percent.unwrap().rounded(0)),
            (1_000, 25)
        );
        let of = |at: usize| (rows[at].swap().used.is_some(), rows[at].swap().percent.is_some());
        assert_eq!(
            ([of(0), of(2), of(3)], rows[0].unknown()),
            ([(true, true), (false, false), (true, false)], None)
        );
    }

    #[test]
    fn totals_of_nothing_are_unknown() {
        let totals = Totals::of(&[], Base::Allocatable);
        assert_eq!(
            totals,
            Totals {
                nodes: 0,
                timestamp: None,
                left_out: 0,
                cpu: Usage::default(),
                memory: Usage::default(),
                swap_nodes: 0,
                swap: Usage::default(),
                demand: None,
                allocatable_pods: None,
            }
        );
    }
}
