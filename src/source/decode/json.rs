//! The JSON of the objects.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, de};

use super::{amount, taint_text, wanted_labels};
use crate::{
    amount::Amount,
    quantity::Quantity,
    snapshot::{Labels, Node, Resources, Sample},
};

/// Reads a Node.
///
/// # Errors
///
/// Says which node can't be read, and why.
pub fn node(json: &[u8], wanted: &BTreeSet<&str>) -> Result<Node, String> {
    let node: NodeObject<'_> = serde_json::from_slice(json).map_err(|error| named(json, &error))?;
    Ok(Node {
        name: node.metadata.name.into_owned(),
        labels: keep(node.metadata.labels, wanted),
        allocatable: node.status.allocatable.unwrap_or_default().into(),
        capacity: node.status.capacity.unwrap_or_default().into(),
        unschedulable: node.spec.unschedulable,
        taints: node
            .spec
            .taints
            .into_iter()
            .flatten()
            .map(|t| taint_text(&t.key, &t.value, &t.effect))
            .collect(),
    })
}

/// Reads a NodeMetrics.
///
/// # Errors
///
/// Says which node's sample can't be read, and why.
pub fn sample(json: &[u8], wanted: &BTreeSet<&str>) -> Result<Sample, String> {
    let sample: NodeMetrics<'_> = serde_json::from_slice(json).map_err(|error| named(json, &error))?;
    Ok(Sample {
        node: sample.metadata.name.into_owned(),
        timestamp: sample.timestamp.0,
        window: sample.window.0,
        usage: sample.usage.into(),
        labels: keep(sample.metadata.labels, wanted),
        is_stale: false,
    })
}

/// Reads the resource version of an object.
///
/// # Errors
///
/// Says why it can't be read.
pub fn resource_version(json: &[u8]) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        metadata: Version,
    }
    #[derive(Deserialize, Default)]
    struct Version {
        #[serde(default, rename = "resourceVersion")]
        resource_version: String,
    }
    serde_json::from_slice(json)
        .map(|object: Object| object.metadata.resource_version)
        .map_err(|error| error.to_string())
}

/// Reads the name and all labels of either.
///
/// # Errors
///
/// Says why they can't be read.
pub fn metadata(json: &[u8]) -> Result<(String, Labels), String> {
    let Named { metadata } = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let labels = metadata.labels.unwrap_or_default();
    let owned = |(key, value): (Cow<'_, str>, Cow<'_, str>)| (key.into_owned(), value.into_owned());
    Ok((metadata.name.into_owned(), labels.into_iter().map(owned).collect()))
}

/// The error with the name of the object that it is in, as far as that can still be read.
fn named(json: &[u8], error: &serde_json::Error) -> String {
    match serde_json::from_slice::<Named<'_>>(json) {
        Ok(object) => format!("node {:?}: {error}", object.metadata.name),
        Err(_) => error.to_string(),
    }
}

fn keep(labels: Option<BTreeMap<Cow<'_, str>, Cow<'_, str>>>, wanted: &BTreeSet<&str>) -> Labels {
    let labels = labels.unwrap_or_default();
    wanted_labels(wanted, |key| labels.get(key).map(|value| value.clone().into_owned()))
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct NodeObject<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    spec: NodeSpec<'a>,
    #[serde(default)]
    status: NodeStatus,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    labels: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
}

#[derive(Deserialize, Default)]
struct NodeSpec<'a> {
    #[serde(default)]
    unschedulable: bool,
    #[serde(borrow, default)]
    taints: Option<Vec<Taint<'a>>>,
}

#[derive(Deserialize)]
struct Taint<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
    #[serde(borrow, default)]
    effect: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
struct NodeStatus {
    #[serde(default)]
    allocatable: Option<ResourceList>,
    #[serde(default)]
    capacity: Option<ResourceList>,
}

#[derive(Deserialize)]
struct NodeMetrics<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    timestamp: Rfc3339,
    window: GoDuration,
    usage: ResourceList,
}

#[derive(Deserialize, Default)]
struct ResourceList {
    #[serde(default)]
    cpu: Option<AmountText>,
    #[serde(default)]
    memory: Option<AmountText>,
}

impl From<ResourceList> for Resources {
    fn from(ResourceList { cpu, memory }: ResourceList) -> Self {
        Self { cpu: cpu.map(|text| text.0), memory: memory.map(|text| text.0) }
    }
}

/// A `resource.Quantity` that says an amount.
struct AmountText(Amount);

impl<'de> Deserialize<'de> for AmountText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quantity = Quantity::deserialize(deserializer)?;
        amount(&quantity).map(Self).map_err(de::Error::custom)
    }
}

/// `metav1.Time`.
struct Rfc3339(Timestamp);

impl<'de> Deserialize<'de> for Rfc3339 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "an RFC 3339 time").map(Self)
    }
}

/// `metav1.Duration`, as Go writes a duration: `15.013s`, `1m0s`.
struct GoDuration(SignedDuration);

impl<'de> Deserialize<'de> for GoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a duration").map(Self)
    }
}

fn parsed<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    deserializer: D,
    what: &str,
) -> Result<T, D::Error> {
    let text = BorrowedText::deserialize(deserializer)?.0;
    text.parse().map_err(|_| de::Error::custom(format_args!("{text:?} is not {what}")))
}

#[derive(Deserialize)]
struct BorrowedText<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_reduced_to_what_is_needed() {
        let json = br#"{"metadata":{"name":"a","labels":{"zone":"z1","other":"x"}},
            "spec":{"unschedulable":true,"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"},{"key":"k","effect":"NoExecute"}]},
            "status":{"capacity":{"cpu":"4","memory":"8Gi","nvidia.com/gpu":"1"},"allocatable":{"cpu":"3920m"},"images":[{"names":["x"]}]}}"#;
        let node = node(json, &["zone", "absent"].into()).unwrap();
        assert_eq!(node.name, "a");
        assert_eq!(node.labels, [("zone".to_owned(), "z1".to_owned())].into());
        assert_eq!(node.taints, ["gpu=yes:NoSchedule", "k:NoExecute"]);
        assert!(node.unschedulable);
        assert_eq!(node.allocatable.cpu.unwrap().millis(), 3920);
        assert_eq!((node.allocatable.memory, node.capacity.memory.unwrap().whole()), (None, 8 << 30));
    }

    #[test]
    fn a_node_may_say_nothing_but_its_name() {
        let node =
            node(br#"{"metadata":{"name":"a","labels":null},"spec":{},"status":{}}"#, &[].into()).unwrap();
        assert_eq!(
            (node.allocatable, node.unschedulable, node.taints.len()),
            (Resources::default(), false, 0)
        );
    }

    #[test]
    fn a_sample_keeps_its_time_and_window() {
        for (window, millis) in [("15.013s", 15_013), ("1m0s", 60_000), ("1h0m0.5s", 3_600_500), ("0s", 0)] {
            let json = format!(
                r#"{{"metadata":{{"name":"a"}},"timestamp":"2026-11-01T12:00:00Z","window":"{window}","usage":{{"cpu":"123456789n","memory":"1Ki"}}}}"#
            );
            let sample = sample(json.as_bytes(), &[].into()).unwrap();
            assert_eq!(sample.window.as_millis(), millis);
            assert_eq!(sample.timestamp.to_string(), "2026-11-01T12:00:00Z");
            assert_eq!(sample.usage.cpu.unwrap().nanos(), 123_456_789);
        }
    }

    #[test]
    fn an_unreadable_object_is_named() {
        let json = br#"{"metadata":{"name":"bad"},"timestamp":"yesterday","window":"1s","usage":{}}"#;
        assert_eq!(
            sample(json, &[].into()).unwrap_err(),
            "node \"bad\": \"yesterday\" is not an RFC 3339 time at line 1 column 50"
        );
    }
}
