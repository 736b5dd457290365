//! Pages of pods without end.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

use crate::{
    case::{Case, Trick},
    encode::{envelope, field},
    server::{Attack, Request, pod},
};

pub fn cases() -> impl Iterator<Item = Case> {
    pages().into_iter().flat_map(|trick| trick.on(&[Request::Pods]).collect::<Vec<_>>())
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
