//! The flags of `doctor`.

use clap::Args;

use crate::diagnose::doctor::Format;

/// What to look at.
#[derive(Args)]
pub(super) struct DoctorArgs {
    /// Print the resolved configuration, credentials masked, with the origin of each value; no server is asked.
    #[arg(long, conflicts_with = "output")]
    pub(super) show_config: bool,

    /// Output format.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) output: Format,
}
