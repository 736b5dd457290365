//! Runs kubectl and the plugin on a case, each from the same start, and notes what came of it.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    case::{Case, PLUGIN, PLUGIN_SCRIPT, Verb},
    class,
    recorder::{Record, Recorder},
    secrets,
    support::{Outcome, nodeusage, prepared, program, run},
};

/// What one of the two did.
#[derive(Debug)]
pub struct Observation {
    /// `ok`, or the class of the error.
    pub class: String,
    pub record: Record,
    pub exec_runs: Vec<ExecRun>,
    /// Which of the case's texts it showed.
    pub said: Vec<String>,
    pub took: Duration,
    pub outcome: Outcome,
}

/// How an exec plugin was run.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecRun {
    pub arguments: String,
    pub variables: String,
    pub info: Value,
    pub stdin: String,
    pub folder: String,
}

/// What came of a case.
pub struct Observed {
    pub kubectl: Observation,
    pub plugin: Observation,
    /// The secrets that the plugin printed.
    pub leaked: Vec<String>,
}

pub fn observe(case: &Case) -> Observed {
    let dir = TempDir::new().unwrap();
    let recorder = Recorder::start(&case.servers);
    let case = case.expanded(&recorder, dir.path().to_str().unwrap());

    let mut kubectl = in_place(&case, dir.path(), &program(prepared("NODEUSAGE_TEST_BIN").join("kubectl")));
    match case.verb {
        Verb::Raw(path) => kubectl.args(["get", "--raw", path]),
        Verb::Top => kubectl.args(["top", "nodes"]),
    };
    let kubectl = look(&case, dir.path(), &recorder, &mut kubectl, class::of_kubectl);

    let plugin = || {
        let mut command = in_place(&case, dir.path(), &nodeusage());
        command.args(["-o", "csv"]);
        command
    };
    let quiet = look(&case, dir.path(), &recorder, &mut plugin(), class::of_plugin);
    let loud = look(&case, dir.path(), &recorder, plugin().arg("-v=9"), class::of_plugin);
    let printed = [&quiet, &loud].map(|seen| format!("{}\n{}", seen.outcome.stdout, seen.outcome.stderr));
    Observed { kubectl, plugin: quiet, leaked: secrets::found_in(&printed.concat()) }
}

/// In seconds. Whoever runs longer is told so by its exit code.
const LONGEST_RUN: &str = "15";

/// Shows the case's files where programs look for them. With these sources of names no packet is sent for one.
const IN_PRIVATE_MOUNTS: &str = r#"
if [ -d "$1/pod" ]; then
    mount -t tmpfs tmpfs /var/run
    mkdir -p /var/run/secrets/kubernetes.io
    cp -r "$1/pod" /var/run/secrets/kubernetes.io/serviceaccount
fi
if [ -e "$1/hosts" ]; then
    printf 'hosts: files\n' >"$1/nsswitch.conf"
    mount --bind "$1/hosts" /etc/hosts
    mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
fi
shift
exec "$@"
"#;

/// A program in the case's folder, and in the case's pod.
fn in_place(case: &Case, dir: &Path, program_line: &Command) -> Command {
    let mut command = program("env");
    command.arg("-C").arg(dir.join(&case.working_folder)).args(["timeout", "--kill-after=1", LONGEST_RUN]);
    if case.files.iter().any(|(path, _)| path == "hosts" || path.starts_with("pod/")) {
        command.arg("unshare");
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            command.arg("--map-root-user");
        }
        command.args(["--mount", "sh", "-ec", IN_PRIVATE_MOUNTS, "sh"]).arg(dir);
    }
    command.arg(program_line.get_program()).args(program_line.get_args());
    command.env("HOME", dir.join("home")).envs(case.variables.iter().cloned());
    command
}

fn look(
    case: &Case,
    dir: &Path,
    recorder: &Recorder,
    command: &mut Command,
    class: fn(&Outcome) -> String,
) -> Observation {
    prepare(case, dir);
    recorder.reset(case.answers.clone());
    let start = Instant::now();
    let outcome = run(command.args(&case.flags));
    Observation {
        class: class(&outcome),
        record: recorder.record(),
        exec_runs: exec_runs(&dir.join("runs")),
        said: case.says.iter().filter(|text| outcome.stderr.contains(*text)).cloned().collect(),
        took: start.elapsed(),
        outcome,
    }
}

/// Makes the case's folder what it is at the start.
fn prepare(case: &Case, dir: &Path) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
    for folder in ["home", "runs", case.working_folder.as_str()] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let plugin = dir.join(PLUGIN);
    fs::write(&plugin, PLUGIN_SCRIPT.replace("<dir>", dir.to_str().unwrap())).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    for (path, text) in &case.files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        if text.starts_with("#!") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

fn exec_runs(folder: &Path) -> Vec<ExecRun> {
    let mut runs: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    runs.sort();
    let read = |run: &Path| {
        let text = |name: &str| fs::read_to_string(run.join(name)).unwrap_or_default();
        ExecRun {
            arguments: text("arguments"),
            variables: text("variables"),
            info: serde_json::from_str(&text("info")).unwrap_or_else(|_| Value::String(text("info"))),
            stdin: text("stdin"),
            folder: text("folder"),
        }
    };
    runs.iter().map(|run| read(run)).collect()
}
