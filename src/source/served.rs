//! Which version of `metrics.k8s.io` a server serves: asked for once, remembered for as long as kubectl remembers what
//! it discovered.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;

use super::{Received, availability::service};
use crate::{client::Client, error::Error};

/// The path of the group, which lists its versions.
pub(super) const GROUP: &str = "/apis/metrics.k8s.io";

/// The versions that can be read.
const VERSIONS: [&str; 2] = ["v1", "v1beta1"];

/// How long a file is believed (cli-runtime `config_flags.go`: the discovery cache).
const FRESH: Duration = Duration::from_hours(6);

/// What is known of one server.
#[derive(Debug, Default)]
pub struct Served {
    file: Option<PathBuf>,
    /// The version, and whether the server itself has confirmed it to this process.
    known: Mutex<Option<(&'static str, bool)>>,
}

impl Served {
    /// What kubectl's cache directory has about a server, host and port. Where nothing can be written there, nothing is
    /// remembered.
    #[must_use]
    pub fn remembered(cache: &Path, server: &str) -> Self {
        // As `computeDiscoverCacheDir` there.
        let safe = |c: char| if c.is_ascii_alphanumeric() || "_().".contains(c) { c } else { '_' };
        let file =
            cache.join("nodeusage").join(server.chars().map(safe).collect::<String>()).join("metrics.k8s.io");
        let is_fresh = fs::metadata(&file)
            .and_then(|file| file.modified())
            .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < FRESH));
        let known = is_fresh.then(|| fs::read_to_string(&file).ok()).flatten();
        let known = known.and_then(|text| readable(text.trim())).map(|version| (version, false));
        Self { file: Some(file), known: Mutex::new(known) }
    }

    /// The path of NodeMetrics, as far as it is known without asking.
    fn guess(&self) -> Option<String> {
        self.known().map(|(version, _)| path(version))
    }

    /// What comes of asking for what the metrics API has. `ask` gets the path of NodeMetrics, perhaps twice.
    ///
    /// # Errors
    ///
    /// Any failure.
    pub(super) async fn ask<T>(
        &self,
        client: &Client,
        received: &Received,
        ask: impl AsyncFn(&str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(resource) = self.guess() {
            match ask(&resource).await {
                // The server was upgraded, or has lost its metrics API.
                Err(Error::NotFound(_)) => self.forget(),
                other => return other,
            }
        }
        let resource = self.resource(client, received).await?;
        match ask(&resource).await {
            // The version is served, and has nothing: whoever should serve it is not there yet.
            Err(Error::NotFound(message)) => {
                Err(Error::MetricsApiUnavailable { service: service(&resource), message, condition: None })
            }
            other => other,
        }
    }

    /// The path of NodeMetrics in the version that the server prefers: the first readable one in the order in which it
    /// lists them, as kubectl chooses (kubectl `pkg/cmd/top/top.go`).
    ///
    /// # Errors
    ///
    /// [`Error::NoMetricsApi`], or why the server does not say.
    pub async fn resource(&self, client: &Client, received: &Received) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct ApiGroup {
            versions: Vec<ApiVersion>,
        }
        #[derive(Deserialize)]
        struct ApiVersion {
            version: String,
        }
        if let Some((version, true)) = self.known() {
            return Ok(path(version));
        }
        let group: ApiGroup = match client.get(GROUP, &received.samples).await {
            Err(Error::NotFound(_)) => return Err(Error::NoMetricsApi),
            other => other?,
        };
        let version = group.versions.iter().find_map(|served| readable(&served.version));
        let version = version.ok_or(Error::NoMetricsApi)?;
        self.set(Some((version, true)));
        // A memory that can't be kept costs a request the next time, and nothing else.
        let _ = self.keep(version);
        Ok(path(version))
    }

    /// Takes what was known for wrong.
    fn forget(&self) {
        self.set(None);
    }

    fn known(&self) -> Option<(&'static str, bool)> {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, known: Option<(&'static str, bool)>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn keep(&self, version: &str) -> std::io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(file, version)
    }
}

fn readable(version: &str) -> Option<&'static str> {
    VERSIONS.into_iter().find(|readable| *readable == version)
}

fn path(version: &str) -> String {
    format!("{GROUP}/{version}/nodes")
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;

    use super::*;

    fn guess(cache: &Path) -> Option<String> {
        Served::remembered(cache, "a:6443").guess()
    }

    #[test]
    fn a_version_is_remembered_for_six_hours_for_its_server_alone() {
        let cache = tempfile::tempdir().unwrap();
        assert_eq!(guess(cache.path()), None);
        Served::remembered(cache.path(), "a:6443").keep("v1beta1").unwrap();
        assert_eq!(guess(cache.path()).as_deref(), Some("/apis/metrics.k8s.io/v1beta1/nodes"));
        assert_eq!(Served::remembered(cache.path(), "b:6443").guess(), None);

        let file = fs::File::options()
            .write(true)
            .open(cache.path().join("nodeusage/a_6443/metrics.k8s.io"))
            .unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_times(FileTimes::new().set_modified(written - FRESH)).unwrap();
        assert_eq!(guess(cache.path()), None, "it is too old");
    }

    #[test]
    fn what_is_no_version_is_not_believed() {
        let cache = tempfile::tempdir().unwrap();
        Served::remembered(cache.path(), "a:6443").keep("../../../version").unwrap();
        assert_eq!(guess(cache.path()), None);
    }
}
