//! Runs programs and says what came of it. Every run is bounded.

pub mod environment;

use std::{env, ffi::OsStr, path::PathBuf, process::Command};

use environment::{HOME, in_empty_home};

/// What came of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The standard output of a program that must succeed.
    #[allow(dead_code, reason = "not every test needs it")]
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }
}

/// A program in [`environment::in_empty_home`].
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", "120"]).arg(path);
    in_empty_home(&mut command);
    command
}

/// The plugin, as kubectl would run it. What it remembers of a server is forgotten with this process, since the next one
/// may find another server at the same port.
#[allow(dead_code, reason = "not every test needs it")]
pub fn nodeusage() -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_kubectl-nodeusage"));
    command.env("KUBECACHEDIR", format!("{HOME}/cache-{}", std::process::id()));
    command
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Outcome {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code().unwrap_or_else(|| panic!("{command:?} was killed")),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A program that `make test` builds or installs for the tests.
#[allow(dead_code, reason = "not every test needs one")]
pub fn prepared(variable: &str) -> PathBuf {
    let path =
        env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set; run the tests by: make test"));
    PathBuf::from(path)
}
