//! The nodes that have no sample, and why.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Diagnosis, Name};
use crate::{
    client::Client,
    error::{Error, is_shell_safe},
    snapshot::Snapshot,
    source::Received,
};

/// metrics-server needs two readings of a node, each up to a minute after the other.
const NEW: SignedDuration = SignedDuration::from_mins(2);

/// So many nodes are looked at, so many of them at once; the others are only counted.
const MOST_NODES: usize = 50;
const AT_ONCE: usize = 4;

/// So many are named for each reason.
const MOST_NAMES: usize = 3;

/// Why a node has no sample.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    /// Its kubelet does not say that it is ready: what it says.
    NotReady(String),
    /// It has not been ready for long enough.
    New,
    /// It is ready, so that its kubelet could not be read: where that should be.
    Kubelet(Option<String>),
    /// The node can't be looked at: why.
    Unseen(String),
}

/// A Node as far as it tells of its kubelet.
#[derive(Deserialize)]
struct Node {
    metadata: Metadata,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    creation_timestamp: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    conditions: Vec<Condition>,
    addresses: Vec<Address>,
    daemon_endpoints: DaemonEndpoints,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    r#type: String,
    status: String,
    #[serde(default)]
    reason: String,
    last_transition_time: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Address {
    r#type: String,
    address: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DaemonEndpoints {
    kubelet_endpoint: Option<Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    port: u16,
}

/// Looks at the nodes without a sample.
pub async fn nodes(diagnosis: &mut Diagnosis, client: &Client, snapshot: &Snapshot, now: Timestamp) {
    if let Some(message) = &snapshot.nodes_forbidden {
        diagnosis.unseen(Name::Nodes, &format!("nodes can't be read: {message}"));
        return;
    }
    let measured: BTreeSet<&str> = snapshot.samples.iter().map(|sample| sample.node.as_str()).collect();
    let mut without: Vec<&str> = snapshot.nodes.iter().map(|node| node.name.as_str()).collect();
    without.retain(|name| !measured.contains(name));
    without.sort_unstable();
    let (of, count) = (snapshot.nodes.len(), without.len());
    if without.is_empty() {
        diagnosis.passed(Name::Nodes, &format!("each of {of} has a sample"));
        return;
    }
    let looked_at: Vec<(&str, Reason)> = stream::iter(without.into_iter().take(MOST_NODES))
        .map(async |name| (name, reason(client, name, now).await))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let message = format!("{count} of {of} have no sample: {}", described(&looked_at));
    diagnosis.failed(Name::Nodes, &message, &hint(&looked_at));
}

async fn reason(client: &Client, name: &str, now: Timestamp) -> Reason {
    let got: Result<Node, Error> =
        client.get(&format!("/api/v1/nodes/{name}"), &Received::default().nodes).await;
    match got {
        Ok(node) => why(&node, now),
        Err(error) => Reason::Unseen(error.to_string()),
    }
}

fn why(Node { metadata, status }: &Node, now: Timestamp) -> Reason {
    let ready = status.conditions.iter().find(|condition| condition.r#type == "Ready");
    let since = match ready {
        Some(ready) if ready.status == "True" => ready.last_transition_time,
        Some(ready) => return Reason::NotReady(ready.reason.clone()),
        None => return Reason::NotReady("no status".to_owned()),
    };
    let since = since.max(metadata.creation_timestamp);
    if since.is_some_and(|since| now.duration_since(since) < NEW) {
        return Reason::New;
    }
    let address = status.addresses.iter().find(|address| address.r#type == "InternalIP");
    let port = status.daemon_endpoints.kubelet_endpoint.as_ref().map(|endpoint| endpoint.port);
    let port = port.filter(|port| *port != 0);
    Reason::Kubelet(address.zip(port).map(|(address, port)| format!("{}:{port}", address.address)))
}

impl Reason {
    fn kind(&self) -> &'static str {
        match self {
            Self::NotReady(_) => "not ready",
            Self::New => "ready for less than two minutes",
            Self::Kubelet(_) => "ready, but the kubelet is not read",
            Self::Unseen(_) => "not seen why",
        }
    }

    fn detail(&self) -> Option<&str> {
        match self {
            Self::NotReady(text) | Self::Kubelet(Some(text)) | Self::Unseen(text) => Some(text),
            Self::New | Self::Kubelet(None) => None,
        }
    }

    fn hint(&self, name: &str) -> String {
        // A name that a shell would not take literally is never part of a command to paste.
        let name = if is_shell_safe(name) { name } else { "NODE" };
        match self {
            Self::NotReady(_) => format!("see why it is not ready: kubectl describe node {name}"),
            Self::New => "wait for a minute".to_owned(),
            Self::Kubelet(_) => {
                "let metrics-server reach the kubelet's port and trust its certificate; what it says of \
                                 it: kubectl -n kube-system logs -l k8s-app=metrics-server"
                    .to_owned()
            }
            Self::Unseen(_) => format!("see the node: kubectl describe node {name}"),
        }
    }
}

/// The kinds of reasons in the order in which they came, each with its nodes.
fn by_kind<'a>(looked_at: &'a [(&'a str, Reason)]) -> Vec<(&'static str, Vec<&'a (&'a str, Reason)>)> {
    let mut kinds: Vec<(&'static str, Vec<_>)> = Vec::new();
    for node in looked_at {
        let kind = node.1.kind();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, nodes)) => nodes.push(node),
            None => kinds.push((kind, vec![node])),
        }
    }
    kinds
}

fn described(looked_at: &[(&str, Reason)]) -> String {
    let of_kind = |(kind, nodes): (&str, Vec<&(&str, Reason)>)| {
        let named = nodes.iter().take(MOST_NAMES).map(|(name, reason)| match reason.detail() {
            Some(detail) => format!("{name} [{detail}]"),
            None => (*name).to_owned(),
        });
        let more = nodes.len().saturating_sub(MOST_NAMES);
        let more = (more > 0).then(|| format!("{more} more"));
        format!("{} {kind} ({})", nodes.len(), named.chain(more).collect::<Vec<_>>().join(", "))
    };
    by_kind(looked_at).into_iter().map(of_kind).collect::<Vec<_>>().join("; ")
}

fn hint(looked_at: &[(&str, Reason)]) -> String {
    let first = by_kind(looked_at).into_iter().filter_map(|(_, nodes)| nodes.first().copied());
    first.map(|(name, reason)| reason.hint(name)).collect::<Vec<_>>().join("\n")
}
