//! How the use of nodes went lately.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use crate::usage::NodeUsage;

/// How many samples of a node are kept.
const LENGTH: usize = 60;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The latest CPU percents of each node, by context and name.
#[derive(Debug, Default)]
pub struct Trends(HashMap<String, Trend>);

#[derive(Debug)]
struct Trend {
    latest: Timestamp,
    /// An eighth of a whole each, from 0 to 7; more than all is 7.
    levels: VecDeque<u8>,
}

impl Trends {
    /// Takes note of the samples that are new. Nodes that have none any more are forgotten.
    pub fn note(&mut self, rows: &[NodeUsage<'_>]) {
        let mut former = std::mem::take(&mut self.0);
        for row in rows {
            let (Some(timestamp), Some(percent)) = (row.timestamp(), row.cpu().percent) else { continue };
            let key = key(row);
            let trend = former.remove(&key);
            let mut trend =
                trend.unwrap_or_else(|| Trend { latest: Timestamp::MIN, levels: VecDeque::new() });
            if timestamp > trend.latest {
                trend.latest = timestamp;
                trend.levels.truncate(LENGTH - 1);
                let level = percent.rounded(0).clamp(0, 99) * LEVELS.len() as i128 / 100;
                trend.levels.push_front(u8::try_from(level).unwrap_or_default());
            }
            self.0.insert(key, trend);
        }
    }

    /// The latest percents of a node as a sparkline, the last one at the right; empty where there are none.
    #[must_use]
    pub fn sparkline(&self, node: &NodeUsage<'_>, width: usize) -> String {
        let levels =
            self.0.get(&key(node)).into_iter().flat_map(|trend| trend.levels.iter().take(width).rev());
        levels.map(|level| LEVELS[usize::from(*level) % LEVELS.len()]).collect()
    }
}

fn key(row: &NodeUsage<'_>) -> String {
    format!("{}/{}", row.context().unwrap_or_default(), row.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        amount::Amount,
        snapshot::{Labels, Node, Resources, Sample, Snapshot},
        usage::{Base, join},
    };

    fn cluster(second: i64, millicores: i64) -> Snapshot {
        let amount = |text: String| text.parse().ok().and_then(|quantity| Amount::from_quantity(&quantity));
        let resources =
            |millis: i64| Resources { cpu: amount(format!("{millis}m")), memory: amount("1".to_owned()) };
        let node = Node {
            name: "a".to_owned(),
            labels: Labels::new(),
            allocatable: resources(1_000),
            capacity: resources(1_000),
            swap: None,
            allocatable_pods: None,
            extended: [].into(),
            unschedulable: Some(false),
            taints: Some(Vec::new()),
        };
        let sample = Sample {
            node: "a".to_owned(),
            timestamp: Some(Timestamp::from_second(second).unwrap()),
            window: Some(jiff::SignedDuration::from_secs(15)),
            usage: resources(millicores),
            swap: None,
            labels: Labels::new(),
            is_stale: false,
        };
        Snapshot { nodes: vec![node], samples: vec![sample], ..Snapshot::default() }
    }

    fn sparkline(trends: &Trends, width: usize) -> String {
        trends.sparkline(&join(&cluster(0, 0), None, Base::Allocatable)[0], width)
    }

    #[test]
    fn each_new_sample_is_a_bar() {
        let mut trends = Trends::default();
        for (second, millicores) in
            [(1, 0), (2, 120), (3, 130), (3, 900), (4, 500), (2, 900), (5, 999), (6, 2_500)]
        {
            trends.note(&join(&cluster(second, millicores), None, Base::Allocatable));
        }
        assert_eq!(sparkline(&trends, 80), "▁▁▂▅██");
        assert_eq!(sparkline(&trends, 3), "▅██");
        trends.note(&[]);
        assert_eq!(sparkline(&trends, 3), "");
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let mut trends = Trends::default();
        for second in 0..1_000 {
            trends.note(&join(&cluster(second, 1), None, Base::Allocatable));
        }
        assert_eq!(sparkline(&trends, 1_000).chars().count(), LENGTH);
    }
}
