//! Two control planes at once, with nodes of the same names; one of them is killed midway.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    plane::Plane,
    running::{Running, eventually},
    support::{Outcome, environment::in_empty_home, nodeusage, run},
};

/// Two control planes, and a kubeconfig with a context for each.
struct Scene {
    one: Plane,
    two: Plane,
    folder: TempDir,
    kubeconfig: PathBuf,
}

impl Scene {
    fn start() -> Self {
        let start =
            |nodes| Plane::start(&["--nodes", nodes, "--wait-for-samples", "--metric-resolution", "10s"]);
        let [one, two] = thread::scope(|scope| {
            ["3", "4"].map(|nodes| scope.spawn(move || start(nodes))).map(|starting| starting.join().unwrap())
        });
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = folder.path().join("config");
        write(&kubeconfig, &[("one", &one), ("two", &two)]);
        Self { one, two, folder, kubeconfig }
    }

    fn nodeusage(&self, arguments: &[&str]) -> Outcome {
        run(nodeusage().env("KUBECONFIG", &self.kubeconfig).args(arguments))
    }

    /// The two clusters' own rows, while no sample of theirs changes.
    fn rows_of_each(&self) -> Vec<Row> {
        ["one", "two"]
            .into_iter()
            .flat_map(|context| rows(&self.nodeusage(&["--context", context, "-o", "csv"]).success()))
            .collect()
    }
}

/// Writes a kubeconfig with what is needed for each control plane, under a name of its own.
fn write(path: &Path, parts: &[(&str, &Plane)]) {
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, plane)| {
            let config: Value =
                serde_json::from_str(&plane.kubectl(&["config", "view", "--raw", "-o", "json"]).success())
                    .unwrap();
            (*name, config["clusters"][0]["cluster"].clone(), config["users"][0]["user"].clone())
        })
        .collect();
    let all = |what: fn(&(&str, Value, Value)) -> Value| parts.iter().map(what).collect::<Vec<_>>();
    let config = json!({
        "clusters": all(|(name, cluster, _)| json!({"name": name, "cluster": cluster})),
        "users": all(|(name, _, user)| json!({"name": name, "user": user})),
        "contexts": all(|(name, ..)| json!({"name": name, "context": {"cluster": name, "user": name}})),
        "current-context": "one",
    });
    fs::write(path, config.to_string()).unwrap();
}

/// Timestamp, context, node and the reason why something is unknown.
type Row = [String; 4];

fn rows(csv: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let row = |row: csv::StringRecord| [0, 1, 2, 12].map(|at| row[at].to_owned());
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn clusters_are_read_at_once_and_one_that_fails_does_not_hide_the_other() {
    let mut scene = Scene::start();
    both_are_shown(&scene);
    a_context_that_leads_nowhere_is_shown_beside_them(&scene);
    one_is_killed_while_both_are_recorded(&mut scene);
}

fn both_are_shown(scene: &Scene) {
    let both = ["--contexts", "two,one"];
    let (each, all) = scene.one.at_one_moment(|| {
        scene.two.at_one_moment(|| {
            let all = scene.nodeusage(&[&both[..], &["-o", "csv"]].concat());
            (scene.rows_of_each(), rows(&all.success()))
        })
    });
    assert_eq!(each, all, "the rows of each, by context and name");
    assert_eq!(all.len(), 7);
    let names = |context: &str| {
        all.iter().filter(|row| row[1] == context).map(|row| &row[2]).collect::<BTreeSet<_>>()
    };
    assert!(names("one").is_subset(&names("two")), "only the context tells them apart");

    let text = scene.nodeusage(&both).success();
    let words = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let mut lines = text.lines();
    assert_eq!(words(lines.next().unwrap()), ["CONTEXT", "NAME"]);
    assert_eq!(lines.map(words).collect::<Vec<_>>(), all.iter().map(|row| &row[1..3]).collect::<Vec<_>>());

    let json: Value =
        serde_json::from_str(&scene.nodeusage(&[&both[..], &["-o", "json"]].concat()).success()).unwrap();
    assert_eq!((&json["context"], &json["failures"]), (&Value::Null, &json!([])));
    assert!(json["items"].as_array().unwrap().iter().all(|item| item["context"].is_string()));
    assert_valid(&json);

    let totals = |arguments: &[&str]| {
        let arguments = [arguments, &["--totals-only", "-o", "json"]].concat();
        let json: Value = serde_json::from_str(&scene.nodeusage(&arguments).success()).unwrap();
        json["totals"]["nodes"].as_u64().unwrap()
    };
    assert_eq!(totals(&both), totals(&["--context", "one"]) + totals(&["--context", "two"]));
}

fn assert_valid(document: &Value) {
    let schema = serde_json::from_str(include_str!("../../docs/nodeusagelist.schema.json")).unwrap();
    jsonschema::validate(&schema, document).unwrap();
}

fn a_context_that_leads_nowhere_is_shown_beside_them(scene: &Scene) {
    let path = scene.folder.path().join("with-gone");
    let mut config: Value = serde_json::from_str(&fs::read_to_string(&scene.kubeconfig).unwrap()).unwrap();
    let context = json!({"name": "gone", "context": {"cluster": "gone", "user": "one"}});
    config["contexts"].as_array_mut().unwrap().push(context);
    fs::write(&path, config.to_string()).unwrap();

    let show =
        |format: &str| run(nodeusage().env("KUBECONFIG", &path).args(["--all-contexts", "-o", format]));
    let csv = show("csv");
    assert_eq!(csv.code, 1, "{csv:?}");
    assert!(csv.stderr.contains("warning: context \"gone\": "), "{csv:?}");
    assert!(csv.stderr.contains("\nerror: 1 of 3 clusters can't be read in full\n"), "{csv:?}");
    let found = rows(&csv.stdout);
    assert_eq!(found.iter().filter(|row| row[1] != "gone").count(), 7);
    assert_eq!(found.last().unwrap(), &["", "gone", "", "ClusterFailed"]);

    let json: Value = serde_json::from_str(&show("json").stdout).unwrap();
    assert_eq!(json["failures"][0]["context"], "gone");
    assert_valid(&json);
    assert!(show("text").stdout.lines().last().unwrap().starts_with("gone     <unknown> "));
}

fn one_is_killed_while_both_are_recorded(scene: &mut Scene) {
    let path = scene.folder.path().join("both.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-nodeusage"));
    in_empty_home(&mut command);
    command.env("KUBECONFIG", &scene.kubeconfig).args(["--contexts", "one,two", "-w", "--interval", "1s"]);
    command.args(["-o", "csv", "--output-file"]).arg(&path).stdout(Stdio::null());
    let mut running = Running::start(&mut command);
    let recorded = || fs::read_to_string(&path).map(|csv| rows(&csv)).unwrap_or_default();
    let count =
        |context: &str| recorded().iter().filter(|row| row[1] == context && !row[0].is_empty()).count();
    let grows = |context: &str| {
        let before = count(context);
        eventually(&format!("more rows of {context}"), || (count(context) > before).then_some(()));
    };
    grows("one");
    grows("two");

    scene.two.command("kill kube-apiserver");
    running.says("context \"two\": ");
    eventually("the failure is recorded", || {
        recorded().iter().any(|row| row[3] == "ClusterFailed").then_some(())
    });
    grows("one");
    let watched = scene.nodeusage(&["--contexts", "one,two", "-w", "--interval", "1s", "--count", "2"]);
    assert_eq!(watched.code, 1, "{watched:?}");
    let failed = watched.stdout.lines().filter(|line| line.starts_with("two ")).count();
    assert_eq!(failed, 2, "the cluster that is gone stands in each table: {watched:?}");

    scene.two.command("start kube-apiserver");
    running.says("the cluster is read again");
    grows("two");
    let (code, _) = running.end(Signal::TERM);
    assert_eq!(code, Some(0), "{}", running.stderr());

    let mut last: BTreeMap<[String; 2], String> = BTreeMap::new();
    let recorded = recorded();
    assert_eq!(recorded.iter().filter(|row| row[3] == "ClusterFailed").count(), 1, "{recorded:?}");
    for [timestamp, context, node, _] in recorded.into_iter().filter(|row| !row[0].is_empty()) {
        let former = last.insert([context, node], timestamp.clone());
        assert!(former.is_none_or(|former| former < timestamp), "twice, or not in order");
    }
    assert_eq!(last.len(), 7);
}
