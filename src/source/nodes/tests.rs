//! Pods that are followed.

use std::{
    convert::Infallible,
    io::{self, Write},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::{Mutex as Shared, mpsc};

use super::*;
use crate::requests::Pods;

/// Keeps what is said.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A watch of pods whose events are sent by the test, and the paths that were asked for.
fn server() -> (Client, mpsc::UnboundedSender<Value>, Arc<Mutex<Vec<String>>>) {
    let (send, receive) = mpsc::unbounded_channel();
    let (receive, paths) = (Arc::new(Shared::new(receive)), Arc::<Mutex<Vec<_>>>::default());
    let asked = Arc::clone(&paths);
    let client = Client::in_process(tower::service_fn(move |request: Request<Body>| {
        let receive = Arc::clone(&receive);
        asked.lock().unwrap().push(request.uri().to_string());
        async move {
            let events = stream::unfold(receive, async |receive| {
                let event: Value = receive.lock().await.recv().await?;
                let line = Bytes::from(format!("{event}\n"));
                Some((Ok::<_, Infallible>(Frame::data(line)), receive))
            });
            Ok::<_, Infallible>(Response::new(StreamBody::new(Box::pin(events))))
        }
    }));
    (client, send, paths)
}

fn pod(name: &str, cpu: &Value, version: u32) -> Value {
    json!({
        "metadata": {"namespace": "dev", "name": name, "resourceVersion": version.to_string()},
        "spec": {"nodeName": "one", "containers": [{"resources": {"requests": {"cpu": cpu}}}]},
    })
}

#[tokio::test]
async fn a_pod_that_can_not_be_read_hides_the_sums_of_its_node_until_it_changes_or_goes() {
    let (client, send, paths) = server();
    let said = Said::default();
    let messages = Messages::to(said.clone());
    let first = Snapshot { pods_version: "1".to_owned(), pods: Some(Pods::default()), ..Snapshot::default() };
    let nodes = Nodes::default();
    nodes.begin(first);
    let selection = Selection::Named(vec!["one".to_owned()]);
    let query = Query { selection, field_selector: None, label_keys: Vec::new(), pods: true };
    let test = async {
        for (version, (kind, name, cpu, sum)) in (2..).zip([
            ("ADDED", "a", json!("1"), Some((1, 1_000))),
            ("ADDED", "b", json!("1 core"), None),
            ("MODIFIED", "b", json!("-1"), None),
            ("MODIFIED", "b", json!("2"), Some((2, 3_000))),
            ("MODIFIED", "a", json!([]), None),
            ("DELETED", "a", json!([]), Some((1, 2_000))),
        ]) {
            send.send(json!({"type": kind, "object": pod(name, &cpu, version)})).unwrap();
            while nodes.now().pods.resource_version != version.to_string() {
                tokio::task::yield_now().await;
            }
            let kept = nodes.now();
            let allocated = kept.snapshot.pods.as_ref().unwrap().of("one");
            let found = allocated.map(|of_node| (of_node.demand.pods, of_node.demand.cpu.requests.millis()));
            assert_eq!(found, sum, "{kind} {name}");
        }
    };
    tokio::select! {
        () = test => {}
        () = nodes.follow(&client, &query, &messages) => {}
    }
    let said = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    let warned: Vec<_> =
        said.lines().map(|line| line.split(": ").take(3).collect::<Vec<_>>().join(": ")).collect();
    assert_eq!(warned, ["warning: pod \"dev/b\": cpu \"1 core\"", "warning: pod \"dev/a\": cpu []"]);
    let paths = paths.lock().unwrap();
    assert!(paths[0].starts_with("/api/v1/pods?fieldSelector=spec%2EnodeName%3Done%2C"), "{paths:?}");
}
