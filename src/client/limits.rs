//! How long a request may take, and how much its answer may have in front of the body.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::BoxError;

use super::failure::Carried;
use crate::error::Error;

/// How long a body may stand still.
pub const STALL_LIMIT: Duration = Duration::from_mins(1);

/// How long a server may take to begin an answer. The API server gives up by itself after a minute, and says so.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// How long a request may take as a whole where `--request-timeout` does not say. A server that sends a byte now and
/// then, or asks to be asked again for ever, would keep the user waiting for good. The list of 100,000 nodes needs two
/// minutes at 150 Mbit/s.
pub const WHOLE_LIMIT: Duration = Duration::from_mins(10);

/// The most that status and headers may take, in bytes. Bodies are read in pieces of up to as much.
pub const LARGEST_HEAD: usize = 408 << 10;

/// The most headers of an answer.
pub const MOST_HEADERS: usize = 100;

/// How often a server may put off its answer (1xx).
pub const MOST_PROVISIONAL: usize = 100;

/// Whether a request comes to an end by itself. Goes along as an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// It does, and is ended when it takes too long. A server that asks for it is asked again.
    #[default]
    Bounded,
    /// The same, with a shorter limit on each silence, and for one try: who asks will ask again by itself.
    Within(Duration),
    /// It goes on for as long as the server wants, as a watch does, but for silences this long.
    Endless(Duration),
}

impl Patience {
    /// How long the server may take to begin an answer.
    #[must_use]
    pub fn answer_limit(self) -> Duration {
        match self {
            Self::Bounded => ANSWER_LIMIT,
            Self::Within(limit) | Self::Endless(limit) => limit,
        }
    }

    /// How long a body may stand still.
    fn stall_limit(self) -> Duration {
        match self {
            Self::Bounded => STALL_LIMIT,
            Self::Within(limit) | Self::Endless(limit) => limit,
        }
    }
}

/// A body that ends with an error when it takes too long.
pub struct Paced {
    body: UnsyncBoxBody<Bytes, BoxError>,
    server: String,
    total: Option<(Duration, Pin<Box<Sleep>>)>,
    stall_limit: Duration,
    stall: Pin<Box<Sleep>>,
}

impl Paced {
    /// A body that must be whole at `deadline`, that of a request which may last `total`.
    pub fn new(
        body: UnsyncBoxBody<Bytes, BoxError>,
        server: &str,
        patience: Patience,
        total: Option<(Duration, Instant)>,
    ) -> Self {
        let stall_limit = patience.stall_limit();
        let stall = Box::pin(sleep_until(Instant::now() + stall_limit));
        let total = total.map(|(total, deadline)| (total, Box::pin(sleep_until(deadline))));
        Self { body, server: server.to_owned(), total, stall_limit, stall }
    }

    fn too_slow(&self, problem: String) -> BoxError {
        Carried::from(Error::Timeout { server: self.server.clone(), problem }).into()
    }
}

/// What is said of a request that took longer than `--request-timeout`.
pub fn exceeded(limit: Duration) -> String {
    format!("the request did not end within {limit:?}")
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some((limit, sleep)) = &mut self.total
            && sleep.as_mut().poll(cx).is_ready()
        {
            let limit = *limit;
            return Poll::Ready(Some(Err(self.too_slow(exceeded(limit)))));
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            let until = Instant::now() + self.stall_limit;
            self.stall.as_mut().reset(until);
            return Poll::Ready(frame);
        }
        ready!(self.stall.as_mut().poll(cx));
        let problem = format!("no byte came for {} seconds", self.stall_limit.as_secs());
        Poll::Ready(Some(Err(self.too_slow(problem))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A duration as Go writes it (`time.Duration.String`), which is what `?timeout=` holds.
pub fn go_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let fraction = |value: u128, unit: u128| {
        let digits = (unit.ilog10()) as usize;
        let text = format!("{}.{:0digits$}", value / unit, value % unit);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", fraction(nanos, 1_000)),
        1_000_000..1_000_000_000 => format!("{}ms", fraction(nanos, 1_000_000)),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = fraction(nanos % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_in_go() {
        for (nanos, text) in [
            (0, "0s"),
            (7, "7ns"),
            (1_500, "1.5µs"),
            (500_000_000, "500ms"),
            (1_000_000_001, "1.000000001s"),
            (5_000_000_000, "5s"),
            (60_000_000_000, "1m0s"),
            (90_500_000_000, "1m30.5s"),
            (3_600_000_000_000, "1h0m0s"),
            (100_000_000_000_000, "27h46m40s"),
        ] {
            assert_eq!(go_duration(Duration::from_nanos(nanos)), text);
        }
    }
}
