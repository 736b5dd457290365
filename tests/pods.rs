//! `--pods NODE`: the simulated cluster in each format, and servers that lack something.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod support;

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use server::{Answer, Server};
use support::{Outcome, nodeusage, run};

const GROUP: &str = "/apis/metrics.k8s.io";
const METRICS: &str = "/apis/metrics.k8s.io/v1beta1/pods";
const NODE: &str = "/api/v1/nodes/a";
const PODS: &str = "/api/v1/pods";

fn demo(arguments: &[&str]) -> String {
    run(nodeusage().args(["--demo", "--pods", "simulated-gpu-1"]).args(arguments)).success()
}

fn ask(server: &Server, arguments: &[&str]) -> Outcome {
    run(nodeusage().args(["--server", &server.url, "--pods", "a"]).args(arguments))
}

/// The document, held against its schema.
fn document(outcome: &Outcome) -> Value {
    let document =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
    let schema = serde_json::from_str(include_str!("../docs/podusagelist.schema.json")).unwrap();
    jsonschema::validate(&schema, &document).unwrap();
    document
}

#[test]
fn the_most_used_pods_come_first() {
    assert_eq!(
        demo(&["--top=3"]),
        "\
NAMESPACE  POD                    IP           CPU(cores)  CPU(%)  CPU-REQ  CPU-LIM  CPU/REQ  MEMORY  MEMORY(%)  MEM-REQ  MEM-LIM  MEM/REQ
simulated  simulated-gpu-1-pod-6  198.18.18.6       5.081    5.6%   11.200    0.000    45.4%  85.2Gi      11.8%   64.0Gi    0.0Mi   133.1%
simulated  simulated-gpu-1-pod-5  198.18.18.5       4.234    4.7%   11.200    0.000    37.8%  71.0Gi       9.8%   64.0Gi  128.0Gi   110.9%
simulated  simulated-gpu-1-pod-4  198.18.18.4       3.387    3.8%   11.200    0.000    30.2%  56.8Gi       7.9%   64.0Gi  128.0Gi    88.7%
"
    );
    let numbers = |arguments: &[&str]| -> String {
        demo(&[&["-o", "name"], arguments].concat()).lines().filter_map(|line| line.chars().last()).collect()
    };
    assert_eq!(numbers(&[]), "654321");
    assert_eq!(numbers(&["--reverse"]), "123456");
    assert_eq!(numbers(&["--sort-by=name"]), "123456");
    assert_eq!(numbers(&["--sort-by=memory", "--top=2"]), "65");
    assert_eq!(demo(&["-o", "name", "--top=1"]), "pod/simulated-gpu-1-pod-6\n");
}

#[test]
fn every_format_says_the_same() {
    let json = document(&run(nodeusage().args(["--demo", "--pods=node/simulated-gpu-1", "-o", "json"])));
    assert_eq!((&json["kind"], &json["simulated"]), (&json!("PodUsageList"), &json!(true)));
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.len(), 6);

    let yaml: Value = serde_saphyr::from_str(&demo(&["-o", "yaml"])).unwrap();
    for (item, same) in items.iter().zip(yaml["items"].as_array().unwrap()) {
        for field in ["pod", "pod_ips", "cpu_requests_cores", "memory_usage_bytes", "unknown_reason"] {
            assert_eq!(item[field], same[field]);
        }
    }
    let csv = demo(&["-o", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let fields: Vec<_> =
        serde_json::from_str::<BTreeMap<String, Value>>(&items[0].to_string()).unwrap().into_keys().collect();
    let mut sorted: Vec<_> = columns.iter().filter(|column| *column != "context").cloned().collect();
    sorted.sort_unstable();
    assert_eq!(sorted, fields);
    for (row, item) in reader.deserialize::<BTreeMap<String, String>>().zip(items) {
        let row = row.unwrap();
        assert_eq!(item["pod_ips"], json!([row["pod_ips"]]));
        for name in ["node", "namespace", "pod"] {
            assert_eq!(item[name], row[name].as_str());
        }
        for name in columns
            .iter()
            .filter(|name| name.ends_with("percent") || name.ends_with("cores") || name.ends_with("bytes"))
        {
            assert_eq!(row[name].parse::<f64>().ok(), item[name].as_f64(), "{name}");
        }
    }
    let wide = demo(&["-o", "wide"]);
    assert!(wide.lines().next().unwrap().ends_with("AGE  WINDOW  UNKNOWN"), "{wide}");
    assert_eq!(demo(&["--no-headers", "--units=raw", "--top=1"]).split_whitespace().nth(4), Some("5.629917"));
    assert_ne!(demo(&["--show-capacity"]), demo(&[]));
}

#[test]
fn a_node_without_samples_has_pods_of_unknown_use() {
    let outcome = run(nodeusage().args(["--demo", "--pods", "simulated-general-8", "-o", "json"]));
    assert_eq!(outcome.code, 0);
    for item in document(&outcome)["items"].as_array().unwrap() {
        assert_eq!((&item["cpu_usage_cores"], &item["unknown_reason"]), (&Value::Null, &json!("NoMetrics")));
        assert!(item["cpu_requests_cores"].is_number(), "{item}");
    }
}

#[test]
fn what_is_about_several_nodes_does_not_go_with_the_pods_of_one() {
    for (arguments, what) in [
        (&["b"][..], "NAME"),
        (&["-l", "pool"], "--selector"),
        (&["--field-selector", "spec.unschedulable=true"], "--field-selector"),
        (&["--where", "cpu>1"], "--where"),
        (&["--fail-on", "cpu>1"], "--fail-on"),
        (&["--no-taint"], "--no-taint"),
        (&["--schedulable"], "--schedulable"),
        (&["--requests"], "--requests"),
        (&["--group-by", "pool"], "--group-by"),
        (&["-L", "pool"], "--label-columns"),
        (&["--total"], "--total"),
        (&["--totals-only"], "--totals-only"),
        (&["-w"], "--watch"),
        (&["-o", "csv", "--output-file", "x"], "--output-file"),
    ] {
        let outcome = run(nodeusage().args(["--pods", "a"]).args(arguments));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        let error = format!("error: {what} does not go with --pods: it lists the pods of one node");
        assert_eq!(outcome.stderr.lines().next(), Some(error.as_str()));
    }
    for (arguments, error) in [
        (&["--pods", "a", "-o", "top"][..], "error: --pods does not go with -o top: its lines are nodes"),
        (
            &["--pods", "a/b"],
            "error: invalid value 'a/b' for '--pods <NODE>': a node's name has only letters, digits, '-' and '.'",
        ),
        (&["--pods", "a", "--count", "2"], "error: the following required arguments were not provided:"),
    ] {
        let outcome = run(nodeusage().args(arguments));
        assert_eq!((outcome.code, outcome.stderr.lines().next()), (2, Some(error)));
    }
}

fn status(code: u16, reason: &str, message: &str) -> Answer {
    (code, json!({"kind": "Status", "code": code, "reason": reason, "message": message}).to_string())
}

fn forbidden(verb: &str, resource: &str, group: &str) -> Answer {
    let message = format!(
        r#"{resource} is forbidden: User "jane" cannot {verb} resource "{resource}" in API group "{group}" at the cluster scope"#
    );
    status(403, "Forbidden", &message)
}

fn pod(name: &str, node: &str, more: &Value) -> Value {
    let mut pod = json!({
        "metadata": {"namespace": "dev", "name": name},
        "spec": {"nodeName": node, "containers": [{"resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}}, {}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1"},
    });
    for (key, value) in more.as_object().unwrap() {
        pod[key] = value.clone();
    }
    pod
}

fn sample(namespace: &str, name: &str, usages: &[Value]) -> Value {
    let containers: Vec<_> = usages.iter().map(|usage| json!({"name": "c", "usage": usage})).collect();
    json!({
        "metadata": {"namespace": namespace, "name": name},
        "timestamp": "2026-11-01T12:00:00Z", "window": "15s", "containers": containers,
    })
}

fn list(items: &[Value]) -> Answer {
    (200, json!({"kind": "List", "items": items}).to_string())
}

/// A cluster in which the node `a` has three pods, one of them without a sample.
fn good(path: &str) -> Answer {
    match path {
        GROUP => (200, json!({"kind": "APIGroup", "versions": [{"version": "v1beta1"}]}).to_string()),
        NODE => {
            let allocatable = json!({"cpu": "4", "memory": "8Gi"});
            (200, json!({"metadata": {"name": "a"}, "status": {"allocatable": allocatable}}).to_string())
        }
        PODS => list(&[
            pod(
                "web",
                "a",
                &json!({"status": {"podIP": "10.0.0.2", "podIPs": [{"ip": "10.0.0.2"}, {"ip": "fd00::2"}]}}),
            ),
            pod("new", "a", &json!({"status": {"phase": "Pending"}})),
            pod("db", "a", &json!({})),
            // A server that does not heed the selector sends these, too.
            pod("elsewhere", "b", &json!({})),
            pod("done", "a", &json!({"status": {"phase": "Succeeded"}})),
        ]),
        METRICS => list(&[
            sample("other", "web", &[json!({"cpu": "3", "memory": "1"})]),
            sample(
                "dev",
                "web",
                &[json!({"cpu": "1n", "memory": "1Gi"}), json!({"cpu": "999999999n", "memory": "3Gi"})],
            ),
            sample("dev", "elsewhere", &[json!({"cpu": "1", "memory": "1Gi"})]),
            sample("dev", "db", &[json!({"cpu": "2", "memory": "1Gi"})]),
        ]),
        _ => status(404, "NotFound", "no such path"),
    }
}

/// That cluster, with another answer at some paths.
fn but(other: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::start(move |path| other(path).unwrap_or_else(|| good(path)))
}

const ALL: &str = "\
dev  db   10.0.0.1              2.000      50.0%  0.500  0.000     400.0%      1.0Gi      12.5%  0.0Mi  1.0Gi  <unknown>
dev  web  10.0.0.2;fd00::2      1.000      25.0%  0.500  0.000     200.0%      4.0Gi      50.0%  0.0Mi  1.0Gi  <unknown>
dev  new  <none>            <unknown>  <unknown>  0.500  0.000  <unknown>  <unknown>  <unknown>  0.0Mi  1.0Gi  <unknown>
";

#[test]
fn pods_are_joined_with_the_sums_over_their_containers() {
    let server = but(|_| None);
    let outcome = ask(&server, &["--no-headers"]);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, ALL, ""));
    let mut requests = server.requests();
    requests.sort_unstable();
    let selector = "spec%2EnodeName%3Da%2Cstatus%2Ephase%21%3DSucceeded%2Cstatus%2Ephase%21%3DFailed";
    assert_eq!(
        requests,
        [NODE, &format!("{PODS}?fieldSelector={selector}&limit=500"), GROUP, METRICS].map(str::to_owned)
    );
    let items = &document(&ask(&server, &["-o", "json"]))["items"];
    assert_eq!(items[1]["cpu_usage_cores"], 1);
    assert_eq!((&items[2]["pod_ips"], &items[2]["unknown_reason"]), (&json!([]), &json!("NoMetrics")));
}

/// Each answer waits until everything has been asked for; then the one before the other.
#[test]
fn everything_is_asked_for_at_the_same_time_and_may_come_in_any_order() {
    for first in [METRICS, PODS] {
        let (seen, changed) = (Mutex::new(Vec::new()), Condvar::new());
        let server = but(move |path| {
            let mut seen = seen.lock().unwrap();
            seen.push(path.to_owned());
            changed.notify_all();
            let answered = |what: &str| format!("answered {what}");
            let is_due = |seen: &Vec<String>| {
                let all = [NODE, PODS, METRICS].iter().all(|path| seen.iter().any(|seen| seen == path));
                all && (path == first || seen.contains(&answered(first)))
            };
            if path != GROUP {
                let (waited, timeout) =
                    changed.wait_timeout_while(seen, Duration::from_secs(30), |seen| !is_due(seen)).unwrap();
                assert!(!timeout.timed_out(), "{waited:?}");
                seen = waited;
            }
            seen.push(answered(path));
            changed.notify_all();
            None
        });
        assert_eq!(ask(&server, &["--no-headers"]).stdout, ALL, "{first}");
    }
}

#[test]
fn a_node_that_is_not_there_is_an_error() {
    let server = but(|path| (path == NODE).then(|| status(404, "NotFound", "nodes \"a\" not found")));
    let outcome = ask(&server, &[]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()),
        (1, "", "error: not found: a\nhint: see the names with: kubectl get nodes\n")
    );
}

const GRANT: &str = "hint: an administrator grants it with: kubectl nodeusage rbac --user jane --with-percent --with-pods \
                     | kubectl apply -f -";

#[test]
fn without_the_right_to_pods_there_is_nothing_to_show() {
    let server = but(|path| (path == PODS).then(|| forbidden("list", "pods", "")));
    let outcome = ask(&server, &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert_eq!(
        outcome.stderr.lines().collect::<Vec<_>>(),
        [
            "error: the server refuses (Forbidden): pods is forbidden: User \"jane\" cannot list resource \"pods\" in API \
             group \"\" at the cluster scope",
            GRANT
        ]
    );
}

#[test]
fn without_the_right_to_their_samples_or_to_the_node_pods_are_shown() {
    for (path, (verb, resource, group), reason, warning) in [
        (
            METRICS,
            ("list", "pods", "metrics.k8s.io"),
            "PodMetricsForbidden",
            "warning: use is unknown, since",
        ),
        (NODE, ("get", "nodes", ""), "NodesForbidden", "warning: percent is unknown, since"),
    ] {
        let server = but(move |asked| (asked == path).then(|| forbidden(verb, resource, group)));
        let outcome = ask(&server, &["-o", "json"]);
        let said: Vec<_> = outcome.stderr.lines().collect();
        assert_eq!((outcome.code, said.len(), said[1]), (0, 2, GRANT));
        assert!(
            said[0].starts_with(warning) && said[0].contains(&format!("cannot {verb} resource")),
            "{said:?}"
        );
        let document = document(&outcome);
        let web = document["items"].as_array().unwrap().iter().find(|item| item["pod"] == "web").unwrap();
        assert_eq!((&web["unknown_reason"], &web["cpu_usage_percent"]), (&json!(reason), &Value::Null));
        assert_eq!(web["cpu_usage_cores"].is_null(), path == METRICS);
        assert_eq!(web["cpu_requests_cores"], 0.5);
    }
    let server = but(|asked| {
        let message = "forbidden: User \"jane\" cannot get path \"/apis/metrics.k8s.io\"";
        (asked == GROUP).then(|| status(403, "Forbidden", message))
    });
    let outcome = ask(&server, &["-o", "name"]);
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 3));
    assert!(outcome.stderr.contains("--clusterrole=system:discovery --user=jane"), "{outcome:?}");
}

#[test]
fn without_a_metrics_api_pods_are_shown_and_the_run_fails() {
    for (path, answer, error) in [
        (GROUP, status(404, "NotFound", "none"), "error: the Metrics API is not installed on this cluster"),
        (
            METRICS,
            status(503, "ServiceUnavailable", "not now"),
            "error: the Metrics API is installed but not ready: not now",
        ),
        (METRICS, status(404, "NotFound", "none"), "error: the Metrics API is installed but not ready: none"),
    ] {
        let server = but(move |asked| (asked == path).then(|| answer.clone()));
        let outcome = ask(&server, &["-o", "json"]);
        assert_eq!((outcome.code, outcome.stderr.lines().next()), (1, Some(error)));
        let document = document(&outcome);
        assert_eq!(document["items"].as_array().unwrap().len(), 3);
        assert_eq!(document["items"][0]["unknown_reason"], "NoMetrics");
    }
}

#[test]
fn what_can_not_be_read_is_named_and_the_rest_is_shown() {
    let server = but(|path| match path {
        PODS => Some(list(&[
            pod("web", "a", &json!({})),
            pod("db", "a", &json!({"spec": {"nodeName": "a", "overhead": {"cpu": "x"}}})),
            pod("api", "a", &json!({"status": 7})),
            pod("net", "a", &json!({"status": {"podIP": "1".repeat(46)}})),
            pod("", "a", &json!({})),
        ])),
        METRICS => Some(list(&[
            sample(
                "dev",
                "web",
                &[json!({"cpu": "1", "memory": "1Gi"}), json!({"cpu": "-1", "memory": "1Gi"})],
            ),
            sample("dev", "db", &[json!({"cpu": "1", "memory": "1Gi"})]),
            sample("dev", "elsewhere", &[json!({"cpu": "-1"})]),
        ])),
        _ => None,
    });
    let outcome = ask(&server, &["-o", "json", "--sort-by=name"]);
    assert_eq!(outcome.code, 1);
    let said: Vec<_> = outcome.stderr.lines().collect();
    for (line, begins) in said.iter().zip([
        "warning: pod \"dev/db\": cpu \"x\": ",
        "warning: pod \"dev/api\": invalid type: integer `7`",
        "warning: pod \"dev/net\": podIPs: it is longer than 45 bytes",
        "warning: pod \"dev/\": it has no name",
        "warning: pod \"dev/web\": usage cpu: \"-1\": it is negative",
        "error: 5 of the server's objects can't be read in full",
    ]) {
        assert!(line.starts_with(begins), "{said:?}");
    }
    let document = document(&outcome);
    let shown = |field: &str| {
        document["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect::<Vec<_>>()
    };
    assert_eq!(shown("pod"), ["api", "db", "net", "web"]);
    assert_eq!(shown("cpu_usage_cores"), [Value::Null, json!(1), Value::Null, Value::Null]);
    assert_eq!(shown("memory_usage_bytes"), [Value::Null, json!(1 << 30), Value::Null, json!(2_u64 << 30)]);
    let unreadable = json!("UnreadablePod");
    assert_eq!(
        shown("requests_unknown_reason"),
        [unreadable.clone(), unreadable.clone(), unreadable, Value::Null]
    );
    assert_eq!(shown("pod_ips"), [Value::Null, json!(["10.0.0.1"]), Value::Null, json!(["10.0.0.1"])]);
}

#[test]
fn a_node_without_pods_is_no_failure() {
    let server = but(|path| (path == PODS).then(|| list(&[])));
    for (format, lines) in [("text", 1), ("csv", 1), ("name", 0)] {
        let outcome = ask(&server, &["-o", format]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, "note: the node has no pods\n"), "{format}");
        assert!(outcome.stdout.lines().count() <= lines, "{outcome:?}");
    }
    assert_eq!(document(&ask(&server, &["-o", "json"]))["items"], json!([]));
}

#[test]
fn no_format_lets_a_pod_steer_the_terminal() {
    let server = but(|path| {
        let status = json!({"podIPs": [{"ip": "\u{1b}[2J"}, {"ip": "=1+1"}]});
        let name = "=cmd()\u{1b}[2J\n\u{202e}";
        (path == PODS).then(|| list(&[pod(name, "a", &json!({"status": status}))]))
    });
    for format in ["text", "wide", "csv", "tsv", "json", "yaml", "name"] {
        let output = ask(&server, &["-o", format]).success();
        let steers = |c: char| (c.is_control() && !"\n\t".contains(c)) || c == '\u{202e}';
        assert!(!output.contains(steers), "{format}: {output:?}");
    }
    let csv = ask(&server, &["-o", "csv"]).success();
    assert!(csv.contains(",'=cmd()\\u{1b}[2J\\n\\u{202e},\\u{1b}[2J;=1+1,"), "{csv}");
}
