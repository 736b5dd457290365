//! Somebody who looks at the same samples as a recorder, by other means.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::running::eventually;

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(500);

/// A node and its sample's timestamp.
pub type Sample = (String, String);

/// When each sample was served.
#[derive(Clone)]
pub struct Observer {
    port: u16,
    seen: Arc<Mutex<BTreeMap<Sample, Vec<Instant>>>>,
}

impl Observer {
    /// Looks at a server that answers in plain HTTP at a port, until the process ends.
    pub fn of(port: u16) -> Self {
        let observer = Self { port, seen: Arc::default() };
        let looking = observer.clone();
        thread::spawn(move || {
            loop {
                let begun = Instant::now();
                looking.look();
                thread::sleep(PERIOD.saturating_sub(begun.elapsed()));
            }
        });
        observer
    }

    /// Looks once; `None` where the server does not answer.
    fn look(&self) -> Option<()> {
        let begun = Instant::now();
        let served = served(self.port)?;
        let mut seen = self.seen.lock().unwrap();
        for sample in served {
            seen.entry(sample).or_default().push(begun);
        }
        Some(())
    }

    /// All that was ever served, up to now.
    pub fn seen(&self) -> BTreeMap<Sample, Vec<Instant>> {
        eventually("a last look", || self.look());
        self.seen.lock().unwrap().clone()
    }

    /// The timestamp of a node's latest sample.
    pub fn latest(&self, node: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap();
        seen.keys().filter(|(name, _)| name == node).map(|(_, timestamp)| timestamp.clone()).max()
    }
}

/// The samples that a server has now; `None` where it does not answer.
fn served(port: u16) -> Option<Vec<Sample>> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).ok()?;
    server.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    server.write_all(b"GET /apis/metrics.k8s.io/v1beta1/nodes HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
    let mut answer = String::new();
    server.read_to_string(&mut answer).ok()?;
    let list: Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let sample = |item: &Value| Some((text(&item["metadata"]["name"])?, text(&item["timestamp"])?));
    list["items"].as_array()?.iter().map(sample).collect()
}
