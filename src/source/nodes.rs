//! Nodes and pods that are kept up to date: one LIST, then a WATCH from its resource version.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{
    Query, Received, Selection,
    decode::{self, Partial},
    metrics_api, pods,
};
use crate::{
    backoff::Backoff,
    client::{Change, Client, Encoded, Messages, Patience},
    error::Error,
    snapshot::{Node, Snapshot, Unreadable},
    visible::shortened,
};

/// How long a watch may be silent. The API server sends a bookmark about once a minute.
const SILENCE: Duration = Duration::from_mins(2);

/// How long the server may keep one watch open, at least; it ends by itself then and a new one goes on.
const WATCH_SECONDS: u64 = 300;

/// How long nodes stay as they are that may be listed but not watched, or that may not be read at all.
const REFRESH: Duration = Duration::from_mins(1);

/// A watch that lasts this long was a good one.
const LASTING: Duration = Duration::from_secs(5);

/// So often in a row a server says that objects may not be read until that is believed; one that has just begun does not
/// know all rights yet.
const CONVINCING: u32 = 3;

/// A cluster as it is now: its nodes and, where they are wanted, its pods.
#[derive(Default)]
pub struct Nodes {
    kept: Mutex<Kept>,
}

/// What is known of the cluster.
#[derive(Default)]
pub struct Kept {
    /// Nodes and pods, and the samples that whoever keeps them has put beside them.
    pub snapshot: Snapshot,
    /// How it goes with the nodes.
    pub nodes: Following,
    /// How it goes with the pods.
    pub pods: Following,
}

/// How far one kind of objects is followed.
#[derive(Default)]
pub struct Following {
    /// Since when no change can be heard of, and why; `None` while the watch goes on.
    pub failing: Option<(Timestamp, Error)>,
    resource_version: String,
}

/// A kind of objects that can be followed.
trait Kind {
    /// What messages call them.
    const NAME: &'static str;

    /// How far they are followed.
    fn following(kept: &mut Kept) -> &mut Following;

    /// The path of all of them, with more parameters.
    fn path(query: &Query, parameters: &str) -> String;

    /// Reads all of them.
    async fn list(client: &Client, query: &Query) -> Result<Snapshot, Error>;

    /// The server's words where they may not be read.
    fn forbidden(snapshot: &mut Snapshot) -> &mut Option<String>;

    /// Puts all of them in the place of those that are kept.
    fn replace(kept: &mut Kept, read: Snapshot);

    /// Takes in one that is new or has changed, or forgets one that is gone; gives what is to be said of it.
    fn take(
        kept: &mut Kept,
        change: Change,
        object: Encoded<'_>,
        wanted: &BTreeSet<&str>,
    ) -> Result<Option<String>, String>;
}

struct OfNodes;

impl Kind for OfNodes {
    const NAME: &'static str = "nodes";

    fn following(kept: &mut Kept) -> &mut Following {
        &mut kept.nodes
    }

    fn path(query: &Query, parameters: &str) -> String {
        metrics_api::nodes_path(query, parameters)
    }

    async fn list(client: &Client, query: &Query) -> Result<Snapshot, Error> {
        let mut snapshot = Snapshot::default();
        metrics_api::nodes(client, query, &Received::default(), &mut snapshot).await?;
        Ok(snapshot)
    }

    fn forbidden(snapshot: &mut Snapshot) -> &mut Option<String> {
        &mut snapshot.nodes_forbidden
    }

    fn replace(kept: &mut Kept, read: Snapshot) {
        kept.replace_nodes(read);
    }

    fn take(
        kept: &mut Kept,
        change: Change,
        object: Encoded<'_>,
        wanted: &BTreeSet<&str>,
    ) -> Result<Option<String>, String> {
        if change == Change::Set {
            // What can't be read of it is unknown, as in the first list, where that was said.
            if let Some(node) = decode::node(object, wanted)?.object {
                kept.set(node);
            }
        } else {
            kept.remove(&decode::name(object)?.1);
        }
        Ok(None)
    }
}

struct OfPods;

impl Kind for OfPods {
    const NAME: &'static str = "pods";

    fn following(kept: &mut Kept) -> &mut Following {
        &mut kept.pods
    }

    fn path(query: &Query, parameters: &str) -> String {
        pods::path(query.only_node(), parameters)
    }

    async fn list(client: &Client, query: &Query) -> Result<Snapshot, Error> {
        let mut snapshot = Snapshot::default();
        pods::pods(client, query, &Received::default(), &mut snapshot).await?;
        Ok(snapshot)
    }

    fn forbidden(snapshot: &mut Snapshot) -> &mut Option<String> {
        &mut snapshot.pods_forbidden
    }

    fn replace(kept: &mut Kept, read: Snapshot) {
        kept.pods.resource_version.clone_from(&read.pods_version);
        kept.snapshot = std::mem::take(&mut kept.snapshot).with_pods_of(read);
    }

    fn take(
        kept: &mut Kept,
        change: Change,
        object: Encoded<'_>,
        _: &BTreeSet<&str>,
    ) -> Result<Option<String>, String> {
        let pods = kept.snapshot.pods.get_or_insert_default();
        let read = if change == Change::Set { Some(decode::pod(object)?) } else { None };
        if let Some(Partial { object: Some(pod), problem }) = read {
            let is_known = pods.is_unreadable(&pod.namespace, &pod.name);
            pods.set(pod)?;
            Ok(problem.filter(|_| !is_known && pods.unreadable() <= Unreadable::MOST_KEPT))
        } else {
            let (namespace, name) = decode::name(object)?;
            pods.remove(&namespace, &name);
            Ok(None)
        }
    }
}

impl Nodes {
    /// Goes on from a first reading, whose samples are left aside.
    pub fn begin(&self, mut first: Snapshot) {
        let mut kept = self.now();
        kept.pods = Following { resource_version: first.pods_version.clone(), failing: None };
        kept.snapshot = Snapshot::default().with_pods_of(first.take_pods());
        kept.replace_nodes(first);
    }

    /// The cluster now. The lock must not be held while waiting for anything.
    pub fn now(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the nodes of another reading in the place of these; samples and pods stay.
    pub fn replace(&self, read: Snapshot) {
        self.now().replace_nodes(read);
    }

    /// Keeps the nodes up to date, and the pods where they are wanted, for ever. What fails is tried again, and can be seen
    /// in [`Following::failing`].
    pub async fn follow(&self, client: &Client, query: &Query, messages: &Messages) {
        let nodes = async {
            if let Selection::Named(_) = query.selection {
                // They are read again and again.
                pending::<()>().await;
            } else {
                self.follow_kind::<OfNodes>(client, query, messages).await;
            }
        };
        let pods = async {
            if query.pods {
                self.follow_kind::<OfPods>(client, query, messages).await;
            }
        };
        tokio::join!(nodes, pods);
    }

    async fn follow_kind<K: Kind>(&self, client: &Client, query: &Query, messages: &Messages) {
        let mut backoff = Backoff::new(REFRESH);
        let mut may_watch = true;
        let mut refusals = 0;
        let mut is_current = !K::following(&mut self.now()).resource_version.is_empty();
        if !is_current {
            sleep(REFRESH).await;
        }
        loop {
            let started = Instant::now();
            let outcome = if is_current {
                self.watch::<K>(client, query, messages).await
            } else {
                self.list::<K>(client, query).await
            };
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
                        *K::forbidden(&mut self.now().snapshot) = Some(message);
                    } else if std::mem::take(&mut may_watch) {
                        messages.say(&format!(
                            "warning: {} can't be watched, and are listed once a minute: {message}",
                            K::NAME
                        ));
                        messages.hint(&Error::Forbidden(message));
                    }
                    is_current = false;
                    REFRESH
                }
                Err(error) => {
                    let pause = backoff.after(&error);
                    K::following(&mut self.now()).failing.get_or_insert_with(|| (Timestamp::now(), error));
                    pause
                }
            };
            sleep(pause).await;
        }
    }

    async fn list<K: Kind>(&self, client: &Client, query: &Query) -> Result<(), Error> {
        let mut read = K::list(client, query).await?;
        if let Some(message) = K::forbidden(&mut read).take() {
            return Err(Error::Forbidden(message));
        }
        let mut kept = self.now();
        K::replace(&mut kept, read);
        K::following(&mut kept).failing = None;
        Ok(())
    }

    async fn watch<K: Kind>(&self, client: &Client, query: &Query, messages: &Messages) -> Result<(), Error> {
        let from = K::following(&mut self.now()).resource_version.clone();
        // Watches that began together should not end together.
        let seconds = WATCH_SECONDS + fastrand::u64(..WATCH_SECONDS);
        let parameters =
            format!("watch=true&allowWatchBookmarks=true&resourceVersion={from}&timeoutSeconds={seconds}");
        let path = K::path(query, &parameters);
        let wanted = query.wanted_labels();
        let mut watch = client.with(Patience::Endless(SILENCE)).watch(&path).await?;
        K::following(&mut self.now()).failing = None;
        let mut take = |change, object: Encoded<'_>| {
            let resource_version = decode::resource_version(object)?;
            let mut kept = self.now();
            let problem = match change {
                Change::Bookmark => None,
                _ => K::take(&mut kept, change, object, &wanted)?,
            };
            K::following(&mut kept).resource_version = resource_version;
            drop(kept);
            if let Some(problem) = problem {
                messages.say(&format!("warning: {}", shortened(&problem, Unreadable::LONGEST)));
            }
            Ok(())
        };
        while watch.next(&mut take).await? {}
        Ok(())
    }
}

impl Kept {
    fn replace_nodes(&mut self, mut read: Snapshot) {
        self.nodes = Following { resource_version: read.nodes_version.clone(), failing: None };
        read.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        read.samples = std::mem::take(&mut self.snapshot.samples);
        let former = std::mem::take(&mut self.snapshot);
        self.snapshot = read.with_pods_of(former);
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

#[cfg(test)]
mod tests;
