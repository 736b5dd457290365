//! core/v1 Nodes and `metrics.k8s.io` NodeMetrics, reduced to what is needed of them.

mod json;
mod maps;
mod pod;
mod pod_metrics;
mod protobuf;

use std::{collections::BTreeSet, fmt::Display};

use crate::{
    amount::Amount,
    client::Encoded,
    quantity::Quantity,
    requests::ResourceList,
    snapshot::{Labels, Node, Resources, Sample},
    visible::shortened,
};

pub use pod::{name, pod};
pub use pod_metrics::pod_sample;

/// An object, as far as it can be read.
#[derive(Debug)]
pub struct Partial<T> {
    /// The object without what can't be read; `None` when not even its name can be.
    pub object: Option<T>,
    /// What can't be read, and of which object; `None` when all could be.
    pub problem: Option<String>,
}

/// Reads a Node, with the labels that are wanted.
///
/// # Errors
///
/// Says what is wrong when the bytes are damaged so much that what comes after them can't be trusted either.
pub fn node(object: Encoded<'_>, wanted: &BTreeSet<&str>) -> Result<Partial<Node>, String> {
    match object {
        Encoded::Json(json) => json::node(json, wanted),
        Encoded::Protobuf(bytes) => Ok(protobuf::node(bytes, wanted)),
    }
}

/// Reads a NodeMetrics, with the labels that are wanted.
///
/// # Errors
///
/// As [`node`].
pub fn sample(object: Encoded<'_>, wanted: &BTreeSet<&str>) -> Result<Partial<Sample>, String> {
    match object {
        Encoded::Json(json) => json::sample(json, wanted),
        Encoded::Protobuf(bytes) => Ok(protobuf::sample(bytes, wanted)),
    }
}

/// Reads the `metadata.resourceVersion` of any object; empty where it has none.
///
/// # Errors
///
/// Says why the object can't be read.
pub fn resource_version(object: Encoded<'_>) -> Result<String, String> {
    match object {
        Encoded::Json(json) => json::resource_version(json),
        Encoded::Protobuf(bytes) => protobuf::resource_version(bytes),
    }
}

/// Reads the name and all labels of a Node or a NodeMetrics, and nothing else.
///
/// # Errors
///
/// Says what is wrong with the object.
pub fn metadata(object: Encoded<'_>) -> Result<(String, Labels), String> {
    match object {
        Encoded::Json(json) => json::metadata(json),
        Encoded::Protobuf(bytes) => protobuf::metadata(bytes),
    }
}

impl Node {
    /// A node of which nothing else is known.
    fn named(name: String) -> Self {
        let labels = Labels::new();
        let (allocatable, capacity) = (Resources::default(), Resources::default());
        Self {
            name,
            labels,
            allocatable,
            capacity,
            swap: None,
            allocatable_pods: None,
            extended: ResourceList::new(),
            unschedulable: None,
            taints: None,
        }
    }
}

impl Sample {
    /// A sample of which nothing else is known.
    fn named(node: String) -> Self {
        Self {
            node,
            timestamp: None,
            window: None,
            usage: Resources::default(),
            swap: None,
            labels: Labels::new(),
            is_stale: false,
        }
    }
}

/// Names of objects and keys of labels are no longer (apimachinery `pkg/util/validation`: a DNS subdomain, and a prefix,
/// a slash and a name).
const LONGEST_NAME: usize = 253;
const LONGEST_KEY: usize = LONGEST_NAME + 1 + LONGEST_VALUE;

/// Values of labels and taints are no longer.
const LONGEST_VALUE: usize = 63;

/// More taints than any node has.
const MOST_TAINTS: usize = 1_000;

/// Swap in the usage of a sample (k8s.io/kubectl `pkg/metricsutil`).
const SWAP: &str = "swap";

/// How much of a text that can't be read is shown.
const LONGEST_SHOWN: usize = 100;

/// Collects what is wrong with one object.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    /// The value, or nothing with a note of what is wrong with what.
    fn read<T>(&mut self, what: impl Display, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|problem| self.0.push(format!("{what}: {problem}"))).ok()
    }

    /// The object of that name with all that is wrong with it; no object where that is no name.
    fn partial<T>(mut self, name: String, object: impl FnOnce(String) -> T) -> Partial<T> {
        let is_name = (1..=LONGEST_NAME).contains(&name.len());
        if name.is_empty() {
            self.0.push("it has no name".to_owned());
        } else if !is_name {
            self.0.push(format!("its name is longer than {LONGEST_NAME} bytes"));
        }
        let shown = shortened(&name, LONGEST_SHOWN);
        let problem = (!self.0.is_empty()).then(|| format!("node {shown:?}: {}", self.0.join("; ")));
        Partial { object: is_name.then(|| object(name)), problem }
    }

    /// All that is wrong with a pod, or with the sample of one; `None` where nothing is.
    fn of_pod(mut self, namespace: &str, name: &str) -> Option<String> {
        self.read("namespace", within(LONGEST_VALUE, namespace));
        self.read("name", within(LONGEST_NAME, name));
        if name.is_empty() {
            self.0.push("it has no name".to_owned());
        }
        (!self.0.is_empty()).then(|| {
            let name = format!("{namespace}/{name}");
            format!("pod {:?}: {}", shortened(&name, LONGEST_SHOWN), self.0.join("; "))
        })
    }

    fn labels<'a>(
        &mut self,
        wanted: &BTreeSet<&str>,
        value: impl Fn(&str) -> Option<Result<&'a str, String>>,
    ) -> Labels {
        let mut labels = Labels::new();
        for &key in wanted {
            let Some(value) = value(key) else { continue };
            let bounded = value.and_then(|value| at_most(LONGEST_VALUE, value));
            labels
                .extend(self.read(format_args!("label {key}"), bounded).map(|value| (key.to_owned(), value)));
        }
        labels
    }

    /// The taints as kubectl writes them.
    fn taints<'a>(&mut self, taints: impl Iterator<Item = [&'a str; 3]>) -> Option<Vec<String>> {
        let texts = taints.enumerate().map(|(index, taint)| match index {
            0..MOST_TAINTS => taint_text(taint),
            _ => Err(format!("there are more than {MOST_TAINTS}")),
        });
        self.read("taints", texts.collect())
    }
}

fn taint_text([key, value, effect]: [&str; 3]) -> Result<String, String> {
    let (key, value) = (at_most(LONGEST_KEY, key)?, at_most(LONGEST_VALUE, value)?);
    let effect = at_most(LONGEST_VALUE, effect)?;
    Ok(if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") })
}

fn at_most(longest: usize, text: &str) -> Result<String, String> {
    within(longest, text).map(|()| text.to_owned())
}

fn within(longest: usize, text: &str) -> Result<(), String> {
    if text.len() > longest { Err(format!("it is longer than {longest} bytes")) } else { Ok(()) }
}

/// What there is of a resource. Less than nothing of it is a slip of the one who measured.
fn amount(quantity: &Quantity) -> Result<Amount, String> {
    let amount = Amount::from_quantity(quantity).ok_or("it is beyond any amount")?;
    not_negative(amount)
}

fn not_negative(amount: Amount) -> Result<Amount, String> {
    if amount < Amount::ZERO { Err("it is negative".to_owned()) } else { Ok(amount) }
}
