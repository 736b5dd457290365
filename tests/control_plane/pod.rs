//! The plugin in a pod: the files of a ServiceAccount in a private mount namespace, and nothing else.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    diagnosis::Diagnosis,
    plane::{Plane, SHARED},
    support::{Outcome, program, run},
};

/// A pod of a ServiceAccount that has no rights but those that every account has.
struct Pod {
    files: TempDir,
    port: String,
}

impl Pod {
    fn new(plane: &Plane, namespace: &str, account: &str) -> Self {
        plane.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}));
        plane.apply(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": namespace}
        }));
        // kubectl create token is the TokenRequest API.
        let token = plane.kubectl(&["create", "token", account, "-n", namespace]).success();
        let files = TempDir::new().unwrap();
        fs::write(files.path().join("token"), token.trim()).unwrap();
        fs::write(files.path().join("namespace"), namespace).unwrap();
        fs::copy(plane.ready["ca_file"].as_str().unwrap(), files.path().join("ca.crt")).unwrap();
        Self { files, port: plane.ready["kube_apiserver_port"].to_string() }
    }

    fn nodeusage(&self, arguments: &[&str]) -> Outcome {
        self.run(Path::new(env!("CARGO_BIN_EXE_kubectl-nodeusage")), arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Outcome {
        let mut pod = in_mount_namespace(self.files.path());
        pod.env("KUBERNETES_SERVICE_HOST", "127.0.0.1").env("KUBERNETES_SERVICE_PORT", &self.port);
        let outcome = run(pod.arg(program).args(arguments));
        let token = fs::read_to_string(self.files.path().join("token")).unwrap();
        assert!(!format!("{outcome:?}").contains(&token), "the token is printed: {outcome:?}");
        outcome
    }
}

/// A program that sees the files as a pod does, at the ServiceAccount's well-known place.
fn in_mount_namespace(files: &Path) -> Command {
    let mut command = program("unshare");
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        command.arg("--map-root-user");
    }
    command.args([
        "--mount",
        "sh",
        "-ec",
        r#"mount -t tmpfs tmpfs /var/run
           mkdir -p /var/run/secrets/kubernetes.io
           cp -r "$1" /var/run/secrets/kubernetes.io/serviceaccount
           shift
           exec "$@""#,
        "sh",
    ]);
    command.arg(files);
    command
}

/// 403, then the command of the hint, then figures.
#[test]
fn a_pod_with_the_right_to_metrics_alone_sees_use() {
    let pod = Pod::new(&SHARED, "dev", "node-reader");

    let refused = pod.nodeusage(&[]);
    let command = "kubectl nodeusage rbac --serviceaccount dev:node-reader | kubectl apply -f -";
    assert_eq!(refused.stdout, "");
    assert_eq!(
        refused.stderr,
        format!(
            "error: the server refuses (Forbidden): nodes.metrics.k8s.io is forbidden: User \
             \"system:serviceaccount:dev:node-reader\" cannot list resource \"nodes\" in API group \
             \"metrics.k8s.io\" at the cluster scope\nhint: an administrator grants it with: {command}\n"
        )
    );
    assert_eq!(refused.code, 1);

    SHARED.shell(command).success();

    // A role takes a moment to be heeded.
    let seen = (0..50)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            pod.nodeusage(&["-o", "json"])
        })
        .find(|outcome| outcome.code == 0)
        .expect("the right is granted");
    assert_eq!(
        seen.stderr,
        "warning: percent is unknown, since nodes can't be read: nodes is forbidden: User \
         \"system:serviceaccount:dev:node-reader\" cannot list resource \"nodes\" in API group \"\" at the cluster \
         scope\n\
         hint: an administrator grants it with: kubectl nodeusage rbac --serviceaccount dev:node-reader \
         --with-percent | kubectl apply -f -\n"
    );
    let document: Value = serde_json::from_str(&seen.stdout).unwrap();
    let items = document["items"].as_array().unwrap();
    assert_eq!(items.len(), SHARED.timestamps().len());
    assert_eq!(document["context"], Value::Null);
    for item in items {
        assert!(item["cpu_usage_cores"].is_number() && item["memory_usage_bytes"].is_number(), "{item}");
        assert!(item["cpu_usage_percent"].is_null() && item["memory_usage_percent"].is_null(), "{item}");
        assert_eq!(item["unknown_reason"], "NodesForbidden");
    }

    let diagnosis = Diagnosis::of(&pod.nodeusage(&["doctor", "-o", "json"]));
    assert!(diagnosis.usable);
    let configuration = &diagnosis.check("configuration").message;
    assert!(configuration.ends_with("/ (the pod's ServiceAccount)"), "{configuration}");

    let logged = pod.nodeusage(&["-o", "name", "-v", "9"]);
    assert!(logged.stderr.contains("Authorization: Bearer <masked>"), "{logged:?}");

    let name = items[0]["node"].as_str().unwrap();
    let one = pod.nodeusage(&[name, "--no-headers"]);
    assert_eq!(one.code, 0, "{one:?}");
    let cells: Vec<_> = one.stdout.split_whitespace().collect();
    assert_eq!((cells[0], cells[2], cells[4]), (name, "<unknown>", "<unknown>"), "{one:?}");
    assert_eq!(one.stderr.matches("warning:").count(), 1, "{one:?}");
}

#[test]
fn a_token_that_is_not_valid_is_not_shown() {
    let pod = Pod::new(&SHARED, "dev-invalid", "node-reader");
    fs::write(pod.files.path().join("token"), "bm90LWEtdG9rZW4").unwrap();
    let outcome = pod.nodeusage(&[]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()),
        (
            1,
            "",
            "error: the server does not accept these credentials (Unauthorized)\n\
             hint: log in again, or choose another user or context: kubectl config get-contexts\n"
        )
    );
}

/// What another program needs of the library for the same: examples/pod.rs.
#[test]
fn the_example_reads_the_use_of_its_cluster() {
    let example = Path::new(env!("CARGO_BIN_EXE_kubectl-nodeusage")).with_file_name("examples").join("pod");
    assert!(example.is_file(), "the example is not built; build it: cargo build --example pod");
    let pod = Pod::new(&SHARED, "dev-example", "node-reader");
    let role = ["create", "clusterrole", "example", "--verb=list", "--resource=nodes.metrics.k8s.io"];
    SHARED.kubectl(&role).success();
    let account = "--serviceaccount=dev-example:node-reader";
    SHARED.kubectl(&["create", "clusterrolebinding", "example", "--clusterrole=example", account]).success();
    let is_granted = |outcome: &Outcome| outcome.code == 0;
    let seen = (0..50)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            pod.run(&example, &[])
        })
        .find(is_granted)
        .expect("the right is granted");
    let expected = SHARED.timestamps();
    assert_eq!(seen.stdout.lines().count(), expected.len(), "{seen:?}");
    for (line, name) in seen.stdout.lines().zip(expected.keys()) {
        assert!(line.starts_with(&format!("{name}: ")) && line.ends_with(" bytes"), "{line}");
    }
}
