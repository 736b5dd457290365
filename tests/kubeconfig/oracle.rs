//! Asks client-go about ten thousand machines and compares its answers with the resolver's.
//!
//! `NODEUSAGE_ORACLE_SEED` (a number) and `NODEUSAGE_ORACLE_CASES` ask about others and more of them.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use serde_json::Value;

use crate::{
    case::{Case, plain},
    generate::{PEM, Random},
};

#[test]
fn connections_equal_client_gos() {
    let setting = |variable, default| {
        env::var(variable).ok().and_then(|value| value.parse::<u64>().ok()).unwrap_or(default)
    };
    let mut random = Random::new(setting("NODEUSAGE_ORACLE_SEED", 1));
    let cases: Vec<Case> = (0..setting("NODEUSAGE_ORACLE_CASES", 10_000)).map(|_| random.case()).collect();
    let (expected, resolved) = thread::scope(|scope| {
        let resolved = scope.spawn(|| cases.iter().map(Case::resolve).collect::<Vec<_>>());
        (ask_client_go(&cases), resolved.join().expect("no panic"))
    });
    assert_eq!(expected.len(), cases.len(), "the oracle gave another number of answers");

    let mut differing: Vec<_> = cases
        .iter()
        .zip(&expected)
        .zip(&resolved)
        .map(|((case, go), rust)| (case, go, rust))
        .filter(|(_, go, rust)| {
            go["class"] != rust["class"] || plain(&go["connection"]) != plain(&rust["connection"])
        })
        .collect();
    differing.sort_by_key(|(case, ..)| case.size());
    let shown = differing.iter().take(3).map(|(case, go, rust)| {
        let files = case.files.iter().map(|(path, content)| match content.as_str() {
            PEM => format!("--- {path} (PEM)\n"),
            other => format!("--- {path}\n{other}\n"),
        });
        let files: String = files.collect();
        format!(
            "flags {:?} {:?}\nenvironment {:?}\n{files}Go:   {}\nRust: {}",
            case.flags,
            case.lists,
            case.environment,
            plain(go),
            plain(rust)
        )
    });
    assert!(
        differing.is_empty(),
        "{} of {} differ, the smallest:\n{}",
        differing.len(),
        cases.len(),
        shown.collect::<Vec<_>>().join("\n\n")
    );
    assert_mixed(&cases, &expected);
}

/// The oracle in a mount namespace of its own, in which /var/run is empty.
fn ask_client_go(cases: &[Case]) -> Vec<Value> {
    let oracle = env::var_os("NODEUSAGE_TEST_BIN")
        .map(|directory| PathBuf::from(directory).join("clientcmd-oracle"))
        .filter(|oracle| oracle.is_file())
        .expect("run the tests by: make test");
    let mut command = Command::new("unshare");
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        command.arg("--map-root-user");
    }
    command.args(["--mount", "sh", "-ec", r#"mount -t tmpfs tmpfs /var/run; exec "$0""#]).arg(oracle);
    let mut oracle = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("unshare runs");
    let mut questions = BufWriter::new(oracle.stdin.take().unwrap());
    let answers = BufReader::new(oracle.stdout.take().unwrap());
    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            for case in cases {
                serde_json::to_writer(&mut questions, case).expect("the oracle reads");
                questions.write_all(b"\n").expect("the oracle reads");
            }
        });
        answers.lines().map(|line| serde_json::from_str(&line.unwrap()).expect("an answer")).collect()
    });
    assert!(oracle.wait().unwrap().success());
    answers
}

/// That the machines are worth asking about: every kind of error, every part of a connection, and enough of each.
fn assert_mixed(cases: &[Case], answers: &[Value]) {
    let mut counts = BTreeMap::<String, usize>::new();
    for answer in answers {
        let connection = plain(&answer["connection"]);
        match answer["class"].as_str() {
            Some(class) => *counts.entry(class.to_owned()).or_default() += 1,
            None => *counts.entry("connected".to_owned()).or_default() += 1,
        }
        for field in connection.as_object().into_iter().flat_map(|map| map.keys()) {
            *counts.entry(format!("has {field}")).or_default() += 1;
        }
        if connection["token_file"].as_str().is_some_and(|path| path.contains("serviceaccount")) {
            *counts.entry("in cluster".to_owned()).or_default() += 1;
        }
    }
    let total = cases.len();
    let several =
        cases.iter().filter(|case| case.environment.get("KUBECONFIG").is_some_and(|list| list.contains(':')));
    assert!(several.count() * 3 >= total, "too few have several files");
    let connected = counts["connected"];
    assert!(connected * 100 >= total * 35, "only {connected} of {total} connect: {counts:?}");
    assert!(connected * 100 <= total * 80, "as many as {connected} of {total} connect: {counts:?}");
    for wanted in [
        "authority",
        "auth-provider",
        "client-certificate",
        "exec",
        "file",
        "impersonation",
        "kubeconfig",
        "methods",
        "no-cluster",
        "no-context",
        "no-current-context",
        "no-kubeconfig",
        "no-user",
        "proxy",
        "server",
        "timeout",
        "token",
        "in cluster",
        "has as",
        "has as_extra",
        "has as_groups",
        "has as_uid",
        "has authority_data",
        "has authority_file",
        "has basic",
        "has certificate_data",
        "has certificate_file",
        "has disable_compression",
        "has exec",
        "has insecure",
        "has key_data",
        "has key_file",
        "has oidc",
        "has proxy",
        "has server_name",
        "has timeout_nanoseconds",
        "has token",
        "has token_file",
    ] {
        let count = counts.get(wanted).copied().unwrap_or_default();
        assert!(count * 1000 >= total, "only {count} of {total}: {wanted}: {counts:?}");
    }
}
