//! The pods of one node with their use, and the node itself, all asked for at the same time.

use std::{collections::HashSet, sync::OnceLock};

use super::{
    Received,
    availability::explained,
    collected::Collected,
    decode::{self, Partial},
    metrics_api::about,
    pods,
    served::Served,
};
use crate::{
    client::{Client, Encoded},
    error::Error,
    snapshot::{NodePods, PodSample},
};

/// Reads the pods of a node. Where the metrics API is not there their use is missing, and the error beside them says why.
///
/// # Errors
///
/// [`Error::Missing`] where there is no such node, [`Error::PodsForbidden`] where the user may not read pods, and any other
/// failure.
pub async fn node_pods(
    client: &Client,
    node: &str,
    served: &Served,
    received: &Received,
) -> Result<(NodePods, Option<Error>), Error> {
    // A sample does not say of which node its pod is. Those that come before the pods are kept until these are known.
    let names = OnceLock::new();
    let read_pods = async {
        let found = bearable(pods::of_node(client, node, received).await)?;
        let of_node = found.iter().flat_map(|found| &found.objects);
        let _ = names.set(of_node.map(|pod| key(&pod.namespace, &pod.name)).collect());
        Ok::<_, Error>(found)
    };
    let read_samples = async { bearable(samples(client, served, received, &names).await) };
    let read_node = async {
        let wanted = [].into();
        let path = format!("/api/v1/nodes/{node}");
        let outcome = client.object(&path, "Node", &received.nodes, |object| {
            decode::node(object, &wanted).and_then(|read| about(node, read))
        });
        bearable(outcome.await)
    };
    let (found_pods, found_samples, found_node) =
        tokio::try_join!(Box::pin(read_pods), Box::pin(read_samples), Box::pin(read_node))?;

    let mut read = NodePods::default();
    match found_node {
        Ok(Partial { object, problem }) => {
            read.node = object;
            if let Some(problem) = problem {
                read.unreadable.add(&problem);
            }
        }
        Err(Error::Forbidden(message)) => read.node_forbidden = Some(message),
        Err(Error::NotFound(_)) => return Err(Error::Missing(vec![node.to_owned()])),
        Err(error) => return Err(error),
    }
    let Collected { objects: pods, unreadable, .. } = match found_pods {
        Err(Error::Forbidden(message)) => return Err(Error::PodsForbidden(message)),
        other => other?,
    };
    read.unreadable = read.unreadable.and(unreadable);
    read.pods = pods;
    let unavailable = match found_samples {
        Ok(found) => {
            read.unreadable = read.unreadable.and(found.unreadable);
            read.samples = found.objects;
            // Those that came before the pods are seen only now.
            read.samples.retain(|sample| is_wanted(sample, &names));
            for problem in read.samples.iter().filter_map(|sample| sample.problem.as_deref()) {
                read.unreadable.add(problem);
            }
            None
        }
        Err(Error::Forbidden(message)) => {
            read.samples_forbidden = Some(message);
            None
        }
        Err(error) => Some(error),
    };
    Ok((read, unavailable))
}

/// Samples by namespace and name, once it is known which are wanted.
type Names = OnceLock<HashSet<String>>;

fn key(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}

/// Whether it may be the sample of a pod of the node.
fn is_wanted(sample: &PodSample, names: &Names) -> bool {
    names.get().is_none_or(|names| names.contains(&key(&sample.namespace, &sample.name)))
}

/// Lets errors pass after which there may still be something to show, or a better one.
fn bearable<T>(outcome: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match outcome {
        Err(
            error @ (Error::Forbidden(_)
            | Error::NotFound(_)
            | Error::NoMetricsApi
            | Error::MetricsApiUnavailable { .. }),
        ) => Ok(Err(error)),
        other => other.map(Ok),
    }
}

/// Reads the samples of all pods, as far as they are wanted.
async fn samples(
    client: &Client,
    served: &Served,
    received: &Received,
    names: &Names,
) -> Result<Collected<PodSample>, Error> {
    let ask = async |of_nodes: &str| {
        let path = format!("{}pods", of_nodes.trim_end_matches("nodes"));
        let mut found = Collected::default();
        let mut take = |object: Encoded<'_>| {
            let sample = decode::pod_sample(object)?;
            if sample.name.is_empty() {
                found.add(Partial { object: None, problem: sample.problem })
            } else if is_wanted(&sample, names) {
                found.add(Partial { object: Some(sample), problem: None })
            } else {
                Ok(())
            }
        };
        let outcome = client.list(&path, "PodMetricsList", &received.samples, &mut take).await;
        explained(client, &path, outcome, received).await?;
        Ok(found)
    };
    served.ask(client, received, ask).await
}
