//! What the client takes from the process that it runs in; a test hands in its own.

use std::{
    collections::VecDeque,
    env,
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::proxy::ProxyVariables;
use crate::{error::Error, visible::visible};

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

/// How many lines are kept while nobody can see them.
const MOST_HELD: usize = 200;

/// Lines for the user beside the output.
#[derive(Clone)]
pub struct Messages {
    place: Arc<Mutex<Place>>,
    /// The context that they are about, where there are several.
    context: Option<String>,
}

struct Place {
    writer: Box<dyn Write + Send>,
    /// The last lines, while they would disturb what is on the screen.
    held: Option<VecDeque<String>>,
}

impl Messages {
    /// Messages that go to the writer.
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        let place = Place { writer: Box::new(writer), held: None };
        Self { place: Arc::new(Mutex::new(place)), context: None }
    }

    /// The same place for messages about one context of several.
    #[must_use]
    pub fn about(&self, context: Option<&str>) -> Self {
        Self { place: Arc::clone(&self.place), context: context.map(str::to_owned) }
    }

    /// Writes one line, made harmless for a terminal: `warning: WHAT` or the like.
    pub fn say(&self, line: &str) {
        let line = match (&self.context, line.split_once(": ")) {
            (Some(context), Some((word, what))) => format!("{word}: context {context:?}: {what}"),
            _ => line.to_owned(),
        };
        self.say_lines([("", line)].into_iter());
    }

    /// Says what mends an error of which was just said that it happened.
    pub fn hint(&self, error: &Error) {
        for line in error.hint().iter().flat_map(|hint| hint.lines()) {
            self.say_lines([("", format!("hint: {line}"))].into_iter());
        }
    }

    /// Writes lines that belong together, each made harmless but for what it begins with.
    pub(super) fn say_lines(&self, lines: impl Iterator<Item = (&'static str, String)>) {
        let mut place = self.place();
        for (beginning, line) in lines {
            let line = format!("{beginning}{}", visible(&line));
            match &mut place.held {
                // Where nobody can hear a message, the work still counts.
                None => drop(writeln!(place.writer, "{line}")),
                Some(held) => {
                    held.truncate(MOST_HELD - 1);
                    held.push_front(line);
                }
            }
        }
    }

    /// Keeps the lines until they are released; only the last ones where there are many.
    pub fn hold(&self) {
        self.place().held.get_or_insert_default();
    }

    /// Writes the lines that were kept, and each that comes from now on.
    pub fn release(&self) {
        let mut place = self.place();
        for line in place.held.take().into_iter().flatten().rev() {
            let _ = writeln!(place.writer, "{line}");
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Messages")
    }
}
