//! Exec credential plugins: programs that give credentials (client-go `plugin/pkg/client/auth/exec`).

use std::{
    env,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use jiff::Timestamp;
use tokio::{io::AsyncReadExt, process::Command, sync::Mutex};

use super::exec_credential::{self, Cluster, Credential};
use crate::{
    error::{Error, ExecProblem},
    kubeconfig::{
        Secret,
        connection::{Exec, InteractiveMode},
    },
};

/// The most that a plugin may print; a chain of certificates is some ten thousand bytes.
const LARGEST_OUTPUT: u64 = 1 << 20;

/// A plugin, and the credential that it gave last.
pub struct Plugin {
    exec: Exec,
    cluster: Option<Cluster>,
    stdin_is_terminal: bool,
    /// Held while the program runs, so that requests at the same time share one run.
    given: Mutex<Option<Arc<Credential>>>,
}

impl Plugin {
    /// A plugin that was not run yet.
    pub fn new(exec: Exec, cluster: Cluster, stdin_is_terminal: bool) -> Self {
        let cluster = exec.provide_cluster_info.then_some(cluster);
        Self { exec, cluster, stdin_is_terminal, given: Mutex::new(None) }
    }

    /// The credential; runs the program where there is none, or where it has expired.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`].
    pub async fn credential(&self) -> Result<Arc<Credential>, Error> {
        let mut given = self.given.lock().await;
        match &*given {
            Some(credential) if credential.expires.is_none_or(|expires| Timestamp::now() <= expires) => {
                Ok(Arc::clone(credential))
            }
            _ => Ok(Arc::clone(given.insert(Arc::new(self.run().await?)))),
        }
    }

    /// Runs the program again, since the server did not take the credential; unless that happened meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`].
    pub async fn refused(&self, refused: &Arc<Credential>) -> Result<(), Error> {
        let mut given = self.given.lock().await;
        if given.as_ref().is_some_and(|credential| Arc::ptr_eq(credential, refused)) {
            *given = Some(Arc::new(self.run().await?));
        }
        Ok(())
    }

    async fn run(&self) -> Result<Credential, Error> {
        let failed = |problem| Error::Exec { command: self.exec.command.clone(), problem };
        let interactive = match self.exec.interactive {
            InteractiveMode::Never => false,
            InteractiveMode::IfAvailable => self.stdin_is_terminal,
            InteractiveMode::Always if self.stdin_is_terminal => true,
            InteractiveMode::Always => return Err(failed(ExecProblem::NoTerminal)),
        };
        // client-go gives the hint only where PATH was searched in vain.
        let install_hint = self.exec.install_hint.clone().filter(|_| !is_path(&self.exec.command));
        let missing = || ExecProblem::Missing { install_hint: install_hint.clone() };
        let program = find(&self.exec.command).ok_or_else(|| failed(missing()))?;
        let info = exec_credential::info(&self.exec.api_version, self.cluster.as_ref(), interactive);
        let spawned = Command::new(program)
            .args(self.exec.args.iter().map(Secret::expose))
            .envs(self.exec.env.iter().map(|(name, value)| (name, value.expose())))
            .env("KUBERNETES_EXEC_INFO", info)
            .stdin(if interactive { Stdio::inherit() } else { Stdio::null() })
            .stdout(Stdio::piped())
            // What a plugin tells the user is for the user.
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.map_err(|error| {
            failed(match error.kind() {
                ErrorKind::NotFound => missing(),
                _ => ExecProblem::Unstartable(error.to_string()),
            })
        })?;
        let unreadable = |error: std::io::Error| failed(ExecProblem::Unstartable(error.to_string()));
        let mut printed = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(LARGEST_OUTPUT + 1).read_to_end(&mut printed).await.map_err(unreadable)?;
        }
        if printed.len() as u64 > LARGEST_OUTPUT {
            let problem = format!("it printed more than {} KiB", LARGEST_OUTPUT >> 10);
            return Err(failed(ExecProblem::Garbage(problem)));
        }
        let status = child.wait().await.map_err(unreadable)?;
        if !status.success() {
            return Err(failed(ExecProblem::Failed(status.code())));
        }
        exec_credential::parse(&printed, &self.exec.api_version)
            .map_err(|problem| failed(ExecProblem::Garbage(problem)))
    }
}

/// The program's path: as it is given, or found on this program's own PATH whatever PATH the plugin will get.
fn find(command: &str) -> Option<PathBuf> {
    if cfg!(windows) || is_path(command) {
        return Some(PathBuf::from(command));
    }
    // As in Go, a program in the current directory is never meant.
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(command))
        .find(|path| is_executable(path))
}

fn is_path(command: &str) -> bool {
    let given = Path::new(command);
    given.components().count() > 1 || given.is_absolute()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
