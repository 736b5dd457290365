//! Statuses, and what is said with them.

use super::each;
use crate::{
    case::{Case, Trick},
    encode::{envelope, field},
    server::{Request, answer, endless},
};

/// A user without a right to read nodes or pods sees the use of nodes all the same, ...
const BUT_NODES: &[Request] = &[Request::Nodes, Request::Node, Request::Pods];
/// ... and an object that is not there is one that the cluster does not have.
const BUT_OBJECTS: &[Request] = &Request::OBJECTS;

const ELSEWHERE: &[&str] = &["where these credentials must not go"];

const NOWHERE: &[&str] = &["it redirects to what is no address", "where these credentials must not go"];

pub fn cases() -> impl Iterator<Item = Case> {
    each(statuses(), &Request::ALL)
        .chain(each(words(), &Request::ALL))
        .chain(each(redirects(), &Request::ALL))
}

fn statuses() -> Vec<Trick> {
    let html = "<!DOCTYPE html><html><title>Log in</title></html>";
    let plain = |status| answer(status, "", "");
    let page = |status| answer(status, "Content-Type: text/html\r\n", html);
    let later = |status, wait: &str| answer(status, &format!("Retry-After: {wait}\r\n"), "");
    vec![
        Trick::new("204", plain("204 No Content"), &["it is empty", "EOF while parsing"]),
        Trick::new("205 without a body", plain("205 Reset Content"), &["it is empty", "EOF while parsing"]),
        Trick::new("300", plain("300 Multiple Choices"), &["answered 300"]),
        Trick::new("304", plain("304 Not Modified"), &["answered 304"]),
        Trick::new("400 with a page", page("400 Bad Request"), &["answered 400: <!DOCTYPE html>"]),
        Trick::new("401 with a page", page("401 Unauthorized"), &["does not accept these credentials"]),
        Trick::new("402", plain("402 Payment Required"), &["answered 402: Payment Required"]),
        Trick::new("403 with a page", page("403 Forbidden"), &["refuses (Forbidden): <!DOCTYPE"])
            .except(BUT_NODES),
        Trick::new("404 with a page", page("404 Not Found"), &["not installed", "not ready", "NotFound"])
            .except(BUT_OBJECTS),
        Trick::new("407", plain("407 Proxy Authentication Required"), &["answered 407"]),
        Trick::new("418", plain("418 teapot"), &["answered 418"]),
        Trick::new("429", plain("429 Too Many Requests"), &["answered 429"]),
        Trick::new("429 that asks for no pause, for ever", later("429 x", "0"), &["answered 429"]),
        Trick::new("429 that asks for a year", later("429 x", "31536000"), &["answered 429"]),
        Trick::new(
            "429 that asks for more than 64 bits",
            later("429 x", "99999999999999999999"),
            &["answered 429"],
        ),
        Trick::new("500 with a page", page("500 x"), &["answered 500: <!DOCTYPE"]),
        Trick::new("502 with a page", page("502 x"), &["answered 502: <!DOCTYPE"]),
        Trick::new("503 that asks for a year", later("503 x", "31536000"), &["answered 503", "not ready"]),
        Trick::new("504 that asks for no pause, for ever", later("504 x", "0"), &["answered 504"]),
        Trick::new("599", plain("599 x"), &["answered 599"]),
        Trick::new("999", plain("999 x"), &["answered 999"]),
        Trick::new("a status whose phrase steers", plain("500 \x1b[2J"), &["answered 500", "not HTTP"]),
    ]
}

fn words() -> Vec<Trick> {
    let status = |message: &str| {
        let status = serde_json::json!({"kind": "Status", "reason": "InternalError", "message": message});
        answer("500 x", "Content-Type: application/json\r\n", status.to_string())
    };
    let protobuf =
        |body: Vec<u8>| answer("500 x", "Content-Type: application/vnd.kubernetes.protobuf\r\n", body);
    let warned = |warning: &str| answer("500 x", &format!("Warning: {warning}\r\n"), "");
    let endless_500 = |text: &str| endless("HTTP/1.1 500 x\r\n\r\n", text);
    vec![
        Trick::new("a message that clears the screen", status("\x1b[2J\x1b[Hall is well"), &["\\u{1b}[2J"]),
        Trick::new("a message that sets the title", status("\x1b]0;x\x07"), &["\\u{1b}]0;x\\u{7}"]),
        Trick::new(
            "a message with C1 controls",
            status("\u{9b}2J\u{90}x\u{9c}"),
            &["\\u{9b}2J\\u{90}x\\u{9c}"],
        ),
        Trick::new(
            "a message with more lines",
            status("a\nerror: b\r\nhint: rm -rf /"),
            &["a\\nerror: b\\r\\nhint"],
        ),
        Trick::new("a message that runs backwards", status("abc\u{202e}cba"), &["abc\\u{202e}cba"]),
        Trick::new("a message of 1 MiB", status(&"x".repeat(1 << 20)), &["xxx… (1048576 characters)"]),
        Trick::new(
            "a message of 1 MiB of escapes",
            status(&"\x1b[2J".repeat(1 << 18)),
            &["(1048576 characters)"],
        ),
        Trick::new(
            "a Status of 5 MiB",
            status(&"x".repeat(5 << 20)),
            &["answered 500: Internal Server Error"],
        ),
        Trick::new("an endless page", endless_500("<br>"), &["answered 500: Internal Server Error"]),
        Trick::new("an endless message", endless_500("\x1b[2J"), &["answered 500: Internal Server Error"]),
        Trick::new("a text that is not UTF-8", answer("500 x", "", b"\xff\xfe\x80"), &["\u{fffd}"]),
        Trick::new(
            "a text of terminal escapes",
            answer("500 x", "", "\x1b[31mred\x1b[0m"),
            &["\\u{1b}[31mred"],
        ),
        Trick::new(
            "a Status of wrong types",
            answer("500 x", "", r#"{"message":7,"reason":[]}"#),
            &["answered 500"],
        ),
        Trick::new("a Status that is null", answer("500 x", "", "null"), &["answered 500"]),
        Trick::new("a deep Status", answer("500 x", "", "[".repeat(1 << 20)), &["answered 500"]),
        Trick::new(
            "a Status in damaged protobuf",
            protobuf(b"k8s\0\x12\xff\xff\xff\xff\xff".to_vec()),
            &["answered 500"],
        ),
        Trick::new(
            "a Status in protobuf that steers",
            protobuf(envelope("Status", field(3, "\x1b[2J"))),
            &["answered 500: \\u{1b}[2J"],
        ),
        Trick::new("a warning that steers", warned("299 - \"a\u{9b}2Jb\""), &["answered 500"]),
        Trick::new(
            "a warning of 100 KiB",
            warned(&format!("299 - \"{}\"", "x".repeat(100 << 10))),
            &["answered 500"],
        ),
        Trick::new("a damaged warning", warned("299 - \"a\\"), &["answered 500"]),
    ]
}

fn redirects() -> Vec<Trick> {
    let to = |location: &str| answer("302 Found", &format!("Location: {location}\r\n"), "");
    vec![
        Trick::new("302 without a place", answer("302 Found", "", ""), &["answered 302"]),
        Trick::new("302 to another host", to("http://evil.example/"), ELSEWHERE),
        Trick::new("302 to another port", to("http://127.0.0.1:1/"), ELSEWHERE),
        Trick::new("302 to https", to("https://127.0.0.1:1/"), ELSEWHERE),
        Trick::new("302 to a host behind a name", to("http://127.0.0.1@evil.example/"), ELSEWHERE),
        Trick::new("302 to a host without a scheme", to("//evil.example/x"), ELSEWHERE),
        Trick::new("302 to a file", to("file:///etc/passwd"), NOWHERE),
        Trick::new("302 to a script", to("javascript://x/%0aalert(1)"), NOWHERE),
        Trick::new("302 to no address", to("http://[::1/"), NOWHERE),
        Trick::new("302 to bytes", answer("302 Found", "Location: /\u{9b}2J\r\n", ""), NOWHERE),
        Trick::new("302 to a port beyond any", to("http://127.0.0.1:99999/"), NOWHERE),
        Trick::new(
            "302 to itself, for ever",
            to("?"),
            &["redirects more than 10 times", "answered 404", "not installed", "not ready", "NotFound"],
        )
        .except(BUT_OBJECTS),
        Trick::new("302 to 100 KiB", to(&format!("http://{}/", "x".repeat(100 << 10))), NOWHERE),
    ]
}
