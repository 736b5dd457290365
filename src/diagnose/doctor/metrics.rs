//! The metrics API: registered, available, with samples that are fresh.

use jiff::{SignedDuration, Timestamp};

use super::{Blocked, Diagnosis, Name, State, access};
use crate::{
    client::Client,
    error::Error,
    snapshot::Snapshot,
    source::{self, Query, Received, Selection, Served, availability},
};

/// What metrics-server and the like renew every minute at the latest is old by then.
const STALE: SignedDuration = SignedDuration::from_mins(5);

/// Whether the server knows a metrics API that can be read; the path of NodeMetrics.
pub async fn registration(
    diagnosis: &mut Diagnosis,
    client: &Client,
    served: &Served,
) -> Result<String, Blocked> {
    match served.resource(client, &Received::default()).await {
        Ok(resource) => {
            let service = availability::service(&resource);
            diagnosis.passed(Name::Registration, &format!("the server knows {service}"));
            Ok(resource)
        }
        Err(error) => {
            diagnosis.met(Name::Registration, &error);
            Err(Blocked(Name::Registration))
        }
    }
}

/// Whether the API is available: by its APIService where the user may read it, else by asking for samples. Then the
/// samples. What was read.
pub async fn samples(
    diagnosis: &mut Diagnosis,
    client: &Client,
    served: &Served,
    resource: &str,
    server_now: impl FnOnce() -> Timestamp,
) -> Result<Snapshot, Blocked> {
    let service = availability::service(resource);
    match availability::unavailable(client, &service, &Received::default()).await {
        Ok(None) => diagnosis.passed(Name::Availability, &format!("{service} is available")),
        Ok(Some(condition)) => {
            let message = "its APIService says so".to_owned();
            let condition = Some(condition);
            diagnosis.met(Name::Availability, &Error::MetricsApiUnavailable { service, message, condition });
            return Err(Blocked(Name::Availability));
        }
        Err(error) => {
            diagnosis.unseen(Name::Availability, &format!("its APIService can't be read: {error}"));
        }
    }
    if let Some(right) = access::may_not_list(diagnosis) {
        return Err(Blocked(right));
    }
    let query =
        Query { selection: Selection::All, field_selector: None, label_keys: Vec::new(), pods: false };
    let read = source::read(client, &query, served, &Received::default()).await;
    match read {
        Ok(snapshot) => {
            if diagnosis.state(Name::Availability) != State::Passed {
                diagnosis.passed(Name::Availability, &format!("{service} answers"));
            }
            judge(diagnosis, &snapshot, server_now());
            Ok(snapshot)
        }
        Err(error @ Error::MetricsApiUnavailable { .. }) => {
            diagnosis.met(Name::Availability, &error);
            Err(Blocked(Name::Availability))
        }
        Err(error) => {
            diagnosis.met(Name::Samples, &error);
            Err(Blocked(Name::Samples))
        }
    }
}

fn judge(diagnosis: &mut Diagnosis, snapshot: &Snapshot, now: Timestamp) {
    if snapshot.unreadable.count > 0 {
        diagnosis.met(Name::Samples, &Error::Unreadable(snapshot.unreadable.count));
        return;
    }
    let ages = snapshot.samples.iter().filter_map(|sample| sample.timestamp);
    let ages = ages.map(|timestamp| now.duration_since(timestamp));
    let Some((newest, oldest)) = ages.clone().min().zip(ages.max()) else {
        if snapshot.nodes.is_empty() && snapshot.nodes_forbidden.is_none() {
            diagnosis.usable = true;
            diagnosis.passed(Name::Samples, "none, as the cluster has no nodes");
        } else {
            diagnosis.met(Name::Samples, &Error::NoSamples);
        }
        return;
    };
    diagnosis.usable = true;
    let count = snapshot.samples.len();
    if newest > STALE {
        diagnosis.failed(
            Name::Samples,
            &format!("{count}, and the newest is {} s old", newest.as_secs()),
            "see why they are not renewed: kubectl -n kube-system logs -l k8s-app=metrics-server",
        );
    } else {
        let (newest, oldest) = (newest.as_secs().max(0), oldest.as_secs().max(0));
        diagnosis.passed(Name::Samples, &format!("{count}, from {newest} s to {oldest} s old"));
    }
}
