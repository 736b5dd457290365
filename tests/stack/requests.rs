//! What a request carries, how long it may take, what is said of it.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use nodeusage::{
    client::Client,
    kubeconfig::{connection::Tls, secret::Secret},
};
use tempfile::NamedTempFile;

use crate::{
    Said, client, connection, get, outcome,
    pki::Authority,
    server::{Answer, Seen, Server, fine, ok, with},
    surroundings,
};

#[tokio::test]
async fn a_request_says_who_asks() {
    let server = Server::http(fine()).await;
    assert_eq!(outcome(&connection(&format!("http://127.0.0.1:{}/prefix", server.port))).await, "ok");
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.line, "GET /prefix/version HTTP/1.1");
    let agent = seen.header("user-agent").unwrap();
    assert!(
        agent.starts_with(concat!("kubectl-nodeusage/", env!("CARGO_PKG_VERSION"), " (linux/")),
        "{agent}"
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("accept-encoding"), None, "a fast network needs no gzip");
}

/// `{"ok":true}`, compressed, with its header.
fn compressed() -> Vec<u8> {
    // Stored, not deflated: header, one block, CRC 32, length.
    let body = [
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 11, 0, 244, 255][..],
        br#"{"ok":true}"#,
        &crc32(br#"{"ok":true}"#).to_le_bytes(),
        &[11, 0, 0, 0],
    ]
    .concat();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1)))
    })
}

#[tokio::test]
async fn answers_may_be_compressed_where_that_is_worth_it() {
    let answer: Answer = Arc::new(|seen: &Seen| match seen.header("accept-encoding") {
        Some("gzip") => compressed(),
        None => ok(r#"{"ok":true}"#),
        other => panic!("{other:?}"),
    });
    let server = Server::http(answer).await;
    for (disable, in_cluster, encoding) in
        [(false, false, Some("gzip")), (true, false, None), (false, true, None)]
    {
        let mut connection = connection("http://a.example");
        connection.proxy =
            Some(format!("http://127.0.0.1:{}", server.port).parse::<http::Uri>().unwrap().into());
        connection.disable_compression = disable;
        connection.in_cluster = in_cluster;
        assert_eq!(get(&client(&connection).unwrap(), "/").await.unwrap()["ok"], true);
        assert_eq!(server.seen().pop().unwrap().header("accept-encoding"), encoding);
    }
}

#[tokio::test]
async fn credentials_go_where_they_belong() {
    let authority = Authority::new();
    let server = Server::https(authority.server(&["127.0.0.1"]).server(None), fine()).await;
    let file = NamedTempFile::new().unwrap();
    std::fs::write(&file, " from-file \n").unwrap();
    let mut connection = connection(&format!("https://127.0.0.1:{}", server.port));
    connection.tls = Tls { authority: Some(authority.material()), ..Tls::default() };
    let secret = |text: &str| Some(Secret::from(text.to_owned()));

    connection.credentials.basic = Some(("jane".to_owned(), secret("pw").unwrap()));
    assert_eq!(outcome(&connection).await, "ok");
    connection.credentials.basic = None;
    connection.credentials.token = secret("t0ken");
    assert_eq!(outcome(&connection).await, "ok");
    connection.credentials.token_file = Some(file.path().to_owned());
    assert_eq!(outcome(&connection).await, "ok");
    connection.credentials.token_file = Some("/nonexistent".into());
    assert_eq!(outcome(&connection).await, "ok", "the inline token stands in");
    let seen: Vec<_> =
        server.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(seen, ["Basic amFuZTpwdw==", "Bearer t0ken", "Bearer from-file", "Bearer t0ken"]);

    connection.credentials.token = None;
    assert_eq!(outcome(&connection).await, "configuration");
    connection.credentials.token_file = None;
    connection.credentials.token = secret("s3cret\r\nX: y");
    let error = client(&connection).err().unwrap();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_timeout_is_told_to_the_server_and_covers_the_body() {
    let answer: Answer = Arc::new(|seen: &Seen| match seen.line.as_str() {
        line if line.contains("/slow") => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec(),
        _ => ok("{}"),
    });
    let server = Server::http(answer).await;
    let mut connection = connection(&format!("http://127.0.0.1:{}", server.port));
    connection.timeout = Some(Duration::from_millis(1500));
    let client = client(&connection).unwrap();
    for (path, sent) in [
        ("/a", "/a?timeout=1.5s"),
        ("/a?", "/a?timeout=1.5s"),
        ("/a?b=c", "/a?b=c&timeout=1.5s"),
        ("/a?b=c&", "/a?b=c&timeout=1.5s"),
    ] {
        get(&client, path).await.unwrap();
        assert_eq!(server.seen().pop().unwrap().line, format!("GET {sent} HTTP/1.1"));
    }
    let started = Instant::now();
    let error = get(&client, "/slow").await.unwrap_err();
    assert_eq!(error.class(), "timeout", "{error}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn redirects_stay_on_the_server() {
    let answer: Answer = Arc::new(|seen: &Seen| match seen.line.split(' ').nth(1) {
        Some("/a") => with(302, "location: /b\r\n", ""),
        Some("/loop") => with(301, "location: /loop\r\n", ""),
        Some("/away") => with(307, "location: https://evil.example/x?token=1\r\n", ""),
        _ => ok("{}"),
    });
    let server = Server::http(answer).await;
    let client = client(&connection(&format!("http://127.0.0.1:{}", server.port))).unwrap();
    get(&client, "/a").await.unwrap();
    assert_eq!(get(&client, "/away").await.unwrap_err().class(), "redirected");
    assert_eq!(server.seen().len(), 3);
    assert_eq!(get(&client, "/loop").await.unwrap_err().class(), "answer");
    assert_eq!(server.seen().len(), 3 + 10);
}

#[tokio::test]
async fn warnings_are_shown_once_and_harmless() {
    let server = Server::http(Arc::new(|_| {
        with(200, "warning: 299 - \"old API\"\r\nwarning: 299 - \"a\u{202e}b\", 199 - \"quiet\"\r\n", "{}")
    }))
    .await;
    let said = Said::default();
    let client =
        Client::new(&connection(&format!("http://127.0.0.1:{}", server.port)), &surroundings(&said, 0))
            .unwrap();
    for path in ["/a", "/b"] {
        get(&client, path).await.unwrap();
    }
    assert_eq!(said.text(), "Warning: old API\nWarning: a\\u{202e}b\n");
}

#[tokio::test]
async fn the_log_shows_all_but_secrets() {
    let authority = Authority::new();
    let echo: Answer = Arc::new(|seen: &Seen| {
        let token = seen.header("authorization").unwrap_or_default().replace("Bearer ", "");
        let body = format!(r#"{{"echo":"{token}","escape":"{}{}"}}"#, '\u{9b}', "x".repeat(2000));
        with(200, &format!("set-cookie: session={token}\r\nx-echo: {token}\r\n"), &body)
    });
    let server = Server::https(authority.server(&["127.0.0.1"]).server(None), echo).await;
    let mut connection = connection(&format!("https://127.0.0.1:{}", server.port));
    connection.tls = Tls { authority: Some(authority.material()), ..Tls::default() };
    connection.credentials.token = Some(Secret::from("t0ken-s3cret".to_owned()));
    let url = format!("https://127.0.0.1:{}/version", server.port);
    let named = format!("verb=\"GET\" url=\"{url}\"");
    for (verbosity, shown, hidden) in [
        (5, vec![], vec!["GET"]),
        (
            6,
            vec![format!("] \"Response\" {named} status=\"200 OK\" milliseconds=")],
            vec!["headers", "Request"],
        ),
        (
            7,
            vec![
                format!(
                    "] \"Request\" {named} headers=<\n\tAccept: application/json\n\tAuthorization: Bearer <masked>\n"
                ),
                "] \"Response\" status=\"200 OK\" milliseconds=".to_owned(),
            ],
            vec!["X-Echo"],
        ),
        (
            8,
            vec![
                "] \"Response\" status=\"200 OK\" headers=<\n\tContent-Length: ".to_owned(),
                "\tX-Echo: <masked>\n > milliseconds=".to_owned(),
                "] \"Response Body\" body=\"{\\\"echo\\\":\\\"<masked>\\\"".to_owned(),
                "xx [truncated 1009 chars]\"\n".to_owned(),
            ],
            vec!["xx\\\"}"],
        ),
        (
            9,
            vec![
                "] \"Request\" curlCommand=<\n\tcurl -v -XGET  -H \"Accept: application/json\" ".to_owned(),
                format!(" -H \"Authorization: Bearer <masked>\" '{url}'\n >\n"),
                format!("] \"Response\" {named} status=\"200 OK\" headers=<\n"),
                "\tSet-Cookie: <masked>\n".to_owned(),
                "xx\\\"}\"\n".to_owned(),
                "\\u{9b}".to_owned(),
            ],
            vec!["truncated"],
        ),
    ] {
        let said = Said::default();
        let client = Client::new(&connection, &surroundings(&said, verbosity)).unwrap();
        get(&client, "/version").await.unwrap();
        let text = said.text();
        for shown in shown {
            assert!(text.contains(&shown), "-v {verbosity}: {shown}: {text}");
        }
        for hidden in hidden.into_iter().chain(["s3cret", "\u{9b}"]) {
            assert!(!text.contains(hidden), "-v {verbosity}: {hidden}: {text}");
        }
    }
}

#[tokio::test]
async fn a_list_that_stops_in_the_middle_is_an_error() {
    let server = Server::http(Arc::new(|seen: &Seen| match seen.line.as_str() {
        line if line.contains("/cut") => {
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"items\":[".to_vec()
        }
        _ => Vec::new(),
    }))
    .await;
    let mut connection = connection(&format!("http://127.0.0.1:{}", server.port));
    connection.timeout = Some(Duration::from_secs(1));
    let client = client(&connection).unwrap();
    let outcome = client.list("/cut", "NodeList", &AtomicU64::new(0), &mut |_| Ok(())).await;
    assert_eq!(outcome.unwrap_err().class(), "timeout");
}
