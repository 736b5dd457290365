//! What is not HTTP, or hardly; what never ends, and what never comes.

use super::each;
use crate::{
    case::{Case, Trick},
    server::{Request, answer, bytes, drip, endless, stall},
};

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const NOT_HTTP: &[&str] = &["what it says is not HTTP"];
const TOO_LARGE_HEAD: &[&str] = &["408 KiB or 100 headers"];
const PROVISIONAL: &[&str] = &["more than 100 answers that are none"];
const TOO_SLOW: &[&str] = &["the request did not end within 2s"];
const CUT: &[&str] = &["it closed the connection", "connection was reset"];

pub fn cases() -> impl Iterator<Item = Case> {
    each(heads(), &Request::ALL).chain(each(framing(), &Request::ALL)).chain(each(slow(), &Request::ALL))
}

fn heads() -> Vec<Trick> {
    let with = |headers: &str| answer("200 OK", headers, "{}");
    let long = "x".repeat(1 << 20);
    let many = "X: y\r\n".repeat(101);
    vec![
        Trick::new("the greeting of SSH", bytes("SSH-2.0-OpenSSH_9.9\r\n"), NOT_HTTP),
        Trick::new("an alert of TLS", bytes(b"\x15\x03\x01\x00\x02\x02\x28"), NOT_HTTP),
        Trick::new("the preface of HTTP/2", bytes(b"\0\0\x12\x04\0\0\0\0\0\0\0\x03\0\0\0\x80"), NOT_HTTP),
        Trick::new("nothing but zeros", bytes([0; 64]), NOT_HTTP),
        Trick::new("another protocol's version", bytes("HTTP/9.9 200 OK\r\n\r\n"), NOT_HTTP),
        Trick::new("a status of two digits", bytes("HTTP/1.1 20\r\n\r\n"), NOT_HTTP),
        Trick::new("a status of letters", bytes("HTTP/1.1 abc OK\r\n\r\n"), NOT_HTTP),
        Trick::new("no version", bytes("200 OK\r\n\r\n{}"), NOT_HTTP),
        Trick::new("only a body", bytes("{\"kind\":\"List\"}\r\n\r\n"), NOT_HTTP),
        Trick::new("a header without a colon", with("nonsense\r\n"), NOT_HTTP),
        Trick::new("a header with a zero byte", with("X: a\0b\r\n"), NOT_HTTP),
        Trick::new("a header with a blank in its name", with("X Y: z\r\n"), NOT_HTTP),
        Trick::new("a header of 1 MiB", with(&format!("X: {long}\r\n")), TOO_LARGE_HEAD),
        Trick::new("101 headers", with(&many), TOO_LARGE_HEAD),
        Trick::new("endless headers", endless(OK, "X: y\r\n"), TOO_LARGE_HEAD),
        Trick::new("an endless header", endless("HTTP/1.1 200 OK\r\nX: ", "y"), TOO_LARGE_HEAD),
        Trick::new("an endless status", endless("HTTP/1.1 200 ", "O"), TOO_LARGE_HEAD),
        Trick::new("endless blank lines", endless("", "\r\n"), TOO_LARGE_HEAD),
        Trick::new(
            "endless answers that are none",
            endless("", "HTTP/1.1 100 Continue\r\n\r\n"),
            PROVISIONAL,
        ),
        Trick::new(
            "endless early hints",
            endless("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
            PROVISIONAL,
        ),
        Trick::new("a negative length", bytes("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), NOT_HTTP),
        Trick::new(
            "a length beyond 64 bits",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
            NOT_HTTP,
        ),
        Trick::new("a length in words", bytes("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"), NOT_HTTP),
        Trick::new(
            "two lengths",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            NOT_HTTP,
        ),
    ]
}

fn framing() -> Vec<Trick> {
    let chunked = |body: &str| bytes(format!("{CHUNKED}{body}"));
    let spaces = " ".repeat(100);
    vec![
        Trick::new(
            "a body that is shorter than its length",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"kind\":"),
            CUT,
        ),
        Trick::new(
            "a length of 2^63",
            bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n{{{spaces}")),
            CUT,
        ),
        Trick::new("a chunk of a size that is none", chunked("zz\r\n{}\r\n0\r\n\r\n"), &["chunk size"]),
        Trick::new("a chunk beyond 64 bits", chunked("fffffffffffffffff\r\n{}"), &["chunk size"]),
        Trick::new("a chunk of a negative size", chunked("-2\r\n{}\r\n0\r\n\r\n"), &["chunk size"]),
        Trick::new("a chunk that is longer than its size", chunked("1\r\n{}}}}\r\n0\r\n\r\n"), &["chunk"]),
        Trick::new("a chunk that is cut", chunked("ff\r\n{"), CUT),
        Trick::new("no last chunk", chunked("1\r\n{\r\n"), CUT),
        Trick::new("an endless chunk extension", endless(format!("{CHUNKED}1;"), "x"), &["chunk"]),
        Trick::new(
            "endless trailers",
            endless(format!("{CHUNKED}1\r\n{{\r\n0\r\n"), "X: y\r\n"),
            &["chunk", "trailer"],
        ),
    ]
}

fn slow() -> Vec<Trick> {
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
    let tricks = vec![
        // These two are asked again each second.
        Trick::new("nothing at all", bytes(""), TOO_SLOW),
        Trick::new("half a status", bytes("HTTP/1."), TOO_SLOW),
        Trick::new("silence", stall(""), TOO_SLOW),
        Trick::new("silence within the status", stall("HTTP/1.1 2"), TOO_SLOW),
        Trick::new("silence within the headers", stall("HTTP/1.1 200 OK\r\nX: "), TOO_SLOW),
        Trick::new("silence instead of a body", stall(long), TOO_SLOW),
        Trick::new("silence within the body", stall(format!("{long}{{\"kind\":")), TOO_SLOW),
        Trick::new("a status in drops", drip("HTTP/1.1 200 ", b"o"), TOO_SLOW),
        Trick::new("headers in drops", drip("HTTP/1.1 200 OK\r\nX: ", b"y"), TOO_SLOW),
        Trick::new("a body in drops", drip(long, b" "), TOO_SLOW),
        Trick::new("a chunk size in drops", drip(CHUNKED, b"0"), TOO_SLOW),
        Trick::new("an endless chunk size", endless(CHUNKED, "0"), TOO_SLOW),
    ];
    tricks.into_iter().map(Trick::limited).collect()
}
