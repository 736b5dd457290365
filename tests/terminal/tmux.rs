//! A terminal of any size, with a shell in it.

use std::{
    io::ErrorKind,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use tempfile::TempDir;

use crate::{environment::in_empty_home, running::eventually};

/// The prompt of the shell.
const PROMPT: &str = "ready>";

/// What is on the screen before a program runs.
pub const BEFORE: &str = "what was here before";

/// The lines of the demo where there is room.
const DEMO_HEIGHT: usize = 24;

pub struct Tmux {
    /// Its socket's name.
    name: String,
    /// Where its socket lies, and its programs may leave something.
    folder: TempDir,
}

impl Tmux {
    /// A terminal with so many columns and lines, on which there is [`BEFORE`] already.
    pub fn of_size(width: usize, height: usize) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("nodeusage-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let tmux = Self { name, folder: TempDir::new().unwrap() };
        let (width, height) = (width.to_string(), height.to_string());
        let shell = format!("PS1='{PROMPT} ' exec sh");
        tmux.run(&["new-session", "-d", "-x", &width, "-y", &height, &shell, ";", "set", "status", "off"]);
        tmux.resize(&width, &height);
        tmux.shows(PROMPT);
        tmux.types(&format!("echo '{BEFORE}'"));
        tmux.shows(&format!("\n{BEFORE}\n"));
        tmux
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn resize(&self, width: &str, height: &str) {
        self.run(&["resize-window", "-x", width, "-y", height]);
    }

    /// Types a line.
    pub fn types(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.presses("Enter");
    }

    pub fn presses(&self, key: &str) {
        self.run(&["send-keys", key]);
    }

    /// What is on the screen, each line with a line feed.
    pub fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    /// Waits until the screen has some text on it; gives the screen.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        eventually(text, || Some(self.screen()).filter(|screen| screen.contains(text)))
    }

    /// Waits until a frame of the demo fills the screen. What differs from run to run is replaced.
    #[track_caller]
    pub fn frame(&self, width: usize, height: usize) -> String {
        let (width_text, height_text) = (width.to_string(), height.to_string());
        eventually("a frame", || {
            let screen = self.screen();
            let lines: Vec<_> = screen.trim_end().lines().collect();
            let is_size = self.asks("#{pane_width} #{pane_height}") == format!("{width_text} {height_text}");
            let is_whole = lines.len() == height.min(DEMO_HEIGHT)
                && lines[0].starts_with("simulated: ")
                && lines[lines.len() - 1].starts_with("next in ");
            (is_size && is_whole).then(|| same_each_time(&lines))
        })
    }

    /// How many lines there are when those that the terminal has broken are joined.
    pub fn unbroken_lines(&self) -> usize {
        self.run(&["capture-pane", "-p", "-J"]).lines().count()
    }

    /// Whether the other screen is shown, the cursor is visible, and long lines are broken.
    pub fn modes(&self) -> [bool; 3] {
        let modes = self.asks("#{alternate_on}#{cursor_flag}#{wrap_flag}");
        let mut modes = modes.chars().map(|mode| mode == '1');
        [(); 3].map(|()| modes.next().unwrap())
    }

    fn asks(&self, format: &str) -> String {
        self.run(&["display-message", "-p", format]).trim().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("tmux");
        in_empty_home(&mut command);
        command.env("TMUX_TMPDIR", self.folder.path()).env("LC_ALL", "C.UTF-8");
        command.args(["-u", "-L", &self.name, "-f", "/dev/null"]).args(arguments);
        let output = command.output().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => panic!("tmux is missing; install it: apt-get install tmux"),
            _ => panic!("{error}"),
        });
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let mut command = Command::new("tmux");
        in_empty_home(&mut command);
        command.env("TMUX_TMPDIR", self.folder.path()).args(["-L", &self.name, "kill-server"]);
        let _ = command.output();
    }
}

/// A frame without the age of its samples and without the rest of the time until the next reading.
fn same_each_time(lines: &[&str]) -> String {
    let mut same = String::new();
    for line in lines {
        let line = if line.starts_with("next in ") {
            "next in <COUNTDOWN>".to_owned()
        } else if let Some((_, rest)) = line.strip_prefix("sampled ").and_then(|rest| rest.split_once(" ago"))
        {
            format!("sampled <AGE> ago{rest}")
        } else {
            (*line).to_owned()
        };
        same.push_str(line.trim_end());
        same.push('\n');
    }
    same
}
