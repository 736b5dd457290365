//! The same in protobuf: lengths that lie, wire types that do not fit, nesting without end.

use super::{bodies::TOO_MANY, each};
use crate::{
    case::{Case, Outcome, Trick},
    encode::{entry, envelope, field, metadata, node, number, resource, sample, varint},
    server::{self, Request, protobuf},
};

const B: &str = "b 1.000 25.0% 1.0Gi 12.5%";

pub fn cases() -> impl Iterator<Item = Case> {
    let renamed = |case: Case| Case { name: format!("protobuf: {}", case.name), ..case };
    each(lists(), &Request::LISTS)
        .chain(each(crowds(), &[Request::Nodes]))
        .chain(each(objects(), &Request::OBJECTS))
        .chain(each(groups(), &[Request::Group]))
        .chain(samples())
        .chain(nodes())
        .map(renamed)
}

fn list(items: &[u8]) -> server::Attack {
    protobuf(envelope("List", items))
}

/// The magic bytes, and whatever.
fn raw(bytes: impl AsRef<[u8]>) -> server::Attack {
    protobuf([b"k8s\0", bytes.as_ref()].concat())
}

fn head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.kubernetes.protobuf\r\n\r\nk8s\0".to_vec()
}

fn lists() -> Vec<Trick> {
    // A list that says it is as long as can be.
    let open = [vec![2 << 3 | 2], varint(u64::MAX >> 1)].concat();
    let endless = |first: &[u8], again: &[u8]| server::endless([&head(), &open[..], first].concat(), again);
    let huge = [vec![2 << 3 | 2], varint(1 << 62)].concat();
    vec![
        Trick::new("nothing", protobuf(""), &["it is empty"]),
        Trick::new("half of the magic bytes", protobuf("k8"), &["it is cut short"]),
        Trick::new("other magic bytes", protobuf(b"k9s\0\x12\0"), &["it is not Kubernetes' protobuf"]),
        Trick::new("only the magic bytes", raw(""), &["it is not a list"]),
        Trick::new("a page", protobuf("<!DOCTYPE html>"), &["it is not Kubernetes' protobuf"]),
        Trick::new("zeros", raw([0; 100]), &["wire type", "it is not a list", "it is cut short"]),
        Trick::new(
            "a list without its envelope",
            protobuf(field(2, node("a"))),
            &["not Kubernetes' protobuf"],
        ),
        Trick::new("an envelope without a list", raw(field(1, field(2, "List"))), &["it is not a list"]),
        Trick::new("a list that is a number", raw(number(2, 7)), &["it is not a list"]),
        Trick::new(
            "a list that is cut",
            raw([vec![2 << 3 | 2, 100], field(2, node("b"))].concat()),
            &["cut short", "longer than the list"],
        ),
        Trick::new(
            "an item that is cut",
            raw([vec![2 << 3 | 2, 100, 2 << 3 | 2, 90], vec![0; 20]].concat()),
            &["cut short"],
        ),
        Trick::new(
            "an item that is longer than the list",
            raw([2 << 3 | 2, 2, 2 << 3 | 2, 9]),
            &["longer than the list"],
        ),
        Trick::new("an item of 2^62 bytes", raw([&open[..], &huge].concat()), &["larger than 4 MiB"]),
        Trick::new("an item of 5 MiB", list(&field(2, vec![0; 5 << 20])), &["larger than 4 MiB"]),
        Trick::new(
            "a field of 2^62 bytes",
            raw([&open[..], &[9 << 3 | 2], &varint(1 << 62)].concat()),
            &["4 MiB beside its items"],
        ),
        Trick::new("a number of 11 bytes", raw([0xff; 11]), &["more than 64 bits"]),
        Trick::new(
            "a length of 11 bytes",
            raw([&[2 << 3 | 2][..], &[0xff; 11]].concat()),
            &["more than 64 bits"],
        ),
        Trick::new("a group", raw([&open[..], &[1 << 3 | 3]].concat()), &["wire type 3"]),
        Trick::new("the end of a group", raw([&open[..], &[1 << 3 | 4]].concat()), &["wire type 4"]),
        Trick::new("a wire type that is none", raw([&open[..], &[1 << 3 | 6]].concat()), &["wire type 6"]),
        Trick::new("another wire type that is none", raw([1 << 3 | 7]), &["wire type 7"]),
        Trick::new(
            "a kind that is no message",
            raw([field(1, [0xff; 9]), field(2, "")].concat()),
            &["Protobuf"],
        ),
        Trick::new(
            "a kind that is a number",
            raw([field(1, number(2, 7)), field(2, "")].concat()),
            &["wire type"],
        ),
        Trick::new(
            "a kind that is not UTF-8",
            raw([field(1, field(2, b"\xff")), field(2, "")].concat()),
            &["UTF-8"],
        ),
        Trick::new(
            "a kind of 5 MiB",
            raw([field(1, field(2, "x".repeat(5 << 20))), field(2, "")].concat()),
            &["larger than 4 MiB"],
        ),
        Trick::new("services", protobuf(envelope("ServiceList", "")), &["kind is \"ServiceList\", and not"]),
        Trick::new("a kind that steers", protobuf(envelope("\u{1b}[2J", "")), &["\\u{1b}[2J"]),
        Trick::new("a Status", protobuf(envelope("Status", field(3, "no"))), &["kind is \"Status\""]),
        Trick::new("endless items", endless(b"", &field(2, sample("a"))), TOO_MANY),
        Trick::new("endless empty items", endless(b"", &field(2, "")), TOO_MANY),
        Trick::new("endless fields", endless(b"", &field(9, [0; 1000])), &["4 MiB beside its items"]),
        Trick::new("endless numbers", endless(b"", &number(9, 1)), &["4 MiB beside its items"]),
        Trick::new("an endless number", server::endless(head(), [0xff]), &["more than 64 bits"]),
        Trick::new(
            "something behind the list",
            raw([field(2, ""), vec![0xff; 20]].concat()),
            &["more than 64 bits"],
        ),
    ]
}

/// What a node may have much of.
fn crowds() -> Vec<Trick> {
    let open = [vec![2 << 3 | 2], varint(u64::MAX >> 1)].concat();
    let taints = field(2, field(5, field(1, "x".repeat(300))).repeat(100));
    let tainted = field(2, [metadata("a"), taints].concat());
    let attack = server::endless([&head(), &open[..]].concat(), tainted);
    vec![Trick::new("endless taints", attack, &["names, labels and taints take more than 48 MiB"])]
}

fn objects() -> Vec<Trick> {
    vec![
        Trick::new("nothing", protobuf(""), &["it is not Kubernetes' protobuf"]),
        Trick::new("only the magic bytes", raw(""), &["it has no object"]),
        Trick::new("an object that is cut", raw([2 << 3 | 2, 100, 0]), &["it is cut short"]),
        Trick::new(
            "protobuf: an object of 2^62 bytes",
            raw([vec![2 << 3 | 2], varint(1 << 62)].concat()),
            &["it is cut short"],
        ),
        Trick::new("a number of 11 bytes", raw([0xff; 11]), &["more than 64 bits"]),
        Trick::new("a group", raw([1 << 3 | 3, 0]), &["wire type 3"]),
        Trick::new(
            "protobuf: a pod",
            protobuf(envelope("Pod", metadata("a"))),
            &["kind is \"Pod\", and not"],
        ),
        Trick::new(
            "protobuf: another node",
            protobuf(envelope("", metadata("b"))),
            &["about another node, \"b\""],
        ),
        Trick::new(
            "protobuf: another node that steers",
            protobuf(envelope("", metadata("\u{1b}[2J"))),
            &["another node, \"\\u{1b}[2J\""],
        ),
        Trick::new(
            "protobuf: an object of 5 MiB",
            protobuf(envelope("", vec![0; 5 << 20])),
            &["larger than 4 MiB"],
        ),
    ]
}

/// The group is asked for as JSON, whatever the server likes better.
fn groups() -> Vec<Trick> {
    vec![Trick::new("an envelope", protobuf(envelope("APIGroup", "")), &["expected value"])]
}

fn case(on: Request, name: &str, item: &[u8], good: &[u8], shown: &str, warns: &'static str) -> Case {
    Case {
        name: format!("{on:?}: an item: {name}"),
        on,
        attack: list(&[field(2, item), field(2, good)].concat()),
        arguments: Vec::new(),
        by_name: false,
        outcome: Outcome::Partly { shows: vec![shown.to_owned(), B.to_owned()], warns: vec![warns] },
    }
}

/// What is wrong with an item, in either list: only its name can be read.
fn damages() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let rest = |bytes: &[u8]| [metadata("a"), bytes.to_vec()].concat();
    let deep = (0..1_000).fold(Vec::new(), |inner, _| field(1, inner));
    vec![
        (
            "labels of a wrong wire type",
            [field(1, [field(1, "a"), number(11, 7)].concat())].concat(),
            "wire type",
        ),
        ("a status of a wrong wire type", rest(&number(3, 7)), "wire type"),
        ("a field number of 0", rest(&[0, 0]), "tag"),
        ("a field whose length is too large", rest(&[3 << 3 | 2, 100]), "node \""),
        ("a wire type that is none", rest(&[3 << 3 | 7]), "wire type"),
        ("the end of a group", rest(&[3 << 3 | 4]), "it has no name"),
        ("a group without an end", rest(&[9 << 3 | 3]), "node \""),
        ("groups a thousand deep", rest(&[9 << 3 | 3].repeat(1_000)), "recursion limit"),
        ("a name that is not UTF-8", metadata(b"\xff"), "it has no name"),
        ("a name of a wrong wire type", field(1, number(1, 7)), "it has no name"),
        ("no name", field(1, ""), "it has no name"),
        ("no bytes", Vec::new(), "it has no name"),
        ("a name of 10,000 characters", metadata("x".repeat(10_000)), "its name is longer than 253 bytes"),
        ("messages a thousand deep", deep, "node \""),
        ("random bytes", b"\x0a\x93\x17\xfe\x00\xc3".to_vec(), "it has no name"),
    ]
}

/// A label is read where it is shown, and a node without it is shown all the same.
fn label_that_is_no_text(on: Request, good: &[u8], shown: &str) -> Case {
    let item = field(1, [field(1, "a"), entry(11, "k", b"\xff")].concat());
    let lines = [shown, B].map(|line| format!("{line} <none>")).into();
    let outcome = Outcome::Partly { shows: lines, warns: vec!["label k: invalid utf-8"] };
    Case { arguments: vec!["-L", "k"], outcome, ..case(on, "a label that is not UTF-8", &item, good, "", "") }
}

fn samples() -> Vec<Case> {
    let unmeasured = "a <unknown> <unknown> <unknown> <unknown>";
    let of = |fields: &[u8]| [metadata("a"), fields.to_vec()].concat();
    let (time, window) = (field(2, number(1, 1_793_534_400)), field(3, number(1, 15_000_000_000)));
    let memory = resource(4, "memory", "1Gi");
    let mut items = Vec::new();
    for (name, item, warns) in damages() {
        items.push((name, item, unmeasured, warns));
    }
    for (name, cpu) in
        [("words", "4 cores"), ("negative", "-1"), ("beyond any amount", "1e400"), ("nothing", "")]
    {
        let item = of(&[&time[..], &window, &resource(4, "cpu", cpu), &memory].concat());
        items.push((name, item, "a <unknown> <unknown> 1.0Gi 12.5%", "usage cpu"));
    }
    let usage = [resource(4, "cpu", "1"), memory].concat();
    let timed = |time: Vec<u8>| of(&[&time[..], &window, &usage].concat());
    let all = "a 1.000 25.0% 1.0Gi 12.5%";
    items.push(("no timestamp", timed(Vec::new()), all, "timestamp: it is missing"));
    items.push(("a timestamp beyond any", timed(field(2, number(1, 1 << 62))), all, "timestamp"));
    items.push(("a timestamp before any", timed(field(2, number(1, 1 << 63))), all, "timestamp"));
    items
        .into_iter()
        .map(|(name, item, shown, warns)| case(Request::Samples, name, &item, &sample("b"), shown, warns))
        .chain([label_that_is_no_text(Request::Samples, &sample("b"), unmeasured)])
        .collect()
}

fn nodes() -> Vec<Case> {
    let unknown = "a 1.000 <unknown> 1.0Gi <unknown>";
    let all = "a 1.000 25.0% 1.0Gi 12.5%";
    let resources = |cpu: &str| {
        let of = |number, cpu| [resource(number, "cpu", cpu), resource(number, "memory", "8Gi")].concat();
        field(3, [of(1, "4"), of(2, cpu)].concat())
    };
    let tainted = |taints: Vec<u8>| [metadata("a"), field(2, taints), resources("4")].concat();
    let mut items = Vec::new();
    for (name, item, warns) in damages() {
        items.push((name, item, unknown, warns));
    }
    for (name, cpu) in
        [("words", "4 cores"), ("negative", "-1"), ("beyond any amount", "1e400"), ("nothing", "")]
    {
        let item = [metadata("a"), resources(cpu)].concat();
        items.push((name, item, "a 1.000 <unknown> 1.0Gi 12.5%", "allocatable cpu"));
    }
    items.push(("1,001 taints", tainted(field(5, "").repeat(1_001)), all, "more than 1000"));
    items.push(("two million taints", tainted(field(5, "").repeat(2_000_000)), all, "more than 1000"));
    items.push((
        "a taint of 10,000 characters",
        tainted(field(5, field(1, "x".repeat(10_000)))),
        all,
        "longer than 317",
    ));
    items
        .into_iter()
        .map(|(name, item, shown, warns)| case(Request::Nodes, name, &item, &node("b"), shown, warns))
        .chain([label_that_is_no_text(Request::Nodes, &node("b"), unknown)])
        .collect()
}
