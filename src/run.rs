//! The main job: read, join, sort, write; once, or again and again ([`crate::watch`]).

mod pods;

use std::{io::Write, path::PathBuf};

use jiff::Timestamp;

use crate::{
    client::{Client, Messages, Surroundings},
    error::Error,
    expression::Condition,
    filter::{Filter, Verdict},
    group::group,
    kubeconfig::{self, ConnectionFlags, System},
    progress,
    record::{Layout, Recorder},
    render::{self, Format, Style},
    report::{self, Report, SortKey, Sortable, Totals},
    snapshot::Snapshot,
    source::{self, Query, Received, Selection, Served, demo},
    usage::{self, Base, NodeUsage},
    visible::visible,
    watch::{self, Pace},
};

/// What to do.
pub struct Job {
    /// What is read.
    pub origin: Origin,
    /// What of it.
    pub query: Query,
    /// The node whose pods are shown in the place of nodes.
    pub pods_of: Option<String>,
    /// The labels to show, in this order.
    pub label_columns: Vec<String>,
    /// The labels by which nodes are grouped; empty where they are not.
    pub group_by: Vec<String>,
    /// What nodes must be to be shown.
    pub filter: Filter,
    /// What makes the run fail if a node that is shown meets all of it; empty where nothing does.
    pub fail_on: Vec<Condition>,
    /// Whether what pods request is shown.
    pub shows_requests: bool,
    /// How many nodes or groups are shown, the first in their order; `None` is all.
    pub top: Option<usize>,
    /// What percent is of.
    pub base: Base,
    /// The order of the nodes, or of the groups.
    pub sort_by: SortKey,
    /// The other way round.
    pub reverse: bool,
    /// Nodes, totals, or both.
    pub shown: Shown,
    /// The format.
    pub format: Format,
    /// What the format leaves open.
    pub style: Style,
    /// The file that rows are appended to, in place of standard output.
    pub output_file: Option<PathBuf>,
    /// `--watch`: how often and how long; `None` is once.
    pub pace: Option<Pace>,
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

/// How a run ends in which nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// A node met what was to make the run fail.
    Matched,
}

/// The cluster that is read.
pub struct Cluster {
    /// Asks its server.
    pub client: Client,
    /// What is known of its server.
    pub served: Served,
    /// The name of its context; `None` in a pod.
    pub context: Option<String>,
}

/// Does the job. The report goes to `out`; what is worth knowing beside it, to `messages`.
///
/// # Errors
///
/// Whatever keeps the job from being done in full. What could be read is written all the same: the nodes that do
/// exist, or nodes without one figure.
pub async fn run(job: &Job, out: Box<dyn Write + Send>, messages: &Messages) -> Result<Outcome, Error> {
    if let Some(pace) = &job.pace {
        return Box::pin(watch::watch(job, pace, job.connect(messages)?, out, messages)).await;
    }
    tokio::select! {
        outcome = once(job, out, messages) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    }
}

async fn once(job: &Job, mut out: Box<dyn Write + Send>, messages: &Messages) -> Result<Outcome, Error> {
    if let Some(node) = &job.pods_of {
        return pods::show(job, node, out, messages).await;
    }
    let cluster = job.connect(messages)?;
    let snapshot = job.read(&cluster).await?;
    let mut report = job.report(&cluster, &snapshot);
    let remarks = remarks(&snapshot, &report, job, messages);
    for line in undecided(&report) {
        messages.say(&line);
    }
    let outcome = outcome(&report, messages);
    match &job.output_file {
        None => {
            let written = render::renderer(job.format, job.style).render(&report, &mut out);
            written.and_then(|()| out.flush()).map_err(Error::Output)?;
        }
        Some(path) => {
            let (mut recorder, mut found) = Recorder::open(path, job.layout(&cluster))?;
            found.say(path, messages);
            if found.last.keep_new(&mut report) {
                let rows = job.rows(&report, Style { no_headers: true, one_line: true, ..job.style });
                recorder.append(&rows).1?;
            }
        }
    }
    remarks.map(|()| outcome)
}

impl Job {
    /// Finds the cluster. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the configuration can't be used.
    pub fn connect(&self, messages: &Messages) -> Result<Cluster, Error> {
        let flags = match &self.origin {
            Origin::Demo => {
                messages.say("note: this cluster is simulated (--demo); no server was asked");
                let context = Some(demo::CONTEXT.to_owned());
                return Ok(Cluster { client: demo::client(), served: Served::default(), context });
            }
            Origin::Server(flags) => flags,
        };
        let connection = kubeconfig::resolve(flags, &System)?;
        let client = Client::new(&connection, &Surroundings::of_process(self.verbosity, messages.clone()))?;
        // A pod has no home that lasts.
        let cache = kubeconfig::cache_directory(flags, &System).filter(|_| !connection.in_cluster);
        let served = cache.map(|cache| Served::remembered(&cache, client.server())).unwrap_or_default();
        Ok(Cluster { client, served, context: connection.context })
    }

    /// Reads the cluster once, and shows how that goes on where it is wanted.
    ///
    /// # Errors
    ///
    /// As [`source::read`].
    pub async fn read(&self, cluster: &Cluster) -> Result<Snapshot, Error> {
        let received = Received::default();
        let reading = Box::pin(source::read(&cluster.client, &self.query, &cluster.served, &received));
        if self.progress { progress::show_while(reading, &received).await } else { reading.await }
    }

    /// What is to be shown of a reading that ended now.
    #[must_use]
    pub fn report<'a>(&self, cluster: &Cluster, snapshot: &'a Snapshot) -> Report<'a> {
        let read_at = Timestamp::now();
        let mut rows = usage::join(snapshot, self.query.selection.selector(), self.base);
        if self.query.field_selector.is_some() {
            // Only the server knows what it selects, and it selects nodes, not samples.
            rows.retain(NodeUsage::has_node);
        }
        let found = rows.len();
        let undecided = self.filter.apply(&mut rows, read_at);
        let verdict = Verdict::of(&self.fail_on, &rows, read_at);
        let totals = Totals::of(&rows, self.base);
        let newest = rows.iter().filter_map(NodeUsage::timestamp).max();
        let groups = (!self.group_by.is_empty()).then(|| group(&rows, &self.group_by, self.base));
        Report {
            context: cluster.context.clone(),
            simulated: matches!(self.origin, Origin::Demo),
            read_at,
            label_columns: self.label_columns.clone(),
            base: self.base,
            shows_requests: self.shows_requests,
            found,
            undecided,
            verdict,
            group_by: self.group_by.clone(),
            rows: (groups.is_none() && self.shown != Shown::Totals).then(|| self.arranged(rows)),
            groups: groups.map(|groups| self.arranged(groups)),
            pods: None,
            totals,
            shows_totals: self.shown != Shown::Nodes,
            newest,
        }
    }

    /// Those that are shown, in their order.
    fn arranged<T: Sortable>(&self, mut rows: Vec<T>) -> Vec<T> {
        report::sort(&mut rows, self.sort_by, self.reverse);
        rows.truncate(self.top.unwrap_or(usize::MAX));
        rows
    }

    /// A report as bytes.
    #[must_use]
    pub fn rows(&self, report: &Report<'_>, style: Style) -> Vec<u8> {
        let mut rows = Vec::new();
        // There is always room in a vector.
        let _ = render::renderer(self.format, style).render(report, &mut rows);
        rows
    }

    /// How the rows lie in the file that they are recorded to.
    #[must_use]
    pub fn layout(&self, cluster: &Cluster) -> Layout {
        let context = cluster.context.clone();
        let delimiter = match self.format {
            Format::Csv => b',',
            Format::Tsv => b'\t',
            _ => return Layout::json(context),
        };
        let nothing = Snapshot::default();
        let mut header =
            self.rows(&self.report(cluster, &nothing), Style { no_headers: false, ..self.style });
        header.truncate(header.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        Layout::csv(delimiter, String::from_utf8_lossy(&header).into_owned(), context)
    }
}

/// How many nodes could not be decided about, in words; empty where all could.
#[must_use]
pub fn undecided(report: &Report<'_>) -> Vec<String> {
    let shown = (report.undecided, "left out, since it is unknown whether they are what they must be");
    let judged = report.verdict.as_ref().map_or(0, |verdict| verdict.undecided);
    let judged = (judged, "not judged by --fail-on, since what it asks of them is unknown");
    let some = [shown, judged].into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("warning: nodes {what}: {count}")).collect()
}

/// How a run ends after this report; says so where nodes make it fail.
#[must_use]
pub fn outcome(report: &Report<'_>, messages: &Messages) -> Outcome {
    const NAMED: usize = 5;
    let matched = report.verdict.as_ref().map(|verdict| verdict.matched.as_slice()).unwrap_or_default();
    if matched.is_empty() {
        return Outcome::Done;
    }
    let names: Vec<_> = matched.iter().take(NAMED).map(|name| visible(name)).collect();
    let more = match matched.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    messages.say(&format!("note: what --fail-on looks for is found: {}{more}", names.join(", ")));
    Outcome::Matched
}

/// Says what is worth knowing of a reading beside its report.
///
/// # Errors
///
/// What keeps the report from being whole.
pub fn remarks(
    snapshot: &Snapshot,
    report: &Report<'_>,
    job: &Job,
    messages: &Messages,
) -> Result<(), Error> {
    let is_empty = report.found == 0;
    if let Some(message) = &snapshot.nodes_forbidden
        && !is_empty
    {
        messages.say(&format!("warning: percent is unknown, since nodes can't be read: {message}"));
        if let Some(hint) = Error::Forbidden(message.clone()).hint() {
            messages.say(&format!("hint: {hint}"));
        }
    }
    if let Some(message) = &snapshot.pods_forbidden
        && !is_empty
    {
        messages.say(&format!("warning: requests are unknown, since pods can't be read: {message}"));
        if let Some(hint) = Error::Forbidden(message.clone()).hint() {
            messages.say(&format!("hint: {hint}"));
        }
    }
    for problem in &snapshot.unreadable.first {
        messages.say(&format!("warning: {problem}"));
    }
    if !snapshot.missing.is_empty() {
        return Err(Error::Missing(snapshot.missing.clone()));
    }
    if snapshot.unreadable.count > 0 {
        return Err(Error::Unreadable(snapshot.unreadable.count));
    }
    if snapshot.samples.is_empty()
        && (!is_empty || snapshot.nodes_forbidden.is_some())
        && !matches!(job.query.selection, Selection::Named(_))
    {
        return Err(Error::NoSamples);
    }
    match &job.query.selection {
        _ if is_empty && job.query.field_selector.is_some() => {
            messages.say("note: no node matches the selectors");
        }
        Selection::Matching(selector) if is_empty => {
            messages.say(&format!("note: no node matches the selector {}", selector.as_str()));
        }
        Selection::All if is_empty => messages.say("note: the cluster has no nodes"),
        _ if report.rows.as_ref().is_some_and(Vec::is_empty) => {
            messages.say("note: no node is what it must be to be shown");
        }
        _ => {}
    }
    Ok(())
}
