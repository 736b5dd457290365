//! Nodes with the same labels, together.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    report::Totals,
    usage::{Base, NodeUsage},
};

/// The nodes that have the same values of some labels.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The values, in the order of the keys; `None` where the nodes do not have the label.
    pub labels: Vec<Option<&'a str>>,
    /// The sums over those of its nodes of which every figure is known.
    pub totals: Totals,
    /// The node with the greatest percent, be it of CPU or of memory; `None` where no percent is known.
    pub busiest: Option<NodeUsage<'a>>,
}

/// Groups nodes by the values of labels, in the order of these. Each node is in one group.
#[must_use]
pub fn group<'a>(rows: &[NodeUsage<'a>], keys: &[String], base: Base) -> Vec<Group<'a>> {
    let mut members: BTreeMap<Vec<Option<&'a str>>, Vec<NodeUsage<'a>>> = BTreeMap::new();
    for row in rows {
        let labels = keys.iter().map(|key| row.label(key)).collect();
        members.entry(labels).or_default().push(*row);
    }
    let groups = members.into_iter().map(|(labels, members)| Group {
        labels,
        totals: Totals::of(&members, base),
        busiest: busiest(&members),
    });
    groups.collect()
}

/// The node with the greatest percent, the first by name where several have it.
fn busiest<'a>(rows: &[NodeUsage<'a>]) -> Option<NodeUsage<'a>> {
    let known = rows.iter().filter(|row| row.most_used().is_some());
    known.max_by_key(|row| (row.most_used(), Reverse((row.context(), row.name())))).copied()
}
