//! Whether the metrics API is available, as its APIService says.

use serde::Deserialize;

use super::{Received, served::GROUP};
use crate::{client::Client, error::Error};

/// The name of the APIService behind a path of NodeMetrics.
#[must_use]
pub fn service(resource: &str) -> String {
    let version = resource.trim_start_matches(GROUP).split('/').nth(1).unwrap_or_default();
    format!("{version}.metrics.k8s.io")
}

/// Why the APIService is not available: reason and message of its condition. `None` where it is.
///
/// # Errors
///
/// Why that can't be read: few users may.
pub async fn unavailable(
    client: &Client,
    service: &str,
    received: &Received,
) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct ApiService {
        #[serde(default)]
        status: Status,
    }
    #[derive(Deserialize, Default)]
    struct Status {
        #[serde(default)]
        conditions: Vec<Condition>,
    }
    #[derive(Deserialize)]
    struct Condition {
        r#type: String,
        status: String,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        message: String,
    }
    let path = format!("/apis/apiregistration.k8s.io/v1/apiservices/{service}");
    let found: ApiService = client.get(&path, &received.samples).await?;
    let not_available = |condition: &Condition| condition.r#type == "Available" && condition.status != "True";
    let condition = found.status.conditions.into_iter().find(not_available);
    Ok(condition.map(|condition| format!("{}: {}", condition.reason, condition.message)))
}

/// What came of asking the metrics API, its refusals explained where they mean that it is not available.
pub(super) async fn explained<T>(
    client: &Client,
    resource: &str,
    outcome: Result<T, Error>,
    received: &Received,
) -> Result<T, Error> {
    let Err(Error::Status { code: 503, message, .. }) = outcome else { return outcome };
    let service = service(resource);
    let condition = unavailable(client, &service, received).await.ok().flatten();
    Err(Error::MetricsApiUnavailable { service, message, condition })
}
