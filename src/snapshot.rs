//! What one reading of a cluster found, before anything is computed from it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::amount::Amount;

/// The labels of an object that the query asked for; the others are dropped while reading.
pub type Labels = BTreeMap<String, String>;

/// One reading of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The samples, in the server's order.
    pub samples: Vec<Sample>,
    /// The nodes that may be read, in the server's order.
    pub nodes: Vec<Node>,
    /// The resource version of the list of nodes, from which a watch goes on; empty without such a list.
    pub nodes_version: String,
    /// The server's own words where the user may not read some or all nodes.
    pub nodes_forbidden: Option<String>,
    /// Names that were asked for and that the server does not have.
    pub missing: Vec<String>,
}

/// The use of one node (`NodeMetrics` of `metrics.k8s.io`).
#[derive(Debug, Clone)]
pub struct Sample {
    /// The node's name.
    pub node: String,
    /// The end of the interval over which CPU was averaged, and the moment at which memory was read.
    pub timestamp: Timestamp,
    /// The length of the interval over which CPU was averaged.
    pub window: SignedDuration,
    /// CPU in cores, memory in bytes.
    pub usage: Resources,
    /// Labels that the metrics API copied from the node.
    pub labels: Labels,
    /// Whether the server has not renewed it for so long that it says nothing about now; only a watch can tell.
    pub is_stale: bool,
}

/// The part of a core/v1 Node that says how much it can hold.
#[derive(Debug, Clone)]
pub struct Node {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.labels`, as far as the query asked for them.
    pub labels: Labels,
    /// `status.allocatable`: what pods may use.
    pub allocatable: Resources,
    /// `status.capacity`: what the machine has.
    pub capacity: Resources,
    /// `spec.unschedulable`: cordoned.
    pub unschedulable: bool,
    /// `spec.taints`, each written as kubectl does: `key=value:effect` or `key:effect`.
    pub taints: Vec<String>,
}

/// CPU in cores and memory in bytes; `None` where the server said nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    /// Cores.
    pub cpu: Option<Amount>,
    /// Bytes.
    pub memory: Option<Amount>,
}
