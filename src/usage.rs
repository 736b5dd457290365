//! The join of samples and nodes: use, percent, and why something is unknown.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::{Amount, Percent},
    requests::{Allocated, Demand, ResourceList},
    selector::Selector,
    snapshot::{Labels, Node, Resources, Sample, Snapshot},
};

/// The use of one node, beside what it can hold: what was read of it, joined. It borrows from the [`Snapshot`], so that
/// a row costs a few words; figures are computed when they are asked for.
#[derive(Debug, Clone, Copy)]
pub struct NodeUsage<'a> {
    context: Option<&'a str>,
    name: &'a str,
    node: Option<&'a Node>,
    sample: Option<&'a Sample>,
    unknown: Option<UnknownReason>,
    allocated: Option<&'a Allocated>,
    pods_unknown: Option<UnknownReason>,
    base: Base,
}

impl<'a> NodeUsage<'a> {
    /// The kubeconfig context of its cluster; `None` in a pod.
    #[must_use]
    pub fn context(&self) -> Option<&'a str> {
        self.context
    }

    /// The same, of the cluster that a context leads to.
    #[must_use]
    pub fn within(self, context: Option<&'a str>) -> Self {
        Self { context, ..self }
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The end of the interval over which CPU was averaged, and the moment at which memory was read; `None` without a
    /// sample, or where its own can't be read.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.sample.and_then(|sample| sample.timestamp)
    }

    /// The length of the interval over which CPU was averaged; `None` without a sample, or where its own can't be read.
    #[must_use]
    pub fn window(&self) -> Option<SignedDuration> {
        self.sample.and_then(|sample| sample.window)
    }

    /// CPU, in cores.
    #[must_use]
    pub fn cpu(&self) -> Usage {
        self.usage(|resources| resources.cpu)
    }

    /// Memory (the working set), in bytes.
    #[must_use]
    pub fn memory(&self) -> Usage {
        self.usage(|resources| resources.memory)
    }

    /// Swap, in bytes. All of it can be used, so that percent is of capacity in any case.
    #[must_use]
    pub fn swap(&self) -> Usage {
        let used = self.fresh().and_then(|sample| sample.swap.as_deref()).copied();
        let capacity = self.node.and_then(|node| node.swap.as_deref()).copied();
        Usage::of(used, capacity, capacity, self.base)
    }

    /// Whether there is a sample that says something about now.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.fresh().is_some()
    }

    /// What percent of CPU is of, in cores.
    #[must_use]
    pub fn cpu_base(&self) -> Option<Amount> {
        self.cpu().base(self.base)
    }

    /// What percent of memory is of, in bytes.
    #[must_use]
    pub fn memory_base(&self) -> Option<Amount> {
        self.memory().base(self.base)
    }

    /// The greater of both percents; `None` where neither is known.
    #[must_use]
    pub fn most_used(&self) -> Option<Percent> {
        self.cpu().percent.max(self.memory().percent)
    }

    /// Whether the node itself was read, and not only its sample.
    #[must_use]
    pub fn has_node(&self) -> bool {
        self.node.is_some()
    }

    /// Why a use or a percent of this node is unknown; `None` when all are known.
    #[must_use]
    pub fn unknown(&self) -> Option<UnknownReason> {
        self.unknown
    }

    /// What its pods request, and how many they are; `None` where pods were not asked for, or one can't be read.
    #[must_use]
    pub fn demand(&self) -> Option<Demand> {
        self.allocated.map(|allocated| allocated.demand)
    }

    /// How many pods it may hold; `None` when the node can't be read or does not say.
    #[must_use]
    pub fn allocatable_pods(&self) -> Option<Amount> {
        self.node.and_then(|node| node.allocatable_pods)
    }

    /// The extended resources that the node has or its pods request, in the order of their names: what is requested, and
    /// what can be. `None` where the node or the pods can't be read.
    #[must_use]
    pub fn extended(&self) -> Option<Vec<(&'a str, Amount, Amount)>> {
        let (node, allocated) = self.node.zip(self.allocated)?;
        let names: BTreeSet<_> = node.extended.keys().chain(allocated.extended.keys()).collect();
        let amount = |list: &ResourceList, name| list.get(name).copied().unwrap_or_default();
        let of = |name: &'a String| {
            (name.as_str(), amount(&allocated.extended, name), amount(&node.extended, name))
        };
        Some(names.into_iter().map(of).collect())
    }

    /// Why it is unknown what its pods request; `None` where it is known, or nobody asked.
    #[must_use]
    pub fn pods_unknown(&self) -> Option<UnknownReason> {
        self.pods_unknown
    }

    /// Cordoned; `None` when that can't be read.
    #[must_use]
    pub fn unschedulable(&self) -> Option<bool> {
        self.node.and_then(|node| node.unschedulable)
    }

    /// `key=value:effect`; `None` when they can't be read.
    #[must_use]
    pub fn taints(&self) -> Option<&'a [String]> {
        self.node.and_then(|node| node.taints.as_deref())
    }

    /// A label that the query asked for: the node's, or the sample's where the node can't be read.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'a str> {
        let labels = self.node.map(|node| &node.labels).or(self.sample.map(|sample| &sample.labels));
        labels.and_then(|labels| labels.get(key)).map(String::as_str)
    }

    fn fresh(&self) -> Option<&'a Sample> {
        self.sample.filter(|sample| !sample.is_stale)
    }

    fn usage(&self, resource: fn(&Resources) -> Option<Amount>) -> Usage {
        Usage::of(
            self.fresh().and_then(|sample| resource(&sample.usage)),
            self.node.and_then(|node| resource(&node.allocatable)),
            self.node.and_then(|node| resource(&node.capacity)),
            self.base,
        )
    }
}

/// One resource of one node, or of several together. `None` is unknown, never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What is in use.
    pub used: Option<Amount>,
    /// What pods may use.
    pub allocatable: Option<Amount>,
    /// What the machine has.
    pub capacity: Option<Amount>,
    /// `used` of [`Base`].
    pub percent: Option<Percent>,
}

impl Usage {
    /// Computes the percent.
    #[must_use]
    pub fn of(
        used: Option<Amount>,
        allocatable: Option<Amount>,
        capacity: Option<Amount>,
        base: Base,
    ) -> Self {
        let usage = Self { used, allocatable, capacity, percent: None };
        Self { percent: used.zip(usage.base(base)).and_then(|(used, of)| Percent::of(used, of)), ..usage }
    }

    /// What percent is of.
    #[must_use]
    pub fn base(&self, base: Base) -> Option<Amount> {
        match base {
            Base::Allocatable => self.allocatable,
            Base::Capacity => self.capacity,
        }
    }
}

/// What percent is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Base {
    /// What pods may use.
    #[default]
    Allocatable,
    /// What the machine has.
    Capacity,
}

/// Why something is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownReason {
    /// The node has no sample.
    NoMetrics,
    /// The sample has no node.
    NoNode,
    /// The user may not read the node.
    NodesForbidden,
    /// The user may not read pods.
    PodsForbidden,
    /// The user may not read the samples of pods.
    PodMetricsForbidden,
    /// Something of a pod can't be read, be it of this node or nobody knows of which.
    UnreadablePod,
    /// The node says that it can hold nothing, or does not say.
    ZeroAllocatable,
    /// The sample was not renewed for so long that it says nothing about now.
    Stale,
    /// The node's cluster could not be read.
    ClusterFailed,
}

impl UnknownReason {
    /// The word that the formats have for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoMetrics => "NoMetrics",
            Self::NoNode => "NoNode",
            Self::NodesForbidden => "NodesForbidden",
            Self::PodsForbidden => "PodsForbidden",
            Self::PodMetricsForbidden => "PodMetricsForbidden",
            Self::UnreadablePod => "UnreadablePod",
            Self::ZeroAllocatable => "ZeroAllocatable",
            Self::Stale => "Stale",
            Self::ClusterFailed => "ClusterFailed",
        }
    }
}

/// Joins the samples with the nodes, in the order of names. A selector is applied again, since not every provider of
/// `metrics.k8s.io` heeds it: to the node's labels, or to the sample's where the node can't be read.
#[must_use]
pub fn join<'a>(snapshot: &'a Snapshot, selector: Option<&Selector>, base: Base) -> Vec<NodeUsage<'a>> {
    let selected = |labels: &Labels| selector.is_none_or(|selector| selector.matches(labels));
    let sample_alone = match snapshot.nodes_forbidden {
        Some(_) => UnknownReason::NodesForbidden,
        None => UnknownReason::NoNode,
    };
    let mut nodes: Vec<&Node> = snapshot.nodes.iter().collect();
    nodes.sort_by_key(|node| &node.name);
    nodes.dedup_by_key(|node| &node.name);
    let mut samples: Vec<&Sample> = snapshot.samples.iter().collect();
    samples.sort_by_key(|sample| &sample.node);
    samples.dedup_by_key(|sample| &sample.node);
    let mut samples = samples.into_iter().peekable();

    let row = |name: &'a str, node, sample, unknown| {
        let (allocated, pods_unknown) = match (&snapshot.pods, &snapshot.pods_forbidden) {
            (None, None) => (None, None),
            (None, Some(_)) => (None, Some(UnknownReason::PodsForbidden)),
            (Some(pods), _) => match pods.of(name) {
                None => (None, Some(UnknownReason::UnreadablePod)),
                allocated => (allocated, None),
            },
        };
        NodeUsage { context: None, name, node, sample, unknown, allocated, pods_unknown, base }
    };
    let alone = |sample: &'a Sample| {
        let reason = if sample.is_stale { UnknownReason::Stale } else { sample_alone };
        let row = row(&sample.node, None, Some(sample), Some(reason));
        selected(&sample.labels).then_some(row)
    };
    let mut rows = Vec::with_capacity(samples.len().max(nodes.len()));
    for node in nodes {
        while let Some(sample) = samples.next_if(|sample| sample.node < node.name) {
            rows.extend(alone(sample));
        }
        let sample = samples.next_if(|sample| sample.node == node.name);
        if selected(&node.labels) {
            let row = row(&node.name, Some(node), sample, None);
            rows.push(NodeUsage { unknown: missing_figure(&row), ..row });
        }
    }
    rows.extend(samples.filter_map(alone));
    rows
}

/// Why a figure of a node that can be read is missing.
fn missing_figure(row: &NodeUsage<'_>) -> Option<UnknownReason> {
    let (cpu, memory) = (row.cpu(), row.memory());
    if row.sample.is_some_and(|sample| sample.is_stale) {
        Some(UnknownReason::Stale)
    } else if cpu.used.is_none() || memory.used.is_none() {
        Some(UnknownReason::NoMetrics)
    } else if cpu.percent.is_none() || memory.percent.is_none() {
        Some(UnknownReason::ZeroAllocatable)
    } else {
        None
    }
}
