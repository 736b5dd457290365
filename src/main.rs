//! `kubectl nodeusage`: parse, run, exit code.

use std::{
    env,
    io::{self, BufWriter, ErrorKind, IsTerminal, Write},
    process::ExitCode,
};

use nodeusage::{
    cli::{Task, Terminal},
    client::Messages,
    complete, diagnose,
    error::Error,
    run::{self, Outcome},
};

/// As a shell reports a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// A node meets what `--fail-on` says.
const MATCHED: u8 = 3;

fn main() -> ExitCode {
    let task = Task::of(env::args_os(), terminal()).unwrap_or_else(|error| error.exit());
    let out = BufWriter::new(io::stdout());
    match done(task, out) {
        Ok(code) => code,
        // Whoever reads the output has seen enough.
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Error::Interrupted) => INTERRUPTED.into(),
        Err(error) => {
            let hint = error.hint().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
            let _ = write!(io::stderr(), "error: {error}\n{hint}");
            ExitCode::FAILURE
        }
    }
}

fn done(task: Task, mut out: BufWriter<io::Stdout>) -> Result<ExitCode, Error> {
    let messages = Messages::to(io::stderr());
    let succeeded = |()| ExitCode::SUCCESS;
    match task {
        Task::Rbac(grant) => diagnose::rbac::write(&grant, &mut out).map(succeeded),
        Task::ShowConfig(flags) => diagnose::config::show(&flags, &mut out).map(succeeded),
        Task::Doctor(job) => {
            let is_usable = block_on(diagnose::doctor::run(&job, &mut out, &messages))?;
            Ok(if is_usable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Task::CompletionScript(script) => {
            let written = out.write_all(script.as_bytes()).and_then(|()| out.flush());
            written.map_err(Error::Output).map(succeeded)
        }
        Task::Complete(question) => {
            let answer = block_on(async { Ok(complete::complete(&question).await) })?;
            answer.write(&mut out).map_err(Error::Output).map(succeeded)
        }
        Task::Report(job) => match block_on(run::run(&job, Box::new(out), &messages))? {
            Outcome::Done => Ok(ExitCode::SUCCESS),
            Outcome::Matched => Ok(MATCHED.into()),
        },
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Output)?;
    let outcome = runtime.block_on(work);
    // What still waits for the system, for a name's address or a full pipe, must not keep the process.
    runtime.shutdown_background();
    outcome
}

fn terminal() -> Terminal {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let screen = io::stdout().is_terminal() && !is_dumb;
    Terminal {
        colour: screen && !is_set("NO_COLOR"),
        screen,
        progress: io::stderr().is_terminal() && !is_dumb,
    }
}
