//! core/v1 Nodes and `metrics.k8s.io` NodeMetrics, reduced to what is needed of them.

mod json;
mod protobuf;

use std::collections::BTreeSet;

use crate::{
    amount::Amount,
    client::Encoded,
    quantity::Quantity,
    snapshot::{Labels, Node, Sample},
};

/// Reads a Node, with the labels that are wanted.
///
/// # Errors
///
/// Says which node can't be read, and why.
pub fn node(object: Encoded<'_>, wanted: &BTreeSet<&str>) -> Result<Node, String> {
    match object {
        Encoded::Json(json) => json::node(json, wanted),
        Encoded::Protobuf(bytes) => protobuf::node(bytes, wanted),
    }
}

/// Reads a NodeMetrics, with the labels that are wanted.
///
/// # Errors
///
/// Says which node's sample can't be read, and why.
pub fn sample(object: Encoded<'_>, wanted: &BTreeSet<&str>) -> Result<Sample, String> {
    match object {
        Encoded::Json(json) => json::sample(json, wanted),
        Encoded::Protobuf(bytes) => protobuf::sample(bytes, wanted),
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

fn wanted_labels(wanted: &BTreeSet<&str>, value: impl Fn(&str) -> Option<String>) -> Labels {
    wanted.iter().filter_map(|&key| value(key).map(|value| (key.to_owned(), value))).collect()
}

/// A taint as kubectl writes it.
fn taint_text(key: &str, value: &str, effect: &str) -> String {
    if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
}

fn amount(quantity: &Quantity) -> Result<Amount, String> {
    Amount::from_quantity(quantity).ok_or_else(|| format!("{quantity} is beyond any amount"))
}
