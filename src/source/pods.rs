//! Pods, read page by page and reduced to what they take of their nodes.

use std::time::Duration;

use tokio::time::timeout;

use super::{
    Query, Received,
    collected::Collected,
    decode::{self, Partial},
    parameter,
};
use crate::{
    client::{Client, Encoded, ListMeta, MOST_PODS},
    error::Error,
    requests::{Pod, Pods},
    snapshot::{Snapshot, Unreadable},
};

/// How many pods come at once, as for kubectl (`--chunk-size`).
const PAGE: usize = 500;

/// The most pages. The most pods that are read are on 400 full ones; a server may make them shorter, and even empty.
const MOST_PAGES: usize = 1_000;

/// How long all pages together may take; each of them has the limit of any request.
const LONGEST: Duration = Duration::from_mins(30);

/// The longest token by which a page is asked for. Those of the API server have the name of a pod in them.
const LONGEST_TOKEN: usize = 4_000;

/// Pods that have not ended. A watch tells of one that ends as of one that goes.
const NOT_ENDED: &str = "status.phase!=Succeeded,status.phase!=Failed";

/// The parameters of a list that has one page.
const AT_ONCE: &str = "resourceVersion=0";

/// The path of the pods that have not ended and have this node, or any; with more parameters.
pub(super) fn path(node: Option<&str>, parameters: &str) -> String {
    let of_node = node.map_or("spec.nodeName!=".to_owned(), |node| format!("spec.nodeName={node}"));
    format!("/api/v1/pods?{}&{parameters}", parameter("fieldSelector", &format!("{of_node},{NOT_ENDED}")))
}

/// Reads the pods of a query's nodes, be they more, into the snapshot. That they may not be read is told there, too.
///
/// # Errors
///
/// Any other failure.
pub(super) async fn pods(
    client: &Client,
    query: &Query,
    received: &Received,
    snapshot: &mut Snapshot,
) -> Result<(), Error> {
    let mut sums = Sums::default();
    match pages(client, query.only_node(), received, &mut sums).await {
        Err(Error::Forbidden(message)) => snapshot.pods_forbidden = Some(message),
        list => {
            snapshot.pods_version = list?.resource_version;
            snapshot.pods = Some(sums.pods);
            snapshot.unreadable = sums.unreadable;
        }
    }
    Ok(())
}

/// What pods take of their nodes.
#[derive(Default)]
struct Sums {
    pods: Pods,
    unreadable: Unreadable,
}

/// Reads the pods of a node.
///
/// # Errors
///
/// Any failure.
pub(super) async fn of_node(
    client: &Client,
    node: &str,
    received: &Received,
) -> Result<Collected<Pod>, Error> {
    let mut of_node = OfNode { node, found: Collected::default() };
    pages(client, Some(node), received, &mut of_node).await?;
    Ok(of_node.found)
}

/// The pods of a node, also where the server does not heed the selector.
struct OfNode<'a> {
    node: &'a str,
    found: Collected<Pod>,
}

impl Gather for OfNode<'_> {
    fn take(&mut self, object: Encoded<'_>) -> Result<(), String> {
        let Partial { object, problem } = decode::pod(object)?;
        let is_elsewhere = |pod: &Pod| pod.node.as_ref().is_some_and(|node| node != self.node);
        if object.as_ref().is_none_or(is_elsewhere) {
            return Ok(());
        }
        // One without a name is no row.
        let object = object.filter(|pod| !pod.name.is_empty());
        self.found.add(Partial { object, problem })
    }

    fn restart(&mut self) {
        self.found = Collected::default();
    }
}

/// Takes pods as they come.
trait Gather: Send {
    /// Takes one more, or says what is wrong with it.
    fn take(&mut self, object: Encoded<'_>) -> Result<(), String>;

    /// Forgets all that came: everything comes again.
    fn restart(&mut self);
}

impl Gather for Sums {
    fn take(&mut self, object: Encoded<'_>) -> Result<(), String> {
        let Partial { object, problem } = decode::pod(object)?;
        if let Some(problem) = problem {
            self.unreadable.add(&problem);
        }
        object.map_or(Ok(()), |pod| self.pods.set(pod))
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

/// Reads page after page, to an end however many the server has.
async fn pages(
    client: &Client,
    node: Option<&str>,
    received: &Received,
    gather: &mut dyn Gather,
) -> Result<ListMeta, Error> {
    let problem = format!("the list of pods did not end within {} minutes", LONGEST.as_secs() / 60);
    match timeout(LONGEST, Box::pin(page_after_page(client, node, received, gather))).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::Timeout { server: client.server().to_owned(), problem }),
    }
}

async fn page_after_page(
    client: &Client,
    node: Option<&str>,
    received: &Received,
    gather: &mut dyn Gather,
) -> Result<ListMeta, Error> {
    let first = format!("limit={PAGE}");
    let (mut parameters, mut token, mut pods) = (first.clone(), String::new(), 0);
    for _ in 0..MOST_PAGES {
        let mut counted = |object: Encoded<'_>| {
            pods += 1;
            if pods > MOST_PODS {
                Err(format!("there are more than {MOST_PODS} pods"))
            } else {
                gather.take(object)
            }
        };
        match client.list(&path(node, &parameters), "PodList", &received.pods, &mut counted).await {
            Ok(list) if list.next_page.is_empty() => return Ok(list),
            Ok(list) if list.next_page == token => return Err(endless("it continues with itself")),
            Ok(list) if list.next_page.len() > LONGEST_TOKEN => {
                return Err(endless("the token by which it continues is too long"));
            }
            Ok(list) => {
                token = list.next_page;
                parameters = format!("{first}&{}", parameter("continue", &token));
            }
            // Reading took so long that the server has forgotten the state in which it began: all at once, then.
            Err(Error::Status { code: 410, .. }) if parameters != AT_ONCE => {
                gather.restart();
                pods = 0;
                AT_ONCE.clone_into(&mut parameters);
            }
            Err(error) => return Err(error),
        }
    }
    Err(endless(&format!("it has more than {MOST_PAGES} pages")))
}

fn endless(problem: &str) -> Error {
    Error::Answer { path: "/api/v1/pods".to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        fmt::Display,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use http::{Request, Response, StatusCode};
    use http_body_util::Full;
    use kube::client::Body;

    use super::*;
    use crate::source::Selection;

    const QUERY: Query =
        Query { selection: Selection::All, field_selector: None, label_keys: Vec::new(), pods: true };

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
        pods(&client, &QUERY, &Received::default(), &mut snapshot).await.unwrap();
        snapshot
    }

    #[tokio::test]
    async fn pages_are_joined_and_pods_that_have_ended_left_out() {
        let snapshot = read(Some("b")).await;
        let pods = snapshot.pods.unwrap();
        let allocated = pods.of("one").unwrap();
        assert_eq!((allocated.demand.pods, allocated.demand.cpu.requests.millis()), (2, 2_500));
        assert_eq!(allocated.demand.memory.limits.whole(), 2 << 30);
        assert_eq!(allocated.extended["example.com/gpu"].whole(), 4);
        assert_eq!(snapshot.pods_version, "6");
    }

    #[tokio::test]
    async fn a_list_that_the_server_forgets_halfway_is_read_at_once() {
        let snapshot = read(None).await;
        assert_eq!(
            (snapshot.pods.unwrap().of("one").unwrap().demand.pods, snapshot.pods_version.as_str()),
            (2, "7")
        );
    }

    /// The answer to the request of this number.
    type Answer = fn(usize) -> (StatusCode, String);

    /// What comes of a server that takes so long for each answer.
    async fn outcome(pause: Duration, answer: Answer) -> String {
        let requests = Arc::new(AtomicUsize::new(0));
        let client = Client::in_process(tower::service_fn(move |_: Request<Body>| {
            let (status, body) = answer(requests.fetch_add(1, Ordering::Relaxed));
            let mut response = Response::new(Full::from(body));
            *response.status_mut() = status;
            async move {
                tokio::time::sleep(pause).await;
                Ok::<_, Infallible>(response)
            }
        }));
        let outcome = pods(&client, &QUERY, &Received::default(), &mut Snapshot::default()).await;
        outcome.unwrap_err().to_string()
    }

    fn page(token: impl Display, items: &str) -> (StatusCode, String) {
        (StatusCode::OK, format!(r#"{{"metadata":{{"continue":"{token}"}},"items":[{items}]}}"#))
    }

    #[tokio::test(start_paused = true)]
    async fn no_server_keeps_it_reading_for_ever() {
        const WAITING: &str = r#"{"metadata":{"name":"a"}}"#;
        let cases: [(Answer, &str); 6] = [
            (|_| page("a", ""), "it continues with itself"),
            (|number| page(number, ""), "it has more than 1000 pages"),
            (|number| page(number, &pod("a", "Running")), "it has more than 1000 pages"),
            (|number| page(number, &[WAITING; 500].join(",")), "there are more than 200000 pods"),
            (|_| page("x".repeat(4_001), ""), "the token by which it continues is too long"),
            // All at once is not all, and what follows is forgotten.
            (
                |number| if number % 2 == 0 { page(number, "") } else { (StatusCode::GONE, String::new()) },
                "it has more than 1000 pages",
            ),
        ];
        for (answer, problem) in cases {
            let said = outcome(Duration::ZERO, answer).await;
            assert!(said.ends_with(problem), "{problem}: {said}");
        }
        let said = outcome(Duration::from_mins(1), |number| page(number, "")).await;
        assert!(said.ends_with("the list of pods did not end within 30 minutes"), "{said}");
    }
}
