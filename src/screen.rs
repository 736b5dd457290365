//! The terminal's other screen, drawn as a whole again and again, and left as it was found.

use std::{
    io::{self, Write},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use terminal_size::{Height, Width, terminal_size};

/// The other screen, without a cursor, and without going on in the next line at the right margin.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// A frame is shown when it is whole; terminals that do not know this pass over it.
const BEGIN: &str = "\x1b[?2026h\x1b[H";
const END: &str = "\x1b[?2026l";

/// What is right of the cursor goes before a line is written, since behind a line that is full the cursor stands on its last
/// character.
const CLEAR_LINE: &str = "\x1b[K";
const NEXT_LINE: &str = "\r\n\x1b[K";
const CLEAR_BELOW: &str = "\r\n\x1b[J";

/// Whether the other screen is shown.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The other screen of the terminal at standard output.
pub struct Screen(());

impl Screen {
    /// Goes to the other screen.
    ///
    /// # Errors
    ///
    /// What the terminal says.
    pub fn enter() -> io::Result<Self> {
        static HOOK: Once = Once::new();
        // A panic ends the process without going through any Drop.
        HOOK.call_once(|| {
            let report = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                leave();
                report(panic);
            }));
        });
        enter()?;
        Ok(Self(()))
    }

    /// Shows what was there before, until [`Screen::resume`].
    pub fn suspend(&mut self) {
        leave();
    }

    /// Goes to the other screen again.
    ///
    /// # Errors
    ///
    /// What the terminal says.
    pub fn resume(&mut self) -> io::Result<()> {
        enter()
    }

    /// Columns and lines; 80 and 24 where the terminal does not say.
    #[must_use]
    pub fn size() -> (usize, usize) {
        terminal_size().map_or((80, 24), |(Width(width), Height(height))| (width.into(), height.into()))
    }

    /// Shows these lines, and nothing else.
    ///
    /// # Errors
    ///
    /// What the terminal says.
    pub fn draw(&mut self, lines: &[String]) -> io::Result<()> {
        let (_, height) = Self::size();
        // Below the last line there is nothing, and a step down would push the first one out.
        let below = if lines.len() < height { CLEAR_BELOW } else { "" };
        write(&format!("{BEGIN}{CLEAR_LINE}{}{below}{END}", lines.join(NEXT_LINE)))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    write(ENTER)
}

fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // Where the terminal is gone there is nothing to restore.
        let _ = write(LEAVE);
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
