//! Pods, read page by page and reduced to what they take of their nodes.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Received, decode};
use crate::{client::Client, error::Error, requests::Pods, snapshot::Snapshot};

/// How many pods come at once, as for kubectl (`--chunk-size`).
const PAGE: usize = 500;

/// Pods that have a node and have not ended. A watch tells of one that ends as of one that goes.
const SELECTOR: &str = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";

/// The parameters of a list that has one page.
const AT_ONCE: &str = "resourceVersion=0";

/// The path of these pods, with more parameters.
pub(super) fn path(parameters: &str) -> String {
    format!("/api/v1/pods?fieldSelector={}&{parameters}", utf8_percent_encode(SELECTOR, NON_ALPHANUMERIC))
}

/// Reads the pods into the snapshot. That they may not be read is told there, too.
///
/// # Errors
///
/// Any other failure.
pub(super) async fn pods(client: &Client, received: &Received, snapshot: &mut Snapshot) -> Result<(), Error> {
    let mut pods = Pods::default();
    let mut parameters = format!("limit={PAGE}");
    loop {
        let page = path(&parameters);
        let outcome = client.list(&page, "PodList", &received.pods, |object| {
            if let Some(pod) = decode::pod(object)? {
                pods.set(pod);
            }
            Ok(())
        });
        match outcome.await {
            Ok(list) if list.next_page.is_empty() => {
                snapshot.pods = Some(pods);
                snapshot.pods_version = list.resource_version;
                return Ok(());
            }
            Ok(list) => {
                let token = utf8_percent_encode(&list.next_page, NON_ALPHANUMERIC);
                parameters = format!("limit={PAGE}&continue={token}");
            }
            // Reading took so long that the server has forgotten the state in which it began: all at once, then.
            Err(Error::Status { code: 410, .. }) if parameters != AT_ONCE => {
                pods = Pods::default();
                AT_ONCE.clone_into(&mut parameters);
            }
            Err(Error::Forbidden(message)) => {
                snapshot.pods_forbidden = Some(message);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http::{Request, Response, StatusCode};
    use http_body_util::Full;
    use kube::client::Body;

    use super::*;

    const POD: &str = r#"{"metadata":{"namespace":"dev","name":"NAME"},"spec":{"nodeName":"one","overhead":null,
        "initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"250m"}}}],
        "containers":[{"resources":{"requests":{"cpu":"1","example.com/gpu":"2"},"limits":{"memory":"1Gi"}}},{}]},
        "status":{"phase":"PHASE"}}"#;

    fn pod(name: &str, phase: &str) -> String {
        POD.replace("NAME", name).replace("PHASE", phase)
    }

    /// What a cluster comes to that has a second page, or has forgotten it.
    async fn read(second_page: Option<&'static str>) -> Snapshot {
        let client = Client::in_process(tower::service_fn(move |request: Request<Body>| async move {
            let query = request.uri().query().unwrap_or_default();
            let first = format!(
                r#"{{"kind":"PodList","metadata":{{"continue":"a+b"}},"items":[{}]}}"#,
                pod("a", "Running")
            );
            let all = format!(
                r#"{{"kind":"PodList","metadata":{{"resourceVersion":"7"}},"items":[{},{}]}}"#,
                pod("c", "Pending"),
                pod("d", "Running")
            );
            let (status, body) = match second_page {
                _ if query.ends_with("&resourceVersion=0") => (StatusCode::OK, all),
                _ if query.ends_with("&limit=500") => (StatusCode::OK, first),
                Some(name) if query.ends_with("&limit=500&continue=a%2Bb") => {
                    let items = [pod(name, "Running"), pod("ended", "Succeeded")].join(",");
                    (
                        StatusCode::OK,
                        format!(
                            r#"{{"kind":"PodList","metadata":{{"resourceVersion":"6"}},"items":[{items}]}}"#
                        ),
                    )
                }
                _ => (StatusCode::GONE, r#"{"kind":"Status","code":410,"reason":"Expired"}"#.to_owned()),
            };
            let mut response = Response::new(Full::from(body));
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        }));
        let mut snapshot = Snapshot::default();
        pods(&client, &Received::default(), &mut snapshot).await.unwrap();
        snapshot
    }

    #[tokio::test]
    async fn pages_are_joined_and_pods_that_have_ended_left_out() {
        let snapshot = read(Some("b")).await;
        let pods = snapshot.pods.unwrap();
        let allocated = pods.of("one");
        assert_eq!((allocated.demand.pods, allocated.demand.cpu.requests.millis()), (2, 2_500));
        assert_eq!(allocated.demand.memory.limits.whole(), 2 << 30);
        assert_eq!(allocated.extended["example.com/gpu"].whole(), 4);
        assert_eq!(snapshot.pods_version, "6");
    }

    #[tokio::test]
    async fn a_list_that_the_server_forgets_halfway_is_read_at_once() {
        let snapshot = read(None).await;
        assert_eq!((snapshot.pods.unwrap().of("one").demand.pods, snapshot.pods_version.as_str()), (2, "7"));
    }
}
