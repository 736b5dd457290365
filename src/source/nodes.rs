//! Nodes that are kept up to date: one LIST, then a WATCH from its resource version.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{Query, Received, decode, metrics_api};
use crate::{
    backoff::Backoff,
    client::{Change, Client, Encoded, Messages, Patience},
    error::Error,
    snapshot::{Node, Snapshot},
};

/// How long a watch may be silent. The API server sends a bookmark about once a minute.
const SILENCE: Duration = Duration::from_mins(2);

/// How long the server may keep one watch open, at least; it ends by itself then and a new one goes on.
const WATCH_SECONDS: u64 = 300;

/// How long nodes stay as they are that may be listed but not watched, or that may not be read at all.
const REFRESH: Duration = Duration::from_mins(1);

/// A watch that lasts this long was a good one.
const LASTING: Duration = Duration::from_secs(5);

/// So often in a row a server says that nodes may not be read until that is believed; one that has just begun does not know
/// all rights yet.
const CONVINCING: u32 = 3;

/// The nodes as they are now.
pub struct Nodes {
    kept: Mutex<Kept>,
}

/// What is known of the nodes.
pub struct Kept {
    /// The nodes, and the samples that whoever keeps them has put beside them.
    pub snapshot: Snapshot,
    /// Since when no change can be heard of, and why; `None` while the watch goes on.
    pub failing: Option<(Timestamp, Error)>,
    resource_version: String,
}

impl Nodes {
    /// Goes on from a first reading, whose samples are left aside.
    #[must_use]
    pub fn from(first: Snapshot) -> Self {
        Self { kept: Mutex::new(Kept::from(first)) }
    }

    /// The nodes now. The lock must not be held while waiting for anything.
    pub fn now(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the nodes of another reading in the place of these; the samples stay.
    pub fn replace(&self, read: Snapshot) {
        let mut kept = self.now();
        let samples = std::mem::take(&mut kept.snapshot.samples);
        *kept = Kept::from(read);
        kept.snapshot.samples = samples;
    }

    /// Keeps the nodes up to date, for ever. What fails is tried again, and can be seen in [`Kept::failing`].
    pub async fn follow(&self, client: &Client, query: &Query, messages: &Messages) {
        let mut backoff = Backoff::new(REFRESH);
        let mut may_watch = true;
        let mut refusals = 0;
        let mut is_current = !self.now().resource_version.is_empty();
        if !is_current {
            sleep(REFRESH).await;
        }
        loop {
            let started = Instant::now();
            let outcome =
                if is_current { self.watch(client, query).await } else { self.list(client, query).await };
            if is_current && started.elapsed() >= LASTING {
                backoff.reset();
                refusals = 0;
            }
            let pause = match outcome {
                // A watch that ends as soon as it begins is none.
                Ok(()) if is_current && started.elapsed() < LASTING => backoff.pause(),
                Ok(()) => {
                    is_current = true;
                    Duration::ZERO
                }
                // The server no longer knows what happened since.
                Err(Error::Status { code: 410, .. }) if is_current => {
                    is_current = false;
                    backoff.pause()
                }
                Err(Error::Forbidden(_)) if refusals + 1 < CONVINCING => {
                    refusals += 1;
                    backoff.pause()
                }
                Err(Error::Forbidden(message)) => {
                    if !is_current {
                        self.now().snapshot.nodes_forbidden = Some(message);
                    } else if std::mem::take(&mut may_watch) {
                        messages.say(&format!(
                            "warning: nodes can't be watched, and are listed once a minute: {message}"
                        ));
                        if let Some(hint) = Error::Forbidden(message).hint() {
                            messages.say(&format!("hint: {hint}"));
                        }
                    }
                    is_current = false;
                    REFRESH
                }
                Err(error) => {
                    let pause = backoff.after(&error);
                    self.now().failing.get_or_insert_with(|| (Timestamp::now(), error));
                    pause
                }
            };
            sleep(pause).await;
        }
    }

    async fn list(&self, client: &Client, query: &Query) -> Result<(), Error> {
        let mut snapshot = Snapshot::default();
        metrics_api::nodes(client, query, &Received::default(), &mut snapshot).await?;
        if let Some(message) = snapshot.nodes_forbidden {
            return Err(Error::Forbidden(message));
        }
        self.replace(snapshot);
        Ok(())
    }

    async fn watch(&self, client: &Client, query: &Query) -> Result<(), Error> {
        let from = self.now().resource_version.clone();
        // Watches that began together should not end together.
        let seconds = WATCH_SECONDS + fastrand::u64(..WATCH_SECONDS);
        let parameters =
            format!("watch=true&allowWatchBookmarks=true&resourceVersion={from}&timeoutSeconds={seconds}");
        let path = metrics_api::nodes_path(query, &parameters);
        let wanted = query.wanted_labels();
        let mut watch = client.with(Patience::Endless(SILENCE)).watch(&path).await?;
        self.now().failing = None;
        let mut take = |change, object: Encoded<'_>| {
            let resource_version = decode::resource_version(object)?;
            // What can't be read of it is unknown, as in the first list, where that was said.
            let node = if change == Change::Bookmark { None } else { decode::node(object, &wanted)?.object };
            let mut kept = self.now();
            match node {
                Some(node) if change == Change::Set => kept.set(node),
                Some(node) => kept.remove(&node.name),
                None => {}
            }
            kept.resource_version = resource_version;
            Ok(())
        };
        while watch.next(&mut take).await? {}
        Ok(())
    }
}

impl Kept {
    fn from(read: Snapshot) -> Self {
        let resource_version = read.nodes_version.clone();
        let mut snapshot = Snapshot { samples: Vec::new(), ..read };
        snapshot.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        Self { snapshot, failing: None, resource_version }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.snapshot.nodes.binary_search_by(|node| node.name.as_str().cmp(name))
    }

    fn set(&mut self, node: Node) {
        match self.find(&node.name) {
            Ok(at) => self.snapshot.nodes[at] = node,
            Err(at) => self.snapshot.nodes.insert(at, node),
        }
    }

    fn remove(&mut self, name: &str) {
        if let Ok(at) = self.find(name) {
            self.snapshot.nodes.remove(at);
        }
    }
}
