//! core/v1 Pods, reduced to what they request of their nodes, in either encoding (k8s.io/api `core/v1/generated.proto`).

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use prost::Message;
use serde::{Deserialize, Deserializer, de};

use super::amount;
use crate::{
    amount::Amount,
    client::Encoded,
    quantity,
    requests::{Demand, Pod, PodSpec, Requirements, ResourceList, is_extended},
};

/// Reads a Pod; `None` where it has no node, or has ended and takes nothing of its node any more.
///
/// # Errors
///
/// Says which pod can't be read, and why.
pub fn pod(object: Encoded<'_>) -> Result<Option<Pod>, String> {
    let PodObject { namespace, name, node, phase, spec } = match object {
        Encoded::Json(json) => of_json(json),
        Encoded::Protobuf(bytes) => of_protobuf(bytes),
    }?;
    if node.is_empty() || phase == "Succeeded" || phase == "Failed" {
        return Ok(None);
    }
    let total = spec.total();
    let extended = total.requests.iter().filter(|(name, _)| is_extended(name));
    let extended = extended.map(|(name, amount)| (name.clone(), *amount)).collect();
    Ok(Some(Pod { namespace, name, node, demand: Demand::of(&total), extended }))
}

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
pub fn name(object: Encoded<'_>) -> Result<(String, String), String> {
    match object {
        Encoded::Json(json) => name_of_json(json),
        Encoded::Protobuf(bytes) => name_of_protobuf(bytes),
    }
}

/// What is read of a Pod.
struct PodObject {
    namespace: String,
    name: String,
    node: String,
    phase: String,
    spec: PodSpec,
}

/// Reads a Pod.
///
/// # Errors
///
/// Says which pod can't be read, and why.
fn of_json(json: &[u8]) -> Result<PodObject, String> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: JsonMeta<'a>,
        #[serde(borrow, default)]
        spec: Spec<'a>,
        #[serde(borrow, default)]
        status: Status<'a>,
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
        overhead: Option<Amounts>,
        resources: Option<Resources>,
    }
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Container<'a> {
        resources: Option<Resources>,
        #[serde(borrow)]
        restart_policy: Option<Cow<'a, str>>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Resources {
        limits: Option<Amounts>,
        requests: Option<Amounts>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Status<'a> {
        #[serde(borrow)]
        phase: Cow<'a, str>,
    }
    type Amounts = BTreeMap<String, AmountText>;
    let list = |amounts: Option<Amounts>| {
        amounts.into_iter().flatten().map(|(name, AmountText(amount))| (name, amount)).collect()
    };
    let requirements = |resources: Option<Resources>| {
        let Resources { limits, requests } = resources.unwrap_or_default();
        Requirements { requests: list(requests), limits: list(limits) }
    };
    let Object { metadata, spec, status } = serde_json::from_slice(json).map_err(|error| {
        let name =
            name_of_json(json).map(|(namespace, name)| format!("pod {:?}: ", format!("{namespace}/{name}")));
        format!("{}{error}", name.unwrap_or_default())
    })?;
    Ok(PodObject {
        namespace: metadata.namespace.into_owned(),
        name: metadata.name.into_owned(),
        node: spec.node_name.into_owned(),
        phase: status.phase.into_owned(),
        spec: PodSpec {
            init_containers: spec
                .init_containers
                .into_iter()
                .flatten()
                .map(|container| {
                    let is_sidecar = container.restart_policy.as_deref() == Some("Always");
                    (requirements(container.resources), is_sidecar)
                })
                .collect(),
            containers: spec
                .containers
                .into_iter()
                .flatten()
                .map(|container| requirements(container.resources))
                .collect(),
            resources: requirements(spec.resources),
            overhead: list(spec.overhead),
        },
    })
}

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
fn name_of_json(json: &[u8]) -> Result<(String, String), String> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: JsonMeta<'a>,
    }
    let object: Object<'_> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    Ok((object.metadata.namespace.into_owned(), object.metadata.name.into_owned()))
}

#[derive(Deserialize)]
struct JsonMeta<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Cow<'a, str>,
}

/// A `resource.Quantity` that says an amount.
struct AmountText(Amount);

impl<'de> Deserialize<'de> for AmountText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quantity = quantity::Quantity::deserialize(deserializer)?;
        amount(&quantity).map(Self).map_err(de::Error::custom)
    }
}

fn resource_list(
    list: HashMap<String, Quantity>,
    is_wanted: fn(&str) -> bool,
) -> Result<ResourceList, String> {
    let wanted = list.into_iter().filter(|(name, _)| is_wanted(name));
    wanted.map(|(name, quantity)| parsed(&name, &quantity).map(|amount| (name, amount))).collect()
}

fn parsed(name: &str, Quantity { string: text }: &Quantity) -> Result<Amount, String> {
    let quantity = text.parse::<quantity::Quantity>().map_err(|error| error.to_string());
    let amount = quantity.and_then(|quantity| amount(&quantity));
    amount.map_err(|problem| format!("{name} {text:?}: {problem}"))
}

/// Reads a Pod.
///
/// # Errors
///
/// Says which pod can't be read, and why.
fn of_protobuf(bytes: &[u8]) -> Result<PodObject, String> {
    let ProtobufPod { metadata, spec, status } =
        ProtobufPod::decode(bytes).map_err(|error| error.to_string())?;
    let PodMeta { name, namespace } = metadata.unwrap_or_default();
    let spec = spec.unwrap_or_default();
    let node = spec.node_name.clone();
    let spec =
        pod_spec(spec).map_err(|problem| format!("pod {:?}: {problem}", format!("{namespace}/{name}")))?;
    Ok(PodObject { namespace, name, node, phase: status.unwrap_or_default().phase, spec })
}

fn pod_spec(spec: Spec) -> Result<PodSpec, String> {
    let all = |list| resource_list(list, |_| true);
    let requirements = |of: Option<ResourceRequirements>| {
        let ResourceRequirements { limits, requests } = of.unwrap_or_default();
        Ok::<_, String>(Requirements { requests: all(requests)?, limits: all(limits)? })
    };
    let init = |container: Container| {
        let is_sidecar = container.restart_policy == "Always";
        Ok::<_, String>((requirements(container.resources)?, is_sidecar))
    };
    let containers = spec.containers.into_iter().map(|container| requirements(container.resources));
    Ok(PodSpec {
        init_containers: spec.init_containers.into_iter().map(init).collect::<Result<_, _>>()?,
        containers: containers.collect::<Result<_, _>>()?,
        resources: requirements(spec.resources)?,
        overhead: all(spec.overhead)?,
    })
}

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
fn name_of_protobuf(bytes: &[u8]) -> Result<(String, String), String> {
    #[derive(Clone, PartialEq, Message)]
    struct Object {
        #[prost(message, optional, tag = "1")]
        metadata: Option<PodMeta>,
    }
    let object = Object::decode(bytes).map_err(|error| error.to_string())?;
    let PodMeta { name, namespace } = object.metadata.unwrap_or_default();
    Ok((namespace, name))
}

#[derive(Clone, PartialEq, Message)]
struct ProtobufPod {
    #[prost(message, optional, tag = "1")]
    metadata: Option<PodMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<PodStatus>,
}

#[derive(Clone, PartialEq, Message)]
struct PodMeta {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "3")]
    namespace: String,
}

#[derive(Clone, PartialEq, Message)]
struct Spec {
    #[prost(message, repeated, tag = "2")]
    containers: Vec<Container>,
    #[prost(string, tag = "10")]
    node_name: String,
    #[prost(message, repeated, tag = "20")]
    init_containers: Vec<Container>,
    #[prost(map = "string, message", tag = "32")]
    overhead: HashMap<String, Quantity>,
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
    #[prost(map = "string, message", tag = "1")]
    limits: HashMap<String, Quantity>,
    #[prost(map = "string, message", tag = "2")]
    requests: HashMap<String, Quantity>,
}

#[derive(Clone, PartialEq, Message)]
struct PodStatus {
    #[prost(string, tag = "1")]
    phase: String,
}

#[derive(Clone, PartialEq, Message)]
struct Quantity {
    #[prost(string, tag = "1")]
    string: String,
}
