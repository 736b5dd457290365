//! A Pod in protobuf.

use prost::Message;

use super::{PodObject, counted};
use crate::{
    requests::{PodSpec, Requirements, ResourceList},
    source::decode::maps::{self, Entry, QuantityEntry},
};

/// Reads a Pod.
pub fn pod(bytes: &[u8]) -> PodObject {
    let Pod { metadata, spec, status } = match maps::decode::<Pod>(bytes) {
        Ok(pod) => pod,
        Err(error) => return rest(bytes, error.to_string()),
    };
    let Metadata { name, namespace } = metadata.unwrap_or_default();
    let spec = spec.unwrap_or_default();
    let node = Some(spec.node_name.clone());
    let Status { phase, pod_ip, pod_ips } = status.unwrap_or_default();
    // The only address of a server that does not know of several.
    let one = pod_ips.is_empty().then_some(pod_ip).filter(|ip| !ip.is_empty());
    let ips = Some(pod_ips.into_iter().map(|PodIp { ip }| ip).chain(one).collect());
    PodObject { namespace, name, node, phase, ips, spec: pod_spec(spec) }
}

/// What is left of a pod that is damaged: its name and its node, where those can still be read.
fn rest(bytes: &[u8], problem: String) -> PodObject {
    #[derive(Clone, PartialEq, Message)]
    struct Object {
        #[prost(message, optional, tag = "2")]
        spec: Option<Placed>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Placed {
        #[prost(string, tag = "10")]
        node_name: String,
    }
    let (namespace, name) = name(bytes).unwrap_or_default();
    let node = Object::decode(bytes).ok().and_then(|object| object.spec).map(|spec| spec.node_name);
    let node = node.filter(|node| !node.is_empty());
    PodObject { namespace, name, node, phase: String::new(), ips: None, spec: Err(problem) }
}

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
pub fn name(bytes: &[u8]) -> Result<(String, String), String> {
    #[derive(Clone, PartialEq, Message)]
    struct Object {
        #[prost(message, optional, tag = "1")]
        metadata: Option<Metadata>,
    }
    let object = Object::decode(bytes).map_err(|error| error.to_string())?;
    let Metadata { name, namespace } = object.metadata.unwrap_or_default();
    Ok((namespace, name))
}

fn pod_spec(spec: Spec) -> Result<PodSpec, String> {
    let init = |container: Container| {
        let is_sidecar = container.restart_policy == "Always";
        Ok::<_, String>((requirements(container.resources)?, is_sidecar))
    };
    let containers = spec.containers.into_iter().map(|container| requirements(container.resources));
    Ok(PodSpec {
        init_containers: spec.init_containers.into_iter().map(init).collect::<Result<_, _>>()?,
        containers: containers.collect::<Result<_, _>>()?,
        resources: requirements(spec.resources)?,
        overhead: list(&spec.overhead)?,
    })
}

fn requirements(resources: Option<ResourceRequirements>) -> Result<Requirements, String> {
    let ResourceRequirements { limits, requests } = resources.unwrap_or_default();
    Ok(Requirements { requests: list(&requests)?, limits: list(&limits)? })
}

fn list(amounts: &[QuantityEntry]) -> Result<ResourceList, String> {
    let amounts = amounts.iter().filter_map(|entry| {
        let (name, text) = (entry.key()?, entry.text());
        let shown = *text.as_ref().unwrap_or(&"");
        let amount = counted(name, shown, || text?.parse().map_err(|error| format!("{error}")))?;
        Some(amount.map(|amount| (name.to_owned(), amount)))
    });
    amounts.collect()
}

#[derive(Clone, PartialEq, Message)]
struct Pod {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Metadata>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::source::decode) struct Metadata {
    #[prost(string, tag = "1")]
    pub(in crate::source::decode) name: String,
    #[prost(string, tag = "3")]
    pub(in crate::source::decode) namespace: String,
}

#[derive(Clone, PartialEq, Message)]
struct Spec {
    #[prost(message, repeated, tag = "2")]
    containers: Vec<Container>,
    #[prost(string, tag = "10")]
    node_name: String,
    #[prost(message, repeated, tag = "20")]
    init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "32")]
    overhead: Vec<QuantityEntry>,
    #[prost(message, optional, tag = "40")]
    resources: Option<ResourceRequirements>,
}

#[derive(Clone, PartialEq, Message)]
struct Container {
    #[prost(message, optional, tag = "8")]
    resources: Option<ResourceRequirements>,
    #[prost(string, tag = "24")]
    restart_policy: String,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceRequirements {
    #[prost(message, repeated, tag = "1")]
    limits: Vec<QuantityEntry>,
    #[prost(message, repeated, tag = "2")]
    requests: Vec<QuantityEntry>,
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(string, tag = "1")]
    phase: String,
    #[prost(string, tag = "6")]
    pod_ip: String,
    #[prost(message, repeated, tag = "12")]
    pod_ips: Vec<PodIp>,
}

#[derive(Clone, PartialEq, Message)]
struct PodIp {
    #[prost(string, tag = "1")]
    ip: String,
}
