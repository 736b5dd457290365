//! Which clusters are read, and what comes of it.

use std::path::PathBuf;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::Job;
use crate::{
    client::{Client, Messages, Surroundings},
    error::Error,
    kubeconfig::{self, ConnectionFlags, System},
    progress,
    snapshot::Snapshot,
    source::{self, Received, Served, demo, files},
};

/// What is read.
pub enum Origin {
    /// The cluster that the flags and the environment lead to.
    Server(Box<ConnectionFlags>),
    /// The clusters of several contexts.
    Contexts(Box<ConnectionFlags>, Contexts),
    /// Files in the place of servers.
    Files {
        /// The files; `-` is standard input.
        paths: Vec<PathBuf>,
        /// The moment that is shown; `None` is the last one.
        at: Option<Timestamp>,
    },
    /// The cluster that a client asks.
    Client(Client),
    /// A simulated cluster.
    Demo,
}

/// Which contexts of the kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contexts {
    /// These.
    Named(Vec<String>),
    /// Every one.
    All,
}

/// A cluster that is read.
pub struct Cluster {
    /// Asks its server.
    pub client: Client,
    /// What is known of its server.
    pub served: Served,
    /// The name of its context; `None` in a pod.
    pub context: Option<String>,
}

/// What came of reading a cluster.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The name of its context; `None` in a pod.
    pub context: Option<&'a str>,
    /// What was read, or why nothing was.
    pub outcome: Result<&'a Snapshot, &'a Error>,
}

/// What came of reading a cluster once.
pub(super) struct Read {
    pub(super) context: Option<String>,
    pub(super) outcome: Result<Snapshot, Error>,
}

impl Read {
    /// What came of it, borrowed.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading { context: self.context.as_deref(), outcome: self.outcome.as_ref() }
    }
}

impl Job {
    /// The contexts to read; none has no name but for several.
    ///
    /// # Errors
    ///
    /// When there are none, or the kubeconfig can't be read.
    pub fn contexts(&self) -> Result<Vec<Option<String>>, Error> {
        let names = match &self.origin {
            Origin::Server(_) | Origin::Client(_) | Origin::Demo | Origin::Files { .. } => {
                return Ok(vec![None]);
            }
            Origin::Contexts(_, Contexts::Named(names)) => names.clone(),
            Origin::Contexts(flags, Contexts::All) => kubeconfig::names(flags, &System)?.contexts,
        };
        if names.is_empty() { Err(Error::NoContexts) } else { Ok(names.into_iter().map(Some).collect()) }
    }

    /// Whether rows of so many clusters say of which one they are.
    #[must_use]
    pub fn is_of_several(&self, clusters: usize) -> bool {
        clusters > 1 || matches!(self.origin, Origin::Contexts(..))
    }

    /// Finds a cluster, one of [`Job::contexts`]. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the configuration can't be used.
    pub fn connect(&self, context: Option<&str>, messages: &Messages) -> Result<Cluster, Error> {
        let flags = match &self.origin {
            Origin::Demo => {
                messages.say("note: this cluster is simulated (--demo); no server was asked");
                let context = Some(demo::CONTEXT.to_owned());
                return Ok(Cluster { client: demo::client(), served: Served::default(), context });
            }
            Origin::Files { .. } => return Err(Error::Unusable("files have no server".to_owned())),
            Origin::Client(client) => {
                return Ok(Cluster { client: client.clone(), served: Served::default(), context: None });
            }
            Origin::Server(flags) | Origin::Contexts(flags, _) => flags,
        };
        let chosen = context.map(|context| ConnectionFlags {
            context: Some(context.to_owned()),
            ..ConnectionFlags::clone(flags)
        });
        let flags = chosen.as_ref().unwrap_or(flags);
        let connection = kubeconfig::resolve(flags, &System)?;
        let client = Client::new(&connection, &Surroundings::of_process(self.verbosity, messages.clone()))?;
        // A pod has no home that lasts.
        let cache = kubeconfig::cache_directory(flags, &System).filter(|_| !connection.in_cluster);
        let served = cache.map(|cache| Served::remembered(&cache, client.server())).unwrap_or_default();
        Ok(Cluster { client, served, context: connection.context })
    }

    /// Reads all clusters or files once, at the same time.
    ///
    /// # Errors
    ///
    /// As [`Job::contexts`] and [`files::read`].
    pub(super) async fn read_once(&self, messages: &Messages) -> Result<Vec<Read>, Error> {
        if let Origin::Files { paths, at } = &self.origin {
            let (paths, at, query) = (paths.clone(), *at, self.query.clone());
            let reading = spawn_blocking(move || files::read(&paths, at, &query));
            let read = reading.await.map_err(|error| Error::Output(error.into()))??;
            return Ok(read.into_iter().map(|(context, read)| Read { context, outcome: Ok(read) }).collect());
        }
        let received = Received::default();
        let contexts = self.contexts()?;
        let reading = join_all(contexts.into_iter().map(async |context| {
            let messages = messages.about(context.as_deref());
            match self.connect(context.as_deref(), &messages) {
                Err(error) => Read { context, outcome: Err(error) },
                Ok(cluster) => {
                    let outcome =
                        source::read(&cluster.client, &self.query, &cluster.served, &received).await;
                    Read { context: cluster.context, outcome }
                }
            }
        }));
        Ok(self.shown_while(reading, &received).await)
    }

    /// Waits for a reading, and shows how it goes on where that is wanted.
    pub async fn shown_while<T>(&self, reading: impl Future<Output = T>, received: &Received) -> T {
        let reading = Box::pin(reading);
        if self.progress { progress::show_while(reading, received).await } else { reading.await }
    }
}
