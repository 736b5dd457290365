//! The main job: read, join, sort, write.

use std::io::Write;

use jiff::Timestamp;

use crate::{
    client::{Client, Messages, Surroundings},
    error::{Error, NODES_RULE},
    kubeconfig::{self, ConnectionFlags, System},
    progress,
    render::{self, Format, Style},
    report::{self, Report, SortKey, Totals},
    source::{self, Query, Received, Selection, Served, demo},
    usage::{self, Base},
};

/// What to do.
pub struct Job {
    /// What is read.
    pub origin: Origin,
    /// What of it.
    pub query: Query,
    /// What percent is of.
    pub base: Base,
    /// The order of the nodes.
    pub sort_by: SortKey,
    /// The other way round.
    pub reverse: bool,
    /// Nodes, totals, or both.
    pub shown: Shown,
    /// The format.
    pub format: Format,
    /// What the format leaves open.
    pub style: Style,
    /// `-v`: how much is said of what is done.
    pub verbosity: u8,
    /// Whether progress is shown.
    pub progress: bool,
}

/// What is read.
pub enum Origin {
    /// The cluster that the flags and the environment lead to.
    Server(Box<ConnectionFlags>),
    /// A simulated cluster.
    Demo,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The nodes.
    Nodes,
    /// The nodes, and the totals after them.
    NodesAndTotals,
    /// Only the totals.
    Totals,
}

/// Does the job once. The report goes to `out`; what is worth knowing beside it, to `messages`.
///
/// # Errors
///
/// Whatever keeps the job from being done in full. What could be read is written all the same: the nodes that do
/// exist, or nodes without one figure.
pub async fn run(job: &Job, out: &mut dyn Write, messages: &Messages) -> Result<(), Error> {
    let say = |kind: &str, text: &str| messages.say(&format!("{kind}: {text}"));
    let (client, served, context) = match &job.origin {
        Origin::Demo => {
            say("note", "this cluster is simulated (--demo); no server was asked");
            (demo::client(), Served::default(), Some(demo::CONTEXT.to_owned()))
        }
        Origin::Server(flags) => {
            let connection = kubeconfig::resolve(flags, &System)?;
            let client =
                Client::new(&connection, &Surroundings::of_process(job.verbosity, messages.clone()))?;
            // A pod has no home that lasts.
            let cache = kubeconfig::cache_directory(flags, &System).filter(|_| !connection.in_cluster);
            let served = cache.map(|cache| Served::remembered(&cache, client.server())).unwrap_or_default();
            (client, served, connection.context)
        }
    };
    let received = Received::default();
    let reading = source::read(&client, &job.query, &served, &received);
    let snapshot =
        if job.progress { progress::show_while(reading, &received).await? } else { reading.await? };
    let read_at = Timestamp::now();
    let mut rows = usage::join(&snapshot, job.query.selection.selector(), job.base);
    report::sort(&mut rows, job.sort_by, job.reverse);
    let is_empty = rows.is_empty();
    let totals = (job.shown != Shown::Nodes).then(|| Totals::of(&rows, job.base));
    let report = Report {
        context,
        simulated: matches!(job.origin, Origin::Demo),
        read_at,
        label_columns: job.query.label_keys.clone(),
        base: job.base,
        rows: (job.shown != Shown::Totals).then_some(rows),
        totals,
    };
    let written = render::renderer(job.format, job.style).render(&report, out);
    written.and_then(|()| out.flush()).map_err(Error::Output)?;

    if let Some(message) = &snapshot.nodes_forbidden
        && !is_empty
    {
        say("warning", &format!("percent is unknown, since nodes can't be read: {message}"));
        say("hint", &format!("a ClusterRole with this rule gives the right: {NODES_RULE}"));
    }
    if !snapshot.missing.is_empty() {
        return Err(Error::Missing(snapshot.missing));
    }
    if snapshot.samples.is_empty()
        && (!is_empty || snapshot.nodes_forbidden.is_some())
        && !matches!(job.query.selection, Selection::Named(_))
    {
        return Err(Error::NoSamples);
    }
    match &job.query.selection {
        Selection::Matching(selector) if is_empty => {
            say("note", &format!("no node matches the selector {}", selector.as_str()));
        }
        Selection::All if is_empty => say("note", "the cluster has no nodes"),
        _ => {}
    }
    Ok(())
}
