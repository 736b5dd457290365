//! Which nodes are shown, and which make the run fail.

use jiff::Timestamp;

use crate::{
    expression::{Condition, all_hold, both},
    usage::NodeUsage,
};

/// What nodes must be to be shown. Where that is unknown of a node, it is left out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What they must meet.
    pub conditions: Vec<Condition>,
    /// They must have no taint.
    pub no_taint: bool,
    /// They must not be cordoned.
    pub schedulable: bool,
}

impl Filter {
    /// Leaves the nodes that are to be shown; gives how many others went since it is unknown what they are.
    #[must_use]
    pub fn apply(&self, rows: &mut Vec<NodeUsage<'_>>, now: Timestamp) -> usize {
        let mut undecided = 0;
        rows.retain(|row| {
            let admitted = self.admits(row, now);
            undecided += usize::from(admitted.is_none());
            admitted == Some(true)
        });
        undecided
    }

    fn admits(&self, row: &NodeUsage<'_>, now: Timestamp) -> Option<bool> {
        let untainted = if self.no_taint { row.taints().map(<[_]>::is_empty) } else { Some(true) };
        let schedulable = if self.schedulable { row.unschedulable().map(|is| !is) } else { Some(true) };
        both(both(untainted, schedulable), all_hold(&self.conditions, row, now))
    }
}

/// What came of looking for nodes that make the run fail.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    /// The nodes that meet all conditions.
    pub matched: Vec<NodeUsage<'a>>,
    /// Of how many nodes that is unknown.
    pub undecided: usize,
}

impl<'a> Verdict<'a> {
    /// Looks; `None` where there are no conditions.
    #[must_use]
    pub fn of(conditions: &[Condition], rows: &[NodeUsage<'a>], now: Timestamp) -> Option<Self> {
        let mut verdict = Self { matched: Vec::new(), undecided: 0 };
        for row in rows {
            match all_hold(conditions, row, now) {
                Some(true) => verdict.matched.push(*row),
                Some(false) => {}
                None => verdict.undecided += 1,
            }
        }
        (!conditions.is_empty()).then_some(verdict)
    }
}
