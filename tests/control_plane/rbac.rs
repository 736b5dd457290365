//! The manifest of `rbac`, applied by kubectl to a real server.

use std::io::Write;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{account::Account, plane::SHARED, support::run};

/// The objects of a manifest.
fn objects(arguments: &[&str]) -> Vec<Value> {
    let manifest = run(crate::support::nodeusage().arg("rbac").args(arguments)).success();
    serde_saphyr::from_multiple(&manifest).unwrap()
}

/// What a manifest comes to as kubectl reads it and the server sees it, without that anything is kept.
fn seen_by_the_server(arguments: &[&str]) -> Vec<Value> {
    let manifest = run(crate::support::nodeusage().arg("rbac").args(arguments)).success();
    let mut file = NamedTempFile::new().unwrap();
    write!(file, "{manifest}").unwrap();
    let path = file.path().to_str().unwrap();
    let list = SHARED.kubectl(&["apply", "--dry-run=server", "-o", "json", "-f", path]).success();
    let list: Value = serde_json::from_str(&list).unwrap();
    list["items"].as_array().unwrap().clone()
}

#[test]
fn names_reach_the_server_as_they_were_typed() {
    for name in [
        "jane",
        "yes",
        "null",
        "~",
        "1e3",
        "0x1F",
        "0o17",
        "1_000",
        "12:30:45",
        "2026-11-25",
        "- a",
        "{a: b}",
        "a: b # c",
        "*a",
        "&a",
        "!!binary aGk=",
        "%YAML",
        " a ",
        "'",
        "\"",
        "a\\nb",
        "https://issuer.example.com#jane",
        "mädchen für alles",
        &"long names are folded by some ".repeat(9),
    ] {
        for (flag, kind) in [("--user", "User"), ("--group", "Group")] {
            let objects = seen_by_the_server(&[&format!("{flag}={name}")]);
            assert_eq!(objects.len(), 2);
            assert_eq!(objects[1]["subjects"][0]["name"], name);
            assert_eq!(objects[1]["subjects"][0]["kind"], kind);
            assert_eq!(objects[1]["roleRef"]["name"], objects[0]["metadata"]["name"]);
        }
        if !name.contains(['%', '/']) {
            let objects = seen_by_the_server(&["--user=jane", &format!("--name={name}")]);
            assert_eq!(objects[0]["metadata"]["name"], name);
        }
    }
}

#[test]
fn granting_to_one_takes_nothing_from_another() {
    let (one, other) = (Account::new(&SHARED, "rbac-one"), Account::new(&SHARED, "rbac-other"));
    SHARED.shell("kubectl nodeusage rbac --serviceaccount rbac-one:reader | kubectl apply -f -").success();
    one.wait_until(true, "list", "nodes.metrics.k8s.io");
    assert_eq!(other.nodeusage(&[]).code, 1);
    SHARED
        .shell(
            "kubectl nodeusage rbac --serviceaccount rbac-other:reader --with-percent | kubectl apply -f -",
        )
        .success();
    other.wait_until(true, "list", "nodes");

    let full = other.nodeusage(&["-o", "json"]);
    assert_eq!((full.code, full.stderr.as_str()), (0, ""));
    let partial = one.nodeusage(&["-o", "json"]);
    assert_eq!(partial.code, 0);
    assert!(partial.stderr.contains("--serviceaccount rbac-one:reader --with-percent"), "{partial:?}");

    // More rights for the same subject is the same command with more flags.
    SHARED
        .shell("kubectl nodeusage rbac --serviceaccount rbac-one:reader --with-percent | kubectl apply -f -")
        .success();
    one.wait_until(true, "list", "nodes");
    assert_eq!(one.nodeusage(&["-o", "json"]).stderr, "");
}

#[test]
fn a_user_and_a_group_are_granted_by_their_names() {
    for (flag, name, impersonation) in [
        ("--user", "jane@example.com", &["--as", "jane@example.com"][..]),
        ("--group", "node watchers", &["--as", "joe", "--as-group", "node watchers"]),
    ] {
        let outcome = SHARED.nodeusage(impersonation);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let grant = format!(
            "kubectl nodeusage rbac --context elsewhere {flag} '{name}' --name 'own name' --with-percent \
             | kubectl apply -f -"
        );
        SHARED.shell(&grant).success();
        let granted = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            SHARED.nodeusage(impersonation).stderr.is_empty()
        });
        assert!(granted, "{name}");
        SHARED.kubectl(&["delete", "clusterrole,clusterrolebinding", "own name"]).success();
    }
}

/// The server holds the pod against the strictest of its own standards.
#[test]
fn the_example_pod_is_let_into_a_restricted_namespace() {
    SHARED.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": "rbac-pod", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}
    }}));
    let apply = "kubectl nodeusage rbac --serviceaccount rbac-pod:reader --example-pod --image example/nodeusage:v1 \
                 | kubectl apply -f -";
    SHARED.shell(apply).success();
    let pod = SHARED.kubectl(&["get", "pod", "reader", "-n", "rbac-pod", "-o", "json"]).success();
    let pod: Value = serde_json::from_str(&pod).unwrap();
    assert_eq!(pod["spec"]["serviceAccountName"], "reader");
    let container = &pod["spec"]["containers"][0];
    assert_eq!(container["image"], "example/nodeusage:v1");
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    for kind in ["requests", "limits"] {
        assert!(container["resources"][kind]["cpu"].is_string(), "{container}");
        assert!(container["resources"][kind]["memory"].is_string(), "{container}");
    }
    // Its namespace stays when what the manifest names is deleted.
    SHARED.shell(&apply.replace("apply", "delete")).success();
    SHARED.kubectl(&["get", "namespace", "rbac-pod"]).success();
    assert_eq!(SHARED.kubectl(&["get", "pod", "reader", "-n", "rbac-pod"]).code, 1);
}

#[test]
fn a_namespace_that_is_not_there_is_not_made() {
    let outcome =
        SHARED.shell("kubectl nodeusage rbac --serviceaccount rbac-absent:reader | kubectl apply -f -");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("namespaces \"rbac-absent\" not found"), "{outcome:?}");
}

/// Each rule of the fullest manifest, by resource and verb.
#[test]
fn the_rules_are_those_of_the_flags() {
    let rules = |flags: &[&str]| -> Vec<(String, Vec<String>)> {
        let objects = objects(flags);
        let role = objects.iter().find(|object| object["kind"] == "ClusterRole").unwrap();
        role["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| {
                let texts = |key: &str| -> Vec<String> { serde_json::from_value(rule[key].clone()).unwrap() };
                (format!("{}.{}", texts("resources").concat(), texts("apiGroups").concat()), texts("verbs"))
            })
            .collect()
    };
    let rule = |resource: &str, verbs: &[&str]| {
        (resource.to_owned(), verbs.iter().map(|&verb| verb.to_owned()).collect())
    };
    let usage = rule("nodes.metrics.k8s.io", &["get", "list"]);
    let percent = rule("nodes.", &["get", "list", "watch"]);
    let requests = rule("pods.", &["list", "watch"]);
    assert_eq!(rules(&[]), std::slice::from_ref(&usage));
    assert_eq!(rules(&["--with-percent"]), [usage.clone(), percent.clone()]);
    assert_eq!(rules(&["--with-requests"]), [usage.clone(), requests.clone()]);
    assert_eq!(rules(&["--with-percent", "--with-requests"]), [usage, percent, requests]);
}
