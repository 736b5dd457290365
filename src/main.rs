//! `kubectl nodeusage`: parse, run, exit code.

use std::{
    env,
    io::{self, BufWriter, ErrorKind, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use nodeusage::{
    cli::{Cli, Task, Terminal},
    client::Messages,
    diagnose,
    error::Error,
    run,
};

/// As a shell reports a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let task = Cli::parse().task(terminal()).unwrap_or_else(|error| error.exit());
    let mut out = BufWriter::new(io::stdout());
    let messages = Messages::to(io::stderr());
    let outcome = match task {
        Task::ShowConfig(flags) => diagnose::config::show(&flags, &mut out),
        Task::Report(job) => tokio::select! {
            outcome = run::run(&job, &mut out, &messages) => outcome,
            _ = tokio::signal::ctrl_c() => return INTERRUPTED.into(),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let hint = error.hint().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
            let _ = write!(io::stderr(), "error: {error}\n{hint}");
            ExitCode::FAILURE
        }
    }
}

fn terminal() -> Terminal {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    Terminal {
        colour: io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
        progress: io::stderr().is_terminal() && !is_dumb,
    }
}
