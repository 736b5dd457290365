//! The use of the pods of one node, beside what they request and what the node can hold.

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::Amount,
    report::Sortable,
    requests::{Demand, Pod},
    snapshot::{Node, NodePods, PodSample, Resources},
    usage::{Base, UnknownReason, Usage},
};

/// The use of one pod: what was read of it, joined. It borrows from what was read.
#[derive(Debug, Clone, Copy)]
pub struct PodUsage<'a> {
    pod: &'a Pod,
    node_name: &'a str,
    node: Option<&'a Node>,
    sample: Option<&'a PodSample>,
    /// Why it has no sample, where it has none, ...
    unmeasured: UnknownReason,
    /// ... and why its node can't be read, where it can't be.
    unplaced: UnknownReason,
    base: Base,
}

impl<'a> PodUsage<'a> {
    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        &self.pod.namespace
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.pod.name
    }

    /// The name of its node.
    #[must_use]
    pub fn node(&self) -> &'a str {
        self.node_name
    }

    /// Its IP addresses; none where it has none yet, `None` where they can't be read.
    #[must_use]
    pub fn ips(&self) -> Option<&'a [String]> {
        self.pod.ips.as_deref()
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

    /// CPU, in cores; of what the node can hold.
    #[must_use]
    pub fn cpu(&self) -> Usage {
        self.usage(|resources| resources.cpu)
    }

    /// Memory (the working set), in bytes; of what the node can hold.
    #[must_use]
    pub fn memory(&self) -> Usage {
        self.usage(|resources| resources.memory)
    }

    /// What it requests and is limited to; `None` where something of it can't be read.
    #[must_use]
    pub fn demand(&self) -> Option<Demand> {
        self.pod.demand
    }

    /// Why a use or a percent is unknown; `None` when all are known.
    #[must_use]
    pub fn unknown(&self) -> Option<UnknownReason> {
        let (cpu, memory) = (self.cpu(), self.memory());
        if self.sample.is_none() {
            Some(self.unmeasured)
        } else if cpu.used.is_none() || memory.used.is_none() {
            Some(UnknownReason::NoMetrics)
        } else if self.node.is_none() {
            Some(self.unplaced)
        } else if cpu.percent.is_none() || memory.percent.is_none() {
            Some(UnknownReason::ZeroAllocatable)
        } else {
            None
        }
    }

    /// Why it is unknown what it requests; `None` when it is known.
    #[must_use]
    pub fn requests_unknown(&self) -> Option<UnknownReason> {
        self.pod.demand.is_none().then_some(UnknownReason::UnreadablePod)
    }

    fn usage(&self, resource: fn(&Resources) -> Option<Amount>) -> Usage {
        Usage::of(
            self.sample.and_then(|sample| resource(&sample.usage)),
            self.node.and_then(|node| resource(&node.allocatable)),
            self.node.and_then(|node| resource(&node.capacity)),
            self.base,
        )
    }
}

impl Sortable for PodUsage<'_> {
    fn name(&self) -> impl Ord + '_ {
        (self.namespace(), self.name())
    }

    fn cpu(&self) -> Usage {
        self.cpu()
    }

    fn memory(&self) -> Usage {
        self.memory()
    }
}

/// Joins the pods of a node with their samples, in the order of namespaces and names.
#[must_use]
pub fn join<'a>(read: &'a NodePods, node_name: &'a str, base: Base) -> Vec<PodUsage<'a>> {
    let mut pods: Vec<&Pod> = read.pods.iter().collect();
    pods.sort_by_key(|pod| (&pod.namespace, &pod.name));
    pods.dedup_by_key(|pod| (&pod.namespace, &pod.name));
    let mut samples: Vec<&PodSample> = read.samples.iter().collect();
    samples.sort_by_key(|sample| (&sample.namespace, &sample.name));
    let unmeasured = match read.samples_forbidden {
        Some(_) => UnknownReason::PodMetricsForbidden,
        None => UnknownReason::NoMetrics,
    };
    let unplaced = match read.node_forbidden {
        Some(_) => UnknownReason::NodesForbidden,
        None => UnknownReason::NoNode,
    };
    let row = |pod: &'a Pod| {
        let key = (&pod.namespace, &pod.name);
        let found = samples.binary_search_by_key(&key, |sample| (&sample.namespace, &sample.name));
        let sample = found.ok().map(|at| samples[at]);
        PodUsage { pod, node_name, node: read.node.as_ref(), sample, unmeasured, unplaced, base }
    };
    pods.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::{SortKey, sort},
        snapshot::Labels,
    };

    fn resources(cpu: &str, memory: &str) -> Resources {
        let amount = |text: &str| text.parse().ok().and_then(|quantity| Amount::from_quantity(&quantity));
        Resources { cpu: amount(cpu), memory: amount(memory) }
    }

    fn node(allocatable: Resources) -> Node {
        Node {
            name: "one".to_owned(),
            labels: Labels::new(),
            allocatable,
            capacity: allocatable,
            allocatable_pods: None,
            extended: [].into(),
            swap: None,
            unschedulable: Some(false),
            taints: Some(Vec::new()),
        }
    }

    fn pod(namespace: &str, name: &str) -> Pod {
        Pod {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            node: Some("one".to_owned()),
            demand: Some(Demand::default()),
            extended: [].into(),
            ips: Some(Vec::new()),
        }
    }

    fn sample(namespace: &str, name: &str, usage: Resources) -> PodSample {
        PodSample { namespace: namespace.to_owned(), name: name.to_owned(), usage, ..PodSample::default() }
    }

    /// Pods a to c, of which b uses the most memory and c is not measured; and a pod of a's name elsewhere.
    fn read() -> NodePods {
        NodePods {
            node: Some(node(resources("4", "8Gi"))),
            pods: vec![pod("dev", "c"), pod("dev", "a"), pod("dev", "b"), pod("dev", "a"), pod("ops", "a")],
            samples: vec![
                sample("ops", "a", resources("1", "1Gi")),
                sample("dev", "a", resources("2", "1Gi")),
                sample("dev", "b", resources("1", "6Gi")),
            ],
            ..NodePods::default()
        }
    }

    #[test]
    fn pods_are_joined_by_namespace_and_name_and_the_most_used_can_come_first() {
        let read = read();
        let mut rows = join(&read, "one", Base::Allocatable);
        let names = |rows: &[PodUsage<'_>]| -> Vec<String> {
            rows.iter().map(|row| format!("{}/{}", row.namespace(), row.name())).collect()
        };
        assert_eq!(names(&rows), ["dev/a", "dev/b", "dev/c", "ops/a"]);
        assert_eq!(rows[0].cpu().percent.unwrap().rounded(0), 50);
        sort(&mut rows, SortKey::MostUsed, false);
        assert_eq!(names(&rows), ["dev/b", "dev/a", "ops/a", "dev/c"]);
    }

    #[test]
    fn each_unknown_has_its_reason() {
        use UnknownReason as U;
        let reasons = |read: &NodePods| {
            join(read, "one", Base::Allocatable).iter().map(PodUsage::unknown).collect::<Vec<_>>()
        };
        let forbidden = Some("no".to_owned());
        assert_eq!(reasons(&read()), [None, None, Some(U::NoMetrics), None]);
        let unmeasured = NodePods { samples: Vec::new(), samples_forbidden: forbidden.clone(), ..read() };
        assert_eq!(reasons(&unmeasured), [Some(U::PodMetricsForbidden); 4]);
        let partly = NodePods { samples: vec![sample("dev", "a", resources("1", ""))], ..read() };
        assert_eq!(reasons(&partly), [Some(U::NoMetrics); 4]);
        let without_node = NodePods { node: None, node_forbidden: forbidden, ..read() };
        assert_eq!(
            reasons(&without_node)[..3],
            [Some(U::NodesForbidden), Some(U::NodesForbidden), Some(U::NoMetrics)]
        );
        let nameless = NodePods { node: None, ..read() };
        assert_eq!(reasons(&nameless)[0], Some(U::NoNode));
        let full = NodePods { node: Some(node(resources("0", "8Gi"))), ..read() };
        assert_eq!(reasons(&full)[0], Some(U::ZeroAllocatable));
        let mut unreadable = read();
        unreadable.pods[0].demand = None;
        let requests: Vec<_> =
            join(&unreadable, "one", Base::Allocatable).iter().map(PodUsage::requests_unknown).collect();
        assert_eq!(requests, [None, None, Some(U::UnreadablePod), None]);
    }
}
