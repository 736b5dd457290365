//! Where kubectl and its plugins may remember things (cli-runtime `genericclioptions/config_flags.go`).

use std::path::PathBuf;

use super::{flags::ConnectionFlags, merge::home, surroundings::Surroundings};

/// `--cache-dir`, else `KUBECACHEDIR`, else `.kube/cache` at home; `None` where there is no home.
#[must_use]
pub fn cache_directory(flags: &ConnectionFlags, surroundings: &dyn Surroundings) -> Option<PathBuf> {
    let given = flags.cache_dir.clone().filter(|path| !path.as_os_str().is_empty());
    let variable =
        || Some(surroundings.variable("KUBECACHEDIR")).filter(|path| !path.is_empty()).map(PathBuf::from);
    let default = || {
        let platform = surroundings.platform();
        let home = Some(home(surroundings)).filter(|home| !home.is_empty())?;
        Some(platform.join(&platform.join(&home, ".kube"), "cache").into())
    };
    given.or_else(variable).or_else(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubeconfig::Memory;

    #[test]
    fn the_flag_wins_over_the_variable_and_that_over_the_home() {
        for (flag, variables, found) in [
            (Some("/flag"), &[("KUBECACHEDIR", "/variable"), ("HOME", "/home")][..], Some("/flag")),
            (Some(""), &[("KUBECACHEDIR", "/variable"), ("HOME", "/home")], Some("/variable")),
            (None, &[("KUBECACHEDIR", ""), ("HOME", "/home")], Some("/home/.kube/cache")),
            (None, &[], None),
        ] {
            let flags = ConnectionFlags { cache_dir: flag.map(PathBuf::from), ..ConnectionFlags::default() };
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let surroundings = Memory { variables: variables.collect(), ..Memory::default() };
            assert_eq!(cache_directory(&flags, &surroundings), found.map(PathBuf::from), "{flag:?}");
        }
    }
}
