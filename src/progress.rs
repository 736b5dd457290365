//! What is being read, while it takes long.

use std::{
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use indicatif::{BinaryBytes, ProgressBar, ProgressStyle};

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
                bar.0.set_message(format!(
                    "reading: nodes {}, samples {}",
                    bytes(&received.nodes),
                    bytes(&received.samples)
                ));
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
