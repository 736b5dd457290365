//! The pods of one node in the place of nodes: read, join, sort, write.

use std::io::Write;

use jiff::Timestamp;

use super::{Cluster, Job, Origin, Outcome, remarks::said};
use crate::{
    client::Messages,
    error::Error,
    pod_usage::{PodUsage, join},
    report::Report,
    snapshot::NodePods,
    source::{self, Received},
};

/// Shows the pods of a node.
///
/// # Errors
///
/// Whatever keeps the job from being done in full. What could be read is written all the same.
pub async fn show(
    job: &Job,
    node: &str,
    mut out: Box<dyn Write + Send>,
    messages: &Messages,
) -> Result<Outcome, Error> {
    let cluster = job.connect(None, messages)?;
    let received = Received::default();
    let reading = source::node_pods(&cluster.client, node, &cluster.served, &received);
    let (read, unavailable) = job.shown_while(reading, &received).await?;
    let report = report(job, &cluster, &read, node);
    let remarks = remarks(&read, messages);
    job.print(&report, &mut out)?;
    remarks?;
    unavailable.map_or(Ok(Outcome::Done), Err)
}

fn report<'a>(job: &Job, cluster: &'a Cluster, read: &'a NodePods, node: &'a str) -> Report<'a> {
    let pods = join(read, node, job.base);
    Report {
        context: cluster.context.as_deref(),
        simulated: matches!(job.origin, Origin::Demo),
        read_at: Timestamp::now(),
        base: job.base,
        shows_requests: true,
        found: vec![pods.len()],
        newest: pods.iter().filter_map(PodUsage::timestamp).max(),
        pods: Some(job.arranged(pods)),
        ..Report::default()
    }
}

/// Says what is worth knowing of a reading beside its report.
fn remarks(read: &NodePods, messages: &Messages) -> Result<(), Error> {
    for (message, what) in [
        (&read.node_forbidden, "percent is unknown, since the node can't be read"),
        (&read.samples_forbidden, "use is unknown, since the samples of pods can't be read"),
    ] {
        let Some(message) = message else { continue };
        messages.say(&format!("warning: {what}: {message}"));
        messages.hint(&Error::PodsForbidden(message.clone()));
    }
    said(&read.unreadable, messages)?;
    if read.pods.is_empty() {
        messages.say("note: the node has no pods");
    }
    Ok(())
}
