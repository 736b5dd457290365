//! The plugin against servers that say what no real API server says, or what it says rarely.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod support;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use server::{Answer, Server};
use support::{Outcome, nodeusage, program, run};

const GROUP: &str = "/apis/metrics.k8s.io";
const METRICS: &str = "/apis/metrics.k8s.io/v1beta1/nodes";
const NODES: &str = "/api/v1/nodes";
const PODS: &str = "/api/v1/pods";

fn ask(server: &Server, arguments: &[&str]) -> Outcome {
    run(nodeusage().args(["--server", &server.url]).args(arguments))
}

#[track_caller]
fn assert_outcome(outcome: &Outcome, code: i32, stdout: &str, stderr: &str) {
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str(), outcome.code), (stdout, stderr, code));
}

fn status(code: u16, reason: &str, message: &str) -> Answer {
    (code, json!({"kind": "Status", "code": code, "reason": reason, "message": message}).to_string())
}

fn group(versions: &[&str]) -> Answer {
    let versions: Vec<_> = versions.iter().map(|version| json!({"version": version})).collect();
    (200, json!({"kind": "APIGroup", "versions": versions}).to_string())
}

fn node(name: &str, labels: &Value) -> Value {
    let resources = json!({"cpu": "4", "memory": "8Gi"});
    json!({
        "metadata": {"name": name, "labels": labels},
        "status": {"capacity": resources, "allocatable": resources},
    })
}

fn sample(name: &str, labels: &Value) -> Value {
    json!({
        "metadata": {"name": name, "labels": labels},
        "timestamp": "2026-11-01T12:00:00Z", "window": "15s", "usage": {"cpu": "1", "memory": "1Gi"},
    })
}

/// A cluster of these nodes, all of them measured.
fn cluster(nodes: Vec<(&'static str, Value)>) -> Server {
    Server::start(move |path| {
        let list = |object: fn(&str, &Value) -> Value| {
            let items: Vec<_> = nodes.iter().map(|(name, labels)| object(name, labels)).collect();
            (200, json!({"kind": "List", "items": items}).to_string())
        };
        match path {
            GROUP => group(&["v1beta1"]),
            METRICS => list(sample),
            NODES => list(node),
            PODS => (200, json!({"kind": "PodList", "items": []}).to_string()),
            _ => status(404, "NotFound", "no such path"),
        }
    })
}

const HOSTILE: [(&str, &str); 6] = [
    ("formula", "=cmd()"),
    ("quotes", "say \"hi\", twice"),
    ("newline", "one\ntwo"),
    ("escape", "\u{1b}[31mred\u{7}"),
    ("c1", "\u{9b}31mred\u{7f}"),
    ("backwards", "abc\u{202e}cba"),
];

fn hostile_cluster() -> (Server, Vec<String>) {
    let labels = HOSTILE.into_iter().collect::<std::collections::BTreeMap<_, _>>();
    let server = cluster(vec![("a", json!(labels)), ("\u{1b}[2J\nb", json!({}))]);
    (server, HOSTILE.map(|(key, _)| key.to_owned()).to_vec())
}

#[test]
fn no_format_lets_a_server_steer_the_terminal() {
    let (server, keys) = hostile_cluster();
    for format in ["text", "wide", "csv", "tsv", "json", "yaml"] {
        let output = ask(&server, &["-o", format, "-L", &keys.join(",")]).success();
        let steering: String =
            output.chars().filter(|c| (c.is_control() && !"\n\t".contains(*c)) || *c == '\u{202e}').collect();
        assert_eq!(steering, "", "{format}: {output:?}");
    }
    for format in ["top", "name"] {
        let output = ask(&server, &["-o", format]).success();
        assert!(output.contains("\\u{1b}[2J\\nb"), "{format}: {output:?}");
    }
}

#[test]
fn wide_shows_requests_where_pods_may_be_read() {
    let allowed = cluster(vec![("a", json!({}))]);
    let refused = Server::start(|path| match path {
        GROUP => group(&["v1beta1"]),
        METRICS => (200, json!({"kind": "NodeMetricsList", "items": [sample("a", &json!({}))]}).to_string()),
        NODES => (200, json!({"kind": "NodeList", "items": [node("a", &json!({}))]}).to_string()),
        _ => status(403, "Forbidden", "pods is forbidden"),
    });
    for (server, shows, says) in [(&allowed, true, false), (&refused, false, true)] {
        let wide = ask(server, &["-o", "wide"]);
        assert_eq!((wide.code, wide.stdout.contains("CPU-REQ"), wide.stderr.as_str()), (0, shows, ""));
        for asked in [&["-o", "wide", "--requests"], &["-o", "wide", "--where=pods>=0"]] {
            let asked = ask(server, asked);
            assert_eq!(asked.stderr.contains("warning: requests are unknown"), says, "{asked:?}");
            assert!(asked.stdout.contains("CPU-REQ") || asked.stdout.is_empty(), "{asked:?}");
        }
    }
}

#[test]
fn csv_keeps_hostile_labels_as_text_on_one_line() {
    let (server, keys) = hostile_cluster();
    let output = ask(&server, &["-o", "csv", "-L", &keys.join(",")]).success();
    assert_eq!(output.lines().count(), 3);
    let mut reader = csv::Reader::from_reader(output.as_bytes());
    let row = reader.records().map(Result::unwrap).find(|row| &row[2] == "a").unwrap();
    assert_eq!(
        row.iter().skip(13).collect::<Vec<_>>(),
        [
            "'=cmd()",
            "say \"hi\", twice",
            "one\\ntwo",
            "\\u{1b}[31mred\\u{7}",
            "\\u{9b}31mred\\u{7f}",
            "abc\\u{202e}cba"
        ]
    );
}

#[test]
fn json_and_yaml_keep_hostile_labels_exactly() {
    let (server, keys) = hostile_cluster();
    let document = |format| ask(&server, &["-o", format, "-L", &keys.join(",")]).success();
    let json: Value = serde_json::from_str(&document("json")).unwrap();
    let yaml: Value = serde_saphyr::from_str(&document("yaml")).unwrap();
    for (key, value) in HOSTILE {
        assert_eq!(json["items"][1]["labels"][key], value);
    }
    assert_eq!(json, yaml);
}

#[test]
fn pods_are_read_for_a_column_of_theirs_alone() {
    let server = cluster(vec![("a", json!({"zone": "=1"}))]);
    let ask = |columns: &str| ask(&server, &["-o", "csv", "--columns", columns]);
    let asked_for_pods = || server.requests().iter().any(|path| path.starts_with("/api/v1/pods"));
    assert_eq!(
        ask("label_zone,node,pods_allocatable").success(),
        "label_zone,node,pods_allocatable\n'=1,a,\n"
    );
    assert!(!asked_for_pods());
    assert_eq!(ask("node,pods").success(), "node,pods\na,0\n");
    assert!(asked_for_pods());
}

/// kubectl takes what a sample does not name for 0; here that is unknown.
#[test]
fn swap_that_is_not_there_is_told_from_swap_that_is_not_known() {
    let server = Server::start(|path| {
        let node = |name, capacity: Value| {
            let mut node = node(name, &json!({}));
            node["status"]["nodeInfo"] = json!({"swap": {"capacity": capacity}});
            node
        };
        let sample = |name, swap: Value| {
            let mut sample = sample(name, &json!({}));
            sample["usage"]["swap"] = swap;
            sample
        };
        match path {
            GROUP => group(&["v1beta1"]),
            NODES => {
                let nodes =
                    [node("absent", json!(0)), node("silent", json!(1 << 30)), node("unnamed", json!(null))];
                (200, json!({"items": nodes}).to_string())
            }
            _ => {
                let samples = [
                    sample("absent", json!("0")),
                    sample("alone", json!("1Mi")),
                    sample("silent", json!(null)),
                    sample("unnamed", json!("1Mi")),
                ];
                (200, json!({"items": samples}).to_string())
            }
        }
    });
    let ends = |flags: &[&str], separator: &str, cells: usize| -> Vec<String> {
        let output = ask(&server, &[&["--show-swap", "--no-headers"], flags].concat()).success();
        let end = |line: &str| {
            let words: Vec<_> =
                line.split(separator).filter(|word| separator == "," || !word.is_empty()).collect();
            words[words.len() - cells..].join(" ")
        };
        output.lines().map(end).collect()
    };
    let unknown = "<unknown> <unknown>";
    assert_eq!(ends(&[], " ", 2), ["0.0Mi <none>", "1.0Mi <unknown>", unknown, "1.0Mi <unknown>"]);
    assert_eq!(ends(&["-o", "top"], " ", 2), ["0Mi 0%", "1Mi <unknown>", "0Mi 0%", unknown]);
    assert_eq!(ends(&["-o", "csv"], ",", 3), ["0 0 ", "1048576  ", " 1073741824 ", "1048576  "]);
    assert_eq!(ends(&["-o", "csv", "--totals-only"], ",", 4), ["1 0 0 "]);
}

#[test]
fn a_recording_of_chosen_columns_holds_each_sample_once() {
    let server = cluster(vec![("a", json!({})), ("b", json!({}))]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("use.csv").into_os_string().into_string().unwrap();
    let record = |columns: &str, names: &[&str]| {
        ask(&server, &[&["-o", "csv", "--output-file", &file, "--columns", columns], names].concat())
    };
    let columns = "cpu_usage_cores,node,context,timestamp";
    let named = |name: &str| format!("1,{name},,2026-11-01T12:00:00Z\n");
    for (selector, rows) in [("x", String::new()), ("!x", named("a") + &named("b")), ("!x", String::new())] {
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        record(columns, &["-l", selector]).success();
        let header =
            if before.is_empty() && !rows.is_empty() { format!("{columns}\n") } else { String::new() };
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before + &header + &rows, "{selector}");
    }
    let other = record("node,context,timestamp", &[]);
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("holds something else than these columns"), "{}", other.stderr);
}

#[test]
fn the_server_decides_which_version_is_asked_for() {
    for (versions, asked) in [
        (&["v1", "v1beta1"][..], Some("v1")),
        (&["v1beta1", "v1"], Some("v1beta1")),
        (&["v2", "v1"], Some("v1")),
        (&["v2"], None),
        (&[], None),
    ] {
        let server = Server::start(move |path| match path {
            GROUP => group(versions),
            _ => (200, json!({"items": []}).to_string()),
        });
        let outcome = ask(&server, &[]);
        let requests = server.requests();
        let of_metrics = requests.iter().find(|path| path.ends_with("/nodes") && path.starts_with(GROUP));
        assert_eq!(
            of_metrics.cloned(),
            asked.map(|version| format!("{GROUP}/{version}/nodes")),
            "{versions:?}"
        );
        assert_eq!(outcome.stderr.starts_with("error: the Metrics API is not installed"), asked.is_none());
    }
}

#[test]
fn a_served_version_is_asked_for_once_and_a_wrong_memory_is_mended() {
    let cache = tempfile::tempdir().unwrap();
    let current = Arc::new(Mutex::new("v1beta1"));
    let now = Arc::clone(&current);
    let server = Server::start(move |path| {
        let version = *now.lock().unwrap();
        match path {
            GROUP => group(&[version]),
            NODES => (200, json!({"items": [node("a", &json!({}))]}).to_string()),
            _ if path == format!("{GROUP}/{version}/nodes") => {
                (200, json!({"items": [sample("a", &json!({}))]}).to_string())
            }
            _ if path == format!("{GROUP}/{version}/nodes/a") => (200, sample("a", &json!({})).to_string()),
            _ => status(404, "NotFound", "no such path"),
        }
    });
    let mut seen = 0;
    let mut asked = |arguments: &[&str]| {
        let mut command = nodeusage();
        command
            .args(["--server", &server.url, "--cache-dir"])
            .arg(cache.path())
            .args(["-o", "name"])
            .args(arguments);
        assert_eq!(run(&mut command).success(), "node/a\n");
        let requests = server.requests();
        let metrics = requests[seen..].iter().filter_map(|path| path.strip_prefix("/apis/metrics.k8s.io"));
        let metrics = metrics.map(str::to_owned).collect::<Vec<_>>();
        seen = requests.len();
        metrics
    };
    assert_eq!(asked(&[]), ["", "/v1beta1/nodes"]);
    assert_eq!(asked(&[]), ["/v1beta1/nodes"], "it is remembered");
    *current.lock().unwrap() = "v1";
    assert_eq!(asked(&[]), ["/v1beta1/nodes", "", "/v1/nodes"], "the server was upgraded");
    assert_eq!(asked(&[]), ["/v1/nodes"]);
    *current.lock().unwrap() = "v1beta1";
    assert_eq!(asked(&["a"]), ["", "/v1beta1/nodes/a"], "a name that is not found would not tell");
}

#[test]
fn a_selector_is_heeded_even_by_a_server_that_ignores_it() {
    let server = cluster(vec![("a", json!({"pool": "x"})), ("b", json!({"pool": "y"})), ("c", json!({}))]);
    assert_eq!(ask(&server, &["-l", "pool!=x, pool", "-o", "name"]).success(), "node/b\n");
    let requests = server.requests();
    let selected =
        requests.iter().filter(|path| path.contains("labelSelector=pool%21%3Dx%2C%20pool")).count();
    assert_eq!(selected, 2, "both lists: {requests:?}");
}

#[test]
fn refusals_are_told_apart() {
    for (answer, stderr) in [
        (
            status(500, "InternalError", "etcd is \u{1b}[5mgone"),
            "error: the server answered 500 (InternalError): etcd is \\u{1b}[5mgone\n\
             hint: try again; if it stays, the server's log says why\n",
        ),
        (
            status(429, "TooManyRequests", "slow down"),
            "error: the server answered 429 (TooManyRequests): slow down\n\
             hint: the server is overloaded; try again later\n",
        ),
        (
            (502, "<html>bad gateway</html>".to_owned()),
            "error: the server answered 502: <html>bad gateway</html>\n\
             hint: try again; if it stays, the server's log says why\n",
        ),
        (
            (404, String::new()),
            "error: the Metrics API is not installed on this cluster\n\
             hint: install metrics-server, or another provider of metrics.k8s.io\n",
        ),
        (
            (200, "<html>log in</html>".to_owned()),
            "error: the answer to /apis/metrics.k8s.io can't be read: expected value at line 1 column 1\n\
             hint: check that this is a Kubernetes API server: kubectl cluster-info\n",
        ),
    ] {
        let server = Server::start(move |path| match path {
            NODES => (200, json!({"items": []}).to_string()),
            _ => answer.clone(),
        });
        assert_outcome(&ask(&server, &[]), 1, "", stderr);
    }
}

#[test]
fn an_api_service_that_is_not_ready_says_why() {
    let server = Server::start(|path| match path {
        GROUP => group(&["v1beta1"]),
        NODES => (200, json!({"items": []}).to_string()),
        "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io" => {
            let condition = json!({
                "type": "Available", "status": "False", "reason": "MissingEndpoints",
                "message": "no endpoints\u{1b}]0;title\u{7}",
            });
            (200, json!({"status": {"conditions": [condition]}}).to_string())
        }
        _ => status(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
    });
    assert_outcome(
        &ask(&server, &[]),
        1,
        "",
        "error: the Metrics API is installed but not ready: the server is currently unable to handle the request \
         (MissingEndpoints: no endpoints\\u{1b}]0;title\\u{7})\n\
         hint: see why with: kubectl describe apiservice v1beta1.metrics.k8s.io; kubectl -n kube-system get pods -l \
         k8s-app=metrics-server\n",
    );
}

#[test]
fn a_list_that_is_cut_short_is_not_shown_as_whole() {
    let server = Server::start(|path| match path {
        GROUP => group(&["v1beta1"]),
        NODES => (200, json!({"items": []}).to_string()),
        _ => (200, r#"{"kind":"NodeMetricsList","items":[{"metadata":{"name":"a""#.to_owned()),
    });
    assert_outcome(
        &ask(&server, &[]),
        1,
        "",
        "error: the answer to /apis/metrics.k8s.io/v1beta1/nodes can't be read: it is cut short\n\
         hint: check that this is a Kubernetes API server: kubectl cluster-info\n",
    );
}

#[test]
fn an_unreadable_quantity_is_unknown_and_named() {
    let server = Server::start(|path| match path {
        GROUP => group(&["v1beta1"]),
        NODES => {
            let node = json!({"metadata": {"name": "a"}, "status": {"allocatable": {"cpu": "4 cores"}}});
            (200, json!({"items": [node]}).to_string())
        }
        _ => (200, json!({"items": [sample("a", &json!({}))]}).to_string()),
    });
    assert_outcome(
        &ask(&server, &["--no-headers"]),
        1,
        "a  1.000  <unknown>  1.0Gi  <unknown>\n",
        "warning: node \"a\": allocatable cpu: \"4 cores\": quantities must match the regular expression \
         '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'\n\
         error: one of the server's objects can't be read in full\n\
         hint: see what the server sends: kubectl get nodes,pods -A -o json; kubectl get --raw \
         /apis/metrics.k8s.io/v1beta1/nodes\n",
    );
}

#[test]
fn nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = run(nodeusage().args(["-s", &free.to_string()]));
    assert_outcome(
        &outcome,
        1,
        "",
        &format!(
            "error: the connection to the server {free} was refused\n\
             hint: check that this is the right server and that it runs: kubectl config view --minify\n"
        ),
    );
}

/// A cluster without nodes that takes its time.
fn slow_cluster() -> Server {
    Server::start(|path| {
        if path == GROUP {
            return group(&["v1beta1"]);
        }
        std::thread::sleep(std::time::Duration::from_secs(2));
        (200, json!({"items": []}).to_string())
    })
}

#[test]
fn a_long_reading_shows_progress_on_a_terminal_and_leaves_nothing() {
    let server = slow_cluster();
    let command = format!("{} -s {}", env!("CARGO_BIN_EXE_kubectl-nodeusage"), server.url);
    let script = ["--quiet", "--return", "--command", &command, "/dev/null"];
    let screen = run(program("script").env("TERM", "xterm").args(script)).success();
    let (shown, after) = screen.rsplit_once("reading: nodes 0 B, samples").expect("progress is shown");
    assert!(shown.contains("reading:"), "more than once: {screen:?}");
    let (_, left) = after.rsplit_once("\r\u{1b}[2K").expect("the line is wiped");
    assert_eq!(left, "note: the cluster has no nodes\r\n");

    let quiet = run(program("script").env("TERM", "xterm").args(
        script.map(|word| if word == command { format!("{command} --no-progress") } else { word.to_owned() }),
    ));
    assert_eq!(quiet.success(), "note: the cluster has no nodes\r\n");
}

#[test]
fn a_long_reading_is_silent_in_a_pipe() {
    assert_outcome(&ask(&slow_cluster(), &[]), 0, "", "note: the cluster has no nodes\n");
}

#[test]
fn an_interrupt_before_the_first_output_is_130() {
    let server = slow_cluster();
    let outcome = run(program("timeout").args(["--preserve-status", "--signal=INT", "1"]).args([
        env!("CARGO_BIN_EXE_kubectl-nodeusage"),
        "-s",
        &server.url,
    ]));
    assert_outcome(&outcome, 130, "", "");
}
