//! A cluster of any size, read through the client without a socket.

#[path = "bodies.rs"]
mod bodies;

use std::{convert::Infallible, iter};

use bodies::Kind;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, header};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::client::Body;
use nodeusage::{
    client::Client,
    report::{Report, Totals},
    snapshot::Snapshot,
    source::{self, Query, Received, Selection, Served},
    usage::{Base, join},
};

/// Reads a cluster of so many nodes.
pub fn read(nodes: usize) -> Snapshot {
    let query =
        Query { selection: Selection::All, field_selector: None, label_keys: Vec::new(), pods: false };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let client = Client::in_process(tower::service_fn(move |request: Request<Body>| async move {
            let path = request.uri().path();
            let kind = if path.starts_with("/apis/metrics.k8s.io") { Kind::Samples } else { Kind::Nodes };
            let (media_type, pieces): (_, Box<dyn Iterator<Item = Vec<u8>> + Send>) =
                if path.ends_with("/nodes") {
                    let list = iter::once(bodies::head(kind, nodes)).chain(bodies::items(kind, nodes));
                    ("application/vnd.kubernetes.protobuf", Box::new(list))
                } else {
                    (
                        "application/json",
                        Box::new(iter::once(br#"{"versions":[{"version":"v1beta1"}]}"#.to_vec())),
                    )
                };
            let frames = pieces.map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::from(piece))));
            let response = Response::builder().header(header::CONTENT_TYPE, media_type);
            Ok::<_, Infallible>(response.body(StreamBody::new(stream::iter(frames))).unwrap())
        }));
        source::read(&client, &query, &Served::default(), &Received::default()).await.unwrap()
    })
}

/// The report of a reading.
pub fn report(snapshot: &Snapshot) -> Report<'_> {
    let rows = join(snapshot, None, Base::Allocatable);
    Report {
        context: Some("bench"),
        found: vec![rows.len()],
        totals: Totals::of(&rows, Base::Allocatable),
        rows: Some(rows),
        ..Report::default()
    }
}
