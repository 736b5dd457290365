//! What the fuzz targets call, and `tests/fuzz_corpus.rs` with their corpora: one function for each thing that comes from
//! outside. None may panic, whatever the input.

use std::{cmp::Ordering, convert::Infallible, io};

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, header};
use http_body::Frame;
use http_body_util::StreamBody;
use jiff::Timestamp;
use kube::client::Body;
use nodeusage::{
    amount::{Amount, Percent},
    client::Client,
    expression::{Condition, all_hold},
    kubeconfig::{self, ConnectionFlags, Memory},
    pod_usage,
    quantity::Quantity,
    render::{Format, Style, renderer},
    report::{Report, Totals},
    selector::Selector,
    snapshot::{Labels, Resources, Sample, Snapshot},
    source::{self, Query, Received, Selection, Served},
    usage::{Base, NodeUsage, join},
};

/// A kubeconfig file.
pub fn kubeconfig(input: &[u8]) {
    let mut memory = Memory::default();
    memory.variables.insert("KUBECONFIG".to_owned(), "/config".to_owned());
    memory.files.insert("/config".to_owned(), input.to_vec());
    if let Err(error) = kubeconfig::explain(&ConnectionFlags::default(), &memory) {
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
        let _ = error.hint();
    }
}

/// A quantity. What it is displayed as need not mean the same amount: that is Go's display, which leaves out powers of
/// ten for which it has no suffix.
pub fn quantity(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(quantity) = text.parse::<Quantity>() else { return };
    let _ = (quantity.value(), quantity.milli_value(), quantity.is_zero(), quantity.to_string());
    assert_eq!(quantity.cmp(&quantity), Ordering::Equal, "{text:?}");
    let Some(amount) = Amount::from_quantity(&quantity) else { return };
    assert_eq!(Some(amount.nanos()), quantity.nanos());
    let percent = Percent::of(amount, amount);
    assert!(percent.is_none_or(|percent| percent.rounded(9) == 100 * 10_i128.pow(9)), "{text:?}");
}

/// A label selector. It means the same when it is read again.
pub fn selector(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(selector) = text.parse::<Selector>() else { return };
    assert_eq!(selector.as_str().parse().as_ref(), Ok(&selector), "{text:?}");
    let label = |key: &str| (key.to_owned(), "1".to_owned());
    let _ = selector.matches(&Labels::new());
    let _ = selector.matches(&selector.keys().map(label).collect());
}

/// A condition of `--where` or `--fail-on`, asked of a node.
pub fn condition(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(condition) = text.parse::<Condition>() else { return };
    let amount = |text: &str| text.parse().ok().and_then(|quantity| Amount::from_quantity(&quantity));
    let sample = Sample {
        node: "a".to_owned(),
        timestamp: Some(Timestamp::UNIX_EPOCH),
        window: None,
        usage: Resources { cpu: amount("1"), memory: amount("1Gi") },
        swap: None,
        labels: Labels::new(),
        is_stale: false,
    };
    let snapshot = Snapshot { samples: vec![sample], ..Snapshot::default() };
    for row in join(&snapshot, None, Base::Allocatable) {
        let _ = all_hold(std::slice::from_ref(&condition), &row, Timestamp::UNIX_EPOCH);
    }
}

/// Lists and objects in Kubernetes' protobuf.
pub fn protobuf(input: &[u8]) {
    answers(input, "application/vnd.kubernetes.protobuf");
}

/// Lists and objects in JSON.
pub fn json(input: &[u8]) {
    answers(input, "application/json");
}

/// Reads the input as each list, and as both objects of a node, of a server in this process, in pieces of as many bytes
/// as the first byte says; then joins and writes what came.
fn answers(input: &[u8], media_type: &'static str) {
    let Some((&size, body)) = input.split_first() else { return };
    let size = usize::from(size).max(1);
    let body = Bytes::copy_from_slice(body);
    let server = tower::service_fn(move |request: Request<Body>| {
        let is_group = request.uri().path() == "/apis/metrics.k8s.io";
        let (media_type, body) = if is_group {
            ("application/json", Bytes::from_static(br#"{"versions":[{"version":"v1"}]}"#))
        } else {
            (media_type, body.clone())
        };
        let pieces: Vec<_> = body.chunks(size).map(|piece| body.slice_ref(piece)).collect();
        let frames = pieces.into_iter().map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        let mut response = Response::new(StreamBody::new(stream::iter(frames)));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let client = Client::in_process(server);
        for selection in [Selection::All, Selection::Named(vec!["a".to_owned()])] {
            let query =
                Query { selection, field_selector: None, label_keys: vec!["zone".to_owned()], pods: true };
            match source::read(&client, &query, &Served::default(), &Received::default()).await {
                Ok(snapshot) => write(&report(join(&snapshot, None, Base::Allocatable))),
                Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
            }
        }
        match source::node_pods(&client, "a", &Served::default(), &Received::default()).await {
            Ok((read, _)) => {
                let pods = pod_usage::join(&read, "a", Base::Allocatable);
                write(&Report { rows: None, pods: Some(pods), shows_totals: false, ..report(Vec::new()) });
            }
            Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
        }
    });
}

fn report(rows: Vec<NodeUsage<'_>>) -> Report<'_> {
    Report {
        label_columns: vec!["zone".to_owned()],
        shows_requests: true,
        shows_swap: true,
        found: vec![rows.len()],
        totals: Totals::of(&rows, Base::Allocatable),
        shows_totals: true,
        rows: Some(rows),
        ..Report::default()
    }
}

fn write(report: &Report<'_>) {
    for format in [Format::Wide, Format::Top, Format::Csv, Format::Json] {
        let written = renderer(format, Style::default()).render(report, &mut io::sink());
        assert!(written.is_ok(), "{format:?}: {written:?}");
    }
}
