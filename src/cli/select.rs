//! Which nodes are shown, how they are grouped, and which make the run fail.

use clap::Args;

use crate::{expression::Condition, filter::Filter};

/// What nodes must be.
#[derive(Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Show only nodes that meet this: 'cpu>80%', 'memory>=2Gi', 'age<5m', 'pool!=gpu'; repeatable, all must hold.
    ///
    /// The fields are cpu, memory, swap, pods, cpu-requests and memory-requests (a quantity, or a percent), age (the sample's), and
    /// label:KEY or a label's key (= and != only). A node of which the field is unknown is left out and counted on standard error.
    #[arg(long = "where", value_name = "EXPR")]
    pub(super) conditions: Vec<Condition>,

    /// End with code 3 if one of the nodes meets this, as for --where; repeatable, all must hold. A watch ends at once.
    #[arg(long, value_name = "EXPR")]
    pub(super) fail_on: Vec<Condition>,

    /// Field selector, which the server applies: --field-selector metadata.name!=node-1.
    #[arg(long, value_name = "SELECTOR", conflicts_with_all = ["names", "demo", "from"])]
    pub(super) field_selector: Option<String>,

    /// Show only nodes without taints.
    #[arg(long)]
    pub(super) no_taint: bool,

    /// Show only nodes that are not cordoned.
    #[arg(long)]
    pub(super) schedulable: bool,

    /// Add what pods request and are limited to, what is free to schedule, and the use in percent of the requests.
    ///
    /// Reads all pods that have a node and have not ended, and counts as the scheduler does. wide does it where pods may be
    /// read.
    #[arg(long)]
    pub(super) requests: bool,

    /// List the pods of this node in the place of nodes: their IPs, what they request and are limited to, and their use.
    ///
    /// Pods that have ended are left out. Percent is of what the node can allocate; the most used pod comes first.
    #[arg(long, value_name = "NODE", value_parser = super::node_name)]
    pub(super) pods: Option<String>,

    /// Show only so many, the first in the order of --sort-by. Sums and --fail-on still count all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) top: Option<u32>,

    /// One row for all nodes with the same value of this label; repeatable, or separated by commas.
    #[arg(long, value_name = "LABEL", value_delimiter = ',', conflicts_with_all = ["label_columns", "totals_only"])]
    pub(super) group_by: Vec<String>,
}

impl SelectArgs {
    /// What nodes must be to be shown.
    pub(super) fn filter(&self) -> Filter {
        Filter { conditions: self.conditions.clone(), no_taint: self.no_taint, schedulable: self.schedulable }
    }
}
