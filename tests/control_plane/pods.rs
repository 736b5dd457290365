//! The pods of a node: what kubectl says of them, with describe, get and top.

use std::{collections::BTreeMap, sync::LazyLock, thread, time::Duration};

use nodeusage::quantity::Quantity;
use serde_json::{Value, json};

use crate::plane::Plane;

const NAMESPACE: &str = "simulated-load";

/// A control plane in which one node has many pods, of which some have ended and some are not measured.
struct Busy {
    plane: Plane,
    node: String,
}

static BUSY: LazyLock<Busy> = LazyLock::new(|| {
    let plane = Plane::start(&["--nodes", "6", "--wait-for-samples"]);
    let node = plane.timestamps().into_keys().next().unwrap();
    let pods: Vec<_> = (0..PODS).map(|index| pod(index, &node)).collect();
    plane.apply(&json!({"apiVersion": "v1", "kind": "List", "items": pods}));
    for (index, phase) in [(0, "Succeeded"), (1, "Failed")] {
        let status = json!({"status": {"phase": phase}}).to_string();
        let name = format!("busy-{index}");
        let arguments =
            ["patch", "pod", "-n", NAMESPACE, &name, "--subresource=status", "--type=merge", "-p", &status];
        plane.kubectl(&arguments).success();
    }
    // Each pod that uses something is measured twice before its CPU is known.
    let measured = (0..300).any(|_| {
        thread::sleep(Duration::from_millis(500));
        samples(&plane).len() >= PODS
    });
    assert!(measured, "{:?}", samples(&plane).keys());
    Busy { plane, node }
});

const PODS: usize = 30;

/// Pods of up to three containers; the tenth has no use to tell of.
fn pod(index: usize, node: &str) -> Value {
    let container = |at: usize| {
        let mut resources = json!({"requests": {"cpu": format!("{}m", 7 * index + at)}});
        if (index + at).is_multiple_of(2) {
            resources["limits"] = json!({"memory": format!("{}Mi", 64 + index)});
        }
        json!({"name": format!("main-{at}"), "image": "none", "resources": resources})
    };
    let containers: Vec<_> = (0..=index % 3).map(container).collect();
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("busy-{index}"), "namespace": NAMESPACE,
            "annotations": {
                "kwok.x-k8s.io/usage-cpu": format!("{}n", 1_234_567 * (index + 1)),
                "kwok.x-k8s.io/usage-memory": format!("{}", 3_000_001 * (index + 1)),
            },
        },
        "spec": {
            "nodeName": node, "containers": containers, "automountServiceAccountToken": false,
            "terminationGracePeriodSeconds": 0, "tolerations": [{"operator": "Exists"}],
        },
    })
}

/// The timestamp of each pod's sample, as the API gives it.
fn samples(plane: &Plane) -> BTreeMap<String, String> {
    let list = plane.kubectl(&["get", "--raw", "/apis/metrics.k8s.io/v1beta1/pods"]).success();
    let list: Value = serde_json::from_str(&list).unwrap();
    let sample = |item: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&item["metadata"]["name"]), text(&item["timestamp"]))
    };
    list["items"].as_array().unwrap().iter().map(sample).collect()
}

/// What two programs say of the same samples.
fn at_one_moment<T>(mut look: impl FnMut() -> T) -> T {
    for _ in 0..20 {
        let before = samples(&BUSY.plane);
        let seen = look();
        if samples(&BUSY.plane) == before {
            return seen;
        }
        thread::sleep(Duration::from_millis(500));
    }
    panic!("the samples were renewed during each of 20 looks");
}

/// The rows of CSV by the name of the pod.
fn rows(more: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
    let csv = BUSY.plane.nodeusage(&[&["--pods", &BUSY.node, "-o", "csv"], more].concat()).success();
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_deserialize().map(Result::unwrap);
    rows.map(|row: BTreeMap<String, String>| (row["pod"].clone(), row)).collect()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap_or_else(|_| panic!("{text:?}"))
}

#[test]
fn pods_and_their_ips_are_those_of_kubectl_get() {
    let selector = format!("spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed", BUSY.node);
    let list =
        BUSY.plane.kubectl(&["get", "pods", "-A", "--field-selector", &selector, "-o", "json"]).success();
    let list: Value = serde_json::from_str(&list).unwrap();
    let pods = list["items"].as_array().unwrap();
    let rows = rows(&[]);
    assert_eq!(rows.len(), pods.len());
    assert!(rows.len() > PODS - 2, "{rows:?}");
    for pod in pods {
        let row = &rows[pod["metadata"]["name"].as_str().unwrap()];
        assert_eq!((row["namespace"].as_str(), row["node"].as_str()), (NAMESPACE, BUSY.node.as_str()));
        let ips = pod["status"]["podIPs"].as_array().unwrap();
        let ips: Vec<_> = ips.iter().map(|ip| ip["ip"].as_str().unwrap()).collect();
        assert!(!ips.is_empty(), "{pod}");
        assert_eq!(row["pod_ips"], ips.join(";"));
    }
}

#[test]
fn requests_and_limits_are_those_of_kubectl_describe() {
    let text = BUSY.plane.kubectl(&["describe", "node", &BUSY.node, "--show-events=false"]).success();
    let table =
        text.split("Non-terminated Pods:").nth(1).unwrap().split("Allocated resources:").next().unwrap();
    let described: Vec<_> = table
        .lines()
        .map(|line| line.split_whitespace().filter(|word| !word.starts_with('(')).collect::<Vec<_>>())
        .filter(|words| words.first() == Some(&NAMESPACE))
        .collect();
    let rows = rows(&[]);
    assert_eq!(described.len(), rows.len(), "{table}");
    for words in described {
        let row = &rows[words[1]];
        for (column, word) in
            ["cpu_requests_cores", "cpu_limits_cores", "memory_requests_bytes", "memory_limits_bytes"]
                .iter()
                .zip(&words[2..])
        {
            assert_eq!(quantity(&row[*column]), quantity(word), "{column} of {}", words[1]);
        }
    }
}

#[test]
fn use_is_that_of_kubectl_top() {
    let (rows, top) =
        at_one_moment(|| (rows(&[]), BUSY.plane.kubectl(&["top", "pods", "-A", "--no-headers"]).success()));
    let mut compared = 0;
    let mut unmeasured = rows.len();
    for line in top.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let Some(row) = rows.get(words[1]) else { continue };
        assert_eq!(row["namespace"], words[0]);
        // kubectl rounds CPU up to a thousandth of a core, and memory down to a mebibyte.
        let (cpu, memory) = (quantity(&row["cpu_usage_cores"]), quantity(&row["memory_usage_bytes"]));
        assert_eq!(format!("{}m", cpu.milli_value()), words[2], "{line}");
        assert_eq!(format!("{}Mi", memory.value() >> 20), words[3], "{line}");
        assert_eq!(row["unknown_reason"], "");
        compared += 1;
        unmeasured -= 1;
    }
    assert!(compared >= PODS - 2, "{top}");
    let unknown = rows.values().filter(|row| row["unknown_reason"] == "NoMetrics").count();
    assert_eq!(unknown, unmeasured);

    // Percent is of the node, and the most used pod comes first.
    let json = BUSY.plane.nodeusage(&["--pods", &BUSY.node, "-o", "json"]).success();
    let document: Value = serde_json::from_str(&json).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/podusagelist.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();
    let percent = |item: &Value, field: &str| item[field].as_f64().unwrap_or(-1.0);
    let most = |item: &Value| percent(item, "cpu_usage_percent").max(percent(item, "memory_usage_percent"));
    let percents: Vec<_> = document["items"].as_array().unwrap().iter().map(most).collect();
    assert!(percents.is_sorted_by(|one, next| one >= next), "{percents:?}");
}

#[test]
fn the_command_that_is_named_grants_all_that_is_needed() {
    let asked = || BUSY.plane.nodeusage(&["--pods", &BUSY.node, "-o", "csv", "--as", "jane"]);
    let refused = asked();
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(
        refused.stderr.contains("User \"jane\" cannot list resource \"pods\" in API group \"\""),
        "{refused:?}"
    );
    let (_, grant) = refused.stderr.split_once("an administrator grants it with: ").unwrap();
    BUSY.plane.shell(grant.trim()).success();
    let granted = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        asked().stderr.is_empty()
    });
    assert!(granted, "{:?}", asked());
    assert_eq!(asked().stdout.lines().count(), rows(&[]).len() + 1);
}

#[test]
fn a_node_that_is_not_there() {
    let outcome = BUSY.plane.nodeusage(&["--pods", "no-such-node"]);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, "error: not found: no-such-node\nhint: see the names with: kubectl get nodes\n")
    );
}
