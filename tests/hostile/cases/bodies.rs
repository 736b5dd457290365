//! Bodies that are not what was asked for, and bodies that are too much.

use flate2::{Compression, write::GzEncoder};
use std::io::Write;

use super::each;
use crate::{
    case::{Case, Trick},
    encode::{GZIP, deflated},
    server::{Attack, Request, answer, bytes, endless, json},
};

const NO_JSON: &[&str] = &[
    "it is not JSON of an object",
    "expected value at line",
    "invalid type",
    "expected ident",
    "number out of range",
];
const EMPTY: &[&str] = &["it is empty", "EOF while parsing"];
const TOO_LARGE: &[&str] = &["larger than 4 MiB", "more than 4 MiB beside its items"];
const DAMAGED: &[&str] = &["can't be read", "it closed the connection"];
pub(super) const TOO_MANY: &[&str] = &["more than 120000 items", "more than 200000 items"];
const PAGE: &str = "<!DOCTYPE html><html><title>Log in</title></html>";

pub fn cases() -> impl Iterator<Item = Case> {
    each(strangers(), &Request::ALL)
        .chain(each(endless_ones(), &Request::ALL))
        .chain(each(compressed(), &Request::ALL))
        .chain(each(lists(), &Request::LISTS))
        .chain(each(endless_lists(), &Request::LISTS))
        .chain(each(objects(), &Request::OBJECTS))
        .chain(each(groups(), &[Request::Group]))
}

fn strangers() -> Vec<Trick> {
    let typed =
        |media_type: &str, body: &str| answer("200 OK", &format!("Content-Type: {media_type}\r\n"), body);
    vec![
        Trick::new("a page to log in", typed("text/html; charset=utf-8", PAGE), &["it is a web page"]),
        Trick::new("a page in capitals", typed("Text/HTML", PAGE), &["it is a web page"]),
        Trick::new("a page that says it is JSON", json(PAGE), NO_JSON),
        Trick::new("nothing", json(""), EMPTY),
        Trick::new("blanks", json("  \r\n\t "), EMPTY),
        Trick::new("null", json("null"), NO_JSON),
        Trick::new("a number", json("42"), NO_JSON),
        Trick::new("a huge number", json("9".repeat(100_000)), NO_JSON),
        Trick::new("a text", json("\"x\""), NO_JSON),
        Trick::new("a byte order mark", json("\u{feff}{}"), NO_JSON),
        Trick::new("UTF-16", json(b"\xff\xfe{\0}\0"), NO_JSON),
        Trick::new("bytes", json(b"\xff\xfe\x80\x81"), NO_JSON),
        Trick::new("zeros", json([0; 1000]), NO_JSON),
        Trick::new("terminal escapes", json("\x1b[2J\x1b]0;x\x07"), NO_JSON),
        Trick::new("an object that ends at once", json("{"), &["it is cut short", "EOF while parsing"]),
        Trick::new("an object that ends in a key", json("{\"ki"), &["it is cut short", "EOF while parsing"]),
        Trick::new(
            "compression that nobody asked for",
            encoded("gzip", gzip(b"{}")),
            &["it is compressed (gzip)"],
        ),
        Trick::new("another compression", encoded("br", b"{}"), &["it is compressed (br)"]),
        Trick::new(
            "a compression that steers",
            encoded("a\u{9b}2J", b"{}"),
            &["it is compressed (a\\u{9b}2J)"],
        ),
    ]
}

fn endless_ones() -> Vec<Trick> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    vec![
        Trick::new("an endless text", endless(format!("{head}{{\"x\":\""), "y"), TOO_LARGE),
        Trick::new("an endless key", endless(format!("{head}{{\""), "y"), TOO_LARGE),
        Trick::new("an endless number", endless(format!("{head}{{\"x\":"), "9"), TOO_LARGE),
        Trick::new("endless blanks", endless(head, " "), TOO_LARGE),
        Trick::new("endless fields", endless(format!("{head}{{"), "\"x\":1,"), TOO_LARGE),
        Trick::new(
            "endless depth",
            endless(format!("{head}{{\"x\":"), "["),
            &["larger than 4 MiB", "nested more than 128 deep"],
        ),
    ]
}

fn encoded(encoding: &str, body: impl AsRef<[u8]>) -> Attack {
    answer("200 OK", &format!("Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n"), body)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A stream of gzip that goes on for ever.
fn bomb(first: &str, again: &str) -> Attack {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n";
    let megabyte = again.repeat((1 << 20) / again.len());
    endless([head.as_bytes(), &GZIP, &deflated(first)].concat(), deflated(megabyte))
}

fn compressed() -> Vec<Trick> {
    let whole = gzip(b"{\"kind\":\"List\",\"items\":[]}");
    let cut = whole[..whole.len() - 12].to_vec();
    let mut damaged = whole.clone();
    damaged[15] ^= 0xff;
    let mut wrong_sum = whole.clone();
    let at = whole.len() - 8;
    wrong_sum[at] ^= 0xff;
    let tricks = vec![
        Trick::new("a bomb of zeros", bomb("", "\0"), &["it is not JSON of an object", "larger than 4 MiB"]),
        Trick::new("a bomb of blanks", bomb("", " "), TOO_LARGE),
        Trick::new("a bomb of a text", bomb("{\"x\":\"", "y"), TOO_LARGE),
        Trick::new("a bomb of fields", bomb("{", "\"x\":1,"), TOO_LARGE),
        Trick::new("gzip that is cut", encoded("gzip", cut), DAMAGED),
        Trick::new("gzip that is damaged", encoded("gzip", damaged), DAMAGED),
        Trick::new("gzip with a wrong sum", encoded("gzip", wrong_sum), DAMAGED),
        Trick::new("gzip that is none", encoded("gzip", "{}"), DAMAGED),
        Trick::new(
            "gzip of nothing",
            encoded("gzip", ""),
            &["it is empty", "EOF while parsing", "it closed the connection"],
        ),
        Trick::new("gzip in gzip", encoded("gzip, gzip", gzip(&whole)), &["it is compressed (gzip, gzip)"]),
        Trick::new("a refusal that is a bomb", refused(), &["answered 500"]),
    ];
    tricks.into_iter().map(Trick::by_name).collect()
}

fn refused() -> Attack {
    let head = "HTTP/1.1 500 x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n";
    endless([head.as_bytes(), &GZIP, &deflated("{\"message\":\"")].concat(), deflated("x".repeat(1 << 20)))
}

fn lists() -> Vec<Trick> {
    let item = r#"{"metadata":{"name":"a"}}"#;
    let list = |items: &str| json(format!("{{\"kind\":\"List\",\"items\":{items}}}"));
    vec![
        Trick::new("a list", json("[]"), NO_JSON),
        Trick::new("an object without items", json("{}"), &["it is not a list"]),
        Trick::new(
            "a Status that says success",
            json(r#"{"kind":"Status","status":"Success"}"#),
            &["kind is \"Status\""],
        ),
        Trick::new(
            "services",
            json(r#"{"kind":"ServiceList","items":[]}"#),
            &["kind is \"ServiceList\", and not"],
        ),
        Trick::new(
            "services that say so at the end",
            json(r#"{"items":[],"kind":"ServiceList"}"#),
            &["kind is \"ServiceList\""],
        ),
        Trick::new(
            "metadata that is a number",
            json(r#"{"metadata":7,"items":[]}"#),
            &["metadata: invalid type"],
        ),
        Trick::new(
            "a token that is a number",
            json(r#"{"metadata":{"continue":7},"items":[]}"#),
            &["metadata: invalid type: integer `7`"],
        ),
        Trick::new("a kind that steers", json("{\"kind\":\"\\u001b[2J\",\"items\":[]}"), &["\\u{1b}[2J"]),
        Trick::new(
            "a kind of 10,000 characters",
            json(format!("{{\"kind\":\"{}\"}}", "x".repeat(10_000))),
            &["(10000 characters)"],
        ),
        Trick::new(
            "a kind that is a number",
            json(r#"{"kind":7,"items":[]}"#),
            &["invalid type: integer `7`"],
        ),
        Trick::new("items that are an object", list("{}"), &["it is not a list"]),
        Trick::new("items that are a number", list("7"), &["it is not a list"]),
        Trick::new("items that are a text", list("\"x\""), &["it is not a list"]),
        Trick::new(
            "items twice",
            json(format!("{{\"items\":[{item}],\"items\":[{item}]}}")),
            &["stands there twice"],
        ),
        Trick::new(
            "items null and then not",
            json(format!("{{\"items\":null,\"items\":[{item}]}}")),
            &["stands there twice"],
        ),
        Trick::new("items that end at once", json("{\"items\":["), &["it is cut short"]),
        Trick::new(
            "a list that ends behind an item",
            json(format!("{{\"items\":[{item}")),
            &["it is cut short"],
        ),
        Trick::new(
            "a list that ends in an item",
            json("{\"items\":[{\"metadata\":{\"name\":\"a"),
            &["it is cut short"],
        ),
        Trick::new(
            "a list that ends behind its items",
            json(format!("{{\"items\":[{item}]")),
            &["it is cut short"],
        ),
        Trick::new("no comma", list(&format!("[{item}{item}]")), &["stands where it can't"]),
        Trick::new(
            "a comma too many",
            list(&format!("[{item},]")),
            &["stands where it can't", "EOF while", "expected"],
        ),
        Trick::new(
            "a comma in front",
            list(&format!("[,{item}]")),
            &["stands where it can't", "EOF while", "expected"],
        ),
        Trick::new(
            "something behind the list",
            json(format!("{{\"items\":[{item}]}} x")),
            &["stands where it can't"],
        ),
        Trick::new("two lists", json("{\"items\":[]}{\"items\":[]}"), &["stands where it can't"]),
        Trick::new("a key without quotes", json("{items:[]}"), &["stands where it can't"]),
        Trick::new("a key in single quotes", json("{'items':[]}"), &["stands where it can't"]),
        Trick::new("a comment", json("/* x */{\"items\":[]}"), NO_JSON),
        Trick::new("no colon", json("{\"items\"[]}"), &["stands where it can't"]),
        Trick::new("a key that is not UTF-8", json(b"{\"\xff\":1,\"items\":[]}"), &["invalid unicode"]),
        Trick::new(
            "a key with half a surrogate",
            json(r#"{"\ud800":1,"items":[]}"#),
            &["surrogate", "unexpected end of hex"],
        ),
        Trick::new("a field that is no JSON", json("{\"x\":truly,\"items\":[]}"), &["expected ident"]),
        Trick::new(
            "an item 129 deep",
            list(&format!("[{}{}]", "[".repeat(129), "]".repeat(129))),
            &["nested more than 128"],
        ),
        Trick::new("an item a million deep", list(&"[".repeat(1_000_000)), &["nested more than 128"]),
        Trick::new(
            "a field a million deep",
            json(format!("{{\"x\":{}", "{\"y\":".repeat(1_000_000))),
            &["nested more than 128"],
        ),
        Trick::new("an item that is no JSON", list("[{metadata}]"), &["key must be a string"]),
        Trick::new(
            "an item with a comma too many",
            list(r#"[{"metadata":{"name":"a"},}]"#),
            &["trailing comma"],
        ),
        Trick::new(
            "a name with a raw control character",
            list("[{\"metadata\":{\"name\":\"a\u{1}\"}}]"),
            &["control character"],
        ),
        Trick::new("a name with a bad escape", list(r#"[{"metadata":{"name":"\x"}}]"#), &["invalid escape"]),
        Trick::new(
            "a number with a leading zero",
            list(r#"[{"metadata":{"name":"a"},"x":01}]"#),
            &["invalid number", "expected"],
        ),
        Trick::new("an item with NaN", list(r#"[{"metadata":{"name":"a"},"x":NaN}]"#), &["expected value"]),
        Trick::new(
            "JSON that says it is protobuf",
            answer("200 OK", "Content-Type: application/vnd.kubernetes.protobuf\r\n", "{\"items\":[]}"),
            &["it is not Kubernetes' protobuf"],
        ),
        Trick::new("protobuf that says it is JSON", json(b"k8s\0\x12\0"), NO_JSON),
        Trick::new("CSV", answer("200 OK", "Content-Type: text/csv\r\n", "name,cpu\na,1\n"), NO_JSON),
        Trick::new(
            "YAML",
            answer("200 OK", "Content-Type: application/yaml\r\n", "kind: List\nitems: []\n"),
            NO_JSON,
        ),
        Trick::new("a table", json(r#"{"kind":"Table","rows":[]}"#), &["kind is \"Table\""]),
    ]
}

fn endless_lists() -> Vec<Trick> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"items\":[";
    vec![
        Trick::new("endless items", endless(head, "{\"metadata\":{\"name\":\"a\"}},"), TOO_MANY),
        Trick::new("endless items that are nothing", endless(head, "{},"), TOO_MANY),
        Trick::new("endless items that are null", endless(head, "null,"), TOO_MANY),
        Trick::new("an endless item", endless(format!("{head}{{\"x\":["), "1,"), &["larger than 4 MiB"]),
        Trick::new(
            "endless labels",
            endless(format!("{head}{{\"metadata\":{{\"name\":\"a\",\"labels\":{{"), "\"a\":\"b\","),
            &["larger than 4 MiB"],
        ),
        Trick::new(
            "endless taints",
            endless(
                format!("{head}{{\"metadata\":{{\"name\":\"a\"}},\"spec\":{{\"taints\":["),
                "{\"key\":\"\"},",
            ),
            &["larger than 4 MiB"],
        ),
        Trick::new(
            "endless large items",
            endless(head, format!("{{\"x\":\"{}\"}},", "y".repeat(1 << 20))),
            &["did not end within 2s"],
        )
        .limited(),
        Trick::new("a bomb of items", bomb("{\"items\":[", "{},"), TOO_MANY).by_name(),
        Trick::new("a bomb of an item", bomb("{\"items\":[{\"x\":\"", "y"), &["larger than 4 MiB"]).by_name(),
    ]
}

fn objects() -> Vec<Trick> {
    vec![
        Trick::new(
            "a Status that says success",
            json(r#"{"kind":"Status","status":"Success"}"#),
            &["kind is \"Status\""],
        ),
        Trick::new("a pod", json(r#"{"kind":"Pod","metadata":{"name":"a"}}"#), &["kind is \"Pod\", and not"]),
        Trick::new(
            "a list of one",
            json(r#"{"kind":"List","items":[{"metadata":{"name":"a"}}]}"#),
            &["kind is \"List\""],
        ),
        Trick::new(
            "another node",
            json(r#"{"metadata":{"name":"b"},"timestamp":"2026-11-01T12:00:00Z","window":"1s","usage":{}}"#),
            &["about another node, \"b\""],
        ),
        Trick::new("a kind that is a number", json(r#"{"kind":7}"#), &["invalid type: integer `7`"]),
        Trick::new(
            "an object with a comma too many",
            json(r#"{"metadata":{"name":"a"},}"#),
            &["trailing comma"],
        ),
        Trick::new("two objects", json("{}{}"), &["trailing characters"]),
        Trick::new("an object of 5 MiB", json(format!("{{\"x\":\"{}\"}}", "y".repeat(5 << 20))), TOO_LARGE),
        Trick::new(
            "a name with a raw control character",
            json("{\"metadata\":{\"name\":\"\u{1b}\"}}"),
            &["control character"],
        ),
        Trick::new(
            "JSON that says it is protobuf",
            answer("200 OK", "Content-Type: application/vnd.kubernetes.protobuf\r\n", "{}"),
            &["it is not Kubernetes' protobuf"],
        ),
    ]
}

fn groups() -> Vec<Trick> {
    let versions = |versions: &str| json(format!("{{\"kind\":\"APIGroup\",\"versions\":{versions}}}"));
    let many = r#"{"version":"v9"},"#.repeat(200_000);
    vec![
        Trick::new("no versions", json("{}"), &["missing field `versions`"]),
        Trick::new("versions that are null", versions("null"), &["invalid type: null"]),
        Trick::new("versions that are a text", versions("\"v1\""), &["invalid type: string"]),
        Trick::new("versions that are an object", versions("{}"), &["invalid type: map"]),
        Trick::new(
            "no version that is known",
            versions(r#"[{"version":"v9"}]"#),
            &["the Metrics API is not installed"],
        ),
        Trick::new("no version at all", versions("[]"), &["the Metrics API is not installed"]),
        Trick::new(
            "a version that is a path",
            versions(r#"[{"version":"../../../api/v1"}]"#),
            &["is not installed"],
        ),
        Trick::new("a version that steers", versions(r#"[{"version":"\u001b[2J"}]"#), &["is not installed"]),
        Trick::new(
            "a version that is a number",
            versions(r#"[{"version":1}]"#),
            &["invalid type: integer `1`"],
        ),
        Trick::new(
            "a version that is text of 4 MiB",
            versions(&format!("\"{}\"", "x".repeat(4_000_000))),
            &["characters)"],
        ),
        Trick::new("200,000 versions", versions(&format!("[{many}{{}}]")), &["missing field `version`"]),
        Trick::new(
            "versions twice",
            json(r#"{"versions":[],"versions":[]}"#),
            &["duplicate field `versions`"],
        ),
        Trick::new(
            "versions a million deep",
            versions(&"[".repeat(1_000_000)),
            &["invalid type", "recursion limit"],
        ),
        Trick::new(
            "something behind the group",
            bytes("HTTP/1.1 200 OK\r\n\r\n{\"versions\":[]} x"),
            &["trailing characters"],
        ),
    ]
}
