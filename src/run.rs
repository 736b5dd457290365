//! The main job: read, join, sort, write; once, or again and again ([`crate::watch`]).

mod pods;
mod reading;
mod remarks;

use std::{io::Write, path::PathBuf};

use jiff::Timestamp;

use crate::{
    client::Messages,
    error::Error,
    expression::Condition,
    filter::{Filter, Verdict},
    group::group,
    record::{Layout, Recorder},
    render::{self, Format, Style},
    report::{self, Failed, Report, SortKey, Sortable, Totals},
    source::Query,
    usage::{self, Base, NodeUsage},
    watch::{self, Pace},
};

use reading::Read;

pub use reading::{Cluster, Contexts, Origin, Reading};
pub use remarks::{outcome, remarks, undecided};

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
            job.print(&report, &mut out)?;
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

    /// Writes a report to the end.
    fn print(&self, report: &Report<'_>, out: &mut dyn Write) -> Result<(), Error> {
        let written = render::renderer(self.format, self.style).render(report, out);
        written.and_then(|()| out.flush()).map_err(Error::Output)
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
