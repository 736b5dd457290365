//! What is being read, while it takes long, and how long it is until something is read again.

use std::{
    io,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::source::Received;

/// How long a reading may take before anything is shown.
const QUIET: Duration = Duration::from_millis(500);

/// How often what is shown changes.
const FRAME: Duration = Duration::from_millis(100);

/// Waits for the work and, once it takes long, shows on stderr how much has come. Nothing is left on the screen.
pub async fn show_while<T>(work: impl Future<Output = T>, received: &Received) -> T {
    let mut work = pin!(work);
    tokio::select! {
        outcome = &mut work => return outcome,
        () = tokio::time::sleep(QUIET) => {}
    }
    let bar = Cleared(ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()));
    let mut frames = tokio::time::interval(FRAME);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            _ = frames.tick() => {
                let bytes = |count: &AtomicU64| BinaryBytes(count.load(Ordering::Relaxed));
                let (nodes, samples) = (bytes(&received.nodes), bytes(&received.samples));
                let message = if received.pods.load(Ordering::Relaxed) == 0 {
                    format!("reading: nodes {nodes}, samples {samples}")
                } else {
                    format!("reading: nodes {nodes}, samples {samples}, pods {}", bytes(&received.pods))
                };
                bar.0.set_message(message);
                bar.0.tick();
            }
        }
    }
}

/// Wiped off the screen however the waiting ends.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line that shows how much is left of a pause.
#[must_use]
pub fn countdown(left: Duration, whole: Duration, width: usize) -> String {
    let line = Line { width: u16::try_from(width).unwrap_or(u16::MAX), text: Arc::default() };
    let text = Arc::clone(&line.text);
    let bar = ProgressBar::with_draw_target(
        Some(u64::try_from(whole.as_millis()).unwrap_or(u64::MAX)),
        ProgressDrawTarget::term_like(Box::new(line)),
    );
    let template =
        ProgressStyle::with_template("next in {msg} {wide_bar}").map(|style| style.progress_chars("=> "));
    bar.set_style(template.unwrap_or(ProgressStyle::default_bar()));
    bar.set_message(format!("{}s", left.as_millis().div_ceil(1_000)));
    bar.set_position(u64::try_from(whole.saturating_sub(left).as_millis()).unwrap_or(u64::MAX));
    text.lock().unwrap_or_else(PoisonError::into_inner).clear();
    bar.force_draw();
    let drawn = std::mem::take(&mut *text.lock().unwrap_or_else(PoisonError::into_inner));
    drawn.trim_end().to_owned()
}

/// A terminal of one line that only remembers what is written to it.
#[derive(Debug)]
struct Line {
    width: u16,
    text: Arc<Mutex<String>>,
}

impl TermLike for Line {
    fn width(&self) -> u16 {
        self.width
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_fills_its_line() {
        let whole = Duration::from_secs(10);
        for (left, line) in [
            (10_000, "next in 10s"),
            (5_000, "next in 5s ==========>"),
            (1, "next in 1s ====================>"),
        ] {
            assert_eq!(countdown(Duration::from_millis(left), whole, 32), line);
        }
    }
}
