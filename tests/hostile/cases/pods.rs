//! Pages of pods without end, and pods that can't be read: what is requested of their node is unknown then, and the rest is
//! shown.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Map, Value, json};

use super::items::{over, quantities};
use crate::{
    case::{Case, Outcome, Trick},
    encode::{self, envelope, field, number, resource},
    server::{Attack, Request, json, pod, protobuf},
};

/// The row of a node of which it is known what is requested, ...
const B: &str = "b 1.000 25.0% 1.0Gi 12.5% 1.000 3.000 100.0% 1.0Gi 7.0Gi 100.0% 1 <unknown> <none>";

/// ... and those of nodes of which it is not.
const UNKNOWN_A: &str = "a 1.000 25.0% 1.0Gi 12.5% <unknown> <unknown> <unknown> <unknown> <unknown> <unknown> \
                         <unknown> <unknown> <unknown>";
const UNKNOWN_B: &str = "b 1.000 25.0% 1.0Gi 12.5% <unknown> <unknown> <unknown> <unknown> <unknown> <unknown> \
                         <unknown> <unknown> <unknown>";

/// The row of a node without pods.
const IDLE_B: &str =
    "b 1.000 25.0% 1.0Gi 12.5% 0.000 4.000 <unknown> 0.0Mi 8.0Gi <unknown> 0 <unknown> <none>";

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = pages().iter().flat_map(|trick| trick.on(&[Request::Pods])).collect();
    for (name, quantity) in quantities() {
        let container = |kind: &str, resource: &str| json!({"spec": {"containers": [{"resources": {kind: {resource: quantity}}}]}});
        for (what, change, warns) in [
            ("requests of cpu", container("requests", "cpu"), "cpu "),
            ("limits of memory", container("limits", "memory"), "memory "),
            ("requests of GPUs", container("requests", "example.com/gpu"), "example.com/gpu "),
            ("overhead", json!({"spec": {"overhead": {"cpu": quantity}}}), "cpu "),
        ] {
            cases.push(one_bad(&format!("{what}: {name}"), &change, warns));
        }
    }
    cases.extend(shapes().into_iter().map(|(name, change, warns)| one_bad(name, &change, warns)));
    cases.extend(anywhere());
    cases.extend(of_protobuf());
    cases
}

fn case(name: &str, attack: Attack, shows: [&str; 2], warns: &[&'static str]) -> Case {
    Case {
        name: format!("{:?}: {name}", Request::Pods),
        on: Request::Pods,
        attack,
        arguments: Vec::new(),
        by_name: false,
        outcome: Outcome::Partly { shows: shows.map(str::to_owned).to_vec(), warns: warns.to_vec() },
    }
}

fn list(items: &[Value]) -> Attack {
    json(json!({"kind": "PodList", "items": items}).to_string())
}

/// A pod of one node that can't be read beside one of the other that can.
fn one_bad(name: &str, change: &Value, warns: &'static str) -> Case {
    let warns = ["pod \"dev/pod-of-a\"", warns];
    case(name, list(&[over(pod("a"), change), pod("b")]), [UNKNOWN_A, B], &warns)
}

fn shapes() -> Vec<(&'static str, Value, &'static str)> {
    let containers = |containers: Value| json!({"spec": {"containers": containers}});
    vec![
        ("containers: a number", containers(json!(7)), "invalid type: integer `7`"),
        ("containers: an object", containers(json!({})), "invalid type: map"),
        ("containers: texts", containers(json!(["x"])), "invalid type: string"),
        ("resources: a number", containers(json!([{"resources": 7}])), "invalid type: integer `7`"),
        ("requests: a list", containers(json!([{"resources": {"requests": []}}])), "invalid type: sequence"),
        (
            "requests: a text that steers",
            containers(json!([{"resources": {"requests": "\u{1b}[2J"}}])),
            "\\u{1b}[2J",
        ),
        ("init containers: a text", json!({"spec": {"initContainers": "x"}}), "invalid type: string"),
        (
            "a restart policy: a number",
            json!({"spec": {"initContainers": [{"restartPolicy": 7}]}}),
            "invalid type: integer `7`",
        ),
        ("overhead that is no map", json!({"spec": {"overhead": true}}), "invalid type: boolean"),
        ("the pod's own resources: a list", json!({"spec": {"resources": [1]}}), "pod-of-a"),
        ("status: a number", json!({"status": 7}), "invalid type: integer `7`"),
        ("a phase: null", json!({"status": {"phase": null}}), "invalid type: null"),
        (
            "100,000 bad GPUs",
            containers(
                json!([{"resources": {"requests": (0..100_000).map(|n| (format!("e.com/{n}"), json!("x"))).collect::<Map<_, _>>()}}]),
            ),
            "e.com/",
        ),
    ]
}

/// Pods of which not even the node, or the name, can be read.
fn anywhere() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, item, warns) in [
        ("an item that is null", json!(null), "invalid type: null"),
        ("an item that is a number", json!(7), "invalid type: integer `7`"),
        ("an item that is a text", json!("a"), "invalid type: string"),
        ("an item that is a list", json!(["a"]), "it has no name"),
        ("an item of nothing", json!({}), "it has no name"),
        ("spec: a number", over(pod("a"), &json!({"spec": 7})), "pod \"dev/pod-of-a\""),
        ("spec: null", over(pod("a"), &json!({"spec": null})), "pod \"dev/pod-of-a\""),
        ("a node: a number", over(pod("a"), &json!({"spec": {"nodeName": 7}})), "pod \"dev/pod-of-a\""),
        ("a node: null", over(pod("a"), &json!({"spec": {"nodeName": null}})), "invalid type: null"),
    ] {
        cases.push(case(name, list(&[item, pod("b")]), [UNKNOWN_A, UNKNOWN_B], &[warns]));
    }
    let nameless = |name: Value| json!({"metadata": {"name": name}});
    for (name, change, warns) in [
        (
            "a name of 10,000 characters",
            nameless(json!("x".repeat(10_000))),
            "name: it is longer than 253 bytes",
        ),
        (
            "a namespace of 64 characters",
            json!({"metadata": {"namespace": "x".repeat(64)}}),
            "namespace: it is longer than 63 bytes",
        ),
        ("a name of 10,000 escapes", nameless(json!("\u{1b}".repeat(10_000))), "(10004 characters)"),
        ("a name: nothing", nameless(json!("")), "it has no name"),
        ("a name: a number", nameless(json!(7)), "invalid type: integer `7`"),
        ("a name: null", nameless(json!(null)), "invalid type: null"),
        ("metadata: null", json!({"metadata": null}), "invalid type: null"),
    ] {
        cases.push(case(name, list(&[over(pod("a"), &change), pod("b")]), [UNKNOWN_A, B], &[warns]));
    }
    let many: Vec<_> = (0..2_000)
        .map(|n| {
            over(
                pod("a"),
                &json!({"metadata": {"name": format!("p{n}")}, "spec": {"overhead": {"cpu": "x"}}}),
            )
        })
        .collect();
    cases.push(case(
        "2,000 bad pods",
        list(&many),
        [UNKNOWN_A, IDLE_B],
        &["pod \"dev/p0\"", "pod \"dev/p4\""],
    ));
    cases
}

/// Damage in protobuf.
fn of_protobuf() -> Vec<Case> {
    let of = |name: &str, bad: Vec<u8>, first: &str, second: &str, warns: &'static str| {
        let items = [field(2, bad), field(2, encode::pod("dev", "pod-of-b", "b"))].concat();
        case(&format!("protobuf: {name}"), protobuf(envelope("PodList", items)), [first, second], &[warns])
    };
    let named = field(1, [field(1, "pod-of-a"), field(3, "dev")].concat());
    let placed = |more: &[u8]| [named.clone(), field(2, [field(10, "a"), more.to_vec()].concat())].concat();
    let this = "pod \"dev/pod-of-a\"";
    vec![
        of("a quantity that is none", placed(&resource(32, "cpu", "4 cores")), UNKNOWN_A, B, this),
        of("a negative quantity", placed(&resource(32, "memory", "-1")), UNKNOWN_A, B, "it is negative"),
        of("a quantity that is not UTF-8", placed(&resource(32, "cpu", [0xff])), UNKNOWN_A, B, this),
        of("containers that are a number", placed(&number(2, 7)), UNKNOWN_A, B, "wire type"),
        of("a container that is cut", placed(&field(2, [8 << 3 | 2, 100])), UNKNOWN_A, B, this),
        of("status that is a number", [placed(&[]), number(3, 7)].concat(), UNKNOWN_A, B, "wire type"),
        of(
            "a node that is not UTF-8",
            [named.clone(), field(2, field(10, [0xff]))].concat(),
            UNKNOWN_A,
            UNKNOWN_B,
            this,
        ),
        of("spec that is a number", [named.clone(), number(2, 7)].concat(), UNKNOWN_A, UNKNOWN_B, this),
        of("no name", field(2, field(10, "a")), UNKNOWN_A, B, "it has no name"),
        of("bytes", vec![0xff; 100], UNKNOWN_A, UNKNOWN_B, "it has no name"),
    ]
}

/// An answer to each request, made of its number.
pub fn numbered(media_type: &'static str, body: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Attack {
    let requests = AtomicUsize::new(0);
    Arc::new(move |stream| {
        let body = body(requests.fetch_add(1, Ordering::Relaxed));
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat())
    })
}

/// Pages that are followed by others.
fn endless(token: fn(usize) -> String, items: fn(usize) -> Vec<Value>) -> Attack {
    numbered("application/json", move |number| {
        let metadata = json!({"continue": token(number)});
        json!({"kind": "PodList", "metadata": metadata, "items": items(number)}).to_string().into_bytes()
    })
}

fn pages() -> Vec<Trick> {
    let another = |number: usize| number.to_string();
    let of_protobuf = numbered("application/vnd.kubernetes.protobuf", |number| {
        envelope("PodList", field(1, field(3, number.to_string())))
    });
    vec![
        Trick::new(
            "the same page for ever",
            endless(|_| "a".to_owned(), |_| vec![pod("a")]),
            &["continues with itself"],
        ),
        Trick::new(
            "an empty page for ever",
            endless(|_| "a".to_owned(), |_| Vec::new()),
            &["continues with itself"],
        ),
        Trick::new("endless empty pages", endless(another, |_| Vec::new()), &["more than 1000 pages"]),
        Trick::new(
            "endless pages of one pod",
            endless(another, |_| vec![pod("a")]),
            &["more than 1000 pages"],
        ),
        Trick::new(
            "endless pages of other pods",
            endless(another, |number| {
                let name = |at| json!({"metadata": {"name": format!("{number}-{at}"), "namespace": "dev"}, "spec": {"nodeName": "a"}});
                (0..2_000).map(name).collect()
            }),
            &["more than 200000 pods"],
        ),
        Trick::new(
            "pages that go round",
            endless(|number| (number % 2).to_string(), |_| Vec::new()),
            &["more than 1000 pages"],
        ),
        Trick::new("a token of 1 MiB", endless(|_| "x".repeat(1 << 20), |_| Vec::new()), &["is too long"]),
        Trick::new(
            "a token that steers",
            endless(|_| "\u{1b}[2J\r\n".to_owned(), |_| Vec::new()),
            &["continues with itself"],
        ),
        Trick::new("protobuf: endless empty pages", of_protobuf, &["more than 1000 pages"]),
        Trick::new(
            "pods with names of 1 MiB",
            endless(another, |number| {
                let long = format!("{number}{}", "x".repeat(1 << 20));
                vec![json!({"metadata": {"name": long, "namespace": "dev"}, "spec": {"nodeName": "a"}})]
            }),
            &["take more than 72 MiB"],
        ),
    ]
}
