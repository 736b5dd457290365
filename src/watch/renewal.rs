//! Which samples the server still renews.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::snapshot::{STALE_AFTER, Sample};

/// The timestamp of each node's sample, and when it was seen first. No clock but this process's own counts, so that the
/// server's may be wrong.
#[derive(Debug)]
pub struct Renewals {
    stale_after: Duration,
    seen: HashMap<String, (Option<Timestamp>, Instant)>,
}

impl Renewals {
    /// For readings with this interval.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self { stale_after: STALE_AFTER.max(interval * 4), seen: HashMap::new() }
    }

    /// Marks the samples of a reading that were not renewed for too long.
    pub fn note(&mut self, samples: &mut [Sample], now: Instant) {
        let mut former = std::mem::take(&mut self.seen);
        for sample in samples {
            let seen = former.remove_entry(&sample.node);
            let (node, (timestamp, since)) =
                seen.unwrap_or_else(|| (sample.node.clone(), (sample.timestamp, now)));
            let since = if timestamp == sample.timestamp { since } else { now };
            sample.is_stale = now.duration_since(since) >= self.stale_after;
            self.seen.insert(node, (sample.timestamp, since));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Labels, Resources};

    fn sample(second: i64) -> Sample {
        Sample {
            node: "a".to_owned(),
            timestamp: Some(Timestamp::from_second(second).unwrap()),
            window: Some(jiff::SignedDuration::ZERO),
            usage: Resources::default(),
            swap: None,
            labels: Labels::new(),
            is_stale: false,
        }
    }

    #[test]
    fn a_sample_is_stale_until_it_is_renewed() {
        let start = Instant::now();
        let mut renewals = Renewals::new(Duration::from_secs(15));
        for (after, timestamp, is_stale) in
            [(0, 7, false), (299, 7, false), (300, 7, true), (400, 7, true), (415, 8, false), (715, 8, true)]
        {
            let mut samples = [sample(timestamp)];
            renewals.note(&mut samples, start + Duration::from_secs(after));
            assert_eq!(samples[0].is_stale, is_stale, "after {after}s");
        }
    }
}
