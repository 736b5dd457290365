//! From flags, kubeconfig files and the pod's own files to a [`Connection`].

use std::{env, io::ErrorKind, path::PathBuf, time::Duration};

use http::Uri;
use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig, KubeconfigError},
};

use crate::error::Error;

/// What the connection flags say; `None` and `false` are "not given".
#[derive(Default)]
pub struct ConnectionFlags {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--server`.
    pub server: Option<String>,
    /// `--token`.
    pub token: Option<String>,
    /// `--certificate-authority`.
    pub certificate_authority: Option<PathBuf>,
    /// `--insecure-skip-tls-verify`.
    pub insecure_skip_tls_verify: bool,
}

/// Which API server to ask, and as whom.
pub struct Connection {
    config: Config,
    context: Option<String>,
}

impl Connection {
    /// Finds the connection: the kubeconfig that `--kubeconfig`, `KUBECONFIG` or the home directory names; where
    /// there is none, the ServiceAccount of the pod. Flags override what was found.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] or [`Error::File`].
    pub async fn resolve(flags: &ConnectionFlags) -> Result<Self, Error> {
        let mut connection = match kubeconfig(flags)? {
            Some(kubeconfig) => Self::from_kubeconfig(kubeconfig, flags).await?,
            None if in_cluster() => {
                Self { config: Config::incluster().map_err(configuration)?, context: None }
            }
            None if flags.server.is_some() => Self { config: Config::new(Uri::default()), context: None },
            None => return Err(Error::NoConfiguration),
        };
        connection.override_with(flags)?;
        Ok(connection)
    }

    async fn from_kubeconfig(kubeconfig: Kubeconfig, flags: &ConnectionFlags) -> Result<Self, Error> {
        let context = flags.context.clone().or_else(|| kubeconfig.current_context.clone());
        let options = KubeConfigOptions { context: flags.context.clone(), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(configuration)?;
        Ok(Self { config, context })
    }

    fn override_with(&mut self, flags: &ConnectionFlags) -> Result<(), Error> {
        let config = &mut self.config;
        if let Some(server) = &flags.server {
            let url = if server.contains("://") { server.clone() } else { format!("http://{server}") };
            config.cluster_url =
                url.parse().map_err(|error| Error::Configuration(format!("--server {server}: {error}")))?;
            config.tls_server_name = None;
        }
        if let Some(token) = &flags.token {
            if token.chars().any(char::is_control) {
                return Err(Error::Configuration(
                    "--token holds characters that no token can have".to_owned(),
                ));
            }
            config.auth_info.token = Some(token.clone().into());
            config.auth_info.token_file = None;
        }
        if flags.certificate_authority.is_some() && flags.insecure_skip_tls_verify {
            return Err(Error::Configuration(
                "--certificate-authority and --insecure-skip-tls-verify exclude each other".to_owned(),
            ));
        }
        if let Some(authority) = &flags.certificate_authority {
            config.root_cert = None;
            config.root_cert_file = Some(authority.clone());
            config.accept_invalid_certs = false;
        }
        if flags.insecure_skip_tls_verify {
            config.root_cert = None;
            config.root_cert_file = None;
            config.accept_invalid_certs = true;
        }
        config.connect_timeout = Some(Duration::from_secs(30));
        config.read_timeout = Some(Duration::from_mins(1));
        // A refusal is said at once; kube would repeat the request for minutes.
        config.default_retry = false;
        Ok(())
    }

    /// The kubeconfig context that was chosen; `None` in a pod.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// Host and port of the server.
    #[must_use]
    pub fn server(&self) -> String {
        match (self.config.cluster_url.host(), self.config.cluster_url.port_u16()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => self.config.cluster_url.to_string(),
        }
    }

    /// What the client is built from.
    #[must_use]
    pub fn into_config(self) -> Config {
        self.config
    }
}

/// The kubeconfig to use, `None` where no file exists.
fn kubeconfig(flags: &ConnectionFlags) -> Result<Option<Kubeconfig>, Error> {
    let read = match &flags.kubeconfig {
        Some(path) => Kubeconfig::read_from(path).map(Some),
        None => match Kubeconfig::from_env() {
            Ok(None) => match Kubeconfig::read() {
                Err(KubeconfigError::FindPath) => Ok(None),
                Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound => Ok(None),
                other => other.map(Some),
            },
            other => other,
        },
    };
    read.map_err(|error| match error {
        KubeconfigError::ReadConfig(source, path) => Error::File { path, source },
        other => configuration(other),
    })
}

fn in_cluster() -> bool {
    ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"].iter().all(|name| env::var_os(name).is_some())
}

fn configuration(error: impl std::error::Error) -> Error {
    Error::Configuration(error.to_string())
}
