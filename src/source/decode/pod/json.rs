//! A Pod in JSON.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{PodObject, counted};
use crate::{
    quantity::Quantity,
    requests::{PodSpec, Requirements, ResourceList},
    source::decode::json::{damaged, without_place},
};

/// Reads a Pod.
///
/// # Errors
///
/// Says what is wrong with what is no JSON.
pub fn pod(json: &[u8]) -> Result<PodObject, String> {
    let Object { metadata, spec, status } = match serde_json::from_slice(json) {
        Ok(object) => object,
        Err(error) => return Ok(rest(json, damaged(json, &error)?)),
    };
    Ok(PodObject {
        namespace: metadata.namespace.into_owned(),
        name: metadata.name.into_owned(),
        node: Some(spec.node_name.clone().into_owned()),
        ips: Some(ips(status.pod_ip, status.pod_ips)),
        phase: status.phase.into_owned(),
        spec: pod_spec(spec),
    })
}

/// What is left of a pod of which something is of the wrong type: its name and its node, where those can still be read.
fn rest(json: &[u8], problem: String) -> PodObject {
    #[derive(Deserialize)]
    struct Object {
        spec: Placed,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Placed {
        node_name: String,
    }
    let (namespace, name) = name(json).unwrap_or_default();
    let node = serde_json::from_slice(json).ok().map(|Object { spec }| spec.node_name);
    let node = node.filter(|node| !node.is_empty());
    PodObject { namespace, name, node, phase: String::new(), ips: None, spec: Err(problem) }
}

/// All addresses; the only one of a server that does not know of several.
fn ips(ip: Option<Cow<'_, str>>, ips: Option<Vec<PodIp<'_>>>) -> Vec<String> {
    let ips: Vec<_> = ips.into_iter().flatten().map(|PodIp { ip }| ip.into_owned()).collect();
    if ips.is_empty() {
        ip.filter(|ip| !ip.is_empty()).map(Cow::into_owned).into_iter().collect()
    } else {
        ips
    }
}

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
pub fn name(json: &[u8]) -> Result<(String, String), String> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: Metadata<'a>,
    }
    let object: Object<'_> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    Ok((object.metadata.namespace.into_owned(), object.metadata.name.into_owned()))
}

fn pod_spec(spec: Spec<'_>) -> Result<PodSpec, String> {
    let init = |container: Container<'_>| {
        let is_sidecar = container.restart_policy.as_deref() == Some("Always");
        Ok::<_, String>((requirements(container.resources)?, is_sidecar))
    };
    let containers = spec.containers.into_iter().flatten();
    Ok(PodSpec {
        init_containers: spec.init_containers.into_iter().flatten().map(init).collect::<Result<_, _>>()?,
        containers: containers
            .map(|container| requirements(container.resources))
            .collect::<Result<_, _>>()?,
        resources: requirements(spec.resources)?,
        overhead: list(spec.overhead)?,
    })
}

fn requirements(resources: Option<Resources<'_>>) -> Result<Requirements, String> {
    let Resources { limits, requests } = resources.unwrap_or_default();
    Ok(Requirements { requests: list(requests)?, limits: list(limits)? })
}

fn list(amounts: Option<Amounts<'_>>) -> Result<ResourceList, String> {
    let amounts = amounts.into_iter().flatten().filter_map(|(name, raw)| {
        let quantity = || serde_json::from_str::<Quantity>(raw.get()).map_err(|error| without_place(&error));
        let amount = counted(&name, raw.get(), quantity)?;
        Some(amount.map(|amount| (name, amount)))
    });
    amounts.collect()
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    spec: Spec<'a>,
    #[serde(borrow, default)]
    status: Status<'a>,
}

#[derive(Deserialize)]
pub(in crate::source::decode) struct Metadata<'a> {
    #[serde(borrow)]
    pub(in crate::source::decode) name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(in crate::source::decode) namespace: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Spec<'a> {
    #[serde(borrow)]
    node_name: Cow<'a, str>,
    #[serde(borrow)]
    containers: Option<Vec<Container<'a>>>,
    #[serde(borrow)]
    init_containers: Option<Vec<Container<'a>>>,
    #[serde(borrow)]
    overhead: Option<Amounts<'a>>,
    #[serde(borrow)]
    resources: Option<Resources<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Container<'a> {
    #[serde(borrow)]
    resources: Option<Resources<'a>>,
    #[serde(borrow)]
    restart_policy: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resources<'a> {
    #[serde(borrow)]
    limits: Option<Amounts<'a>>,
    #[serde(borrow)]
    requests: Option<Amounts<'a>>,
}

/// Quantities as they are written.
type Amounts<'a> = BTreeMap<String, &'a RawValue>;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow)]
    phase: Cow<'a, str>,
    #[serde(borrow, rename = "podIP")]
    pod_ip: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "podIPs")]
    pod_ips: Option<Vec<PodIp<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PodIp<'a> {
    #[serde(borrow)]
    ip: Cow<'a, str>,
}
