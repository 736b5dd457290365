//! The join of samples and nodes: use, percent, and why something is unknown.

use std::{collections::HashMap, fmt};

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::{Amount, Percent},
    selector::Selector,
    snapshot::{Labels, Node, Resources, Sample, Snapshot},
};

/// The use of one node, beside what it can hold.
#[derive(Debug, Clone, Default)]
pub struct NodeUsage {
    /// The node's name.
    pub node: String,
    /// The end of the interval over which CPU was averaged, and the moment at which memory was read.
    pub timestamp: Option<Timestamp>,
    /// The length of the interval over which CPU was averaged.
    pub window: Option<SignedDuration>,
    /// CPU, in cores.
    pub cpu: Usage,
    /// Memory (the working set), in bytes.
    pub memory: Usage,
    /// Why a use or a percent of this node is unknown; `None` when all are known.
    pub unknown: Option<UnknownReason>,
    /// Cordoned; `None` when the node can't be read.
    pub unschedulable: Option<bool>,
    /// `key=value:effect`; `None` when the node can't be read.
    pub taints: Option<Vec<String>>,
    /// The labels that were asked for.
    pub labels: Labels,
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
    /// The node says that it can hold nothing, or does not say.
    ZeroAllocatable,
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Joins the samples with the nodes, in the order of names. A selector is applied again, since not every provider of
/// `metrics.k8s.io` heeds it: to the node's labels, or to the sample's where the node can't be read.
#[must_use]
pub fn join(snapshot: Snapshot, selector: Option<&Selector>, base: Base) -> Vec<NodeUsage> {
    let selected = |labels: &Labels| selector.is_none_or(|selector| selector.matches(labels));
    let sample_alone = match snapshot.nodes_forbidden {
        Some(_) => UnknownReason::NodesForbidden,
        None => UnknownReason::NoNode,
    };
    let mut samples: HashMap<String, Sample> =
        snapshot.samples.into_iter().map(|sample| (sample.node.clone(), sample)).collect();
    let mut rows = Vec::with_capacity(samples.len().max(snapshot.nodes.len()));
    for node in snapshot.nodes {
        let sample = samples.remove(&node.name);
        if selected(&node.labels) {
            rows.push(of_node(node, sample.as_ref(), base));
        }
    }
    rows.extend(
        samples
            .into_values()
            .filter(|sample| selected(&sample.labels))
            .map(|sample| of_sample(sample, sample_alone)),
    );
    rows.sort_by(|a, b| a.node.cmp(&b.node));
    rows.dedup_by(|a, b| a.node == b.node);
    rows
}

fn of_node(node: Node, sample: Option<&Sample>, base: Base) -> NodeUsage {
    let used = sample.map(|sample| sample.usage).unwrap_or_default();
    let usage = |resource: fn(&Resources) -> Option<Amount>| {
        let (allocatable, capacity) = (resource(&node.allocatable), resource(&node.capacity));
        Usage::of(resource(&used), allocatable, capacity, base)
    };
    let (cpu, memory) = (usage(|resources| resources.cpu), usage(|resources| resources.memory));
    let unknown = if cpu.used.is_none() || memory.used.is_none() {
        Some(UnknownReason::NoMetrics)
    } else if cpu.percent.is_none() || memory.percent.is_none() {
        Some(UnknownReason::ZeroAllocatable)
    } else {
        None
    };
    NodeUsage {
        node: node.name,
        timestamp: sample.map(|sample| sample.timestamp),
        window: sample.map(|sample| sample.window),
        cpu,
        memory,
        unknown,
        unschedulable: Some(node.unschedulable),
        taints: Some(node.taints),
        labels: node.labels,
    }
}

fn of_sample(sample: Sample, reason: UnknownReason) -> NodeUsage {
    let used = |used| Usage { used, ..Usage::default() };
    NodeUsage {
        node: sample.node,
        timestamp: Some(sample.timestamp),
        window: Some(sample.window),
        cpu: used(sample.usage.cpu),
        memory: used(sample.usage.memory),
        unknown: Some(reason),
        unschedulable: None,
        taints: None,
        labels: sample.labels,
    }
}
