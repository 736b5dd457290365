//! The API server: what it answers, and what it writes down.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use super::{
    Caller, Request, Session, Shared, Stream,
    message::{Head, respond},
};

pub const GROUP: &str = "/apis/metrics.k8s.io";
pub const METRICS: &str = "/apis/metrics.k8s.io/v1beta1/nodes";
const NODES: &str = "/api/v1/nodes";

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub delay: Duration,
}

impl Answer {
    pub fn ok(body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status: 200, headers, body: body.to_string(), delay: Duration::ZERO }
    }

    /// A refusal in Kubernetes' own form.
    pub fn status(status: u16, reason: &str, message: &str) -> Self {
        let body = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": reason, "code": status,
        });
        Self { status, ..Self::ok(&body) }
    }

    /// The samples, as a good server has them.
    pub fn samples() -> Self {
        good(METRICS)
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub fn with_body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }
}

/// What a server with one node answers.
fn good(path: &str) -> Answer {
    let list = |kind: &str, version: &str, item: &Value| {
        Answer::ok(&json!({"kind": kind, "apiVersion": version, "metadata": {}, "items": [item]}))
    };
    let resource = |name: &str, kind: &str| json!({"name": name, "singularName": "", "namespaced": false, "kind": kind, "verbs": ["get", "list"]});
    let version = json!({"groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"});
    let group = json!({
        "kind": "APIGroup", "apiVersion": "v1", "name": "metrics.k8s.io",
        "versions": [version], "preferredVersion": version,
    });
    let room = json!({"cpu": "4", "memory": "8Gi"});
    match path {
        GROUP => Answer::ok(&group),
        METRICS => {
            let sample = json!({
                "metadata": {"name": "node-1"}, "timestamp": "2026-11-01T12:00:00Z", "window": "15s",
                "usage": {"cpu": "1", "memory": "1Gi"},
            });
            list("NodeMetricsList", "metrics.k8s.io/v1beta1", &sample)
        }
        NODES => {
            let status = json!({"capacity": room, "allocatable": room});
            list("NodeList", "v1", &json!({"metadata": {"name": "node-1"}, "status": status}))
        }
        "/api" => Answer::ok(&json!({"kind": "APIVersions", "versions": ["v1"]})),
        "/apis" => Answer::ok(&json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]})),
        "/api/v1" => Answer::ok(&json!({
            "kind": "APIResourceList", "groupVersion": "v1", "resources": [resource("nodes", "Node")],
        })),
        "/apis/metrics.k8s.io/v1beta1" => Answer::ok(&json!({
            "kind": "APIResourceList", "groupVersion": "metrics.k8s.io/v1beta1",
            "resources": [resource("nodes", "NodeMetrics")],
        })),
        "/version" => Answer::ok(&json!({"major": "1", "minor": "37", "gitVersion": "v1.37.2"})),
        _ => Answer::status(404, "NotFound", "the server could not find the requested resource"),
    }
}

impl Shared {
    /// Answers the requests of a connection, one after the other.
    pub(super) fn answer_all(
        &self,
        mut stream: Box<dyn Stream>,
        session: Option<&Session>,
        via: &[String],
    ) -> Option<()> {
        loop {
            let head = Head::read(&mut *stream)?;
            self.answer(&mut *stream, &head, session, via)?;
        }
    }

    pub(super) fn answer(
        &self,
        stream: &mut dyn Stream,
        head: &Head,
        session: Option<&Session>,
        via: &[String],
    ) -> Option<()> {
        let request = request(head, session, via);
        let path = request.path.clone();
        self.record.lock().ok()?.requests.push(request);
        let answer = self.next_answer(&path);
        thread::sleep(answer.delay);
        respond(stream, answer.status, &answer.headers, &answer.body).ok()
    }

    /// The answers of a path come one after the other; the last one stays.
    fn next_answer(&self, path: &str) -> Answer {
        let answers = self.answers.lock().unwrap();
        let Some((_, answers)) = answers.iter().find(|(of, _)| of == path || of == "*") else {
            return good(path);
        };
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(path.to_owned()).or_default();
        let answer = &answers[(*count).min(answers.len() - 1)];
        *count += 1;
        answer.clone()
    }
}

fn request(head: &Head, session: Option<&Session>, via: &[String]) -> Request {
    let scheme = if session.is_some() { "https" } else { "http" };
    let host = head.header("host").unwrap_or_default();
    // A proxy that forwards is given the whole URL.
    let target = head
        .target
        .split_once("://")
        .map_or(head.target.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let (whole, query) = target.split_once('?').unwrap_or((target, ""));
    let at = ["/apis", "/api", "/version"].iter().find_map(|root| whole.find(root)).unwrap_or(0);
    let headers = |name: &'static str| head.headers_that(move |known| known.starts_with(name));
    let mut impersonation: Vec<_> =
        headers("impersonate-").map(|(name, value)| format!("{name}: {value}")).collect();
    impersonation.sort();
    Request {
        base: whole[..at].to_owned(),
        path: whole[at..].to_owned(),
        query: query.to_owned(),
        caller: Caller {
            origin: format!("{scheme}://{host}"),
            tls: session.cloned(),
            authorization: headers("authorization").map(|(_, value)| value.to_owned()).collect(),
            impersonation,
            via: via.to_vec(),
        },
        accept_encoding: head.header("accept-encoding"),
        user_agent: head.header("user-agent"),
    }
}
