//! What kubectl and the plugin did differently.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    observe::{Observation, Observed},
    recorder::{Caller, Request},
};

/// Classes of errors that a handshake ends with.
const HANDSHAKES: [&str; 4] =
    ["unknown-authority", "certificate-expired", "certificate-not-yet-valid", "wrong-name"];

/// Every difference, in words.
pub fn differences(observed: &Observed) -> Vec<String> {
    let Observed { kubectl, plugin, leaked } = observed;
    let mut differences = Vec::new();
    let mut unequal = |what: &str, theirs: String, ours: String| {
        if theirs != ours {
            differences.push(format!("{what}: kubectl {theirs}, plugin {ours}"));
        }
    };
    unequal("outcome", kubectl.class.clone(), plugin.class.clone());
    unequal("texts", format!("{:?}", kubectl.said), format!("{:?}", plugin.said));
    unequal(
        "refusals of the proxy",
        format!("{:?}", kubectl.record.refused_by_proxy),
        format!("{:?}", plugin.record.refused_by_proxy),
    );
    // A client that gives up on one of two requests breaks the handshake of the other, and the plugin looks at a client's
    // certificate before it connects: handshakes count where it is they that failed.
    if HANDSHAKES.contains(&kubectl.class.as_str()) {
        let broken = [kubectl, plugin].map(|seen| format!("{:?}", seen.record.broken_handshakes));
        let [theirs, ours] = broken;
        unequal("broken handshakes", theirs, ours);
    }
    let (theirs, ours) = (by_path(&kubectl.record.requests), by_path(&plugin.record.requests));
    // kubectl top asks these for what there is at all.
    let theirs: BTreeMap<_, _> =
        theirs.into_iter().filter(|(path, _)| !["/api", "/apis"].contains(path)).collect();
    let common: Vec<_> = theirs.keys().filter(|path| ours.contains_key(*path)).collect();
    if common.is_empty() && !theirs.is_empty() {
        unequal("paths", format!("{:?}", theirs.keys()), format!("{:?}", ours.keys()));
    }
    for path in common {
        unequal(path, comparable(&theirs[path]), comparable(&ours[path]));
    }
    let callers = callers(kubectl);
    for stranger in self::callers(plugin).difference(&callers).filter(|_| !callers.is_empty()) {
        unequal("another caller", format!("{callers:?}"), format!("{stranger:?}"));
    }
    unequal("exec runs", exec_runs(kubectl), exec_runs(plugin));
    differences.extend(leaked.iter().map(|secret| format!("the plugin prints the secret {secret}")));
    differences
}

fn by_path(requests: &[Request]) -> BTreeMap<&str, Vec<&Request>> {
    let mut paths: BTreeMap<&str, Vec<&Request>> = BTreeMap::new();
    // A tunnel is not a request of its own: the plugin has one for each of two connections.
    for request in requests.iter().filter(|request| request.path.starts_with('/')) {
        paths.entry(&request.path).or_default().push(request);
    }
    paths
}

/// The requests of a path without what is each client's own: they differ in what they accept and call themselves.
fn comparable(requests: &[&Request]) -> String {
    let seen = requests.iter().map(|request| (&request.base, configured(&request.query), &request.caller));
    format!("{} times: {:?}", requests.len(), seen.collect::<Vec<_>>())
}

/// The parameters that come from the configuration; how a list is asked for is each client's own.
fn configured(query: &str) -> Vec<&str> {
    const OF_A_LIST: [&str; 5] = ["", "continue", "labelSelector", "limit", "resourceVersion"];
    let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_owned();
    query.split('&').filter(|parameter| !OF_A_LIST.contains(&name(parameter).as_str())).collect()
}

fn callers(observation: &Observation) -> BTreeSet<&Caller> {
    observation.record.requests.iter().map(|request| &request.caller).collect()
}

fn exec_runs(observation: &Observation) -> String {
    format!("{} times: {:?}", observation.exec_runs.len(), observation.exec_runs)
}
