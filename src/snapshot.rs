//! What one reading of a cluster found, before anything is computed from it.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::Amount,
    requests::{Pod, Pods, ResourceList},
    visible::shortened,
};

/// A sample may be this old at least before it is stale; providers of metrics renew theirs every 15 to 60 seconds.
pub const STALE_AFTER: Duration = Duration::from_mins(5);

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
    /// The pods; `None` where nobody asked for them, or they may not be read.
    pub pods: Option<Pods>,
    /// The resource version of the list of pods.
    pub pods_version: String,
    /// The server's own words where the user may not read pods.
    pub pods_forbidden: Option<String>,
    /// Names that were asked for and that the server does not have.
    pub missing: Vec<String>,
    /// Objects of which something can't be read.
    pub unreadable: Unreadable,
}

/// Objects of which something can't be read. What can be is in the snapshot all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// How many there are.
    pub count: usize,
    /// What is wrong with the first of them, each with the object's name where it has one. A server can send so many
    /// that a screen is full of them.
    pub first: Vec<String>,
}

impl Unreadable {
    /// The most of which it is kept what is wrong.
    pub const MOST_KEPT: usize = 5;

    /// The most characters that are kept of each.
    pub const LONGEST: usize = 1_000;

    /// Counts one more.
    pub fn add(&mut self, problem: &str) {
        self.count += 1;
        if self.first.len() < Self::MOST_KEPT {
            self.first.push(shortened(problem, Self::LONGEST).into_owned());
        }
    }

    /// These and the others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.count += others.count;
        self.first.extend(others.first);
        self.first.truncate(Self::MOST_KEPT);
        self
    }
}

impl Snapshot {
    /// The pods alone, which are then gone from here.
    #[must_use]
    pub fn take_pods(&mut self) -> Self {
        Self {
            pods: self.pods.take(),
            pods_version: std::mem::take(&mut self.pods_version),
            pods_forbidden: self.pods_forbidden.take(),
            ..Self::default()
        }
    }

    /// This one, with the pods of another.
    #[must_use]
    pub fn with_pods_of(self, Self { pods, pods_version, pods_forbidden, .. }: Self) -> Self {
        Self { pods, pods_version, pods_forbidden, ..self }
    }
}

/// The use of one node (`NodeMetrics` of `metrics.k8s.io`).
#[derive(Debug, Clone)]
pub struct Sample {
    /// The node's name.
    pub node: String,
    /// The end of the interval over which CPU was averaged, and the moment at which memory was read; `None` where the
    /// server's can't be read.
    pub timestamp: Option<Timestamp>,
    /// The length of the interval over which CPU was averaged; `None` where the server's can't be read.
    pub window: Option<SignedDuration>,
    /// CPU in cores, memory in bytes.
    pub usage: Resources,
    /// Swap in bytes; `None` where the sample says nothing of it. In a box, since few samples do.
    pub swap: Option<Box<Amount>>,
    /// Labels that the metrics API copied from the node.
    pub labels: Labels,
    /// Whether the server has not renewed it for so long that it says nothing about now; only a watch can tell.
    pub is_stale: bool,
}

/// One reading of the pods of a node.
#[derive(Debug, Clone, Default)]
pub struct NodePods {
    /// The node; `None` where the user may not read it, or not even its name can be read.
    pub node: Option<Node>,
    /// The server's own words where the user may not read the node.
    pub node_forbidden: Option<String>,
    /// The pods that have a name, in the server's order.
    pub pods: Vec<Pod>,
    /// The samples of these pods, in the server's order.
    pub samples: Vec<PodSample>,
    /// The server's own words where the user may not read samples.
    pub samples_forbidden: Option<String>,
    /// Objects of which something can't be read.
    pub unreadable: Unreadable,
}

/// The use of one pod (`PodMetrics` of `metrics.k8s.io`).
#[derive(Debug, Clone, Default)]
pub struct PodSample {
    /// `metadata.namespace`.
    pub namespace: String,
    /// `metadata.name`; empty where it can't be read.
    pub name: String,
    /// As of a [`Sample`].
    pub timestamp: Option<Timestamp>,
    /// As of a [`Sample`].
    pub window: Option<SignedDuration>,
    /// CPU in cores, memory in bytes, of all containers together.
    pub usage: Resources,
    /// What of it can't be read.
    pub problem: Option<String>,
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
    /// `status.nodeInfo.swap.capacity`, in bytes; `None` where the node says nothing of swap, which most have not. In a box,
    /// as that of a sample.
    pub swap: Option<Box<Amount>>,
    /// `status.allocatable` of `pods`: how many it may hold; `None` where the server said nothing.
    pub allocatable_pods: Option<Amount>,
    /// `status.allocatable` of extended resources, such as GPUs.
    pub extended: ResourceList,
    /// `spec.unschedulable`: cordoned; `None` where that can't be read.
    pub unschedulable: Option<bool>,
    /// `spec.taints`, each written as kubectl does: `key=value:effect` or `key:effect`; `None` where they can't
    /// be read.
    pub taints: Option<Vec<String>>,
}

/// CPU in cores and memory in bytes; `None` where the server said nothing, or nothing that can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    /// Cores.
    pub cpu: Option<Amount>,
    /// Bytes.
    pub memory: Option<Amount>,
}
