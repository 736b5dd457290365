//! The manifests of deploy/, as the API server takes them.

use std::fs;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    plane::SHARED,
    support::{Outcome, nodeusage, run},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy");

/// All objects, as the server would keep them. The namespace and the account must be there before the rest.
fn applied() -> Vec<Value> {
    let base = format!("{FOLDER}/base.yaml");
    silent(SHARED.kubectl(&["apply", "--server-side", "-f", &base]));
    let apply = ["apply", "--server-side", "--dry-run=server", "-f", FOLDER, "-o", "json"];
    let list: Value = serde_json::from_str(&silent(SHARED.kubectl(&apply))).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// The output of a command that succeeds without a warning.
#[track_caller]
fn silent(outcome: Outcome) -> String {
    assert_eq!(outcome.stderr, "");
    outcome.success()
}

/// The pods that the two ways of recording would make.
fn pods() -> Vec<Value> {
    let pod = |object: Value| {
        let template = match object["kind"].as_str()? {
            "Deployment" => &object["spec"]["template"],
            "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
            _ => return None,
        };
        let metadata = json!({"name": object["kind"].as_str()?.to_lowercase(), "namespace": "nodeusage"});
        Some(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}))
    };
    applied().into_iter().filter_map(pod).collect()
}

fn create(pod: &Value) -> Outcome {
    let file = NamedTempFile::new().unwrap();
    fs::write(&file, pod.to_string()).unwrap();
    SHARED.kubectl(&["create", "--dry-run=server", "-f", file.path().to_str().unwrap()])
}

#[test]
fn every_manifest_is_valid_and_draws_no_warning() {
    let kinds: Vec<_> = applied().iter().map(|object| object["kind"].as_str().unwrap().to_owned()).collect();
    for kind in [
        "Namespace",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "PersistentVolumeClaim",
        "Deployment",
        "CronJob",
    ] {
        assert_eq!(kinds.iter().filter(|found| *found == kind).count(), 1, "{kind}: {kinds:?}");
    }
}

#[test]
fn the_namespace_takes_its_pods_and_refuses_less_careful_ones() {
    let pods = pods();
    assert_eq!(pods.len(), 2);
    for mut pod in pods {
        silent(create(&pod));
        let container = &pod["spec"]["containers"][0];
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
        for bounds in ["requests", "limits"] {
            let bounds = &container["resources"][bounds];
            assert!(bounds["cpu"].is_string() && bounds["memory"].is_string(), "{container}");
        }
        pod["spec"]["securityContext"]["runAsNonRoot"] = json!(false);
        let refused = create(&pod);
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("violates PodSecurity \"restricted"), "{}", refused.stderr);
    }
}

#[test]
fn the_account_may_do_what_a_recorder_does_and_no_more() {
    let pods = pods();
    let account = "system:serviceaccount:nodeusage:recorder";
    for (verb, resource, answer) in [
        ("list", "nodes.metrics.k8s.io", "yes"),
        ("watch", "nodes", "yes"),
        ("list", "pods.metrics.k8s.io", "no"),
        ("list", "secrets", "no"),
        ("list", "pods", "no"),
        ("update", "nodes", "no"),
        ("create", "nodes/proxy", "no"),
    ] {
        let asked = SHARED.kubectl(&["auth", "can-i", verb, resource, "-A", "--as", account, "-q"]);
        assert_eq!(asked.code == 0, answer == "yes", "{verb} {resource}: {asked:?}");
    }

    // With the arguments of the manifests, and the account's rights.
    let token = silent(SHARED.kubectl(&["create", "token", "recorder", "-n", "nodeusage"]));
    let samples = SHARED.timestamps().len();
    for pod in pods {
        let folder = tempfile::tempdir().unwrap();
        let mut command = nodeusage();
        command.args(["--server", SHARED.ready["server"].as_str().unwrap(), "--token", token.trim()]);
        command.args(["--certificate-authority", SHARED.ready["ca_file"].as_str().unwrap()]);
        let arguments = pod["spec"]["containers"][0]["args"].as_array().unwrap().iter();
        let arguments: Vec<_> = arguments.map(|argument| argument.as_str().unwrap()).collect();
        let is_watch = arguments.contains(&"--watch");
        let place = folder.path().to_str().unwrap();
        command.args(arguments.iter().map(|argument| argument.replace("/recordings", place)));
        if is_watch {
            command.args(["--interval=1s", "--count=3"]);
        }
        assert_eq!(silent(run(&mut command)), "");
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        let rows = fs::read_to_string(file.path()).unwrap();
        let known = rows.lines().filter(|row| row.ends_with(',')).count();
        assert!(known >= samples, "a row with percent for each sample: {rows}");
    }
}
