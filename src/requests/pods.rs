//! The pods of all nodes, with their sums kept beside them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Asked, Demand, Pod, ResourceList, add};
use crate::amount::Amount;

/// What the pods of one node take of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocated {
    /// CPU, memory, and how many pods.
    pub demand: Demand,
    /// The requests of extended resources.
    pub extended: ResourceList,
}

static NOTHING: Allocated = Allocated {
    demand: Demand {
        pods: 0,
        cpu: Asked { requests: Amount::ZERO, limits: Amount::ZERO },
        memory: Asked { requests: Amount::ZERO, limits: Amount::ZERO },
    },
    extended: BTreeMap::new(),
};

/// The most that the names of pods, of their nodes and of extended resources may take together. Those of 150,000 pods take
/// some 20 MiB.
const MOST_TEXT: usize = 72 << 20;

/// What a text takes beside its bytes.
const BESIDE_BYTES: usize = 16;

/// The pods of all nodes. Where one of them can't be read, it is unknown what is taken of its node.
#[derive(Debug, Clone, Default)]
pub struct Pods {
    /// By namespace and name.
    by_name: HashMap<(Box<str>, Box<str>), Kept>,
    nodes: HashMap<Arc<str>, OfNode>,
    /// How many pods can't be read so far that their node is known.
    anywhere: usize,
    /// What all names take, in bytes, about.
    text: usize,
}

#[derive(Debug, Clone, Default)]
struct OfNode {
    allocated: Allocated,
    /// How many of its pods can't be read.
    unreadable: usize,
}

/// What must be known of a pod to take it out of the sums again.
#[derive(Debug, Clone)]
struct Kept {
    node: Option<Arc<str>>,
    demand: Option<Demand>,
    extended: ResourceList,
}

impl Pods {
    /// Takes in a pod, in the place of what it was. One without a name stays for ever.
    ///
    /// # Errors
    ///
    /// Says so when the names together are more than fits a small memory.
    pub fn set(&mut self, pod: Pod) -> Result<(), String> {
        self.remove(&pod.namespace, &pod.name);
        let Pod { namespace, name, node, demand, extended, .. } = pod;
        let node = node.map(|node| self.place(&node));
        match (&node, demand) {
            (None, _) => self.anywhere += 1,
            (Some(node), demand) => {
                let of_node = self.nodes.entry(Arc::clone(node)).or_default();
                match demand {
                    None => of_node.unreadable += 1,
                    Some(demand) => of_node.allocated.demand.add(demand),
                }
                add(&mut of_node.allocated.extended, &extended);
            }
        }
        if !name.is_empty() {
            self.text += of_pod(&namespace, &name, &extended);
            self.by_name.insert((namespace.into(), name.into()), Kept { node, demand, extended });
        }
        if self.text > MOST_TEXT {
            return Err(format!("the names of its pods take more than {} MiB", MOST_TEXT >> 20));
        }
        Ok(())
    }

    /// The name of a node, kept once for all of its pods.
    fn place(&mut self, node: &str) -> Arc<str> {
        if let Some((node, _)) = self.nodes.get_key_value(node) {
            return Arc::clone(node);
        }
        self.text += of_text(node);
        node.into()
    }

    /// Forgets a pod that is gone or has ended.
    pub fn remove(&mut self, namespace: &str, name: &str) {
        let Some(Kept { node, demand, extended }) = self.by_name.remove(&(namespace.into(), name.into()))
        else {
            return;
        };
        self.text -= of_pod(namespace, name, &extended);
        let Some(node) = node else {
            self.anywhere -= 1;
            return;
        };
        if let Some(OfNode { allocated, unreadable }) = self.nodes.get_mut(&node) {
            match demand {
                None => *unreadable -= 1,
                Some(demand) => allocated.demand.subtract(demand),
            }
            for (resource, amount) in extended {
                *allocated.extended.entry(resource).or_default() -= amount;
            }
            allocated.extended.retain(|_, amount| *amount != Amount::ZERO);
            if allocated.demand.pods == 0 && *unreadable == 0 {
                self.text -= of_text(&node);
                self.nodes.remove(&node);
            }
        }
    }

    /// What the pods of a node take of it, nothing where it has none; `None` where that is unknown, since one of them can't
    /// be read.
    #[must_use]
    pub fn of(&self, node: &str) -> Option<&Allocated> {
        match self.nodes.get(node) {
            _ if self.anywhere > 0 => None,
            None => Some(&NOTHING),
            Some(of_node) => Some(&of_node.allocated).filter(|_| of_node.unreadable == 0),
        }
    }

    /// How many pods can't be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.anywhere + self.nodes.values().map(|of_node| of_node.unreadable).sum::<usize>()
    }

    /// Whether it is known of a pod that it can't be read.
    #[must_use]
    pub fn is_unreadable(&self, namespace: &str, name: &str) -> bool {
        let kept = self.by_name.get(&(namespace.into(), name.into()));
        kept.is_some_and(|kept| kept.node.is_none() || kept.demand.is_none())
    }
}

/// What the texts of a pod take. Resources stand in the sums of its node, too.
fn of_pod(namespace: &str, name: &str, extended: &ResourceList) -> usize {
    let resources = extended.keys().map(|resource| 2 * (of_text(resource) + size_of::<(String, Amount)>()));
    of_text(namespace) + of_text(name) + resources.sum::<usize>()
}

fn of_text(text: &str) -> usize {
    text.len() + BESIDE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Requirements;

    fn list(amounts: &[(&str, &str)]) -> ResourceList {
        let amount = |text: &str| Amount::from_quantity(&text.parse().unwrap()).unwrap();
        amounts.iter().map(|(name, text)| ((*name).to_owned(), amount(text))).collect()
    }

    fn pod(name: &str, node: &str, cpu: &str) -> Pod {
        let requests = list(&[("cpu", cpu)]);
        Pod {
            namespace: "dev".to_owned(),
            name: name.to_owned(),
            node: Some(node.to_owned()),
            demand: Some(Demand::of(&Requirements { requests, limits: ResourceList::new() })),
            extended: list(&[("gpu", "1")]),
            ips: None,
        }
    }

    fn unreadable(name: &str, node: Option<&str>) -> Pod {
        let node = node.map(str::to_owned);
        Pod { node, demand: None, extended: ResourceList::new(), ..pod(name, "", "1") }
    }

    #[test]
    fn sums_follow_pods_that_come_move_and_go() {
        let mut pods = Pods::default();
        for pod in [pod("a", "one", "1"), pod("b", "one", "500m"), pod("a", "one", "2")] {
            pods.set(pod).unwrap();
        }
        let one = pods.of("one").unwrap();
        assert_eq!((one.demand.pods, one.demand.cpu.requests.millis()), (2, 2_500));
        assert_eq!(one.extended, list(&[("gpu", "2")]));
        pods.set(pod("a", "two", "2")).unwrap();
        pods.remove("dev", "b");
        pods.remove("dev", "never-there");
        assert_eq!((pods.of("one").unwrap(), pods.of("two").unwrap().demand.pods), (&NOTHING, 1));
        pods.remove("dev", "a");
        assert_eq!((pods.text, pods.nodes.len()), (0, 0));
    }

    #[test]
    fn what_is_taken_is_unknown_until_a_pod_that_can_not_be_read_changes_or_goes() {
        let count = |pods: &Pods, node: &str| pods.of(node).map(|of_node| of_node.demand.pods);
        let mut pods = Pods::default();
        pods.set(pod("a", "one", "1")).unwrap();
        pods.set(unreadable("b", Some("one"))).unwrap();
        assert_eq!((count(&pods, "one"), count(&pods, "two")), (None, Some(0)));
        assert!(pods.is_unreadable("dev", "b") && !pods.is_unreadable("dev", "a"));
        pods.set(pod("b", "one", "1")).unwrap();
        assert_eq!(count(&pods, "one"), Some(2));
        pods.set(unreadable("b", None)).unwrap();
        assert_eq!((count(&pods, "one"), count(&pods, "two")), (None, None));
        pods.remove("dev", "b");
        assert_eq!((count(&pods, "one"), count(&pods, "two")), (Some(1), Some(0)));
        pods.set(unreadable("", Some("two"))).unwrap();
        pods.set(unreadable("", Some("three"))).unwrap();
        assert_eq!((count(&pods, "two"), count(&pods, "three")), (None, None));
    }

    #[test]
    fn names_fill_no_large_memory() {
        let megabyte = "x".repeat(1 << 20);
        let mut pods = Pods::default();
        let outcome = (0..100).try_for_each(|index| pods.set(pod(&format!("{index}{megabyte}"), "one", "1")));
        assert_eq!(outcome, Err("the names of its pods take more than 72 MiB".to_owned()));
        assert_eq!(pods.by_name.len(), 72);
    }
}
