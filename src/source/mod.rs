//! Where readings of a cluster come from.

pub mod availability;
mod collected;
mod decode;
pub mod demo;
pub mod files;
mod labels;
mod metrics_api;
mod node_pods;
mod nodes;
mod pods;
mod served;

use std::{collections::BTreeSet, sync::atomic::AtomicU64};

pub use collected::Collected;
pub use labels::labels;
pub use metrics_api::{read, samples};
pub use node_pods::node_pods;
pub use nodes::{Following, Kept, Nodes};
pub use served::Served;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::selector::Selector;

/// What to read.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which nodes.
    pub selection: Selection,
    /// What the server must find in the fields of a node, in its own grammar; samples have none of these fields.
    pub field_selector: Option<String>,
    /// The labels to keep, beside those that the selection needs.
    pub label_keys: Vec<String>,
    /// Whether to read pods, for what they request.
    pub pods: bool,
}

/// Which nodes to read.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Every node.
    All,
    /// The nodes whose labels match.
    Matching(Selector),
    /// These nodes.
    Named(Vec<String>),
}

impl Query {
    /// The labels that must be kept while reading.
    fn wanted_labels(&self) -> BTreeSet<&str> {
        let selected = self.selection.selector().into_iter().flat_map(Selector::keys);
        self.label_keys.iter().map(String::as_str).chain(selected).collect()
    }

    /// The node, where exactly one is named.
    fn only_node(&self) -> Option<&str> {
        match &self.selection {
            Selection::Named(names) => {
                <&[String; 1]>::try_from(names.as_slice()).ok().map(|[name]| name.as_str())
            }
            Selection::All | Selection::Matching(_) => None,
        }
    }
}

impl Selection {
    /// The selector, where there is one.
    #[must_use]
    pub fn selector(&self) -> Option<&Selector> {
        match self {
            Self::Matching(selector) => Some(selector),
            Self::All | Self::Named(_) => None,
        }
    }

    /// The selector as a parameter of a list; empty where there is none.
    fn parameter(&self) -> String {
        self.selector().map(|selector| parameter("labelSelector", selector.as_str())).unwrap_or_default()
    }
}

/// A parameter with its value, escaped.
fn parameter(name: &str, value: &str) -> String {
    format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

/// How many bytes have come so far.
#[derive(Debug, Default)]
pub struct Received {
    /// Of the nodes.
    pub nodes: AtomicU64,
    /// Of the samples.
    pub samples: AtomicU64,
    /// Of the pods.
    pub pods: AtomicU64,
}
