//! Servers, and what is in their place.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use rcgen::date_time_ymd;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::Scenario;
use crate::pki::{Authority, params};

const GROUP: &str = "/apis/metrics.k8s.io";
const SAMPLES: &str = "/apis/metrics.k8s.io/v1beta1/nodes";
const NODES: &str = "/api/v1/nodes";
const NODE: &str = "/api/v1/nodes/a";
const PODS: &str = "/api/v1/pods";
const FORBIDDEN: &str = "nodes.metrics.k8s.io is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \
                         \"metrics.k8s.io\" at the cluster scope";

const PODS_FORBIDDEN: &str =
    "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" at the cluster scope";

/// Hands each connection to a thread; gives host and port.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    address
}

fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The path of a request.
fn path(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    head.split([' ', '?']).nth(1).unwrap_or_default().to_owned()
}

fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// A server that answers with these bytes.
fn server(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> String {
    listen(move |mut stream| {
        let path = path(&mut stream);
        let _ = stream.write_all(answer(&path).as_bytes());
    })
}

/// A cluster of one node, where one path is answered otherwise.
fn cluster(but: &'static str, status: u16, body: &Value) -> Scenario {
    let body = body.to_string();
    let resources = json!({"cpu": "4", "memory": "8Gi"});
    let node = json!({"metadata": {"name": "a"}, "status": {"allocatable": resources}});
    let address = server(move |path| match path {
        path if path == but => http(status, &body),
        GROUP => http(200, &json!({"versions": [{"version": "v1beta1"}]}).to_string()),
        NODES => http(200, &json!({"items": [node]}).to_string()),
        NODE => http(200, &node.to_string()),
        SAMPLES => http(200, &json!({"items": []}).to_string()),
        _ => http(404, &json!({"kind": "Status", "reason": "NotFound", "message": "none"}).to_string()),
    });
    at(&address)
}

fn at(address: &str) -> Scenario {
    Scenario::new(&["--server", &format!("http://{address}")]).naming(address, "HOST:PORT")
}

fn refusal(status: u16, reason: &str, message: &str) -> Scenario {
    cluster(SAMPLES, status, &json!({"kind": "Status", "reason": reason, "message": message}))
}

/// A server with a certificate.
fn secure(config: ServerConfig, host: &'static str) -> Scenario {
    let config = Arc::new(config);
    let address = listen(move |stream| {
        let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { return };
        let mut stream = StreamOwned::new(connection, stream);
        let _ = path(&mut stream);
        let _ = stream.write_all(http(404, "").as_bytes());
    });
    let address = address.replace("127.0.0.1", host);
    Scenario::new(&["--server", &format!("https://{address}")]).naming(address, "HOST:PORT")
}

/// The same, whose authority is trusted.
fn trusted(authority: &Authority, config: ServerConfig) -> Scenario {
    use base64::Engine;
    let data = base64::prelude::BASE64_STANDARD.encode(authority.certificate.pem());
    secure(config, "127.0.0.1").kubeconfig(format!(
        "current-context: c\ncontexts: [{{name: c, context: {{cluster: k}}}}]\n\
         clusters: [{{name: k, cluster: {{certificate-authority-data: {data}}}}}]\n"
    ))
}

fn certificates() -> Vec<Scenario> {
    let authority = Authority::new();
    let (mut old, mut early) = (params(&["127.0.0.1"]), params(&["127.0.0.1"]));
    old.not_after = date_time_ymd(2020, 2, 3);
    early.not_before = date_time_ymd(2150, 2, 3);
    let of = |params| authority.identity(params).server(None);
    vec![
        secure(of(&params(&["127.0.0.1"])), "127.0.0.1"),
        trusted(&authority, of(&old)),
        trusted(&authority, of(&early)),
        trusted(&authority, of(&params(&["a.example"]))),
        trusted(&authority, authority.server(&["127.0.0.1"]).server(Some(&authority))),
    ]
}

/// What is not a server, or not the right one.
fn strangers() -> Vec<Scenario> {
    let (gone, lost) = (nobody(), nobody());
    let unknown = format!("{}.invalid", "x".repeat(64));
    let plain = listen(|mut stream| {
        let _ = stream.read(&mut [0]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let silent = listen(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut slow = at(&silent);
    slow.arguments.push("--request-timeout=1s".to_owned());
    let moved = "HTTP/1.1 302 x\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n";
    vec![
        at(&gone),
        Scenario::new(&["--server", &format!("https://{unknown}")]).naming(unknown, "HOST"),
        Scenario::new(&["--server", &format!("https://{plain}")]).naming(plain, "HOST:PORT"),
        at(&server(|_| http(400, "Client sent an HTTP request to an HTTPS server."))),
        Scenario::new(&["--server", "http://nodes.example", "--proxy-url", &format!("http://{lost}")])
            .naming(lost, "PROXY:PORT"),
        slow,
        at(&server(|_| "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned())),
        at(&server(|_| moved.to_owned())),
        at(&server(|_| "SSH-2.0-OpenSSH_9.9\r\n".to_owned())),
        at(&server(|_| "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>log in</html>".to_owned())),
    ]
}

/// Clusters that lack something.
fn clusters() -> Vec<Scenario> {
    let bad = json!({
        "metadata": {"name": "a"}, "timestamp": "2026-11-01T12:00:00Z", "window": "15s",
        "usage": {"cpu": "4 cores", "memory": "1Gi"},
    });
    let mut missing = cluster("", 200, &Value::Null);
    missing.arguments.push("no-such-node".to_owned());
    let mut no_pods =
        cluster(PODS, 403, &json!({"kind": "Status", "reason": "Forbidden", "message": PODS_FORBIDDEN}));
    no_pods.arguments.push("--pods=a".to_owned());
    vec![
        no_pods,
        cluster(GROUP, 404, &json!({"kind": "Status", "reason": "NotFound"})),
        cluster("", 200, &Value::Null),
        cluster(SAMPLES, 200, &json!({"items": [bad]})),
        missing,
        refusal(401, "Unauthorized", "Unauthorized"),
        refusal(403, "Forbidden", FORBIDDEN),
        refusal(429, "TooManyRequests", "slow down"),
        refusal(500, "InternalError", "etcd is gone"),
        refusal(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
    ]
}

pub fn all() -> Vec<Scenario> {
    [strangers(), certificates(), clusters()].into_iter().flatten().collect()
}
