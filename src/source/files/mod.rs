//! Files in the place of a server: what `kubectl get -o json` and `kubectl get --raw` print, and what this program has
//! written.

mod json;
mod recording;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::PathBuf,
};

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    Query, Selection,
    decode::{self, Partial},
};
use crate::{
    client::Encoded,
    error::Error,
    requests::{Pod, Pods},
    snapshot::{Node, STALE_AFTER, Sample, Snapshot, Unreadable},
};
use recording::Row;

/// The name of standard input.
const STDIN: &str = "-";

/// Reads files; what they hold is at least one cluster. Each cluster is known by its context; what kubectl printed has
/// none. Of the samples of a node the last one counts, up to the moment `at` where that is given.
///
/// # Errors
///
/// [`Error::Input`] where a file can't be read or holds something else.
pub fn read(
    paths: &[PathBuf],
    at: Option<Timestamp>,
    query: &Query,
) -> Result<Vec<(Option<String>, Snapshot)>, Error> {
    let wanted = query.wanted_labels();
    let mut found = Found { at, wanted, latest: None, clusters: BTreeMap::new() };
    for path in paths {
        let outcome = if path.as_os_str() == STDIN {
            found.file(io::stdin().lock())
        } else {
            File::open(path).map_err(|error| error.to_string()).and_then(|file| found.file(file))
        };
        outcome.map_err(|problem| Error::Input { path: path.clone(), problem })?;
    }
    Ok(found.finish(&query.selection))
}

/// What the files hold.
struct Found<'a> {
    at: Option<Timestamp>,
    wanted: BTreeSet<&'a str>,
    /// The newest time in the file so far.
    latest: Option<Timestamp>,
    clusters: BTreeMap<Option<String>, Cluster>,
}

/// What they hold of one cluster.
#[derive(Default)]
struct Cluster {
    nodes: BTreeMap<String, Node>,
    samples: BTreeMap<String, Sample>,
    pods: Option<Pods>,
    /// The nodes of which this program wrote, each with what their pods request.
    recorded: BTreeMap<String, Option<Pod>>,
    /// Whether nodes could not be read when it did.
    is_forbidden: bool,
    unreadable: Unreadable,
}

impl Found<'_> {
    fn file(&mut self, input: impl Read) -> Result<(), String> {
        let mut input = BufReader::new(input);
        self.latest = None;
        match first_byte(&mut input).map_err(|error| error.to_string())? {
            None => Err("it is empty".to_owned()),
            Some(b'{' | b'[') => json::items(input, |item| self.item(&item.json, item.context)),
            Some(_) => {
                let wanted = self.wanted.clone();
                recording::rows(input, &wanted, |line, row| match row {
                    Ok(row) => self.row(row),
                    Err(problem) => {
                        let unreadable = &mut self.clusters.entry(None).or_default().unreadable;
                        unreadable.add(&format!("line {line}: {problem}"));
                    }
                })
            }
        }
    }

    fn item(&mut self, json: &RawValue, context: Option<String>) -> Result<(), String> {
        let object = Encoded::Json(json.get().as_bytes());
        let shape: Shape<'_> = serde_json::from_str(json.get()).map_err(|error| error.to_string())?;
        let problem = match shape.name() {
            "NodeUsage" => {
                let row = recording::item(json, &self.wanted)?;
                let context = row.context.clone().or(context);
                self.row(Row { context, ..row });
                None
            }
            "Node" => {
                let Partial { object, problem } = decode::node(object, &self.wanted)?;
                let cluster = self.clusters.entry(None).or_default();
                cluster.nodes.extend(object.map(|node| (node.name.clone(), node)));
                problem
            }
            "NodeMetrics" => {
                let Partial { object, problem } = decode::sample(object, &self.wanted)?;
                let cluster = self.clusters.entry(None).or_default();
                if let Some(sample) = object.filter(|sample| is_until(self.at, sample.timestamp)) {
                    cluster.set(sample);
                }
                problem
            }
            "Pod" => {
                let Partial { object, problem } = decode::pod(object)?;
                let cluster = self.clusters.entry(None).or_default();
                let pods = cluster.pods.get_or_insert_default();
                object.map_or(Ok(()), |pod| pods.set(pod))?;
                problem
            }
            kind => return Err(format!("it holds a {kind}, and no Node, NodeMetrics, Pod or NodeUsageList")),
        };
        if let Some(problem) = problem {
            self.clusters.entry(None).or_default().unreadable.add(&problem);
        }
        Ok(())
    }

    /// Takes in a row, the last one that counts.
    fn row(&mut self, row: Row) {
        // One without a sample has no time of its own: it is as old as the newest one before it.
        self.latest = self.latest.max(row.timestamp());
        let time = row.timestamp().or(self.latest);
        let Row { context, name, sample, node, is_forbidden, pods } = row;
        // A cluster that failed has a row without a node.
        if name.is_empty() || !is_until(self.at, time) {
            return;
        }
        let cluster = self.clusters.entry(context).or_default();
        cluster.recorded.insert(name.clone(), pods);
        cluster.is_forbidden |= is_forbidden;
        match node {
            Some(node) => drop(cluster.nodes.insert(name.clone(), node)),
            None => drop(cluster.nodes.remove(&name)),
        }
        match sample {
            Some(sample) => cluster.set(sample),
            None => drop(cluster.samples.remove(&name)),
        }
    }

    fn finish(self, selection: &Selection) -> Vec<(Option<String>, Snapshot)> {
        let samples = self.clusters.values().flat_map(|cluster| cluster.samples.values());
        let now = self.at.or(samples.filter_map(|sample| sample.timestamp).max());
        let mut missing = match selection {
            Selection::Named(names) => names.clone(),
            Selection::All | Selection::Matching(_) => Vec::new(),
        };
        missing.retain(|name| {
            !self
                .clusters
                .values()
                .any(|cluster| cluster.nodes.contains_key(name) || cluster.samples.contains_key(name))
        });
        let of_cluster = |(context, cluster): (_, Cluster)| (context, cluster.snapshot(now, selection));
        let mut read: Vec<_> = self.clusters.into_iter().map(of_cluster).collect();
        if read.is_empty() {
            read.push((None, Snapshot::default()));
        }
        read[0].1.missing = missing;
        read
    }
}

impl Cluster {
    /// Takes in a sample, where it is the last one of its node.
    fn set(&mut self, sample: Sample) {
        let known = self.samples.get(&sample.node);
        if known.is_none_or(|known| known.timestamp <= sample.timestamp) {
            self.samples.insert(sample.node.clone(), sample);
        }
    }

    fn snapshot(self, now: Option<Timestamp>, selection: &Selection) -> Snapshot {
        let is_selected = |name: &String| match selection {
            Selection::Named(names) => names.contains(name),
            Selection::All | Selection::Matching(_) => true,
        };
        let is_old = |sample: &Sample| {
            now.zip(sample.timestamp)
                .is_some_and(|(now, time)| now.duration_since(time).unsigned_abs() > STALE_AFTER)
        };
        let mut samples: Vec<_> =
            self.samples.into_values().filter(|sample| is_selected(&sample.node)).collect();
        for sample in &mut samples {
            sample.is_stale |= self.recorded.contains_key(&sample.node) && is_old(sample);
        }
        let mut pods = self.pods;
        if self.recorded.values().any(Option::is_some) {
            let pods = pods.get_or_insert_default();
            for (node, recorded) in self.recorded {
                // It says only that a server would have sent too much.
                let _ = pods.set(recorded.unwrap_or_else(|| Pod::of(&node)));
            }
        }
        Snapshot {
            samples,
            nodes: self.nodes.into_values().filter(|node| is_selected(&node.name)).collect(),
            nodes_forbidden: self.is_forbidden.then(|| "so it was when this was recorded".to_owned()),
            pods,
            unreadable: self.unreadable,
            ..Snapshot::default()
        }
    }
}

/// What tells one kind of objects from another: the items of a server's list do not say their kind.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    node: Option<IgnoredAny>,
    usage: Option<IgnoredAny>,
    spec: Option<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    containers: Option<IgnoredAny>,
}

impl Shape<'_> {
    fn name(&self) -> &str {
        match (&self.kind, self) {
            (Some(kind), _) => kind,
            (None, Self { node: Some(_), .. }) => "NodeUsage",
            (None, Self { usage: Some(_), .. }) => "NodeMetrics",
            (None, Self { spec: Some(Spec { containers: Some(_) }), .. }) => "Pod",
            (None, _) => "Node",
        }
    }
}

/// Whether something that happened at a time counts at a moment.
fn is_until(at: Option<Timestamp>, time: Option<Timestamp>) -> bool {
    at.is_none_or(|at| time.is_none_or(|time| time <= at))
}

/// The first byte that is neither a blank nor part of a byte order mark, which is left where it is.
fn first_byte(input: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        match input.fill_buf()?.first() {
            Some(b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF) => input.consume(1),
            other => return Ok(other.copied()),
        }
    }
}
