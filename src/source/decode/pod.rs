//! core/v1 Pods, reduced to what they request of their nodes, in either encoding (k8s.io/api `core/v1/generated.proto`).

mod json;
mod protobuf;

pub(super) use json::Metadata as JsonMetadata;
pub(super) use protobuf::Metadata;

use super::{LONGEST_SHOWN, Partial, Problems, amount, within};
use crate::{
    amount::Amount,
    client::Encoded,
    quantity::Quantity,
    requests::{Demand, Pod, PodSpec, is_counted, is_extended},
    visible::shortened,
};

/// Reads a Pod; no object where it has no node, or has ended and takes nothing of its node any more. Where something of it
/// can't be read, what it takes is unknown.
///
/// # Errors
///
/// Says what is wrong when the bytes are damaged so much that what comes after them can't be trusted either.
pub fn pod(object: Encoded<'_>) -> Result<Partial<Pod>, String> {
    let PodObject { namespace, name, node, phase, ips, spec } = match object {
        Encoded::Json(json) => json::pod(json)?,
        Encoded::Protobuf(bytes) => protobuf::pod(bytes),
    };
    if node.as_deref() == Some("") || phase == "Succeeded" || phase == "Failed" {
        return Ok(Partial { object: None, problem: None });
    }
    let mut problems = Problems::default();
    let total = spec.map(|spec| spec.total()).map_err(|problem| problems.0.push(problem));
    let ips = ips.and_then(|ips| {
        let longest = ips.iter().try_for_each(|ip| within(LONGEST_IP, ip));
        problems.read("podIPs", longest).map(|()| ips)
    });
    let problem = problems.of_pod(&namespace, &name);
    let total = total.ok().filter(|_| problem.is_none());
    let extended = total.iter().flat_map(|total| &total.requests).filter(|(name, _)| is_extended(name));
    let extended = extended.map(|(name, amount)| (name.clone(), *amount)).collect();
    let demand = total.as_ref().map(Demand::of);
    Ok(Partial { object: Some(Pod { namespace, name, node, demand, extended, ips }), problem })
}

/// An IP address is no longer as text: an IPv4 address within one of IPv6.
const LONGEST_IP: usize = 45;

/// Reads the namespace and the name of an object.
///
/// # Errors
///
/// Says why they can't be read.
pub fn name(object: Encoded<'_>) -> Result<(String, String), String> {
    match object {
        Encoded::Json(json) => json::name(json),
        Encoded::Protobuf(bytes) => protobuf::name(bytes),
    }
}

/// What is read of a Pod.
struct PodObject {
    /// Empty where it can't be read.
    namespace: String,
    /// Empty where it can't be read.
    name: String,
    /// `None` where it can't be read; empty where it has none.
    node: Option<String>,
    phase: String,
    /// `None` where they can't be read.
    ips: Option<Vec<String>>,
    /// Or what is wrong with the pod.
    spec: Result<PodSpec, String>,
}

/// An amount that a pod requests or is limited to; `None` of a resource that nobody asks about.
fn counted(
    resource: &str,
    text: &str,
    quantity: impl FnOnce() -> Result<Quantity, String>,
) -> Option<Result<Amount, String>> {
    is_counted(resource).then(|| {
        quantity().and_then(|quantity| amount(&quantity)).map_err(|problem| {
            let [resource, text] = [resource, text].map(|text| shortened(text, LONGEST_SHOWN));
            format!("{resource} {text}: {problem}")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name, the node and whether what is taken is known; the problem beside it.
    fn read(object: Encoded<'_>) -> (Option<(String, Option<String>, bool)>, String) {
        let Partial { object, problem } = pod(object).unwrap();
        (object.map(|pod| (pod.name, pod.node, pod.demand.is_some())), problem.unwrap_or_default())
    }

    #[test]
    fn what_can_not_be_read_of_a_pod_leaves_its_name_and_its_node() {
        for (json, name, node, problem) in [
            (
                r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","overhead":{"cpu":"x"}}}"#,
                "a",
                "n",
                "pod \"/a\": cpu \"x\": quantities",
            ),
            (
                r#"{"metadata":{"name":"a","namespace":"d"},"spec":{"nodeName":"n","containers":[{"resources":{"limits":{"memory":-1}}}]}}"#,
                "a",
                "n",
                "pod \"d/a\": memory -1: it is negative",
            ),
            (
                r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":7}}"#,
                "a",
                "n",
                "pod \"/a\": invalid type: integer `7`",
            ),
            (
                r#"{"metadata":{"name":"a"},"spec":{"nodeName":7}}"#,
                "a",
                "",
                "pod \"/a\": invalid type: integer `7`",
            ),
            (
                r#"{"metadata":{"name":7},"spec":{"nodeName":"n"}}"#,
                "",
                "n",
                "pod \"/\": invalid type: integer `7`",
            ),
            (r#"{"metadata":{"name":""},"spec":{"nodeName":"n"}}"#, "", "n", "pod \"/\": it has no name"),
            (r#"{"spec":{"nodeName":"n"}}"#, "", "n", "pod \"/\": missing field `metadata`"),
            ("[]", "", "", "pod \"/\": "),
        ] {
            let (pod, said) = read(Encoded::Json(json.as_bytes()));
            let node = Some(node.to_owned()).filter(|node| !node.is_empty());
            assert_eq!(pod, Some((name.to_owned(), node, false)), "{json}");
            assert!(said.starts_with(problem), "{said}");
        }
        // Name, node, and an overhead whose quantity is no text, or none.
        for (overhead, problem) in
            [(&b"\x08\x01"[..], "failed to decode"), (b"\x0a\x01x", "cpu x: quantities")]
        {
            let quantity =
                [&[0x0a, 3][..], b"cpu", &[0x12, u8::try_from(overhead.len()).unwrap()], overhead].concat();
            let spec =
                [&[10 << 3 | 2, 1][..], b"n", &[0x82, 2, u8::try_from(quantity.len()).unwrap()], &quantity]
                    .concat();
            let pod =
                [&[0x0a, 3, 0x0a, 1][..], b"a", &[0x12, u8::try_from(spec.len()).unwrap()], &spec].concat();
            let (pod, said) = read(Encoded::Protobuf(&pod));
            assert_eq!(pod, Some(("a".to_owned(), Some("n".to_owned()), false)));
            assert!(said.starts_with(&format!("pod \"/a\": {problem}")), "{said}");
        }
    }

    #[test]
    fn what_takes_nothing_of_a_node_is_passed_over_whatever_it_says() {
        for json in [
            r#"{"metadata":{"name":"a"},"spec":{"overhead":{"cpu":"x"}}}"#,
            r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","overhead":{"cpu":"x"}},"status":{"phase":"Failed"}}"#,
        ] {
            assert_eq!(read(Encoded::Json(json.as_bytes())), (None, String::new()));
        }
        let other = r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","overhead":{"ephemeral-storage":"x","cpu":null}}}"#;
        assert_eq!(
            read(Encoded::Json(other.as_bytes())).0,
            Some(("a".to_owned(), Some("n".to_owned()), true))
        );
    }

    #[test]
    fn what_is_no_json_is_damage() {
        assert!(pod(Encoded::Json(br#"{"metadata":{"name":"a"},spec:7}"#)).is_err());
    }
}
