//! The way of requests in paused time, over a transport that follows a script.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::Frame;
use http_body_util::{Empty, StreamBody};
use tower::BoxError;

use super::*;
use crate::{
    client::{ProxyVariables, tls::Identity, transport::boxed},
    kubeconfig::connection::{Credentials as Given, Impersonation, Tls},
};

type Script = Box<dyn Fn(usize) -> Result<Incoming, Error> + Send + Sync>;

/// Answers by a script, and notes when it was asked.
struct Scripted(Script, Arc<Mutex<Vec<Duration>>>, Instant);

impl Transport for Scripted {
    fn send(&self, _: Outgoing, _: Option<Identity>) -> BoxFuture<'_, Result<Incoming, Error>> {
        let mut asked = self.1.lock().unwrap();
        asked.push(self.2.elapsed());
        let answer = (self.0)(asked.len());
        Box::pin(std::future::ready(answer))
    }
}

fn stack(
    limit: Option<Duration>,
    script: impl Fn(usize) -> Result<Incoming, Error> + Send + Sync + 'static,
) -> (Stack, Arc<Mutex<Vec<Duration>>>) {
    let connection = Connection {
        server: Uri::from_static("http://a.example"),
        context: None,
        namespace: "default".to_owned(),
        tls: Tls::default(),
        credentials: Given::default(),
        impersonation: Impersonation { extra: BTreeMap::new(), ..Impersonation::default() },
        proxy: None,
        disable_compression: false,
        timeout: limit,
        in_cluster: false,
    };
    let surroundings = Surroundings {
        proxies: ProxyVariables::default(),
        messages: Messages::to(io::sink()),
        verbosity: 0,
        stdin_is_terminal: false,
    };
    let asked = Arc::default();
    let transport = Scripted(Box::new(script), Arc::clone(&asked), Instant::now());
    (Stack::over(Box::new(transport), &connection, &surroundings).unwrap(), asked)
}

fn answer(status: u16, retry_after: Option<&str>) -> Incoming {
    let mut answer = Response::new(boxed(Empty::new()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    retry_after.map(|value| answer.headers_mut().insert(header::RETRY_AFTER, value.parse().unwrap()));
    answer
}

fn get(patience: Patience) -> Request<Body> {
    Request::get("/a").extension(patience).body(Body::empty()).unwrap()
}

async fn seconds(stack: (Stack, Arc<Mutex<Vec<Duration>>>)) -> (Result<u16, &'static str>, Vec<u64>) {
    let outcome = stack.0.send(get(Patience::Bounded)).await;
    let outcome = outcome.map(|answer| answer.status().as_u16()).map_err(|error| error.class());
    (outcome, stack.1.lock().unwrap().iter().map(Duration::as_secs).collect())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_gets_it() {
    let recovers = |asked| Ok(if asked < 3 { answer(429, Some("7")) } else { answer(200, None) });
    assert_eq!(seconds(stack(None, recovers)).await, (Ok(200), vec![0, 7, 14]));
    let never = |_| Ok(answer(503, Some("2")));
    assert_eq!(seconds(stack(None, never)).await, (Ok(503), (0..=10).map(|n| n * 2).collect()));
    assert_eq!(seconds(stack(None, |_| Ok(answer(503, None)))).await, (Ok(503), vec![0]));
    let for_long = |_| Ok(answer(503, Some("59")));
    assert_eq!(seconds(stack(None, for_long)).await, (Ok(503), (0..=10).map(|n| n * 59).collect()));
    assert_eq!(seconds(stack(None, |_| Ok(answer(503, Some("86400"))))).await, (Ok(503), vec![0]));
    let limit = Some(Duration::from_secs(5));
    assert_eq!(seconds(stack(limit, never)).await, (Err("timeout"), vec![0, 2, 4]));
    let (once, tries) = stack(None, never);
    assert_eq!(once.send(get(Patience::Within(Duration::from_secs(5)))).await.unwrap().status(), 503);
    assert_eq!(tries.lock().unwrap().len(), 1, "who asks again by itself is told at once");
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_tried_again_each_second() {
    let broken = |_| Err(Error::Broken { server: String::new(), problem: String::new() });
    assert_eq!(seconds(stack(None, broken)).await, (Err("broken"), (0..=10).collect()));
    let refused = |_| Err(Error::Refused { server: String::new() });
    assert_eq!(seconds(stack(None, refused)).await, (Err("refused"), vec![0]));
}

/// A body of one byte every `pause`, `bytes` of them and then nothing more.
fn slow(pause: Duration, bytes: usize) -> Incoming {
    let frames = futures_util::stream::unfold(0, move |sent| async move {
        if sent == bytes {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(pause).await;
        Some((Ok::<_, BoxError>(Frame::data(Bytes::from_static(b" "))), sent + 1))
    });
    Response::new(boxed(StreamBody::new(frames)))
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_slow_and_may_not_stand_still() {
    for (limit, patience, bytes, ends_after) in [
        (None, Patience::Bounded, 5, Some(5 * 59 + 60)),
        (None, Patience::Bounded, usize::MAX, Some(600)),
        (Some(Duration::from_secs(100)), Patience::Bounded, 5, Some(100)),
        (Some(Duration::from_secs(1000)), Patience::Bounded, usize::MAX, Some(1000)),
        (None, Patience::Within(Duration::from_secs(30)), 5, Some(30)),
        (Some(Duration::from_secs(100)), Patience::Endless(Duration::from_mins(2)), 5, Some(5 * 59 + 120)),
    ] {
        let (stack, _) = stack(limit, move |_| Ok(slow(Duration::from_secs(59), bytes)));
        let started = Instant::now();
        let body = stack.send(get(patience)).await.unwrap().into_body();
        let outcome = timeout(Duration::from_hours(24), body.collect()).await;
        let ended = outcome.ok().map(|outcome| {
            let error = failure::of_stream(outcome.unwrap_err().as_ref(), &Peer::Server("a"));
            assert_eq!(error.class(), "timeout");
            started.elapsed().as_secs()
        });
        assert_eq!(ended, ends_after, "{patience:?}");
    }
}
