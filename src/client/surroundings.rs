//! What the client takes from the process that it runs in; a test hands in its own.

use std::{
    env,
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

use super::proxy::ProxyVariables;
use crate::visible::visible;

/// The environment, the terminal and the place for messages.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The proxy variables.
    pub proxies: ProxyVariables,
    /// Where warnings, logs and the like go.
    pub messages: Messages,
    /// `-v`: 6 to 9 log requests.
    pub verbosity: u8,
    /// Whether an exec plugin may ask the user.
    pub stdin_is_terminal: bool,
}

impl Surroundings {
    /// Those of this process, with a place for messages.
    #[must_use]
    pub fn of_process(verbosity: u8, messages: Messages) -> Self {
        Self {
            proxies: ProxyVariables::of(|name| env::var(name).ok()),
            messages,
            verbosity,
            stdin_is_terminal: io::stdin().is_terminal(),
        }
    }
}

/// Lines for the user beside the output.
#[derive(Clone)]
pub struct Messages(Arc<Mutex<Box<dyn Write + Send>>>);

impl Messages {
    /// Messages that go to the writer.
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(writer))))
    }

    /// Writes one line, made harmless for a terminal.
    pub fn say(&self, line: &str) {
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody can hear a message, the work still counts.
        let _ = writeln!(writer, "{}", visible(line));
    }
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Messages")
    }
}
