//! What pods request: the same as `kubectl describe nodes` says, and followed while it changes.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::LazyLock,
};

use nodeusage::quantity::Quantity;
use serde_json::{Value, json};

use crate::{plane::Plane, support::nodeusage};

/// A control plane with pods made to cover every rule by which the scheduler counts. Its nodes have no samples.
static WITH_PODS: LazyLock<Plane> = LazyLock::new(|| {
    let plane = Plane::start(&["--nodes", "14"]);
    let names = plane.kubectl(&["get", "nodes", "-o", "name"]).success();
    let nodes: Vec<_> = names.lines().map(|name| name.trim_start_matches("node/").to_owned()).collect();
    plane.apply(&json!({
        "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "heavy"}, "handler": "heavy",
        "overhead": {"podFixed": {"cpu": "250m", "memory": "120Mi"}},
    }));
    let pods: Vec<_> = (0..PODS).map(|index| pod(index, &nodes[index % nodes.len()])).collect();
    plane.apply(&json!({"apiVersion": "v1", "kind": "List", "items": pods}));
    for (index, phase) in [(0, "Succeeded"), (1, "Failed"), (15, "Succeeded"), (30, "Failed")] {
        let status = json!({"status": {"phase": phase}}).to_string();
        let name = format!("asking-{index}");
        let arguments =
            ["patch", "pod", "-n", NAMESPACE, &name, "--subresource=status", "--type=merge", "-p", &status];
        plane.kubectl(&arguments).success();
    }
    plane
});

const NAMESPACE: &str = "simulated-load";
const PODS: usize = 240;

/// Containers, init containers, sidecars, runtime classes and pod-level resources in all mixtures, by the index.
fn pod(index: usize, node: &str) -> Value {
    let amounts = |seed: usize| {
        let mut list = BTreeMap::new();
        if seed % 4 != 1 {
            list.insert("cpu", ["1m", "250m", "0.5", "1", "1500m"][seed % 5].to_owned());
        }
        if seed % 3 != 1 {
            list.insert("memory", ["1Ki", "64Mi", "129M", "0.25Gi", "1e8", "100000001"][seed % 6].to_owned());
        }
        list
    };
    let container = |name: String, seed: usize| {
        let mut resources = json!({"requests": amounts(seed)});
        if seed.is_multiple_of(2) {
            resources["limits"] = json!({"cpu": "2", "memory": "1Gi"});
        }
        if seed % 10 == 9 {
            resources = json!({"limits": {"nvidia.com/gpu": 1 + seed % 2, "cpu": "1"}});
        }
        json!({"name": name, "image": "none", "resources": resources})
    };
    let containers: Vec<_> = (0..=index % 3).map(|at| container(format!("main-{at}"), index + at)).collect();
    let init: Vec<_> = (0..index % 5)
        .map(|at| {
            let mut init = container(format!("init-{at}"), index * 7 + at * 3);
            if (index + at).is_multiple_of(2) {
                init["restartPolicy"] = json!("Always");
            }
            init
        })
        .collect();
    let mut spec = json!({
        "nodeName": node, "containers": containers, "initContainers": init, "automountServiceAccountToken": false,
        "terminationGracePeriodSeconds": 0, "tolerations": [{"operator": "Exists"}],
    });
    if index % 4 == 3 {
        spec["runtimeClassName"] = json!("heavy");
    }
    if index % 6 == 5 {
        spec["resources"] = json!({"requests": {"cpu": "16"}, "limits": {"cpu": "24", "memory": "16Gi"}});
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("asking-{index}"), "namespace": NAMESPACE},
        "spec": spec,
    })
}

/// Each node's figures, by the words of `kubectl describe nodes`.
fn described(plane: &Plane) -> BTreeMap<String, BTreeMap<String, Vec<Quantity>>> {
    let text = plane.kubectl(&["describe", "nodes", "--show-events=false"]).success();
    let mut nodes = BTreeMap::new();
    for section in text.split("\n\n\n") {
        let of = |key: &str| section.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let pods = of("Non-terminated Pods:").unwrap().trim_start_matches('(').split(' ').next().unwrap();
        let mut figures = BTreeMap::from([("pods".to_owned(), vec![pods.parse().unwrap()])]);
        let allocated = section.split("Allocated resources:").nth(1).unwrap();
        for line in allocated.lines() {
            let words: Vec<_> = line.split_whitespace().filter(|word| !word.starts_with('(')).collect();
            if let [resource, requests, limits] = words[..]
                && let (Ok(requests), Ok(limits)) = (requests.parse(), limits.parse())
            {
                figures.insert(resource.to_owned(), vec![requests, limits]);
            }
        }
        nodes.insert(of("Name:").unwrap().to_owned(), figures);
    }
    nodes
}

#[test]
fn requests_and_limits_are_those_of_kubectl_describe() {
    let described = described(&WITH_PODS);
    assert_eq!(described.len(), 14);
    let csv = WITH_PODS.nodeusage(&["--requests", "-o", "csv"]).stdout;
    let rows: Vec<BTreeMap<String, String>> =
        csv::Reader::from_reader(csv.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 14);
    let (mut pods, mut gpus) = (0, 0);
    for row in rows {
        let figures = &described[&row["node"]];
        let cell =
            |column: &str| row[column].parse::<Quantity>().unwrap_or_else(|_| panic!("{column} {row:?}"));
        for (resource, requests, limits) in [
            ("cpu", "cpu_requests_cores", "cpu_limits_cores"),
            ("memory", "memory_requests_bytes", "memory_limits_bytes"),
        ] {
            assert_eq!(
                vec![cell(requests), cell(limits)],
                figures[resource],
                "{resource} of {}",
                row["node"]
            );
        }
        assert_eq!(vec![cell("pods")], figures["pods"], "{}", row["node"]);
        let free =
            cell("cpu_allocatable_cores").nanos().unwrap() - cell("cpu_requests_cores").nanos().unwrap();
        assert_eq!(cell("cpu_free_cores").nanos(), Some(free));
        if let Some(of_gpu) = figures.get("nvidia.com/gpu") {
            let (requested, _) =
                row["extended_resources"].split_once('=').unwrap().1.split_once('/').unwrap();
            assert_eq!(requested.parse::<Quantity>().unwrap(), of_gpu[0]);
            gpus += of_gpu[0].value();
        }
        pods += row["pods"].parse::<usize>().unwrap();
    }
    assert!(pods >= PODS - 4 && gpus > 0, "{pods} pods, {gpus} GPUs");
}

#[test]
fn pods_are_read_once_and_the_document_fits_the_schema() {
    let verbose = WITH_PODS.nodeusage(&["--requests", "-o", "json", "-v", "6"]);
    let document: Value = serde_json::from_str(&verbose.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/nodeusagelist.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();
    let lists = verbose.stderr.lines().filter(|line| line.contains("/api/v1/pods?")).count();
    assert_eq!(lists, 1, "{}", verbose.stderr);
}

#[test]
fn of_one_node_only_its_own_pods_are_read() {
    let all: Value =
        serde_json::from_str(&WITH_PODS.nodeusage(&["--requests", "-o", "json"]).stdout).unwrap();
    let node = &all["items"][3];
    let name = node["node"].as_str().unwrap();
    let one = WITH_PODS.nodeusage(&[name, "--requests", "-o", "json", "-v", "6"]);
    let document: Value = serde_json::from_str(&one.stdout).unwrap();
    for figure in ["pods", "cpu_requests_cores", "memory_limits_bytes", "extended_resources"] {
        assert_eq!(document["items"][0][figure], node[figure], "{figure}");
    }
    assert!(node["pods"].as_u64().unwrap() > 10, "{node}");
    let list = one.stderr.lines().find(|line| line.contains("/api/v1/pods?")).unwrap();
    let selector = format!("spec%2EnodeName%3D{}", name.replace('-', "%2D"));
    assert!(list.contains(&selector), "{list}");
}

#[test]
fn without_the_right_to_pods_requests_are_unknown_and_the_rest_is_shown() {
    let rbac = |kind: &str, more: Value| {
        let mut object = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "podless"},
        });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    WITH_PODS.apply(&rbac(
        "ClusterRole",
        json!({"rules": [
            {"apiGroups": ["", "metrics.k8s.io"], "resources": ["nodes"], "verbs": ["get", "list"]},
        ]}),
    ));
    WITH_PODS.apply(&rbac(
        "ClusterRoleBinding",
        json!({
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "podless"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}],
        }),
    ));
    let outcome = WITH_PODS.nodeusage(&["--requests", "-o", "csv", "--as", "jane"]);
    let said: Vec<_> = outcome.stderr.lines().filter(|line| line.contains("pods")).collect();
    assert!(
        said[0].starts_with("warning: requests are unknown, since pods can't be read: pods is forbidden"),
        "{said:?}"
    );
    assert!(
        outcome.stderr.contains("kubectl nodeusage rbac --user jane --with-requests | kubectl apply -f -")
    );
    for row in csv::Reader::from_reader(outcome.stdout.as_bytes()).deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        assert_eq!((row["pods"].as_str(), row["requests_unknown_reason"].as_str()), ("", "PodsForbidden"));
        assert!(!row["cpu_allocatable_cores"].is_empty());
    }
}

#[test]
fn a_watch_hears_of_pods_that_come_and_go() {
    let plane = Plane::start(&["--nodes", "2"]);
    let names = plane.kubectl(&["get", "nodes", "-o", "name"]).success();
    let node = names.lines().next().unwrap().trim_start_matches("node/").to_owned();
    let mut command = nodeusage();
    command.env("KUBECONFIG", &plane.kubeconfig);
    command.args(["-w", "--interval=1s", "--for=60s", "--requests", "-o", "json", "--repeat", "-v", "6"]);
    let mut watch = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut until = |wanted: usize| {
        let found = lines.by_ref().any(|line| {
            let document: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let items = document["items"].as_array().unwrap();
            let item = items.iter().find(|item| item["node"] == node.as_str()).unwrap();
            item["pods"] == wanted
        });
        assert!(found, "the watch ended without ever showing {wanted} pods");
    };
    until(1);
    plane.apply(&pod(2, &node));
    until(2);
    plane.kubectl(&["delete", "pod", "-n", NAMESPACE, "asking-2", "--force"]).success();
    until(1);
    // What bounds the run hands it on.
    assert!(Command::new("kill").arg(watch.id().to_string()).status().unwrap().success());
    let output = watch.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let (watches, lists): (Vec<_>, Vec<_>) = log
        .lines()
        .filter(|line| line.contains("/api/v1/pods?"))
        .partition(|line| line.contains("watch=true"));
    assert_eq!((watches.len(), lists.len()), (1, 1), "{log}");
}
