//! The live source: NodeMetrics of `metrics.k8s.io` and Nodes of core/v1, asked for at the same time.

use std::{collections::BTreeSet, pin::pin};

use futures_util::{StreamExt, stream};

use super::{
    Query, Received, Selection,
    availability::explained,
    collected::{Collected, Named},
    decode::{self, Partial},
    parameter, pods,
    served::Served,
};
use crate::{
    client::{Client, Encoded},
    error::Error,
    snapshot::{Node, Sample, Snapshot},
};

/// Reads the cluster once. `served` knows, or learns, which version of the metrics API there is.
///
/// # Errors
///
/// Any failure to read the samples; a failure to read the nodes other than a missing right, which the snapshot
/// carries instead.
pub async fn read(
    client: &Client,
    query: &Query,
    served: &Served,
    received: &Received,
) -> Result<Snapshot, Error> {
    let mut of_pods = Snapshot::default();
    let pods = Box::pin(async {
        if !query.pods {
            return Ok(());
        }
        pods::pods(client, query, received, &mut of_pods).await
    });
    if let Selection::Named(names) = &query.selection {
        let reading = Reading { client, wanted: query.wanted_labels(), served, received };
        let (snapshot, ()) = tokio::try_join!(reading.named(names), pods)?;
        return Ok(with_pods(snapshot, of_pods));
    }
    let mut snapshot = Snapshot::default();
    // Without samples there is nothing to show, so that their error counts, whichever comes first.
    let read_samples = {
        let (mut samples, mut nodes) = (
            pin!(samples(client, query, served, received)),
            pin!(async { tokio::try_join!(nodes(client, query, received, &mut snapshot), pods).map(drop) }),
        );
        tokio::select! {
            outcome = &mut samples => {
                let read = outcome?;
                nodes.await?;
                read
            }
            outcome = &mut nodes => {
                // A credential plugin that failed would only fail again.
                if let Err(error @ Error::Exec { .. }) = outcome {
                    return Err(error);
                }
                let read = samples.await?;
                outcome?;
                read
            }
        }
    };
    let unreadable = read_samples.unreadable.and(snapshot.unreadable);
    Ok(with_pods(Snapshot { samples: read_samples.objects, unreadable, ..snapshot }, of_pods))
}

/// A reading with its pods, and with what can't be read of either.
fn with_pods(snapshot: Snapshot, mut of_pods: Snapshot) -> Snapshot {
    let unreadable = snapshot.unreadable.and(std::mem::take(&mut of_pods.unreadable));
    Snapshot { unreadable, ..snapshot }.with_pods_of(of_pods)
}

/// Reads the samples of all or of the selected nodes.
///
/// # Errors
///
/// Any failure.
pub async fn samples(
    client: &Client,
    query: &Query,
    served: &Served,
    received: &Received,
) -> Result<Collected<Sample>, Error> {
    let reading = Reading { client, wanted: query.wanted_labels(), served, received };
    let selector = query.selection.parameter();
    served.ask(client, received, async |resource| reading.samples(resource, &selector).await).await
}

/// Reads all or the selected nodes into the snapshot. That they may not be read is told there, too.
///
/// # Errors
///
/// Any other failure.
pub(super) async fn nodes(
    client: &Client,
    query: &Query,
    received: &Received,
    snapshot: &mut Snapshot,
) -> Result<(), Error> {
    // The API server's cache is as fresh as the samples are, and costs it far less than etcd.
    let path = nodes_path(query, "resourceVersion=0");
    let wanted = query.wanted_labels();
    let mut found = Collected::default();
    let mut take = |object: Encoded<'_>| found.add(decode::node(object, &wanted)?);
    match client.list(&path, "NodeList", &received.nodes, &mut take).await {
        // A field selector can be applied to nodes only.
        Err(Error::Forbidden(message)) if query.field_selector.is_none() => {
            snapshot.nodes_forbidden = Some(message);
        }
        list => snapshot.nodes_version = list?.resource_version,
    }
    (snapshot.nodes, snapshot.unreadable) = (found.objects, found.unreadable);
    Ok(())
}

/// The path of the nodes of a query, with more parameters.
pub(super) fn nodes_path(query: &Query, parameters: &str) -> String {
    let fields = query.field_selector.as_deref().map(|selector| parameter("fieldSelector", selector));
    let selectors = [&query.selection.parameter(), &fields.unwrap_or_default()];
    format!("/api/v1/nodes{}", with(&[parameters, selectors[0], selectors[1]]))
}

struct Reading<'a> {
    client: &'a Client,
    wanted: BTreeSet<&'a str>,
    served: &'a Served,
    received: &'a Received,
}

impl Reading<'_> {
    async fn samples(&self, resource: &str, selector: &str) -> Result<Collected<Sample>, Error> {
        let mut found = Collected::default();
        let path = format!("{resource}{}", with(&[selector]));
        let mut take = |object: Encoded<'_>| found.add(decode::sample(object, &self.wanted)?);
        let outcome = self.client.list(&path, "NodeMetricsList", &self.received.samples, &mut take).await;
        explained(self.client, resource, outcome, self.received).await?;
        Ok(found)
    }

    /// Each name is a GET of both objects. A name that has neither is missing; one that has a sample or a node is
    /// shown with what there is.
    async fn named(&self, names: &[String]) -> Result<Snapshot, Error> {
        let resource = &self.served.resource(self.client, self.received).await?;
        let names: BTreeSet<_> = names.iter().collect();
        let mut answers = stream::iter(names)
            .map(async |name| (name, tokio::join!(self.sample(resource, name), self.node(name))))
            .buffered(CONCURRENT_NAMES);
        let (mut found_samples, mut found_nodes) = (Collected::default(), Collected::default());
        let (mut nodes_forbidden, mut missing) = (None, Vec::new());
        while let Some((name, (sample, node))) = answers.next().await {
            let sample = if_found(sample)?;
            let node = match if_found(node) {
                Err(Error::Forbidden(message)) => {
                    nodes_forbidden = Some(message);
                    None
                }
                other => other?,
            };
            if sample.is_none() && node.is_none() {
                missing.push(name.clone());
            }
            let too_much = |problem| Error::Answer { path: resource.to_owned(), problem };
            sample.map_or(Ok(()), |sample| found_samples.add(sample)).map_err(too_much)?;
            node.map_or(Ok(()), |node| found_nodes.add(node)).map_err(too_much)?;
        }
        Ok(snapshot(found_samples, found_nodes, nodes_forbidden, missing))
    }

    async fn sample(&self, resource: &str, name: &str) -> Result<Partial<Sample>, Error> {
        let path = format!("{resource}/{name}");
        let outcome = self.client.object(&path, "NodeMetrics", &self.received.samples, |object| {
            decode::sample(object, &self.wanted).and_then(|sample| about(name, sample))
        });
        explained(self.client, resource, outcome.await, self.received).await
    }

    async fn node(&self, name: &str) -> Result<Partial<Node>, Error> {
        let path = format!("/api/v1/nodes/{name}");
        let outcome = self.client.object(&path, "Node", &self.received.nodes, |object| {
            decode::node(object, &self.wanted).and_then(|node| about(name, node))
        });
        outcome.await
    }
}

/// How many names are asked for at once, each with two requests.
const CONCURRENT_NAMES: usize = 4;

/// The parameters that are not empty, behind their question mark.
fn with(parameters: &[&str]) -> String {
    let given: Vec<_> = parameters.iter().copied().filter(|parameter| !parameter.is_empty()).collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

/// Refuses an object of another name than was asked for.
pub(super) fn about<T: Named>(name: &str, partial: Partial<T>) -> Result<Partial<T>, String> {
    match &partial.object {
        Some(object) if object.name() != name => {
            Err(format!("it is about another node, {:?}", object.name()))
        }
        _ => Ok(partial),
    }
}

fn snapshot(
    samples: Collected<Sample>,
    nodes: Collected<Node>,
    nodes_forbidden: Option<String>,
    missing: Vec<String>,
) -> Snapshot {
    let unreadable = samples.unreadable.and(nodes.unreadable);
    Snapshot {
        samples: samples.objects,
        nodes: nodes.objects,
        nodes_forbidden,
        missing,
        unreadable,
        ..Snapshot::default()
    }
}

fn if_found<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
