//! The JSON of the objects.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use jiff::{SignedDuration, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};

use super::{LONGEST_SHOWN, Partial, Problems, SWAP, amount};
use crate::{
    amount::Amount,
    quantity::Quantity,
    requests::{ResourceList, is_extended},
    snapshot::{Labels, Node, Resources, Sample},
    visible::shortened,
};

/// Reads a Node.
///
/// # Errors
///
/// Says what is wrong with what is no JSON.
pub fn node(json: &[u8], wanted: &BTreeSet<&str>) -> Result<Partial<Node>, String> {
    let NodeObject { metadata, spec, status } = match serde_json::from_slice(json) {
        Ok(node) => node,
        Err(error) => return name_only(json, &error, Node::named),
    };
    let mut problems = Problems::default();
    let (allocatable, capacity) =
        (status.allocatable.unwrap_or_default(), status.capacity.unwrap_or_default());
    let swap = status.node_info.and_then(|info| info.swap).and_then(|swap| swap.capacity);
    let node = Node {
        labels: labels(metadata.labels, wanted, &mut problems),
        allocatable: resources("allocatable", &allocatable, &mut problems),
        capacity: resources("capacity", &capacity, &mut problems),
        swap: resource("capacity", SWAP, swap, &mut problems).map(Box::new),
        allocatable_pods: resource("allocatable", "pods", allocatable.pods, &mut problems),
        extended: extended("allocatable", &allocatable, &mut problems),
        unschedulable: Some(spec.unschedulable),
        taints: problems.taints(spec.taints.iter().flatten().map(|t| [&*t.key, &*t.value, &*t.effect])),
        name: String::new(),
    };
    Ok(problems.partial(metadata.name.into_owned(), |name| Node { name, ..node }))
}

/// Reads a NodeMetrics.
///
/// # Errors
///
/// As [`node`].
pub fn sample(json: &[u8], wanted: &BTreeSet<&str>) -> Result<Partial<Sample>, String> {
    let NodeMetrics { metadata, timestamp, window, usage } = match serde_json::from_slice(json) {
        Ok(sample) => sample,
        Err(error) => return name_only(json, &error, Sample::named),
    };
    let swap = usage.extended.iter().rfind(|(name, _)| name == SWAP).map(|(_, raw)| *raw);
    let mut problems = Problems::default();
    let sample = Sample {
        timestamp: problems.read("timestamp", parsed::<Timestamp>(timestamp, "an RFC 3339 time")),
        window: problems.read("window", parsed::<SignedDuration>(window, "a duration")),
        usage: resources("usage", &usage, &mut problems),
        swap: resource("usage", SWAP, swap, &mut problems).map(Box::new),
        labels: labels(metadata.labels, wanted, &mut problems),
        node: String::new(),
        is_stale: false,
    };
    Ok(problems.partial(metadata.name.into_owned(), |node| Sample { node, ..sample }))
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
    let Labelled { metadata } = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let labels = metadata.labels.unwrap_or_default();
    let owned = |(key, value): (Cow<'_, str>, Cow<'_, str>)| (key.into_owned(), value.into_owned());
    Ok((metadata.name.into_owned(), labels.into_iter().map(owned).collect()))
}

/// What is left of an object of which something other than an amount or a time is of the wrong type: its name, where
/// that can still be read.
fn name_only<T>(
    json: &[u8],
    error: &serde_json::Error,
    object: impl FnOnce(String) -> T,
) -> Result<Partial<T>, String> {
    let problem = damaged(json, error)?;
    let name = serde_json::from_slice::<Named<'_>>(json).map(|named| named.metadata.name.into_owned());
    let mut problems = Problems::default();
    problems.0.push(problem);
    Ok(problems.partial(name.unwrap_or_default(), object))
}

/// What is wrong with an object of which something is of the wrong type.
///
/// # Errors
///
/// Says what is wrong with what is no JSON.
pub(super) fn damaged(json: &[u8], error: &serde_json::Error) -> Result<String, String> {
    // serde_json does not tell every error of types from one of syntax.
    if error.classify() != Category::Data {
        serde_json::from_slice::<IgnoredAny>(json).map_err(|_| error.to_string())?;
    }
    Ok(without_place(error))
}

/// The error without the line and column, which mean nothing to one who does not see the item.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(problem, _)| problem).to_owned()
}

fn labels(
    given: Option<BTreeMap<Cow<'_, str>, Cow<'_, str>>>,
    wanted: &BTreeSet<&str>,
    problems: &mut Problems,
) -> Labels {
    let given = given.unwrap_or_default();
    problems.labels(wanted, |key| given.get(key).map(|value| Ok(&**value)))
}

pub(super) fn resources(of: &str, list: &ListOfResources<'_>, problems: &mut Problems) -> Resources {
    Resources {
        cpu: resource(of, "cpu", list.cpu, problems),
        memory: resource(of, "memory", list.memory, problems),
    }
}

fn extended(of: &str, list: &ListOfResources<'_>, problems: &mut Problems) -> ResourceList {
    let amounts = list.extended.iter().filter_map(|(name, raw)| {
        Some((name.clone().into_owned(), resource(of, name, Some(raw), problems)?))
    });
    amounts.collect()
}

fn resource(of: &str, name: &str, raw: Option<&RawValue>, problems: &mut Problems) -> Option<Amount> {
    let raw = raw?.get();
    let quantity = serde_json::from_str::<Quantity>(raw).map_err(|error| without_place(&error));
    let amount = quantity.and_then(|quantity| amount(&quantity));
    let amount = amount.map_err(|problem| format!("{}: {problem}", shortened(raw, LONGEST_SHOWN)));
    problems.read(format_args!("{of} {name}"), amount)
}

pub(super) fn parsed<T: FromStr>(raw: Option<&RawValue>, what: &str) -> Result<T, String> {
    let raw = raw.ok_or("it is missing")?;
    let text = serde_json::from_str::<Cow<'_, str>>(raw.get()).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("{} is not {what}", shortened(raw.get(), LONGEST_SHOWN)))
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    metadata: Name<'a>,
}

#[derive(Deserialize)]
struct Name<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Labelled<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct NodeObject<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    spec: NodeSpec<'a>,
    #[serde(borrow, default)]
    status: NodeStatus<'a>,
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
#[serde(rename_all = "camelCase")]
struct NodeStatus<'a> {
    #[serde(borrow, default)]
    allocatable: Option<ListOfResources<'a>>,
    #[serde(borrow, default)]
    capacity: Option<ListOfResources<'a>>,
    #[serde(borrow, default)]
    node_info: Option<NodeInfo<'a>>,
}

#[derive(Deserialize)]
struct NodeInfo<'a> {
    #[serde(borrow, default)]
    swap: Option<SwapStatus<'a>>,
}

#[derive(Deserialize)]
struct SwapStatus<'a> {
    #[serde(borrow, default)]
    capacity: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct NodeMetrics<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    /// `metav1.Time`.
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
    /// `metav1.Duration`, as Go writes a duration: `15.013s`, `1m0s`.
    #[serde(borrow, default)]
    window: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: ListOfResources<'a>,
}

/// Quantities as they are written, so that one that is none does not spoil the others.
#[derive(Default)]
pub(super) struct ListOfResources<'a> {
    cpu: Option<&'a RawValue>,
    memory: Option<&'a RawValue>,
    pods: Option<&'a RawValue>,
    extended: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ListOfResources<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = ListOfResources<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of resources")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut list = ListOfResources::default();
                while let Some((Name(name), raw)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    let is_given = raw.get() != "null";
                    match name.as_ref() {
                        "cpu" => list.cpu = is_given.then_some(raw),
                        "memory" => list.memory = is_given.then_some(raw),
                        "pods" => list.pods = is_given.then_some(raw),
                        other if is_extended(other) && is_given => list.extended.push((name, raw)),
                        _ => {}
                    }
                }
                Ok(list)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole<T>(read: Result<Partial<T>, String>) -> T {
        let Partial { object, problem } = read.unwrap();
        assert_eq!(problem, None);
        object.unwrap()
    }

    #[test]
    fn a_node_is_reduced_to_what_is_needed() {
        let json = br#"{"metadata":{"name":"a","labels":{"zone":"z1","other":"x"}},
            "spec":{"unschedulable":true,"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"},{"key":"k","effect":"NoExecute"}]},
            "status":{"capacity":{"cpu":"4","memory":"8Gi","nvidia.com/gpu":"1"},"allocatable":{"cpu":"3920m"},"images":[{"names":["x"]}]}}"#;
        let node = whole(node(json, &["zone", "absent"].into()));
        assert_eq!(node.name, "a");
        assert_eq!(node.labels, [("zone".to_owned(), "z1".to_owned())].into());
        assert_eq!(node.taints.unwrap(), ["gpu=yes:NoSchedule", "k:NoExecute"]);
        assert_eq!(node.unschedulable, Some(true));
        assert_eq!(node.allocatable.cpu.unwrap().millis(), 3920);
        assert_eq!((node.allocatable.memory, node.capacity.memory.unwrap().whole()), (None, 8 << 30));
    }

    #[test]
    fn a_node_may_say_nothing_but_its_name() {
        let json = br#"{"metadata":{"name":"a","labels":null},"spec":{},"status":{}}"#;
        let node = whole(node(json, &[].into()));
        assert_eq!(
            (node.allocatable, node.unschedulable, node.taints),
            (Resources::default(), Some(false), Some(Vec::new()))
        );
    }

    #[test]
    fn a_sample_keeps_its_time_and_window() {
        for (window, millis) in [("15.013s", 15_013), ("1m0s", 60_000), ("1h0m0.5s", 3_600_500), ("0s", 0)] {
            let json = format!(
                r#"{{"metadata":{{"name":"a"}},"timestamp":"2026-11-01T12:00:00Z","window":"{window}","usage":{{"cpu":"123456789n","memory":"1Ki"}}}}"#
            );
            let sample = whole(sample(json.as_bytes(), &[].into()));
            assert_eq!(sample.window.unwrap().as_millis(), millis);
            assert_eq!(sample.timestamp.unwrap().to_string(), "2026-11-01T12:00:00Z");
            assert_eq!(sample.usage.cpu.unwrap().nanos(), 123_456_789);
        }
    }

    #[test]
    fn swap_is_that_of_the_machine_and_of_the_sample() {
        let swap = |capacity: &str| {
            let json = format!(
                r#"{{"metadata":{{"name":"a"}},"status":{{"nodeInfo":{{"kubeletVersion":"v1.37.2","swap":{capacity}}}}}}}"#
            );
            node(json.as_bytes(), &[].into()).map(|node| (node.object.unwrap().swap, node.problem)).unwrap()
        };
        for (capacity, bytes) in [("{}", None), ("null", None), (r#"{"capacity":2147483648}"#, Some(2 << 30))]
        {
            assert_eq!(swap(capacity), (bytes.map(|bytes| Box::new(Amount::from_whole(bytes))), None));
        }
        assert_eq!(
            swap(r#"{"capacity":-1}"#),
            (None, Some("node \"a\": capacity swap: -1: it is negative".to_owned()))
        );
        let used = |swap: &str| {
            let json = format!(
                r#"{{"metadata":{{"name":"a"}},"timestamp":"2026-11-01T12:00:00Z","window":"1s","usage":{{"cpu":"1"{swap}}}}}"#
            );
            whole(sample(json.as_bytes(), &[].into())).swap.map(|swap| swap.whole())
        };
        assert_eq!(
            [used(""), used(r#","swap":"3Ki""#), used(r#","swap":null"#)],
            [None, Some(3 << 10), None]
        );
    }

    #[test]
    fn what_can_be_read_stays_beside_what_can_not() {
        let json = br#"{"metadata":{"name":"a"},"timestamp":"yesterday","window":"1s","usage":{"cpu":"-1","memory":"1Gi"}}"#;
        let Partial { object, problem } = sample(json, &[].into()).unwrap();
        let sample = object.unwrap();
        assert_eq!((sample.timestamp, sample.window), (None, Some(SignedDuration::from_secs(1))));
        assert_eq!((sample.usage.cpu, sample.usage.memory.unwrap().whole()), (None, 1 << 30));
        assert_eq!(
            problem.unwrap(),
            "node \"a\": timestamp: \"yesterday\" is not an RFC 3339 time; usage cpu: \"-1\": it is negative"
        );
    }

    #[test]
    fn an_object_of_the_wrong_shape_keeps_its_name() {
        let Partial { object, problem } =
            node(br#"{"metadata":{"name":"a"},"status":7}"#, &[].into()).unwrap();
        assert_eq!(object.unwrap().name, "a");
        assert_eq!(problem.unwrap(), "node \"a\": invalid type: integer `7`, expected struct NodeStatus");
        let Partial { object, problem } = node(b"[]", &[].into()).unwrap();
        assert!(object.is_none());
        assert!(problem.unwrap().ends_with("it has no name"));
    }

    #[test]
    fn what_is_no_json_is_damage() {
        assert!(node(br#"{"metadata":{"name":"a"},status:7}"#, &[].into()).is_err());
    }
}
