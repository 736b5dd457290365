//! What is said of readings beside their report, and how a run ends after it.

use super::{Job, Origin, Outcome, Reading, Requests};
use crate::{
    client::Messages,
    error::Error,
    report::Report,
    snapshot::{Snapshot, Unreadable},
    source::Selection,
    visible::visible,
};

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

/// Says what can't be read; an error where there is something.
pub(super) fn said(unreadable: &Unreadable, messages: &Messages) -> Result<(), Error> {
    for problem in &unreadable.first {
        messages.say(&format!("warning: {problem}"));
    }
    if unreadable.count > 0 { Err(Error::Unreadable(unreadable.count)) } else { Ok(()) }
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
    let all_is_readable = said(&snapshot.unreadable, messages);
    if !snapshot.missing.is_empty() {
        return Err(Error::Missing(snapshot.missing.clone()));
    }
    all_is_readable?;
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
