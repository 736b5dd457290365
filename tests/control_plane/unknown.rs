//! What can't be known, and what isn't there: exact outputs and codes.

use serde_json::{Value, json};

use crate::{
    plane::{Plane, SHARED},
    running::eventually,
    support::Outcome,
};

#[track_caller]
fn assert_outcome(outcome: &Outcome, code: i32, stdout: &str, stderr: &str) {
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str(), outcome.code), (stdout, stderr, code));
}

/// A node of the shared control plane that never has a sample.
fn without_sample() -> String {
    let names =
        SHARED.kubectl(&["get", "nodes", "-l", "nodeusage.test/samples=none", "-o", "name"]).success();
    names.lines().next().unwrap().trim_start_matches("node/").to_owned()
}

#[test]
fn a_node_without_a_sample() {
    let name = without_sample();
    let outcome = SHARED.nodeusage(&[&name, "--no-headers"]);
    assert_outcome(&outcome, 0, &format!("{name}  <unknown>  <unknown>  <unknown>  <unknown>\n"), "");

    let csv = SHARED.nodeusage(&[&name, "-o", "csv", "--no-headers"]).success();
    let cells: Vec<_> = csv.trim_end().split(',').collect();
    assert_eq!(
        (cells[0], cells[2], cells[3], cells[6], cells[7], cells[11]),
        ("", name.as_str(), "", "", "", "")
    );
    assert_eq!(cells[12], "NoMetrics");
    assert_ne!((cells[4], cells[5]), ("", ""), "what is known of it stays: {csv}");
}

#[test]
fn only_nodes_without_samples() {
    let outcome = SHARED.nodeusage(&["-l", "nodeusage.test/samples=none", "-o", "name"]);
    assert!(outcome.stdout.contains(&format!("node/{}\n", without_sample())));
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            1,
            "error: metrics are not available yet: none of these nodes has a sample\n\
             hint: metrics-server has its first samples about a minute after its start; see its log if they stay away\n"
        )
    );
}

#[test]
fn a_selector_that_matches_nothing() {
    let outcome = SHARED.nodeusage(&["-l", "pool=none-such"]);
    assert_outcome(&outcome, 0, "", "note: no node matches the selector pool=none-such\n");
    let json: Value =
        serde_json::from_str(&SHARED.nodeusage(&["-l", "pool=none-such", "-o", "json"]).success()).unwrap();
    assert_eq!(json["items"], json!([]));
}

#[test]
fn an_unknown_name() {
    let outcome = SHARED.nodeusage(&["none-such"]);
    assert_outcome(
        &outcome,
        1,
        "",
        "error: not found: none-such\nhint: see the names with: kubectl get nodes\n",
    );
}

#[test]
fn an_unknown_name_beside_a_known_one() {
    let name = without_sample();
    let outcome = SHARED.nodeusage(&["none-such", &format!("node/{name}"), "-o", "name"]);
    let stderr = "error: not found: none-such\nhint: see the names with: kubectl get nodes\n";
    assert_outcome(&outcome, 1, &format!("node/{name}\n"), stderr);
}

const API_SERVICE_HINT: &str = "hint: see why with: kubectl describe apiservice v1beta1.metrics.k8s.io; \
                                kubectl -n kube-system get pods -l k8s-app=metrics-server\n";

/// A control plane of its own, without nodes, goes from no metrics API at all to one that serves foreign samples.
#[test]
fn from_no_metrics_api_to_samples_of_other_nodes() {
    let mut plane = Plane::start(&["--without-metrics"]);

    let missing = "error: the Metrics API is not installed on this cluster\n\
                   hint: install metrics-server, or another provider of metrics.k8s.io\n";
    assert_outcome(&plane.nodeusage(&[]), 1, "", missing);
    assert_eq!(plane.kubectl(&["top", "nodes"]).stderr, "error: Metrics API not available\n");

    let own_port = plane.ready["metrics_server_port"].to_string();
    plane.command(&format!("register-metrics {own_port}"));
    let unavailable = plane.nodeusage(&[]);
    assert_eq!((unavailable.code, unavailable.stdout.as_str()), (1, ""));
    let condition = unavailable.stderr.strip_prefix(
        "error: the Metrics API is installed but not ready: service unavailable (FailedDiscoveryCheck: ",
    );
    let condition = condition
        .and_then(|rest| rest.strip_suffix(API_SERVICE_HINT))
        .unwrap_or_else(|| panic!("{unavailable:?}"));
    assert!(condition.ends_with(")\n") && condition.contains("connection refused"), "{condition}");

    plane.command("start metrics-server");
    plane.command(&format!("register-metrics {own_port}"));
    // One that has just begun takes a moment to trust the API server.
    eventually("no nodes", || (plane.nodeusage(&[]).code == 0).then_some(()));
    assert_outcome(&plane.nodeusage(&[]), 0, "", "note: the cluster has no nodes\n");
    plane.command("stop metrics-server");
    let stopped = plane.nodeusage(&[]);
    assert_eq!((stopped.code, stopped.stdout.as_str()), (1, ""));
    assert!(stopped.stderr.starts_with("error: the Metrics API is installed but not ready: "), "{stopped:?}");

    // The samples of another cluster: none of them has a node here but one, which can hold nothing.
    plane.command(&format!("register-metrics {}", SHARED.ready["metrics_server_port"]));
    let foreign = SHARED.timestamps();
    let zero = foreign.keys().next().unwrap();
    plane.apply(&json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": zero}}));
    let nothing = json!({"status": {"capacity": {"cpu": "4", "memory": "8Gi"}, "allocatable": {"cpu": "0", "memory": "0"}}});
    plane
        .kubectl(&["patch", "node", zero, "--subresource=status", "--type=merge", "-p", &nothing.to_string()])
        .success();

    let document: Value =
        serde_json::from_str(&plane.nodeusage(&["-o", "json", "--total"]).success()).unwrap();
    let items = document["items"].as_array().unwrap();
    assert_eq!(items.len(), foreign.len());
    for item in items {
        let is_here = item["node"] == zero.as_str();
        assert_eq!(item["unknown_reason"], if is_here { "ZeroAllocatable" } else { "NoNode" });
        assert!(item["cpu_usage_cores"].is_number(), "use is known: {item}");
        assert!(item["cpu_usage_percent"].is_null() && item["memory_usage_percent"].is_null(), "{item}");
    }
    assert_eq!(document["totals"]["nodes"], 0);
    assert_eq!(document["totals"]["nodes_left_out"], foreign.len());
    assert_eq!(document["totals"]["cpu_usage_cores"], Value::Null);

    let of_capacity: Value =
        serde_json::from_str(&plane.nodeusage(&[zero, "-o", "json", "--show-capacity"]).success()).unwrap();
    assert!(of_capacity["items"][0]["cpu_usage_percent"].is_number(), "{of_capacity}");
    assert_eq!(of_capacity["items"][0]["unknown_reason"], Value::Null);

    let top = plane.nodeusage(&["-o", "top", "--no-headers", zero]).success();
    assert_eq!(top, plane.kubectl(&["top", "node", "--no-headers", zero]).success());
    assert!(top.contains(" 0% "), "kubectl's percent of nothing: {top}");

    plane.command("unregister-metrics");
    assert_outcome(&plane.nodeusage(&[]), 1, "", missing);
}
