//! The names and labels of the nodes, and nothing else of them.

use super::{Received, Served, decode};
use crate::{
    client::{Client, Encoded},
    error::Error,
    snapshot::Labels,
};

/// Reads the names and labels of the nodes; `each` gets them as they come. Where the user may not read nodes, those of
/// the samples, to which the metrics API copies them.
///
/// # Errors
///
/// Any failure to read them; what came before it, `each` has got.
pub async fn labels(client: &Client, mut each: impl FnMut(String, Labels) + Send) -> Result<(), Error> {
    let received = Received::default();
    let mut list = async |path: &str, kind| {
        let mut named =
            |object: Encoded<'_>| decode::metadata(object).map(|(name, labels)| each(name, labels));
        client.list(path, kind, &received.nodes, &mut named).await.map(drop)
    };
    match list("/api/v1/nodes?resourceVersion=0", "NodeList").await {
        Err(Error::Forbidden(_)) => {
            list(&Served::default().resource(client, &received).await?, "NodeMetricsList").await
        }
        other => other,
    }
}
