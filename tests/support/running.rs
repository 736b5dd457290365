//! A program that runs until a test ends it.

use std::{
    io::Read,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take here, on a machine that has much else to do.
const LIMIT: Duration = Duration::from_mins(1);

/// Killed when it goes.
pub struct Running {
    child: Child,
    stderr: Arc<Mutex<String>>,
    /// Reads the standard error to its end.
    reader: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a program, whose standard error is kept.
    pub fn start(command: &mut Command) -> Self {
        let mut child =
            command.stderr(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut pipe = child.stderr.take().unwrap();
        let stderr = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&stderr);
        let reader = thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut part) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..length]));
            }
        });
        Self { child, stderr, reader: Some(reader) }
    }

    #[allow(dead_code, reason = "not every test looks it up")]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, where that is a pipe.
    #[allow(dead_code, reason = "not every test reads it")]
    pub fn stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it and waits until it is gone.
    #[allow(dead_code, reason = "not every test kills")]
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal; gives the exit code and how long that took.
    #[track_caller]
    pub fn end(&mut self, signal: Signal) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        self.signal(signal);
        let status = self.wait();
        (status.code(), asked.elapsed())
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let status = eventually("the program ends", || self.child.try_wait().unwrap());
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        status
    }

    /// What it has said so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits until it has said something.
    #[allow(dead_code, reason = "not every test waits for words")]
    #[track_caller]
    pub fn says(&self, text: &str) {
        eventually(text, || self.stderr().contains(text).then_some(()));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until there is something.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
