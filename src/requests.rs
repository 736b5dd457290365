//! What pods request of nodes, as the scheduler counts it.

mod pods;

use std::collections::BTreeMap;

use crate::{
    amount::{Amount, Percent},
    usage::Usage,
};
pub use pods::{Allocated, Pods};

/// Amounts by the name of the resource: `cpu` in cores, `memory` in bytes, others in their own unit.
pub type ResourceList = BTreeMap<String, Amount>;

/// What a container, or a pod as a whole, requests and is limited to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    /// What is kept for it.
    pub requests: ResourceList,
    /// What it may use.
    pub limits: ResourceList,
}

/// The parts of a pod's spec that say what it requests.
#[derive(Debug, Clone, Default)]
pub struct PodSpec {
    /// `spec.initContainers` in their order; `true` for those that are restarted always and so stay, sidecars.
    pub init_containers: Vec<(Requirements, bool)>,
    /// `spec.containers`.
    pub containers: Vec<Requirements>,
    /// `spec.resources`, of the pod as a whole.
    pub resources: Requirements,
    /// `spec.overhead`, what running any pod of its runtime class takes.
    pub overhead: ResourceList,
}

impl PodSpec {
    /// What is kept for the pod on its node, and what it may use there.
    ///
    /// The rules are those of k8s.io/component-helpers `resource/helpers.go` (`PodRequests`, `PodLimits`) for what the spec
    /// says: as `kubectl describe node` sums it. A resize in place that is under way counts by what it asks for.
    #[must_use]
    pub fn total(&self) -> Requirements {
        let mut requests = self.of_containers(|container| &container.requests);
        overrule(&mut requests, &self.resources.requests);
        add(&mut requests, &self.overhead);
        let mut limits = self.of_containers(|container| &container.limits);
        overrule(&mut limits, &self.resources.limits);
        for (name, amount) in &self.overhead {
            // What is not limited does not become so.
            if let Some(limit) = limits.get_mut(name).filter(|limit| **limit != Amount::default()) {
                *limit += *amount;
            }
        }
        Requirements { requests, limits }
    }

    /// The most that containers take at any time: all that stay together, or an init container beside the sidecars that were
    /// started before it.
    fn of_containers(&self, list: impl Fn(&Requirements) -> &ResourceList) -> ResourceList {
        let mut staying = ResourceList::new();
        for container in &self.containers {
            add(&mut staying, list(container));
        }
        let (mut sidecars, mut initial) = (ResourceList::new(), ResourceList::new());
        for (container, is_sidecar) in &self.init_containers {
            for (name, amount) in list(container) {
                let mut beside = sidecars.get(name).copied().unwrap_or_default();
                beside += *amount;
                let most = initial.entry(name.clone()).or_insert(beside);
                *most = beside.max(*most);
            }
            if *is_sidecar {
                add(&mut staying, list(container));
                add(&mut sidecars, list(container));
            }
        }
        for (name, amount) in initial {
            let most = staying.entry(name).or_insert(amount);
            *most = amount.max(*most);
        }
        staying
    }
}

fn add(list: &mut ResourceList, more: &ResourceList) {
    for (name, amount) in more {
        *list.entry(name.clone()).or_default() += *amount;
    }
}

/// What a pod says as a whole holds in the place of what its containers say, for the resources that may be said so.
fn overrule(list: &mut ResourceList, of_pod: &ResourceList) {
    for (name, amount) in of_pod {
        if name == CPU || name == MEMORY || name.starts_with("hugepages-") {
            list.insert(name.clone(), *amount);
        }
    }
}

const CPU: &str = "cpu";
const MEMORY: &str = "memory";

/// Whether the resource is one that a device or an administrator adds to nodes, as GPUs are (kubectl's `describe node` has
/// the same rule).
#[must_use]
pub fn is_extended(resource: &str) -> bool {
    !matches!(resource, CPU | MEMORY | "ephemeral-storage" | "pods") && !resource.starts_with("hugepages-")
}

/// Whether the resource is one of which sums are made.
#[must_use]
pub fn is_counted(resource: &str) -> bool {
    matches!(resource, CPU | MEMORY) || is_extended(resource)
}

/// A pod that has a node and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// `metadata.namespace`.
    pub namespace: String,
    /// `metadata.name`; empty where it can't be read.
    pub name: String,
    /// `spec.nodeName`; `None` where it can't be read.
    pub node: Option<String>,
    /// What it takes of its node; `None` where something of the pod can't be read.
    pub demand: Option<Demand>,
    /// What it requests of extended resources; most pods do not.
    pub extended: ResourceList,
    /// `status.podIPs`; `None` where they can't be read.
    pub ips: Option<Vec<String>>,
}

impl Pod {
    /// Something on a node that stands for all of its pods; what they take is unknown.
    #[must_use]
    pub fn of(node: &str) -> Self {
        Self {
            namespace: String::new(),
            name: node.to_owned(),
            node: Some(node.to_owned()),
            demand: None,
            extended: ResourceList::new(),
            ips: None,
        }
    }
}

/// What one or more pods request and are limited to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    /// How many pods.
    pub pods: usize,
    /// CPU in cores.
    pub cpu: Asked,
    /// Memory in bytes.
    pub memory: Asked,
}

/// What is kept of a resource, and how far its users may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// The sum of the requests.
    pub requests: Amount,
    /// The sum of the limits; who has none adds nothing.
    pub limits: Amount,
}

impl Asked {
    /// What is left to schedule of what can be allocated; less than nothing where more is requested.
    #[must_use]
    pub fn free(self, usage: Usage) -> Option<Amount> {
        usage.allocatable.map(|allocatable| allocatable - self.requests)
    }

    /// The percent of what is requested that is in use; `None` where nothing is.
    #[must_use]
    pub fn used(self, usage: Usage) -> Option<Percent> {
        usage.used.and_then(|used| Percent::of(used, self.requests))
    }
}

impl Demand {
    /// That of one pod.
    #[must_use]
    pub fn of(total: &Requirements) -> Self {
        let asked = |name| {
            let amount = |list: &ResourceList| list.get(name).copied().unwrap_or_default();
            Asked { requests: amount(&total.requests), limits: amount(&total.limits) }
        };
        Self { pods: 1, cpu: asked(CPU), memory: asked(MEMORY) }
    }

    /// The number of pods as an amount.
    #[must_use]
    pub fn count(self) -> Amount {
        Amount::from_whole(i64::try_from(self.pods).unwrap_or(i64::MAX))
    }

    fn add(&mut self, other: Self) {
        self.pods += other.pods;
        for (asked, more) in [(&mut self.cpu, other.cpu), (&mut self.memory, other.memory)] {
            asked.requests += more.requests;
            asked.limits += more.limits;
        }
    }

    fn subtract(&mut self, other: Self) {
        self.pods -= other.pods;
        for (asked, less) in [(&mut self.cpu, other.cpu), (&mut self.memory, other.memory)] {
            asked.requests -= less.requests;
            asked.limits -= less.limits;
        }
    }
}

impl std::iter::Sum for Demand {
    fn sum<I: Iterator<Item = Self>>(demands: I) -> Self {
        demands.fold(Self::default(), |mut sum, demand| {
            sum.add(demand);
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(amounts: &[(&str, &str)]) -> ResourceList {
        let amount = |text: &str| Amount::from_quantity(&text.parse().unwrap()).unwrap();
        amounts.iter().map(|(name, text)| ((*name).to_owned(), amount(text))).collect()
    }

    fn requests(amounts: &[(&str, &str)]) -> Requirements {
        Requirements { requests: list(amounts), limits: ResourceList::new() }
    }

    #[test]
    fn init_containers_count_beside_the_sidecars_before_them() {
        let spec = PodSpec {
            init_containers: vec![
                (requests(&[("cpu", "1"), ("memory", "1Gi")]), false),
                (requests(&[("cpu", "500m")]), true),
                (requests(&[("cpu", "2")]), false),
                (requests(&[("cpu", "100m")]), true),
            ],
            containers: vec![requests(&[("cpu", "1")]), requests(&[("cpu", "300m"), ("memory", "1Mi")])],
            ..PodSpec::default()
        };
        // The third one and the first sidecar: 2.5; all that stay: 1.9.
        assert_eq!(spec.total().requests, list(&[("cpu", "2500m"), ("memory", "1Gi")]));
    }

    #[test]
    fn a_pod_as_a_whole_overrules_its_containers_and_overhead_comes_on_top() {
        let container = Requirements {
            requests: list(&[("cpu", "1"), ("example.com/a", "2")]),
            limits: list(&[("cpu", "2"), ("memory", "0")]),
        };
        let spec = PodSpec {
            containers: vec![container],
            resources: requests(&[("cpu", "3"), ("example.com/a", "9")]),
            overhead: list(&[("cpu", "250m"), ("memory", "10Mi")]),
            ..PodSpec::default()
        };
        let total = spec.total();
        assert_eq!(total.requests, list(&[("cpu", "3250m"), ("memory", "10Mi"), ("example.com/a", "2")]));
        assert_eq!(total.limits, list(&[("cpu", "2250m"), ("memory", "0")]));
    }
}
