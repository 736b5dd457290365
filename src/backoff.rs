//! How long to wait before something that failed is tried again.

use std::time::Duration;

use crate::error::Error;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);

/// The most that a server can make us wait.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(5);

/// Pauses that grow from one failure to the next, and are shortened by chance, so that many who failed together do not
/// come back together.
#[derive(Debug)]
pub struct Backoff {
    longest: Duration,
    next: Duration,
    was_unauthorized: bool,
}

impl Backoff {
    /// Pauses up to this long.
    #[must_use]
    pub fn new(longest: Duration) -> Self {
        Self { longest, next: FIRST.min(longest), was_unauthorized: false }
    }

    /// The pause after one more failure. Credentials that were refused are renewed and tried again at once, for once. A
    /// server that says how long to wait is heeded.
    pub fn after(&mut self, error: &Error) -> Duration {
        if matches!(error, Error::Unauthorized) && !std::mem::replace(&mut self.was_unauthorized, true) {
            return Duration::ZERO;
        }
        let pause = self.pause();
        let asked = match error {
            Error::Status { retry_after, .. } => retry_after.unwrap_or_default().min(LONGEST_ASKED_FOR),
            _ => Duration::ZERO,
        };
        pause.max(asked)
    }

    /// The pause after one more failure that says nothing of its own.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next.mul_f64(0.5 + 0.5 * fastrand::f64());
        self.next = (self.next * 2).min(self.longest);
        pause
    }

    /// It works again.
    pub fn reset(&mut self) {
        *self = Self::new(self.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Error {
        Error::Refused { server: "a".to_owned() }
    }

    #[test]
    fn pauses_grow_and_end_at_the_longest() {
        let mut backoff = Backoff::new(Duration::from_secs(15));
        for longest in [1, 2, 4, 8, 15, 15] {
            let pause = backoff.after(&refused());
            let longest = Duration::from_secs(longest);
            assert!(longest / 2 <= pause && pause <= longest, "{pause:?} of {longest:?}");
        }
        backoff.reset();
        assert!(backoff.after(&refused()) <= FIRST);
    }

    #[test]
    fn refused_credentials_are_tried_again_at_once_and_only_once() {
        let mut backoff = Backoff::new(Duration::from_secs(15));
        assert_eq!(backoff.after(&Error::Unauthorized), Duration::ZERO);
        assert!(backoff.after(&Error::Unauthorized) > Duration::ZERO);
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_within_bounds() {
        for (asked, waited) in [(30, Duration::from_secs(30)), (1_000_000, LONGEST_ASKED_FOR)] {
            let error = Error::Status {
                code: 429,
                reason: String::new(),
                message: String::new(),
                retry_after: Some(Duration::from_secs(asked)),
            };
            assert_eq!(Backoff::new(Duration::from_secs(15)).after(&error), waited);
        }
    }
}
