//! What the kubeconfig files hold, by name.

use super::{ConfigurationError, ConnectionFlags, merge, surroundings::Surroundings};

/// The names that `--context`, `--cluster` and `--user` may have, each in alphabetical order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The contexts.
    pub contexts: Vec<String>,
    /// The clusters.
    pub clusters: Vec<String>,
    /// The users.
    pub users: Vec<String>,
}

/// The names in the files that the flags and the environment lead to.
///
/// # Errors
///
/// When a file can't be read.
pub fn names(flags: &ConnectionFlags, surroundings: &dyn Surroundings) -> Result<Names, ConfigurationError> {
    let merged = merge::load(flags, surroundings)?;
    Ok(Names {
        contexts: merged.contexts.into_keys().collect(),
        clusters: merged.clusters.into_keys().collect(),
        users: merged.users.into_keys().collect(),
    })
}
