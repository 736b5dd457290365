//! Samples of pods that can't be read, in the list of a node's pods: the use of their pods is unknown then. Those of other
//! nodes' pods are nobody's concern.

use serde_json::{Value, json};

use super::items::{over, quantities};
use crate::{
    case::{Case, Outcome},
    encode::{self, envelope, field, number, resource},
    server::{self, Attack, Request, pod_sample, protobuf},
};

/// The rows of the pod: without its CPU, without its use, and with all.
const NO_CPU: &str =
    "dev pod-of-a <none> <unknown> <unknown> 1.000 0.000 <unknown> 1.0Gi 12.5% 1.0Gi 0.0Mi 100.0%";
const NO_USE: &str =
    "dev pod-of-a <none> <unknown> <unknown> 1.000 0.000 <unknown> <unknown> <unknown> 1.0Gi 0.0Mi <unknown>";
const WHOLE: &str = "dev pod-of-a <none> 1.000 25.0% 1.000 0.000 100.0% 1.0Gi 12.5% 1.0Gi 0.0Mi 100.0%";

const THIS: &str = "pod \"dev/pod-of-a\"";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, quantity) in quantities() {
        let usage = json!({"cpu": quantity, "memory": "1Gi"});
        cases.push(one_bad(
            &format!("usage cpu: {name}"),
            &json!({"containers": [{"usage": usage}]}),
            NO_CPU,
            "usage cpu",
        ));
    }
    let containers = |containers: Value| json!({"containers": containers});
    for (name, change, shown, warns) in [
        ("containers: a number", containers(json!(7)), NO_USE, "invalid type: integer `7`"),
        ("containers: texts", containers(json!(["x"])), NO_USE, "invalid type: string"),
        ("usage: a text that steers", containers(json!([{"usage": "\u{1b}[2J"}])), NO_USE, "\\u{1b}[2J"),
        ("usage: null", containers(json!([{"usage": null}])), NO_USE, "invalid type: null"),
        ("a timestamp: words", json!({"timestamp": "yesterday"}), WHOLE, "timestamp"),
        ("a window: a list", json!({"window": []}), WHOLE, "window"),
    ] {
        cases.push(one_bad(name, &change, shown, warns));
    }
    for (name, item, warns) in [
        ("an item that is null", json!(null), "it has no name"),
        ("an item of nothing", json!({}), "missing field `metadata`"),
        ("a name: a number", over(pod_sample("a"), &json!({"metadata": {"name": 7}})), "it has no name"),
        ("a name: nothing", over(pod_sample("a"), &json!({"metadata": {"name": ""}})), "it has no name"),
    ] {
        cases.push(case(name, list(&[item, pod_sample("b")]), NO_USE, &[warns]));
    }
    let elsewhere = over(pod_sample("b"), &json!({"containers": 7}));
    let bad = over(pod_sample("a"), &json!({"window": 7}));
    cases.push(case("one that is bad and one of another node", list(&[elsewhere, bad]), WHOLE, &[THIS]));
    cases.extend(of_protobuf());
    cases
}

fn case(name: &str, attack: Attack, shown: &str, warns: &[&'static str]) -> Case {
    Case {
        name: format!("{:?}: {name}", Request::PodSamples),
        on: Request::PodSamples,
        attack,
        arguments: Vec::new(),
        by_name: false,
        outcome: Outcome::Partly { shows: vec![shown.to_owned()], warns: warns.to_vec() },
    }
}

fn list(items: &[Value]) -> Attack {
    server::json(json!({"kind": "PodMetricsList", "items": items}).to_string())
}

fn one_bad(name: &str, change: &Value, shown: &str, warns: &'static str) -> Case {
    case(name, list(&[over(pod_sample("a"), change), pod_sample("b")]), shown, &[THIS, warns])
}

fn of_protobuf() -> Vec<Case> {
    let named = || field(1, [field(1, "pod-of-a"), field(3, "dev")].concat());
    let timed =
        || [named(), field(2, number(1, 1_793_534_400)), field(3, number(1, 15_000_000_000))].concat();
    let of = |name: &str, bad: Vec<u8>, shown: &str, warns: &'static str| {
        let list = envelope("PodMetricsList", field(2, bad));
        case(&format!("protobuf: {name}"), protobuf(list), shown, &[warns])
    };
    let usage = |cpu: &[u8]| field(4, [resource(2, "cpu", cpu), resource(2, "memory", "1Gi")].concat());
    vec![
        of("a quantity that is none", [timed(), usage(b"4 cores")].concat(), NO_CPU, "usage cpu"),
        of("a quantity that is not UTF-8", [timed(), usage(b"\xff")].concat(), NO_CPU, "invalid utf-8"),
        of("containers that are a number", [timed(), number(4, 7)].concat(), NO_USE, "wire type"),
        of("no time", [named(), usage(b"1")].concat(), WHOLE, "timestamp: it is missing"),
        of("no name", encode::field(4, ""), NO_USE, "it has no name"),
        of("bytes", vec![0xff; 100], NO_USE, "it has no name"),
    ]
}
