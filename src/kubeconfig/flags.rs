//! What the connection flags say.

use std::path::PathBuf;

use super::secret::Secret;

/// The connection flags of kubectl (`cli-runtime genericclioptions/config_flags.go`), as typed.
///
/// `None` is "not given"; an empty text means the same, as it does to kubectl.
#[derive(Debug, Clone, Default)]
pub struct ConnectionFlags {
    /// `--kubeconfig`: one file, never a list; it must exist.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--cluster`.
    pub cluster: Option<String>,
    /// `--user`.
    pub user: Option<String>,
    /// `-n`, `--namespace`.
    pub namespace: Option<String>,
    /// `-s`, `--server`. It may hold a password, as any URL may.
    pub server: Option<Secret>,
    /// `--token`.
    pub token: Option<Secret>,
    /// `--username`.
    pub username: Option<String>,
    /// `--password`.
    pub password: Option<Secret>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-group`, in the order typed.
    pub impersonate_groups: Vec<String>,
    /// `--as-uid`.
    pub impersonate_uid: Option<String>,
    /// `--as-user-extra`: `KEY=VALUE`; what has no `=` is ignored.
    pub impersonate_user_extra: Vec<String>,
    /// `--certificate-authority`.
    pub certificate_authority: Option<PathBuf>,
    /// `--client-certificate`.
    pub client_certificate: Option<PathBuf>,
    /// `--client-key`.
    pub client_key: Option<PathBuf>,
    /// `--insecure-skip-tls-verify`.
    pub insecure_skip_tls_verify: bool,
    /// `--tls-server-name`.
    pub tls_server_name: Option<String>,
    /// `--request-timeout`: seconds, or a Go duration; 0 is no limit.
    pub request_timeout: Option<String>,
    /// `--disable-compression`.
    pub disable_compression: bool,
    /// `--proxy-url`. It may hold a password.
    pub proxy_url: Option<Secret>,
    /// `--cache-dir`: where the version of the server's metrics API is remembered.
    pub cache_dir: Option<PathBuf>,
    /// `--kuberc`: the file of preferences whose policy on credential plugins holds here too.
    pub kuberc: Option<PathBuf>,
}
