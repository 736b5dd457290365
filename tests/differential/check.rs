//! Runs cases and says which of them differ.

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    case::Case,
    class,
    compare::differences,
    observe::{Observation, observe},
};

/// Cases in which the plugin differs from kubectl on purpose, and why.
const WANTED: [(&str, &str); 5] = [
    ("answers: 302 to another name", "credentials go to no server but the configured one"),
    ("answers: 302 to another server", "credentials go to no server but the configured one"),
    ("defaults: nobody is asked for, over https", "a name and password are never asked for on the terminal"),
    (
        "exec failures: an expiry that is past",
        "a plugin that gives what has expired is run once, not once a handshake",
    ),
    (
        "timeouts: negative",
        "a limit that has passed before it began is no limit, and the server is not told of it",
    ),
];

/// Cases at a time. Most of their time is waiting for two processes.
const WORKERS: usize = 3;

#[track_caller]
pub fn check(cases: &[Case]) {
    let only = env::var("DIFFERENTIAL_ONLY").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if case.name.contains(&only) {
                        let failure = failure(case);
                        failures.lock().unwrap().extend(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {} cases differ\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

pub fn assert_wanted_differences_are_of(names: &BTreeSet<&String>) {
    assert!(WANTED.len() <= 5);
    for (name, reason) in WANTED {
        assert!(names.contains(&name.to_owned()) && !reason.is_empty(), "{name}");
    }
}

/// What is wrong with a case, if something is.
#[expect(clippy::print_stdout, reason = "DIFFERENTIAL_PRINT asks for it")]
fn failure(case: &Case) -> Option<String> {
    let observed = observe(case);
    if env::var_os("DIFFERENTIAL_PRINT").is_some() {
        let printed = [("kubectl", &observed.kubectl), ("plugin", &observed.plugin)];
        let printed = printed.map(|(who, observation)| in_full(who, observation));
        println!("=== {}\n{}", case.name, printed.concat());
    }
    let mut differences = differences(&observed);
    if observed.kubectl.class.starts_with(class::UNKNOWN) {
        differences.push("class.rs has no class for what kubectl says".to_owned());
    }
    let is_wanted = WANTED.iter().any(|(name, _)| *name == case.name);
    match (differences.is_empty(), is_wanted) {
        (true, true) => Some(format!("{}: agrees, and is wanted to differ", case.name)),
        (true, false) | (false, true) => None,
        (false, false) => Some(format!("{}\n    {}", case.name, differences.join("\n    "))),
    }
}

fn in_full(who: &str, observation: &Observation) -> String {
    let Observation { class, record, exec_runs, said, took, outcome } = observation;
    let mut lines = vec![format!("--- {who}, {took:.1?}: {class}")];
    lines.extend(outcome.stderr.lines().map(|line| format!("    | {line}")));
    lines.extend(record.requests.iter().map(|request| format!("    {request:?}")));
    lines.extend(record.refused_by_proxy.iter().map(|refused| format!("    refused: {refused}")));
    lines.extend(record.broken_handshakes.iter().map(|name| format!("    broken handshake: {name:?}")));
    lines.extend(exec_runs.iter().map(|run| format!("    {run:?}")));
    lines.extend(said.iter().map(|text| format!("    said: {text}")));
    lines.join("\n") + "\n"
}
