//! One object that can't be read in full, alone or among good ones: the good ones are shown, what can be read of the bad
//! one too, and a warning names it.

use serde_json::{Value, json};

use crate::{
    case::{Case, Outcome},
    server::{self, Request, node, sample},
};

/// The rows of the good nodes.
const A: &str = "a 1.000 25.0% 1.0Gi 12.5%";
const B: &str = "b 1.000 25.0% 1.0Gi 12.5%";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, quantity) in quantities() {
        cases.extend(sample_of(
            &format!("usage cpu: {name}"),
            &json!({"usage": {"cpu": quantity}}),
            "a <unknown> <unknown> 1.0Gi 12.5%",
            "usage cpu",
        ));
        cases.extend(sample_of(
            &format!("usage memory: {name}"),
            &json!({"usage": {"memory": quantity}}),
            "a 1.000 25.0% <unknown> <unknown>",
            "usage memory",
        ));
        cases.extend(sample_of(
            &format!("usage swap: {name}"),
            &json!({"usage": {"swap": quantity}}),
            A,
            "usage swap",
        ));
        cases.extend(node_of(
            &format!("capacity of swap: {name}"),
            &json!({"status": {"nodeInfo": {"swap": {"capacity": quantity}}}}),
            A,
            "capacity swap",
        ));
        cases.extend(node_of(
            &format!("allocatable cpu: {name}"),
            &json!({"status": {"allocatable": {"cpu": quantity}}}),
            "a 1.000 <unknown> 1.0Gi 12.5%",
            "allocatable cpu",
        ));
        cases.extend(node_of(
            &format!("allocatable memory: {name}"),
            &json!({"status": {"allocatable": {"memory": quantity}}}),
            "a 1.000 25.0% 1.0Gi <unknown>",
            "allocatable memory",
        ));
        cases.extend(node_of(
            &format!("capacity cpu: {name}"),
            &json!({"status": {"capacity": {"cpu": quantity}}}),
            A,
            "capacity cpu",
        ));
    }
    for (name, time) in times() {
        cases.extend(sample_of(&format!("timestamp: {name}"), &json!({"timestamp": time}), A, "timestamp"));
        cases.extend(sample_of(&format!("window: {name}"), &json!({"window": time}), A, "window"));
    }
    for (name, change, warns) in shapes_of_samples() {
        cases.extend(sample_of(name, &change, "a <unknown> <unknown> <unknown> <unknown>", warns));
    }
    for (name, change, shown, warns) in shapes_of_nodes() {
        cases.extend(node_of(name, &change, shown, warns));
    }
    cases.extend(nameless());
    cases.extend(several());
    cases
}

/// What is no quantity, or none that can be.
pub(super) fn quantities() -> Vec<(&'static str, Value)> {
    vec![
        ("words", json!("4 cores")),
        ("no text", json!("")),
        ("negative", json!("-1")),
        ("a negative number", json!(-1)),
        ("the most negative", json!("-9223372036854775808Ei")),
        ("beyond any amount", json!("1e400")),
        ("a number beyond any amount", json!(1e300)),
        ("10,000 digits", json!("9".repeat(10_000))),
        ("NaN", json!("NaN")),
        ("infinity", json!("Inf")),
        ("hexadecimal", json!("0x10")),
        ("a decimal comma", json!("1,5")),
        ("two points", json!("1.2.3")),
        ("another script's digits", json!("١٢")),
        ("no such suffix", json!("1Qi")),
        ("true", json!(true)),
        ("a list", json!([1])),
        ("an object", json!({"cpu": 1})),
        ("terminal escapes", json!("\u{1b}[2J")),
        ("a zero byte", json!("1\u{0}")),
        ("a text of 100,000 characters", json!("x".repeat(100_000))),
    ]
}

/// What is no time, and no duration either.
fn times() -> Vec<(&'static str, Value)> {
    vec![
        ("words", json!("yesterday")),
        ("no text", json!("")),
        ("null", Value::Null),
        ("a number", json!(1_793_534_400)),
        ("a list", json!(["2026-11-01T12:00:00Z"])),
        ("a month that is none", json!("2026-13-01T12:00:00Z")),
        ("a year beyond any", json!("999999-01-01T00:00:00Z")),
        ("terminal escapes", json!("\u{1b}]0;x\u{7}")),
        ("a text of 100,000 characters", json!("9".repeat(100_000))),
    ]
}

fn shapes_of_samples() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("usage: null", json!({"usage": null}), "invalid type: null"),
        ("usage: a number", json!({"usage": 7}), "invalid type: integer `7`"),
        ("usage: a list", json!({"usage": [1, 2, 3]}), "node \"a\""),
        ("usage: a text", json!({"usage": "\u{1b}[2J"}), "\\u{1b}[2J"),
        ("labels: a number", json!({"metadata": {"labels": 7}}), "invalid type: integer `7`"),
        ("labels: numbers", json!({"metadata": {"labels": {"a": 1}}}), "invalid type: integer `1`"),
    ]
}

fn shapes_of_nodes() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let unknown = "a 1.000 <unknown> 1.0Gi <unknown>";
    let taints = |taint: Value, count| json!({"spec": {"taints": vec![taint; count]}});
    vec![
        ("status: null", json!({"status": null}), unknown, "invalid type: null"),
        ("status: a number", json!({"status": 7}), unknown, "invalid type: integer `7`"),
        ("status: a text", json!({"status": "Ready"}), unknown, "invalid type: string"),
        (
            "allocatable: a number",
            json!({"status": {"allocatable": 7}}),
            unknown,
            "invalid type: integer `7`",
        ),
        ("allocatable: a text", json!({"status": {"allocatable": "4"}}), unknown, "invalid type: string"),
        ("capacity: true", json!({"status": {"capacity": true}}), unknown, "invalid type: boolean"),
        ("nodeInfo: a text", json!({"status": {"nodeInfo": "v1.37"}}), unknown, "invalid type: string"),
        ("swap: true", json!({"status": {"nodeInfo": {"swap": true}}}), unknown, "invalid type: boolean"),
        ("spec: a number", json!({"spec": 7}), unknown, "invalid type: integer `7`"),
        ("unschedulable: a text", json!({"spec": {"unschedulable": "yes"}}), unknown, "invalid type: string"),
        ("taints: an object", json!({"spec": {"taints": {}}}), unknown, "invalid type: map"),
        ("taints: numbers", json!({"spec": {"taints": [7]}}), unknown, "invalid type: integer `7`"),
        ("taints: one without a key", json!({"spec": {"taints": [{}]}}), unknown, "missing field `key`"),
        (
            "taints: one with a key of 10,000 characters",
            taints(json!({"key": "x".repeat(10_000)}), 1),
            A,
            "longer than 317",
        ),
        (
            "taints: one with a value of 64 characters",
            taints(json!({"key": "k", "value": "x".repeat(64)}), 1),
            A,
            "longer than 63",
        ),
        ("taints: 1,001", taints(json!({"key": "k"}), 1001), A, "more than 1000"),
        ("labels: a list", json!({"metadata": {"labels": []}}), unknown, "invalid type: sequence"),
        ("labels: null within", json!({"metadata": {"labels": {"a": null}}}), unknown, "invalid type: null"),
    ]
}

/// The value with another laid over it, map by map.
pub(super) fn over(mut value: Value, change: &Value) -> Value {
    match (&mut value, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (key, change) in changes {
                let field = fields.remove(key).unwrap_or_default();
                fields.insert(key.clone(), over(field, change));
            }
            value
        }
        _ => change.clone(),
    }
}

fn list(items: &[Value]) -> server::Attack {
    server::json(json!({"kind": "List", "items": items}).to_string())
}

fn case(on: Request, name: &str, attack: server::Attack, shows: &[&str], warns: &[&'static str]) -> Case {
    let shows = shows.iter().map(|&line| line.to_owned()).collect();
    Case {
        name: format!("{on:?}: {name}"),
        on,
        attack,
        arguments: Vec::new(),
        by_name: false,
        outcome: Outcome::Partly { shows, warns: warns.to_vec() },
    }
}

fn sample_of(name: &str, change: &Value, shown: &str, warns: &'static str) -> [Case; 2] {
    let bad = over(sample("a"), change);
    [
        case(Request::Sample, name, server::json(bad.to_string()), &[shown], &["node \"a\"", warns]),
        case(Request::Samples, name, list(&[bad, sample("b")]), &[shown, B], &["node \"a\"", warns]),
    ]
}

fn node_of(name: &str, change: &Value, shown: &str, warns: &'static str) -> [Case; 2] {
    let bad = over(node("a"), change);
    [
        case(Request::Node, name, server::json(bad.to_string()), &[shown], &["node \"a\"", warns]),
        case(Request::Nodes, name, list(&[bad, node("b")]), &[shown, B], &["node \"a\"", warns]),
    ]
}

/// Items that can't even be named; the other list knows the node, or its use.
fn nameless() -> Vec<Case> {
    let long = "x".repeat(10_000);
    let items = [
        ("an item that is null", json!(null), "it has no name"),
        ("an item that is a number", json!(7), "it has no name"),
        ("an item that is a text", json!("a"), "it has no name"),
        ("an item that is a list", json!(["a"]), "it has no name"),
        ("an item that is true", json!(true), "it has no name"),
        ("an item of nothing", json!({}), "it has no name"),
        ("an item without metadata", json!({"status": {}, "usage": {}}), "missing field `metadata`"),
        ("an item whose metadata is null", json!({"metadata": null}), "it has no name"),
        ("an item whose metadata is a list", json!({"metadata": []}), "it has no name"),
        ("an item without a name", json!({"metadata": {"uid": "x"}}), "missing field `name`"),
        ("an item whose name is null", json!({"metadata": {"name": null}}), "it has no name"),
        ("an item whose name is a number", json!({"metadata": {"name": 7}}), "it has no name"),
        ("an item whose name is empty", json!({"metadata": {"name": ""}, "usage": {}}), "it has no name"),
        (
            "a name of 254 characters",
            json!({"metadata": {"name": &long[..254]}, "usage": {}}),
            "its name is longer than 253 bytes",
        ),
        (
            "a name of 10,000 characters",
            json!({"metadata": {"name": long}, "usage": {}}),
            "its name is longer than 253 bytes",
        ),
        (
            "a name of 10,000 escapes",
            json!({"metadata": {"name": "\u{1b}".repeat(10_000)}, "usage": {}}),
            "(10000 characters)",
        ),
    ];
    let mut cases = Vec::new();
    for (name, item, warns) in items {
        let unmeasured = "a <unknown> <unknown> <unknown> <unknown>";
        cases.push(case(
            Request::Samples,
            name,
            list(&[item.clone(), sample("b")]),
            &[unmeasured, B],
            &[warns],
        ));
        let alone = "a 1.000 <unknown> 1.0Gi <unknown>";
        cases.push(case(Request::Nodes, name, list(&[item, node("b")]), &[alone, B], &[warns]));
    }
    cases
}

fn several() -> Vec<Case> {
    let twice = |object: &Value, field: &str| {
        let text = object.to_string();
        text.replacen('{', &format!("{{\"{field}\":{},", object[field]), 1)
    };
    let list_of = |texts: &[String]| server::json(format!("{{\"items\":[{}]}}", texts.join(",")));
    let many: Vec<_> =
        (0..2_000).map(|n| over(sample(&format!("n{n}")), &json!({"usage": {"cpu": "x"}}))).collect();
    let unmeasured = "a <unknown> <unknown> <unknown> <unknown>";
    let sampled = over(sample("a"), &json!({"usage": {"cpu": "x", "memory": "-1"}, "timestamp": 7}));
    let broken = |name: &str| format!("{{\"metadata\":{{\"name\":\"{name}\"}}}}");
    let not_utf8 =
        [b"{\"items\":[", sample("b").to_string().as_bytes(), b",{\"metadata\":{\"name\":\"\xff\"}}]}"]
            .concat();
    vec![
        case(
            Request::Samples,
            "a name that is not UTF-8",
            server::json(not_utf8),
            &[unmeasured, B],
            &["invalid unicode"],
        ),
        case(
            Request::Samples,
            "a name with half a surrogate",
            list_of(&[broken("\\ud800"), sample("b").to_string()]),
            &[unmeasured, B],
            &["it has no name"],
        ),
        case(
            Request::Samples,
            "usage twice",
            list_of(&[twice(&sample("a"), "usage"), sample("b").to_string()]),
            &[unmeasured, B],
            &["duplicate field `usage`"],
        ),
        case(
            Request::Samples,
            "metadata twice",
            list_of(&[twice(&sample("a"), "metadata"), sample("b").to_string()]),
            &[unmeasured, B],
            &["duplicate field `metadata`"],
        ),
        case(
            Request::Nodes,
            "status twice",
            list_of(&[twice(&node("a"), "status"), node("b").to_string()]),
            &["a 1.000 <unknown> 1.0Gi <unknown>", B],
            &["duplicate field `status`"],
        ),
        case(
            Request::Samples,
            "2,000 bad samples",
            list(&many),
            &["n0 <unknown> <unknown> 1.0Gi <unknown>", "n1999 <unknown> <unknown> 1.0Gi <unknown>"],
            &["node \"n0\"", "node \"n4\""],
        ),
        case(
            Request::Samples,
            "everything wrong with one sample",
            list(&[sampled, sample("b")]),
            &[unmeasured, B],
            &["timestamp", "usage cpu", "usage memory"],
        ),
    ]
}
