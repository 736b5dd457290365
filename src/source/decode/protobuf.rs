//! The protobuf of the objects: the fields that are needed, with the numbers of k8s.io/api `core/v1/generated.proto`,
//! k8s.io/metrics `v1beta1/generated.proto` and apimachinery's. The others are passed over.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use prost::Message;

use super::{amount, taint_text, wanted_labels};
use crate::{
    quantity,
    snapshot::{self, Labels, Resources, Sample},
};

/// Reads a Node.
///
/// # Errors
///
/// Says which node can't be read, and why.
pub fn node(bytes: &[u8], wanted: &BTreeSet<&str>) -> Result<snapshot::Node, String> {
    let node = Node::decode(bytes).map_err(|error| error.to_string())?;
    let Node { metadata, spec, status } = node;
    let (spec, status) = (spec.unwrap_or_default(), status.unwrap_or_default());
    let (name, labels) = named(metadata, wanted);
    Ok(snapshot::Node {
        allocatable: resources(&name, &status.allocatable)?,
        capacity: resources(&name, &status.capacity)?,
        name,
        labels,
        unschedulable: spec.unschedulable,
        taints: spec.taints.iter().map(|taint| taint_text(&taint.key, &taint.value, &taint.effect)).collect(),
    })
}

/// Reads a NodeMetrics.
///
/// # Errors
///
/// Says which node's sample can't be read, and why.
pub fn sample(bytes: &[u8], wanted: &BTreeSet<&str>) -> Result<Sample, String> {
    let NodeMetrics { metadata, timestamp, window, usage } =
        NodeMetrics::decode(bytes).map_err(|error| error.to_string())?;
    let (node, labels) = named(metadata, wanted);
    let timestamp = timestamp
        .and_then(|time| Timestamp::new(time.seconds, time.nanos).ok())
        .ok_or_else(|| format!("node {node:?}: its sample has no valid timestamp"))?;
    Ok(Sample {
        usage: resources(&node, &usage)?,
        node,
        timestamp,
        window: SignedDuration::from_nanos(window.unwrap_or_default().nanos),
        labels,
        is_stale: false,
    })
}

/// Reads the resource version of an object.
///
/// # Errors
///
/// Says why it can't be read.
pub fn resource_version(bytes: &[u8]) -> Result<String, String> {
    #[derive(Clone, PartialEq, Message)]
    struct Object {
        #[prost(message, optional, tag = "1")]
        metadata: Option<Version>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Version {
        #[prost(string, tag = "6")]
        resource_version: String,
    }
    let object = Object::decode(bytes).map_err(|error| error.to_string())?;
    Ok(object.metadata.unwrap_or_default().resource_version)
}

/// Reads the name and all labels of either.
///
/// # Errors
///
/// Says why they can't be read.
pub fn metadata(bytes: &[u8]) -> Result<(String, Labels), String> {
    let Named { metadata } = Named::decode(bytes).map_err(|error| error.to_string())?;
    let ObjectMeta { name, labels } = metadata.unwrap_or_default();
    Ok((name, labels.into_iter().collect()))
}

fn named(metadata: Option<ObjectMeta>, wanted: &BTreeSet<&str>) -> (String, Labels) {
    let ObjectMeta { name, labels } = metadata.unwrap_or_default();
    (name, wanted_labels(wanted, |key| labels.get(key).cloned()))
}

fn resources(node: &str, list: &HashMap<String, Quantity>) -> Result<Resources, String> {
    let resource = |name: &str| {
        let Some(Quantity { string: text }) = list.get(name) else { return Ok(None) };
        let quantity = text.parse::<quantity::Quantity>().map_err(|error| error.to_string());
        let amount = quantity.and_then(|quantity| amount(&quantity));
        amount.map(Some).map_err(|problem| format!("node {node:?}: {name} {text:?}: {problem}"))
    };
    Ok(Resources { cpu: resource("cpu")?, memory: resource("memory")? })
}

#[derive(Clone, PartialEq, Message)]
struct Named {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<NodeSpec>,
    #[prost(message, optional, tag = "3")]
    status: Option<NodeStatus>,
}

#[derive(Clone, PartialEq, Message)]
struct ObjectMeta {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(map = "string, string", tag = "11")]
    labels: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeSpec {
    #[prost(bool, tag = "4")]
    unschedulable: bool,
    #[prost(message, repeated, tag = "5")]
    taints: Vec<Taint>,
}

#[derive(Clone, PartialEq, Message)]
struct Taint {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
    #[prost(string, tag = "3")]
    effect: String,
}

#[derive(Clone, PartialEq, Message)]
struct NodeStatus {
    #[prost(map = "string, message", tag = "1")]
    capacity: HashMap<String, Quantity>,
    #[prost(map = "string, message", tag = "2")]
    allocatable: HashMap<String, Quantity>,
}

#[derive(Clone, PartialEq, Message)]
struct Quantity {
    #[prost(string, tag = "1")]
    string: String,
}

#[derive(Clone, PartialEq, Message)]
struct NodeMetrics {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    timestamp: Option<Time>,
    #[prost(message, optional, tag = "3")]
    window: Option<Duration>,
    #[prost(map = "string, message", tag = "4")]
    usage: HashMap<String, Quantity>,
}

#[derive(Clone, PartialEq, Message)]
struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    nanos: i64,
}
