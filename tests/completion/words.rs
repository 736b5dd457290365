//! What each kind of word may become, in the lines that kubectl reads.

use std::{fs, process::Command};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    server::Server,
    support::{nodeusage, run},
};

/// The answer to the words, the last of which is to be completed.
pub fn complete(command: &mut Command, words: &[&str]) -> String {
    let outcome = run(command.arg("__complete").args(words));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{words:?}");
    outcome.stdout
}

#[test]
fn words_that_the_program_knows() {
    for (words, expected) in [
        (
            &["doc"][..],
            "doctor\tSay why the use of nodes can't be shown, check by check, and what mends it\n:4\n",
        ),
        (&["completion", "z"], "zsh\n:4\n"),
        (
            &["doctor", "--show"],
            "--show-config\tPrint the resolved configuration, credentials masked, with the origin of each value; no server is asked\n:4\n",
        ),
        (&["--no-h"], "--no-headers\tLeave out the line of column names\n:4\n"),
        (&["--sort-by", "memory"], "memory\nmemory-percent\n:4\n"),
        (&["--sort-by=memory-"], "memory-percent\n:4\n"),
        (&["-o", "y"], "yaml\tThe same document\n:4\n"),
        (&["--units", "r"], "raw\t0.123456789, 536870912, 66.412345\n:4\n"),
        (&["--token", ""], ":4\n"),
        (&["-v", ""], ":4\n"),
        // The shell completes paths by itself.
        (&["--kubeconfig", "/et"], ":0\n"),
        (&["--client-key=/et"], ":0\n"),
        (&["--cache-dir", ""], ":16\n"),
    ] {
        assert_eq!(complete(&mut nodeusage(), words), expected, "{words:?}");
    }
}

#[test]
fn an_empty_word_is_no_flag() {
    let answer = complete(&mut nodeusage(), &["--demo", ""]);
    assert!(answer.lines().all(|line| !line.starts_with('-')), "{answer}");
    assert!(answer.contains("\ncompletion\t"), "{answer}");
    let flags = complete(&mut nodeusage(), &["--demo", "--"]);
    assert!(flags.lines().filter(|line| line.starts_with("--")).count() > 30, "{flags}");
    assert!(!flags.contains("match-server-version"), "hidden: {flags}");
}

#[test]
fn nodes_and_their_labels() {
    for (words, expected) in [
        (&["simulated-m"][..], "simulated-memory-1\nsimulated-memory-2\nsimulated-memory-3\n:4\n"),
        (&["simulated-memory-2", "simulated-m"], "simulated-memory-1\nsimulated-memory-3\n:4\n"),
        (&["--", "simulated-gpu-1", "simulated-g"], "simulated-gpu-2\n"),
        (&["-l", ""], "pool=\ntopology.kubernetes.io/zone=\n:6\n"),
        (&["--where", "cpu"], "cpu<\ncpu>\ncpu-requests<\ncpu-requests>\n"),
        (&["--fail-on", "p"], "pods<\npods>\npool=\n"),
        (&["--where=pool=c"], "pool=compute\npool=control-plane\n"),
        (&["--selector=topology.kubernetes.io/zone=zone-"], "topology.kubernetes.io/zone=zone-a\n"),
        (&["-l", "pool!=g"], "pool!=general\npool!=gpu\n:4\n"),
        (&["-l", "pool=gpu,to"], "pool=gpu,topology.kubernetes.io/zone=\n:6\n"),
        (&["-L", "to"], "topology.kubernetes.io/zone\n:4\n"),
        (&["-Lpo"], "-Lpool\n:4\n"),
        (&["--label-columns", "pool,to"], "pool,topology.kubernetes.io/zone\n:4\n"),
        (&["--where", "swap"], "swap<\nswap>\n:6\n"),
        (&["--columns", "memory_usage_"], "memory_usage_bytes\nmemory_usage_percent\n"),
        (&["--columns=node,label_"], "node,label_pool\nnode,label_topology.kubernetes.io/zone\n:4\n"),
        (&["--pods", "simulated-m"], "simulated-memory-1\nsimulated-memory-2\nsimulated-memory-3\n:4\n"),
        (&["--pods=simulated-gpu-1"], "simulated-gpu-1\n:4\n"),
        (&["none-such"], ":4\n"),
    ] {
        let answer = complete(&mut nodeusage(), &[&["--demo"], words].concat());
        assert!(answer.contains(expected), "{words:?}: {answer}");
    }
}

#[test]
fn names_in_the_kubeconfig() {
    let directory = TempDir::new().unwrap();
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let own =
        file("own", "{contexts: [{name: dev}, {name: prod}], clusters: [{name: c1}], users: [{name: jane}]}");
    let other =
        file("other", "{contexts: [{name: dev}, {name: \"de\\tv\"}, {name: test}], users: [{name: joe}]}");
    let both = format!("{own}:{other}");
    for (words, expected) in [
        (&["--context", ""][..], "dev\nprod\ntest\n:4\n"),
        (&["--context=p"], "prod\n:4\n"),
        (&["--contexts", "dev,t"], "dev,test\n:4\n"),
        (&["--cluster", ""], "c1\n:4\n"),
        (&["--user", "j"], "jane\njoe\n:4\n"),
        (&["doctor", "--context", "t"], "test\n:4\n"),
        (&["--kubeconfig", &own, "--user", ""], "jane\n:4\n"),
        (&["--kubeconfig=/nonexistent", "--user", ""], ":4\n"),
    ] {
        assert_eq!(complete(nodeusage().env("KUBECONFIG", &both), words), expected, "{words:?}");
    }
}

#[test]
fn the_flags_before_lead_to_the_server() {
    let server = Server::start(|path| match path {
        "/api/v1/nodes" => {
            (200, json!({"kind": "NodeList", "items": [{"metadata": {"name": "a1"}}]}).to_string())
        }
        _ => (404, String::new()),
    });
    assert_eq!(complete(&mut nodeusage(), &["--no-headers", "--server", &server.url, "a"]), "a1\n:4\n");
    assert_eq!(server.requests(), ["/api/v1/nodes?resourceVersion=0"]);
}

#[test]
fn without_the_right_to_nodes_the_samples_are_asked() {
    let server = Server::start(|path| match path {
        "/apis/metrics.k8s.io" => (200, json!({"versions": [{"version": "v1"}]}).to_string()),
        "/apis/metrics.k8s.io/v1/nodes" => {
            let metadata = json!({"name": "a1", "labels": {"pool": "gpu"}});
            (200, json!({"kind": "NodeMetricsList", "items": [{"metadata": metadata}]}).to_string())
        }
        _ => (403, json!({"kind": "Status", "code": 403, "reason": "Forbidden"}).to_string()),
    });
    assert_eq!(complete(&mut nodeusage(), &["-s", &server.url, "a"]), "a1\n:4\n");
    assert_eq!(complete(&mut nodeusage(), &["-s", &server.url, "-l", "pool="]), "pool=gpu\n:4\n");
}

#[test]
fn a_name_that_moves_the_cursor_is_not_offered() {
    let server = Server::start(|_| {
        let items = ["good", "g\u{1b}[2J", "g\nood", "g\t"].map(|name| json!({"metadata": {"name": name}}));
        (200, json!({"kind": "NodeList", "items": items}).to_string())
    });
    assert_eq!(complete(&mut nodeusage(), &["-s", &server.url, "g"]), "good\n:4\n");
}
