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

/// The pods of all nodes.
#[derive(Debug, Clone, Default)]
pub struct Pods {
    /// By namespace and name.
    by_name: HashMap<(Box<str>, Box<str>), Kept>,
    nodes: HashMap<Arc<str>, Allocated>,
    /// What all names take, in bytes, about.
    text: usize,
}

/// What must be known of a pod to take it out of the sums again.
#[derive(Debug, Clone)]
struct Kept {
    node: Arc<str>,
    demand: Demand,
    extended: ResourceList,
}

impl Pods {
    /// Takes in a pod, in the place of what it was.
    ///
    /// # Errors
    ///
    /// Says so when the names together are more than fits a small memory.
    pub fn set(&mut self, pod: Pod) -> Result<(), String> {
        self.remove(&pod.namespace, &pod.name);
        let Pod { namespace, name, node, demand, extended } = pod;
        self.text += of_pod(&namespace, &name, &extended);
        let node: Arc<str> = if let Some((node, _)) = self.nodes.get_key_value(node.as_str()) {
            Arc::clone(node)
        } else {
            self.text += of_text(&node);
            node.into()
        };
        let allocated = self.nodes.entry(Arc::clone(&node)).or_default();
        allocated.demand.add(demand);
        add(&mut allocated.extended, &extended);
        self.by_name.insert((namespace.into(), name.into()), Kept { node, demand, extended });
        if self.text > MOST_TEXT {
            return Err(format!("the names of its pods take more than {} MiB", MOST_TEXT >> 20));
        }
        Ok(())
    }

    /// Forgets a pod that is gone or has ended.
    pub fn remove(&mut self, namespace: &str, name: &str) {
        let Some(Kept { node, demand, extended }) = self.by_name.remove(&(namespace.into(), name.into()))
        else {
            return;
        };
        self.text -= of_pod(namespace, name, &extended);
        if let Some(allocated) = self.nodes.get_mut(&node) {
            allocated.demand.subtract(demand);
            for (resource, amount) in extended {
                *allocated.extended.entry(resource).or_default() -= amount;
            }
            allocated.extended.retain(|_, amount| *amount != Amount::ZERO);
            if allocated.demand.pods == 0 {
                self.text -= of_text(&node);
                self.nodes.remove(&node);
            }
        }
    }

    /// What the pods of a node take of it; nothing where it has none.
    #[must_use]
    pub fn of(&self, node: &str) -> &Allocated {
        self.nodes.get(node).unwrap_or(&NOTHING)
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
            node: node.to_owned(),
            demand: Demand::of(&Requirements { requests, limits: ResourceList::new() }),
            extended: list(&[("gpu", "1")]),
        }
    }

    #[test]
    fn sums_follow_pods_that_come_move_and_go() {
        let mut pods = Pods::default();
        for pod in [pod("a", "one", "1"), pod("b", "one", "500m"), pod("a", "one", "2")] {
            pods.set(pod).unwrap();
        }
        let one = pods.of("one");
        assert_eq!((one.demand.pods, one.demand.cpu.requests.millis()), (2, 2_500));
        assert_eq!(one.extended, list(&[("gpu", "2")]));
        pods.set(pod("a", "two", "2")).unwrap();
        pods.remove("dev", "b");
        pods.remove("dev", "never-there");
        assert_eq!((pods.of("one"), pods.of("two").demand.pods), (&NOTHING, 1));
        pods.remove("dev", "a");
        assert_eq!(pods.text, 0);
    }

    #[test]
    fn names_fill_no_large_memory() {
        let megabyte = "x".repeat(1 << 20);
        let mut pods = Pods::default();
        let outcome = (0..100).try_for_each(|index| pods.set(pod(&format!("{index}{megabyte}"), "one", "1")));
        assert_eq!(outcome, Err("the names of its pods take more than 72 MiB".to_owned()));
        assert_eq!(pods.of("one").demand.pods, 72);
    }
}
