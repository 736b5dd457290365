//! A running control plane, stopped when its handle goes or this process ends, however it ends.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::LazyLock,
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

use crate::support::{Outcome, nodeusage, prepared, program, run};

/// The one that the tests share; none of them changes its nodes. 40 mixed nodes, some without samples.
pub static SHARED: LazyLock<Plane> = LazyLock::new(|| Plane::start(&["--nodes", "40", "--wait-for-samples"]));

/// The certificates of every control plane of this run, so that one can read another's metrics.
static PKI: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());

pub struct Plane {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub kubeconfig: PathBuf,
    pub ready: Value,
    _dir: TempDir,
}

impl Plane {
    pub fn start(flags: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut child = Command::new(binary("control-plane"))
            .arg("serve")
            .arg("--dir")
            .arg(dir.path().join("plane"))
            .arg("--pki")
            .arg(PKI.path())
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the control plane says when it is ready");
        let kubeconfig = PathBuf::from(ready["kubeconfig"].as_str().unwrap());
        Self { child, commands, answers, kubeconfig, ready, _dir: dir }
    }

    /// Gives the control plane a command, `stop metrics-server` or the like.
    pub fn command(&mut self, command: &str) {
        writeln!(self.commands, "{command}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "ok\n", "{command}");
    }

    /// The plugin, as the administrator of this control plane.
    pub fn nodeusage(&self, arguments: &[&str]) -> Outcome {
        run(nodeusage().env("KUBECONFIG", &self.kubeconfig).args(arguments))
    }

    /// kubectl, as the administrator of this control plane.
    pub fn kubectl(&self, arguments: &[&str]) -> Outcome {
        run(program(binary("kubectl")).env("KUBECONFIG", &self.kubeconfig).args(arguments))
    }

    /// A line of the administrator's shell, where kubectl finds the plugin as it finds any.
    pub fn shell(&self, line: &str) -> Outcome {
        let dir = TempDir::new().unwrap();
        symlink(binary("kubectl"), dir.path().join("kubectl")).unwrap();
        symlink(env!("CARGO_BIN_EXE_kubectl-nodeusage"), dir.path().join("kubectl-nodeusage")).unwrap();
        let path = format!("{}:{}", dir.path().display(), env::var("PATH").unwrap());
        let mut shell = program("bash");
        shell.args(["-o", "pipefail", "-c", line]).env("PATH", path).env("KUBECONFIG", &self.kubeconfig);
        run(&mut shell)
    }

    /// Creates or changes objects.
    pub fn apply(&self, manifest: &Value) {
        let mut file = NamedTempFile::new().unwrap();
        write!(file, "{manifest}").unwrap();
        self.kubectl(&["apply", "--server-side", "-f", file.path().to_str().unwrap()]).success();
    }

    /// The timestamp of each node's sample, as the API gives it.
    pub fn timestamps(&self) -> BTreeMap<String, String> {
        let list = self.kubectl(&["get", "--raw", "/apis/metrics.k8s.io/v1beta1/nodes"]).success();
        let list: Value = serde_json::from_str(&list).unwrap();
        let sample = |item: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&item["metadata"]["name"]), text(&item["timestamp"]))
        };
        list["items"].as_array().unwrap().iter().map(sample).collect()
    }

    /// What two programs say of the same samples: tried again when the server renewed them in between.
    pub fn at_one_moment<T>(&self, mut look: impl FnMut() -> T) -> T {
        for _ in 0..20 {
            let before = self.timestamps();
            let seen = look();
            if self.timestamps() == before {
                return seen;
            }
            thread::sleep(Duration::from_millis(500));
        }
        panic!("the samples were renewed during each of 20 looks");
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that tests/cluster builds.
pub fn binary(name: &str) -> PathBuf {
    prepared("NODEUSAGE_TEST_BIN").join(name)
}
