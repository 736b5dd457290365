//! PodMetrics of `metrics.k8s.io`, reduced to the sums over their containers, in either encoding (k8s.io/metrics
//! `v1beta1/generated.proto`).

use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Problems, json,
    maps::{self, QuantityEntry},
    name,
    pod::{JsonMetadata, Metadata},
    protobuf,
};
use crate::{
    amount::Amount,
    client::Encoded,
    snapshot::{PodSample, Resources},
};

/// Reads a PodMetrics. What can't be read of it is unknown, and said in it; where it has no name it is of nobody.
///
/// # Errors
///
/// Says what is wrong when the bytes are damaged so much that what comes after them can't be trusted either.
pub fn pod_sample(object: Encoded<'_>) -> Result<PodSample, String> {
    let mut problems = Problems::default();
    let sample = match object {
        Encoded::Json(json) => of_json(json, &mut problems)?,
        Encoded::Protobuf(bytes) => of_protobuf(bytes, &mut problems),
    };
    let sample = sample.unwrap_or_else(|| {
        let (namespace, name) = name(object).unwrap_or_default();
        PodSample { namespace, name, ..PodSample::default() }
    });
    let problem = problems.of_pod(&sample.namespace, &sample.name);
    Ok(PodSample { problem, ..sample })
}

/// What all containers use together; unknown where it is of one of them, or where there is none.
fn total(containers: impl Iterator<Item = Resources>) -> Resources {
    let sum = |one: Option<Amount>, other: Option<Amount>| [one, other].into_iter().sum();
    let both = |one: Resources, other: Resources| Resources {
        cpu: sum(one.cpu, other.cpu),
        memory: sum(one.memory, other.memory),
    };
    containers.reduce(both).unwrap_or_default()
}

fn of_json(bytes: &[u8], problems: &mut Problems) -> Result<Option<PodSample>, String> {
    #[derive(Deserialize)]
    struct PodMetrics<'a> {
        #[serde(borrow)]
        metadata: JsonMetadata<'a>,
        #[serde(borrow, default)]
        timestamp: Option<&'a RawValue>,
        #[serde(borrow, default)]
        window: Option<&'a RawValue>,
        #[serde(borrow, default)]
        containers: Option<Vec<Container<'a>>>,
    }
    #[derive(Deserialize)]
    struct Container<'a> {
        #[serde(borrow, default)]
        usage: json::ListOfResources<'a>,
    }
    let PodMetrics { metadata, timestamp, window, containers } = match serde_json::from_slice(bytes) {
        Ok(sample) => sample,
        Err(error) => {
            problems.0.push(json::damaged(bytes, &error)?);
            return Ok(None);
        }
    };
    let containers = containers.unwrap_or_default();
    Ok(Some(PodSample {
        timestamp: problems.read("timestamp", json::parsed(timestamp, "an RFC 3339 time")),
        window: problems.read("window", json::parsed(window, "a duration")),
        usage: total(containers.iter().map(|container| json::resources("usage", &container.usage, problems))),
        namespace: metadata.namespace.into_owned(),
        name: metadata.name.into_owned(),
        problem: None,
    }))
}

fn of_protobuf(bytes: &[u8], problems: &mut Problems) -> Option<PodSample> {
    #[derive(Clone, PartialEq, Message)]
    struct PodMetrics {
        #[prost(message, optional, tag = "1")]
        metadata: Option<Metadata>,
        #[prost(message, optional, tag = "2")]
        timestamp: Option<protobuf::Time>,
        #[prost(message, optional, tag = "3")]
        window: Option<protobuf::Duration>,
        #[prost(message, repeated, tag = "4")]
        containers: Vec<Container>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Container {
        #[prost(message, repeated, tag = "2")]
        usage: Vec<QuantityEntry>,
    }
    let PodMetrics { metadata, timestamp, window, containers } =
        maps::decode::<PodMetrics>(bytes).map_err(|error| problems.0.push(error.to_string())).ok()?;
    let Metadata { name, namespace } = metadata.unwrap_or_default();
    Some(PodSample {
        timestamp: problems.read("timestamp", protobuf::time(timestamp)),
        window: Some(protobuf::window(window)),
        usage: total(
            containers.iter().map(|container| protobuf::resources("usage", &container.usage, problems)),
        ),
        namespace,
        name,
        problem: None,
    })
}
