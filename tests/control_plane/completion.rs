//! `kubectl __complete nodeusage ...`, which is what kubectl's script for each shell runs on TAB.

use std::{env, os::unix::fs::symlink, path::Path};

use tempfile::TempDir;

use crate::{
    plane::{SHARED, binary},
    support::{program, run},
};

/// What kubectl offers for the last word, as the administrator of the shared control plane.
struct Kubectl {
    path: TempDir,
}

impl Kubectl {
    fn with_the_plugin() -> Self {
        let path = TempDir::new().unwrap();
        let link = |target: &Path, name: &str| symlink(target, path.path().join(name)).unwrap();
        let completer = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/kubectl_complete-nodeusage");
        link(Path::new(env!("CARGO_BIN_EXE_kubectl-nodeusage")), "kubectl-nodeusage");
        link(&completer, "kubectl_complete-nodeusage");
        Self { path }
    }

    fn complete(&self, words: &[&str]) -> String {
        let search = format!("{}:{}", self.path.path().display(), env::var("PATH").unwrap());
        let mut kubectl = program(binary("kubectl"));
        kubectl.env("PATH", search).env("KUBECONFIG", &SHARED.kubeconfig);
        run(kubectl.arg("__complete").args(words)).success()
    }
}

#[test]
fn every_kind_of_word() {
    let kubectl = Kubectl::with_the_plugin();
    let nodes = SHARED.kubectl(&["get", "nodes", "-o", "name"]).success();
    let names: String =
        nodes.lines().map(|node| node.trim_start_matches("node/").to_owned() + "\n").collect();
    let first = names.lines().next().unwrap();
    let server = SHARED.ready["server"].as_str().unwrap();
    let no_server = server.rsplit_once(':').unwrap().0.to_owned() + ":1";
    for (words, expected) in [
        (&["nodeu"][..], "nodeusage\tThe command nodeusage is a plugin installed by the user\n"),
        (&["nodeusage", ""], &format!("{names}rbac\t")),
        (&["nodeusage", "--context", "nodeusage-test", &first[..3]], first),
        (&["nodeusage", "--context", ""], "nodeusage-test\n:4\n"),
        (&["nodeusage", "--cluster="], "nodeusage-test\n:4\n"),
        (&["nodeusage", "--user", ""], "admin\n:4\n"),
        (&["nodeusage", "--pods", &first[..3]], first),
        (
            &["nodeusage", "-o", "t"],
            "text\tA table for people\ntop\tWhat `kubectl top nodes` prints\ntsv\tAs csv, with tabs\n:4\n",
        ),
        (&["nodeusage", "--sort-by", "cpu-"], "cpu-percent\n:4\n"),
        (&["nodeusage", "-l", "poo"], "pool=\n:6\n"),
        (&["nodeusage", "-l", "pool=g"], "pool=general\npool=gpu\n:4\n"),
        (&["nodeusage", "-L", "kubernetes.io/ar"], "kubernetes.io/arch\n:4\n"),
        (&["nodeusage", "--show-c"], "--show-capacity\tPercent of capacity instead of allocatable\n:4\n"),
        (
            &["nodeusage", "doctor", "--sh"],
            "--show-config\tPrint the resolved configuration, credentials masked, with the origin of each value; no server is asked\n:4\n",
        ),
        (&["nodeusage", "completion", ""], "bash\nelvish\nfish\npowershell\nzsh\n:4\n"),
        (&["nodeusage", "--kubeconfig", ""], ":0\n"),
        (&["nodeusage", "--server", &no_server, ""], "doctor\t"),
    ] {
        let answer = kubectl.complete(words);
        assert!(answer.contains(expected), "{words:?}: {answer}");
    }
}

#[test]
fn the_words_of_kubectl_stay_its_own() {
    let kubectl = Kubectl::with_the_plugin();
    assert!(kubectl.complete(&["top", ""]).starts_with("node\tDisplay resource"));
    assert!(kubectl.complete(&["get", "nodes", "--out"]).starts_with("--output"));
}
