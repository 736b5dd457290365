//! The files, one after the other, made one configuration.
//!
//! Source: `client-go tools/clientcmd/loader.go Load`. Of things with one name the first file's counts, whole; of the
//! current contexts the first that is not empty.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
};

use super::{
    ConfigurationError, ConnectionFlags,
    file::{Cluster, Context, Kubeconfig, User},
    paths::Platform,
    surroundings::Surroundings,
};

/// A thing of a kubeconfig, and the file it is from.
pub(super) struct Entry<T> {
    pub value: T,
    pub file: String,
}

/// All files as one.
#[derive(Default)]
pub(super) struct Merged {
    pub clusters: BTreeMap<String, Entry<Cluster>>,
    pub users: BTreeMap<String, Entry<User>>,
    pub contexts: BTreeMap<String, Entry<Context>>,
    pub current_context: Option<Entry<String>>,
}

/// Reads the file of `--kubeconfig`, else those of KUBECONFIG, else the one in the home directory.
pub(super) fn load(
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
) -> Result<Merged, ConfigurationError> {
    let explicit = flags.kubeconfig.as_ref().map(|path| path.to_string_lossy()).unwrap_or_default();
    let paths = if explicit.is_empty() { paths(surroundings) } else { vec![explicit.clone().into_owned()] };
    let mut merged = Merged::default();
    let mut problems = Vec::new();
    for path in paths.into_iter().filter(|path| !path.is_empty()) {
        let content = match surroundings.read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !explicit.is_empty() {
                    return Err(ConfigurationError::NoKubeconfig(path));
                }
                continue;
            }
            Err(error) => {
                problems.push(ConfigurationError::Kubeconfig(path, error.to_string()));
                continue;
            }
        };
        match Kubeconfig::parse(&content) {
            Ok(kubeconfig) => merged.add(kubeconfig, &path, surroundings)?,
            Err(problem) => problems.push(ConfigurationError::Kubeconfig(path, problem)),
        }
    }
    ConfigurationError::none_of(problems)?;
    Ok(merged)
}

/// The paths of KUBECONFIG without duplicates, or the home directory's file. A file of the name that was used before
/// is taken in its place; kubectl would copy it first.
fn paths(surroundings: &dyn Surroundings) -> Vec<String> {
    let platform = surroundings.platform();
    let list = surroundings.variable("KUBECONFIG");
    if !list.is_empty() {
        let mut seen = BTreeSet::new();
        let mut paths = platform.split_list(&list);
        paths.retain(|path| seen.insert(path.clone()));
        return paths;
    }
    let directory = platform.join(&home(surroundings), ".kube");
    let path = platform.join(&directory, "config");
    let former = platform.join(&directory, ".kubeconfig");
    let is_former =
        platform == Platform::Unix && !surroundings.is_file(&path) && surroundings.is_file(&former);
    vec![if is_former { former } else { path }]
}

/// The home directory (`client-go util/homedir`); empty where there is none.
pub(super) fn home(surroundings: &dyn Surroundings) -> String {
    let platform = surroundings.platform();
    let own = surroundings.variable("HOME");
    if platform == Platform::Unix {
        return own;
    }
    let (drive, path) = (surroundings.variable("HOMEDRIVE"), surroundings.variable("HOMEPATH"));
    let driven = if drive.is_empty() || path.is_empty() { String::new() } else { drive + &path };
    let profile = surroundings.variable("USERPROFILE");
    let has_kubeconfig =
        |home: &&String| surroundings.is_file(&platform.join(&platform.join(home, ".kube"), "config"));
    let is_given = |home: &&String| !home.is_empty();
    let by_file = [&own, &driven, &profile].into_iter().filter(is_given).find(has_kubeconfig);
    let in_order = [&own, &profile, &driven];
    let by_directory = || in_order.into_iter().filter(is_given).find(|home| surroundings.is_directory(home));
    by_file.or_else(by_directory).or_else(|| in_order.into_iter().find(is_given)).cloned().unwrap_or_default()
}

impl Merged {
    fn add(
        &mut self,
        kubeconfig: Kubeconfig,
        path: &str,
        surroundings: &dyn Surroundings,
    ) -> Result<(), ConfigurationError> {
        let platform = surroundings.platform();
        let working_directory = if platform.is_absolute(path) {
            String::new()
        } else {
            surroundings
                .directory()
                .map_err(|error| ConfigurationError::Kubeconfig(path.to_owned(), error.to_string()))?
        };
        let file = platform.absolute(&working_directory, path);
        let base = platform.directory(&file);
        let locate = |reference: &mut String| {
            if !reference.is_empty() && !platform.is_absolute(reference) {
                *reference = platform.join(&base, reference);
            }
        };
        for (name, mut value) in kubeconfig.clusters {
            locate(&mut value.certificate_authority);
            self.clusters.entry(name).or_insert_with(|| Entry { value, file: file.clone() });
        }
        for (name, mut value) in kubeconfig.users {
            locate(&mut value.client_certificate);
            locate(&mut value.client_key);
            locate(&mut value.token_file);
            if let Some(exec) = &mut value.exec
                && exec.command.contains(platform.separator())
            {
                locate(&mut exec.command);
            }
            self.users.entry(name).or_insert_with(|| Entry { value, file: file.clone() });
        }
        for (name, value) in kubeconfig.contexts {
            self.contexts.entry(name).or_insert_with(|| Entry { value, file: file.clone() });
        }
        if self.current_context.is_none() && !kubeconfig.current_context.is_empty() {
            self.current_context = Some(Entry { value: kubeconfig.current_context, file });
        }
        Ok(())
    }
}
