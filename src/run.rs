//! The main job: read, join, sort, write; once, or again and again ([`crate::watch`]).

mod pods;

use std::{io::Write, path::PathBuf};

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::task::spawn_blocking;

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
    report::{self, Failed, Report, SortKey, Sortable, Totals},
    snapshot::Snapshot,
    source::{self, Query, Received, Selection, Served, demo, files},
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
    /// The names of the columns that tables have, in this order; empty where the format chooses.
    pub columns: Vec<String>,
    /// The labels by which nodes are grouped; empty where they are not.
    pub group_by: Vec<String>,
    /// What nodes must be to be shown.
    pub filter: Filter,
    /// What makes the run fail if a node that is shown meets all of it; empty where nothing does.
    pub fail_on: Vec<Condition>,
    /// Whether what pods request is shown; the query must then ask for pods.
    pub requests: Requests,
    /// Whether swap is shown.
    pub shows_swap: bool,
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

/// Whether what pods request is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// It is not.
    Hidden,
    /// It is where pods may be read.
    WhereAllowed,
    /// It is, as unknown where pods may not be read.
    Shown,
}

/// How a run ends in which nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// A node met what was to make the run fail.
    Matched,
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

/// What came of reading a cluster once.
struct Read {
    context: Option<String>,
    outcome: Result<Snapshot, Error>,
}

impl Read {
    fn reading(&self) -> Reading<'_> {
        Reading { context: self.context.as_deref(), outcome: self.outcome.as_ref() }
    }
}

/// What came of reading a cluster.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The name of its context; `None` in a pod.
    pub context: Option<&'a str>,
    /// What was read, or why nothing was.
    pub outcome: Result<&'a Snapshot, &'a Error>,
}

/// Does the job. The report goes to `out`; what is worth knowing beside it, to `messages`.
///
/// # Errors
///
/// Whatever keeps the job from being done in full. What could be read is written all the same: the nodes that do
/// exist, or nodes without one figure.
pub async fn run(job: &Job, out: Box<dyn Write + Send>, messages: &Messages) -> Result<Outcome, Error> {
    if let Some(pace) = &job.pace {
        return Box::pin(watch::watch(job, pace, out, messages)).await;
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
    let mut read = job.read_once(messages).await?;
    if !job.is_of_several(read.len())
        && let Some(Read { outcome: Err(error), .. }) = read.pop_if(|read| read.outcome.is_err())
    {
        return Err(error);
    }
    let readings: Vec<_> = read.iter().map(Read::reading).collect();
    let mut report = job.report(&readings);
    let remarks = remarks(&readings, &report, job, messages);
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
            let (mut recorder, mut found) = Recorder::open(path, job.layout())?;
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
    async fn read_once(&self, messages: &Messages) -> Result<Vec<Read>, Error> {
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

    /// What is to be shown of readings that ended now.
    #[must_use]
    pub fn report<'a>(&self, readings: &[Reading<'a>]) -> Report<'a> {
        let read_at = match self.origin {
            Origin::Files { at: Some(at), .. } => at,
            _ => Timestamp::now(),
        };
        let is_of_several = self.is_of_several(readings.len());
        let (mut rows, mut found, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for &Reading { context, outcome } in readings {
            let mut joined = match outcome {
                Ok(snapshot) => usage::join(snapshot, self.query.selection.selector(), self.base),
                Err(error) => {
                    failed.push(Failed { context, error });
                    Vec::new()
                }
            };
            if self.query.field_selector.is_some() {
                // Only the server knows what it selects, and it selects nodes, not samples.
                joined.retain(NodeUsage::has_node);
            }
            found.push(joined.len());
            for row in &mut joined {
                *row = row.within(context);
            }
            if rows.is_empty() {
                rows = joined;
            } else {
                rows.extend(joined);
            }
        }
        let undecided = self.filter.apply(&mut rows, read_at);
        let verdict = Verdict::of(&self.fail_on, &rows, read_at);
        let totals = Totals::of(&rows, self.base);
        let newest = rows.iter().filter_map(NodeUsage::timestamp).max();
        let groups = (!self.group_by.is_empty()).then(|| group(&rows, &self.group_by, self.base));
        Report {
            context: readings.first().filter(|_| !is_of_several).and_then(|reading| reading.context),
            shows_context: is_of_several,
            failed,
            simulated: matches!(self.origin, Origin::Demo),
            read_at,
            label_columns: self.label_columns.clone(),
            columns: self.columns.clone(),
            base: self.base,
            shows_requests: match self.requests {
                Requests::Hidden => false,
                Requests::WhereAllowed => {
                    readings.iter().any(|reading| reading.outcome.is_ok_and(|read| read.pods.is_some()))
                }
                Requests::Shown => true,
            },
            shows_swap: self.shows_swap,
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
    pub fn layout(&self) -> Layout {
        let delimiter = match self.format {
            Format::Csv => b',',
            Format::Tsv => b'\t',
            _ => return Layout::Json,
        };
        let mut header = self.rows(&self.report(&[]), Style { no_headers: false, ..self.style });
        header.truncate(header.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        Layout::Csv { delimiter, header: String::from_utf8_lossy(&header).into_owned() }
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
    let names: Vec<_> =
        matched.iter().take(NAMED).map(|row| visible(&report.full_name(row)).into_owned()).collect();
    let more = match matched.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    messages.say(&format!("note: what --fail-on looks for is found: {}{more}", names.join(", ")));
    Outcome::Matched
}

/// Says what is worth knowing of readings beside their report.
///
/// # Errors
///
/// What keeps the report from being whole.
pub fn remarks(
    readings: &[Reading<'_>],
    report: &Report<'_>,
    job: &Job,
    messages: &Messages,
) -> Result<(), Error> {
    let mut failed = 0;
    for (Reading { context, outcome }, found) in readings.iter().zip(&report.found) {
        let of_one = messages.about(context.filter(|_| report.shows_context));
        let outcome = outcome.map(|snapshot| remarks_on(snapshot, *found == 0, job, &of_one));
        let error = match &outcome {
            Ok(Ok(())) => continue,
            Ok(Err(_)) if !report.shows_context => return outcome.unwrap_or(Ok(())),
            Ok(Err(error)) => error,
            Err(error) => error,
        };
        of_one.say(&format!("warning: {error}"));
        of_one.hint(error);
        failed += 1;
    }
    if failed > 0 {
        return Err(Error::Clusters { failed, of: readings.len() });
    }
    if report.found.iter().any(|found| *found > 0) && report.rows.as_ref().is_some_and(Vec::is_empty) {
        messages.say("note: no node is what it must be to be shown");
    }
    Ok(())
}

/// Says what is worth knowing of the reading of one cluster.
fn remarks_on(snapshot: &Snapshot, is_empty: bool, job: &Job, messages: &Messages) -> Result<(), Error> {
    let is_live = !matches!(job.origin, Origin::Files { .. });
    if let Some(message) = &snapshot.nodes_forbidden
        && !is_empty
        && is_live
    {
        messages.say(&format!("warning: percent is unknown, since nodes can't be read: {message}"));
        messages.hint(&Error::Forbidden(message.clone()));
    }
    let needs_pods = job.query.pods && job.requests != Requests::WhereAllowed;
    if let Some(message) = &snapshot.pods_forbidden
        && !is_empty
        && needs_pods
    {
        messages.say(&format!("warning: requests are unknown, since pods can't be read: {message}"));
        messages.hint(&Error::Forbidden(message.clone()));
    }
    if needs_pods && snapshot.pods.is_none() && !is_live {
        messages
            .say("warning: requests are unknown, since the files hold no pods: kubectl get pods -A -o json");
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
        && (!is_empty || !is_live || snapshot.nodes_forbidden.is_some())
        && !matches!(job.query.selection, Selection::Named(_))
    {
        return Err(if is_live { Error::NoSamples } else { Error::NoSamplesInFiles });
    }
    match &job.query.selection {
        _ if is_empty && job.query.field_selector.is_some() => {
            messages.say("note: no node matches the selectors");
        }
        Selection::Matching(selector) if is_empty => {
            messages.say(&format!("note: no node matches the selector {}", selector.as_str()));
        }
        Selection::All if is_empty => messages.say("note: the cluster has no nodes"),
        _ => {}
    }
    Ok(())
}
