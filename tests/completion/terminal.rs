//! A shell in a pseudo-terminal.

use std::{
    env,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a screen may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// tmux with one shell in it, ended when this goes.
pub struct Terminal {
    directory: TempDir,
}

impl Terminal {
    /// Starts the program with these variables and no others but what a terminal has.
    pub fn start(program: &[&str], path: &str) -> Self {
        let terminal = Self { directory: TempDir::new().unwrap() };
        let home = terminal.directory.path().to_str().unwrap();
        let variables = [format!("HOME={home}"), format!("PATH={path}"), "LC_ALL=C.UTF-8".to_owned()];
        let size = ["new-session", "-d", "-x", "150", "-y", "50"];
        terminal.tmux(
            &[
                &size[..],
                &["timeout", "--foreground", "120", "env", "-i", "TERM=screen"],
                &variables.each_ref().map(String::as_str),
                program,
            ]
            .concat(),
        );
        terminal
    }

    /// Types a text; `\t` is TAB, `\r` is Enter.
    pub fn type_in(&self, text: &str) {
        self.tmux(&["send-keys", "-l", "--", text]);
    }

    /// Waits until the screen shows what is wanted, and returns it.
    #[track_caller]
    pub fn wait_for(&self, is_there: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p", "-J"]);
            if is_there(&screen) {
                return screen;
            }
            assert!(start.elapsed() < PATIENCE, "the screen still shows:\n{screen}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(installed("tmux"));
        command.env_clear().env("PATH", env::var_os("PATH").unwrap()).env("LC_ALL", "C.UTF-8");
        command.args(["-f", "/dev/null", "-S"]).arg(self.directory.path().join("socket")).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let socket = self.directory.path().join("socket");
        let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").output();
    }
}

/// The name of a program that Debian has under the same name.
pub fn installed(name: &str) -> &str {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|directory| directory.join(name).is_file());
    assert!(found, "{name} is missing; install it: apt-get install {name}");
    name
}
