//! The protobuf of the objects: the fields that are needed, with the numbers of k8s.io/api `core/v1/generated.proto`,
//! k8s.io/metrics `v1beta1/generated.proto` and apimachinery's. The others are passed over.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use prost::{DecodeError, Message};

use super::{
    LONGEST_SHOWN, Partial, Problems, SWAP, amount,
    maps::{self, Entry, QuantityEntry, TextEntry, entry},
    not_negative,
};
use crate::{
    amount::Amount,
    quantity,
    requests::{ResourceList, is_extended},
    snapshot::{self, Labels, Resources, Sample},
    visible::shortened,
};

/// Reads a Node.
pub fn node(bytes: &[u8], wanted: &BTreeSet<&str>) -> Partial<snapshot::Node> {
    let Node { metadata, spec, status } = match maps::decode::<Node>(bytes) {
        Ok(node) => node,
        Err(error) => return name_only(bytes, &error, snapshot::Node::named),
    };
    let (spec, status) = (spec.unwrap_or_default(), status.unwrap_or_default());
    let ObjectMeta { name, labels } = metadata.unwrap_or_default();
    let swap = status.node_info.and_then(|info| info.swap).and_then(|swap| swap.capacity);
    let mut problems = Problems::default();
    let node = snapshot::Node {
        labels: kept(&labels, wanted, &mut problems),
        allocatable: resources("allocatable", &status.allocatable, &mut problems),
        capacity: resources("capacity", &status.capacity, &mut problems),
        swap: swap
            .and_then(|bytes| problems.read("capacity swap", not_negative(Amount::from_whole(bytes))))
            .map(Box::new),
        allocatable_pods: resource("allocatable", "pods", &status.allocatable, &mut problems),
        extended: extended("allocatable", &status.allocatable, &mut problems),
        unschedulable: Some(spec.unschedulable),
        taints: problems.taints(spec.taints.iter().map(|t| [&*t.key, &*t.value, &*t.effect])),
        name: String::new(),
    };
    problems.partial(name, |name| snapshot::Node { name, ..node })
}

/// Reads a NodeMetrics.
pub fn sample(bytes: &[u8], wanted: &BTreeSet<&str>) -> Partial<Sample> {
    let NodeMetrics { metadata, timestamp, window, usage } = match maps::decode::<NodeMetrics>(bytes) {
        Ok(sample) => sample,
        Err(error) => return name_only(bytes, &error, Sample::named),
    };
    let ObjectMeta { name, labels } = metadata.unwrap_or_default();
    let mut problems = Problems::default();
    let sample = Sample {
        timestamp: problems.read("timestamp", self::time(timestamp)),
        window: Some(self::window(window)),
        usage: resources("usage", &usage, &mut problems),
        swap: resource("usage", SWAP, &usage, &mut problems).map(Box::new),
        labels: kept(&labels, wanted, &mut problems),
        node: String::new(),
        is_stale: false,
    };
    problems.partial(name, |node| Sample { node, ..sample })
}

/// Reads a moment.
///
/// # Errors
///
/// Says so where there is none.
pub(super) fn time(time: Option<Time>) -> Result<Timestamp, String> {
    let Time { seconds, nanos } = time.ok_or("it is missing")?;
    Timestamp::new(seconds, nanos).map_err(|error| error.to_string())
}

/// Reads a length of time, which is nothing where there is none.
pub(super) fn window(window: Option<Duration>) -> SignedDuration {
    SignedDuration::from_nanos(window.unwrap_or_default().nanos)
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
    let Labelled { metadata } = maps::decode(bytes).map_err(|error| error.to_string())?;
    let ObjectMeta { name, labels } = metadata.unwrap_or_default();
    let known = labels.iter().filter_map(|label| Some((label.key()?, label)));
    let labels = known.map(|(key, label)| Ok((key.to_owned(), label.text()?.to_owned())));
    Ok((name, labels.collect::<Result<_, String>>()?))
}

/// What is left of an object that is damaged elsewhere: its name, where that can still be read.
fn name_only<T>(bytes: &[u8], error: &DecodeError, object: impl FnOnce(String) -> T) -> Partial<T> {
    #[derive(Clone, PartialEq, Message)]
    struct Named {
        #[prost(message, optional, tag = "1")]
        metadata: Option<Name>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Name {
        #[prost(string, tag = "1")]
        name: String,
    }
    let name = Named::decode(bytes).ok().and_then(|named| named.metadata).unwrap_or_default().name;
    let mut problems = Problems::default();
    problems.0.push(error.to_string());
    problems.partial(name, object)
}

fn kept(labels: &[TextEntry], wanted: &BTreeSet<&str>, problems: &mut Problems) -> Labels {
    problems.labels(wanted, |key| entry(labels, key).map(Entry::text))
}

pub(super) fn resources(of: &str, list: &[QuantityEntry], problems: &mut Problems) -> Resources {
    Resources { cpu: resource(of, "cpu", list, problems), memory: resource(of, "memory", list, problems) }
}

fn extended(of: &str, list: &[QuantityEntry], problems: &mut Problems) -> ResourceList {
    let names = list.iter().filter_map(Entry::key).filter(|name| is_extended(name));
    names.filter_map(|name| Some((name.to_owned(), resource(of, name, list, problems)?))).collect()
}

fn resource(of: &str, name: &str, list: &[QuantityEntry], problems: &mut Problems) -> Option<Amount> {
    let amount = entry(list, name)?.text().and_then(|text| {
        let quantity = text.parse::<quantity::Quantity>().map_err(|error| error.to_string());
        let amount = quantity.and_then(|quantity| amount(&quantity));
        amount.map_err(|problem| format!("{:?}: {problem}", shortened(text, LONGEST_SHOWN)))
    });
    problems.read(format_args!("{of} {name}"), amount)
}

#[derive(Clone, PartialEq, Message)]
struct Labelled {
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
    #[prost(message, repeated, tag = "11")]
    labels: Vec<TextEntry>,
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
    #[prost(message, repeated, tag = "1")]
    capacity: Vec<QuantityEntry>,
    #[prost(message, repeated, tag = "2")]
    allocatable: Vec<QuantityEntry>,
    #[prost(message, optional, tag = "7")]
    node_info: Option<NodeSystemInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeSystemInfo {
    #[prost(message, optional, tag = "11")]
    swap: Option<NodeSwapStatus>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeSwapStatus {
    #[prost(int64, optional, tag = "1")]
    capacity: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeMetrics {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    timestamp: Option<Time>,
    #[prost(message, optional, tag = "3")]
    window: Option<Duration>,
    #[prost(message, repeated, tag = "4")]
    usage: Vec<QuantityEntry>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Duration {
    #[prost(int64, tag = "1")]
    nanos: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field with its length.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    #[test]
    fn swap_is_that_of_the_machine_and_of_the_sample() {
        let metadata = field(1, &field(1, b"a"));
        let node_with = |capacity: &[u8]| {
            // The version of the kubelet, and whether it runs in a user namespace, stand around it.
            let info = [field(7, b"v1.37.2"), field(11, capacity), vec![12 << 3, 1]].concat();
            let Partial { object, problem } =
                node(&[metadata.clone(), field(3, &field(7, &info))].concat(), &[].into());
            (object.unwrap().swap.map(|swap| swap.whole()), problem)
        };
        assert_eq!(node_with(&[]), (None, None));
        assert_eq!(node_with(&[1 << 3, 0]), (Some(0), None));
        assert_eq!(node_with(&[1 << 3, 0x80, 0x80, 0x80, 0x80, 0x08]), (Some(2 << 30), None));
        let minus_one = [&[1 << 3][..], &[0xff; 9], &[1]].concat();
        assert_eq!(
            node_with(&minus_one),
            (None, Some("node \"a\": capacity swap: it is negative".to_owned()))
        );

        let swap = field(4, &[field(1, b"swap"), field(2, &field(1, b"3Ki"))].concat());
        let sample = sample(&[metadata.clone(), swap].concat(), &[].into()).object.unwrap();
        assert_eq!(
            (sample.swap.map(|swap| swap.whole()), sample.usage),
            (Some(3 << 10), Resources::default())
        );
    }
}
