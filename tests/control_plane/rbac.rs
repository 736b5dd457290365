//! The manifest of `rbac`, applied by kubectl to a real server.

use std::io::Write;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    account::Account,
    diagnosis::Diagnosis,
    plane::SHARED,
    support::{nodeusage, run},
};

/// A manifest.
fn manifest(arguments: &[&str]) -> String {
    run(nodeusage().arg("rbac").args(arguments)).success()
}

#[test]
fn names_reach_the_server_as_they_were_typed() {
    let names = [
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
    ];
    let mut file = NamedTempFile::new().unwrap();
    let mut expected = Vec::new();
    for name in names {
        for (flag, kind) in [("--user", "User"), ("--group", "Group")] {
            write!(file, "{}", manifest(&[&format!("{flag}={name}")])).unwrap();
            expected.push((kind, name, None));
        }
        if !name.contains(['%', '/']) {
            write!(file, "{}", manifest(&["--user=jane", &format!("--name={name}")])).unwrap();
            expected.push(("User", "jane", Some(name)));
        }
    }
    let path = file.path().to_str().unwrap();
    let list = SHARED.kubectl(&["apply", "--dry-run=server", "-o", "json", "-f", path]).success();
    let list: Value = serde_json::from_str(&list).unwrap();
    let objects = list["items"].as_array().unwrap();
    assert_eq!(objects.len(), 2 * expected.len());
    for (pair, (kind, name, role)) in objects.chunks(2).zip(expected) {
        let [granted, binding] = pair else { panic!("{pair:?}") };
        assert_eq!(binding["subjects"][0]["name"], name);
        assert_eq!(binding["subjects"][0]["kind"], kind);
        assert_eq!(binding["roleRef"]["name"], granted["metadata"]["name"]);
        assert!(role.is_none_or(|role| granted["metadata"]["name"] == role), "{granted}");
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
        let objects: Vec<Value> = serde_saphyr::from_multiple(&manifest(flags)).unwrap();
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
    let (pods, use_of_pods) = (rule("pods.", &["list"]), rule("pods.metrics.k8s.io", &["list"]));
    assert_eq!(rules(&["--with-pods"]), [usage.clone(), pods, use_of_pods.clone()]);
    assert_eq!(
        rules(&["--with-percent", "--with-requests", "--with-pods"]),
        [usage.clone(), percent.clone(), requests.clone(), use_of_pods]
    );
    assert_eq!(rules(&["--with-percent", "--with-requests"]), [usage, percent, requests]);
}

/// What the main job is seen to lack without a right.
enum Loss {
    /// It fails with these arguments.
    Failure(&'static [&'static str]),
    /// It knows no percent, and says why.
    Figure(&'static [&'static str]),
    /// In watch mode it says why it has to ask again and again.
    Watch(&'static [&'static str]),
    /// Its requests are not for what is shown by default; the doctor alone can tell.
    Later,
}

/// Each verb of each rule is needed: without it alone, the doctor and the main job name it and nothing else.
#[test]
fn each_right_that_is_taken_away_is_named_and_missed() {
    let account = Account::new(&SHARED, "rbac-each");
    let grant = "kubectl nodeusage rbac --serviceaccount rbac-each:reader --with-percent --with-requests --with-pods \
                 | kubectl apply -f -";
    SHARED.shell(grant).success();
    account.wait_until(true, "list", "nodes.metrics.k8s.io");
    let role = "nodeusage:serviceaccount:rbac-each:reader";
    let rules = || -> Value {
        let role = SHARED.kubectl(&["get", "clusterrole", role, "-o", "json"]).success();
        serde_json::from_str::<Value>(&role).unwrap()["rules"].clone()
    };
    let granted = rules();
    let name = SHARED.timestamps().into_keys().next().unwrap();
    let arguments = |words: &[&'static str]| -> Vec<String> {
        words.iter().map(|word| word.replace("NAME", &name)).collect()
    };
    let main_job = |words: &[&'static str]| {
        let words = arguments(words);
        account.nodeusage(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let diagnosis = || Diagnosis::of(&account.nodeusage(&["doctor", "-o", "json"]));
    assert_eq!(missing(&diagnosis()), [""; 0]);

    let mut taken = Vec::new();
    for (index, rule) in granted.as_array().unwrap().iter().enumerate() {
        let group = rule["apiGroups"][0].as_str().unwrap();
        let resource = rule["resources"][0].as_str().unwrap();
        for verb in rule["verbs"].as_array().unwrap().iter().map(|verb| verb.as_str().unwrap()) {
            let right = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
            let mut left = granted.clone();
            left[index]["verbs"].as_array_mut().unwrap().retain(|left| left != verb);
            // A rule must have a verb.
            left.as_array_mut().unwrap().retain(|rule| !rule["verbs"].as_array().unwrap().is_empty());
            let patch = json!([{"op": "replace", "path": "/rules", "value": left}]).to_string();
            SHARED.kubectl(&["patch", "clusterrole", role, "--type=json", "-p", &patch]).success();
            account.wait_until(false, verb, &right);

            let diagnosis = diagnosis();
            assert_eq!(missing(&diagnosis), [format!("{verb} {right}")]);
            assert_eq!(diagnosis.usable, (verb, right.as_str()) != ("list", "nodes.metrics.k8s.io"));

            let denied = format!("cannot {verb} resource \"{resource}\" in API group \"{group}\"");
            let names_it_alone = |stderr: &str| {
                assert!(stderr.contains(&denied), "{verb} {right}: {stderr}");
                assert_eq!(stderr.matches(" cannot ").count(), 1, "{stderr}");
            };
            match loss(verb, &right) {
                Loss::Failure(words) => {
                    let outcome = main_job(words);
                    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{verb} {right}");
                    names_it_alone(&outcome.stderr);
                }
                Loss::Figure(words) => {
                    let outcome = main_job(words);
                    assert_eq!(outcome.code, 0, "{outcome:?}");
                    names_it_alone(&outcome.stderr);
                    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
                    assert_eq!(document["items"][0]["cpu_usage_percent"], Value::Null);
                }
                Loss::Watch(words) => {
                    let outcome = main_job(words);
                    assert_eq!(
                        (outcome.code, outcome.stdout.lines().count() >= 40),
                        (0, true),
                        "{outcome:?}"
                    );
                    names_it_alone(&outcome.stderr);
                    assert!(outcome.stderr.contains("--with-percent"), "{outcome:?}");
                }
                Loss::Later => {}
            }

            // The doctor's own command gives it back, and takes nothing away.
            let hint = diagnosis.check(&format!("{verb} {right}")).hint.clone().unwrap();
            SHARED.shell(hint.strip_prefix("an administrator grants it with: ").unwrap()).success();
            assert_eq!(rules(), granted, "{hint}");
            account.wait_until(true, verb, &right);
            taken.push(format!("{verb} {right}"));
        }
    }
    assert_eq!(taken.len(), 8, "{taken:?}");
    let whole = main_job(&["NAME", "-o", "json"]);
    assert_eq!((whole.code, whole.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert!(document["items"][0]["cpu_usage_percent"].is_number(), "{document}");
}

fn loss(verb: &str, right: &str) -> Loss {
    match (verb, right) {
        ("list", "nodes.metrics.k8s.io") => Loss::Failure(&[]),
        ("get", "nodes.metrics.k8s.io") => Loss::Failure(&["NAME"]),
        ("list", "nodes") => Loss::Figure(&["-o", "json"]),
        ("get", "nodes") => Loss::Figure(&["NAME", "-o", "json"]),
        ("list", "pods") => Loss::Failure(&["--pods", "NAME"]),
        ("list", "pods.metrics.k8s.io") => Loss::Figure(&["--pods", "NAME", "-o", "json"]),
        ("watch", "nodes") => Loss::Watch(&["--watch", "--interval=1s", "--for=6s", "-o", "csv"]),
        _ => Loss::Later,
    }
}

/// The rights that the doctor misses.
fn missing(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis.names("failed").into_iter().filter(|name| name.contains(' ')).collect()
}
