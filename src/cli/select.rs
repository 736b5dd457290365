//! Which nodes are shown, and which make the run fail.

use clap::Args;

use crate::{expression::Condition, filter::Filter};

/// What nodes must be.
#[derive(Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Show only nodes that meet this: 'cpu>80%', 'memory>=2Gi', 'age<5m', 'pool!=gpu'; repeatable, all must hold.
    ///
    /// The fields are cpu and memory (a quantity, or a percent), age (the sample's), and label:KEY or a label's key (= and
    /// != only). A node of which the field is unknown is left out and counted on standard error.
    #[arg(long = "where", value_name = "EXPR")]
    conditions: Vec<Condition>,

    /// End with code 3 if one of the nodes meets this, as for --where; repeatable, all must hold. A watch ends at once.
    #[arg(long, value_name = "EXPR")]
    pub(super) fail_on: Vec<Condition>,

    /// Show only nodes without taints.
    #[arg(long)]
    no_taint: bool,

    /// Show only nodes that are not cordoned.
    #[arg(long)]
    schedulable: bool,
}

impl SelectArgs {
    /// What nodes must be to be shown.
    pub(super) fn filter(&self) -> Filter {
        Filter { conditions: self.conditions.clone(), no_taint: self.no_taint, schedulable: self.schedulable }
    }
}
