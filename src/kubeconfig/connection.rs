//! Which API server to ask, as whom, and how: all that was resolved, nothing read from the network yet.

use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

use http::Uri;

use super::secret::Secret;

/// What flags, kubeconfig files, the environment and the pod's files come to.
///
/// Every field is what client-go's `rest.Config` would hold: empty texts are `None`, relative paths are made absolute,
/// conflicts were refused.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Base URL of the server, with its path prefix; `http` or `https`, without user information.
    pub server: Uri,
    /// The context's name; `None` where none was chosen, and in a pod.
    pub context: Option<String>,
    /// The namespace of `-n`, of the context or of the pod; `default` else.
    pub namespace: String,
    /// How the server is verified.
    pub tls: Tls,
    /// Who the user is.
    pub credentials: Credentials,
    /// Whom the user acts as.
    pub impersonation: Impersonation,
    /// `proxy-url`; where it is `None` the proxy variables of the environment decide.
    pub proxy: Option<ProxyUrl>,
    /// No gzip.
    pub disable_compression: bool,
    /// `--request-timeout`: of one whole request. `None` is no limit.
    pub timeout: Option<Duration>,
    /// Whether this is a pod's own ServiceAccount.
    pub in_cluster: bool,
}

/// The address of a proxy, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Uri);

impl ProxyUrl {
    /// The address, password and all.
    #[must_use]
    pub fn expose(&self) -> &Uri {
        &self.0
    }
}

impl From<Uri> for ProxyUrl {
    fn from(uri: Uri) -> Self {
        Self(uri)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.host().unwrap_or_default())
    }
}

/// How the server is verified. Of no use for `http`.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// The authorities that are trusted in place of the system's.
    pub authority: Option<Material>,
    /// The server's certificate is not checked at all.
    pub insecure: bool,
    /// The name in the server's certificate and in SNI, in place of the URL's host.
    pub server_name: Option<String>,
}

/// PEM, in place or in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// The PEM itself.
    Data(Secret),
    /// A file that may be renewed while the program runs.
    File(PathBuf),
}

/// Who the user is. More than one may be set, as in client-go: a certificate beside a token.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Certificate and key, in that order.
    pub certificate: Option<(Material, Material)>,
    /// A token in place. Where there is a token file too, the file wins.
    pub token: Option<Secret>,
    /// A file with a token, read again while the program runs.
    pub token_file: Option<PathBuf>,
    /// Basic authentication: name and password.
    pub basic: Option<(String, Secret)>,
    /// A program that gives credentials.
    pub exec: Option<Exec>,
    /// A login with a provider.
    pub oidc: Option<Oidc>,
}

/// A login by OpenID Connect (`auth-provider` named `oidc`).
#[derive(Debug, Clone, Default)]
pub struct Oidc {
    /// What the kubeconfig says of it, by key.
    pub settings: BTreeMap<String, Secret>,
    /// Where that stands, so that renewed tokens can be kept; `None` where it is in no file.
    pub entry: Option<UserEntry>,
}

/// A user in a kubeconfig file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEntry {
    /// The file.
    pub file: PathBuf,
    /// The user's name there.
    pub user: String,
}

/// An exec credential plugin.
#[derive(Debug, Clone)]
pub struct Exec {
    /// The program: a path, or a name to be found on PATH.
    pub command: String,
    /// Its arguments.
    pub args: Vec<Secret>,
    /// Environment variables that are set beside the inherited ones, in order.
    pub env: Vec<(String, Secret)>,
    /// `client.authentication.k8s.io/v1` or `.../v1beta1`.
    pub api_version: String,
    /// What to say when the program is missing.
    pub install_hint: Option<String>,
    /// Whether the plugin is told about the cluster in `KUBERNETES_EXEC_INFO`.
    pub provide_cluster_info: bool,
    /// The cluster's `client.authentication.k8s.io/exec` extension, for `KUBERNETES_EXEC_INFO`.
    pub cluster_extension: Option<serde_json::Value>,
    /// Whether it may ask the user.
    pub interactive: InteractiveMode,
}

/// Whether an exec plugin gets the terminal's stdin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractiveMode {
    /// Never.
    Never,
    /// If there is a terminal.
    IfAvailable,
    /// It must.
    Always,
}

/// Whom the user acts as (`Impersonate-*` headers).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impersonation {
    /// `Impersonate-User`; without it the others are refused.
    pub user: Option<String>,
    /// `Impersonate-Uid`.
    pub uid: Option<String>,
    /// `Impersonate-Group`.
    pub groups: Vec<String>,
    /// `Impersonate-Extra-KEY`, keys as typed.
    pub extra: BTreeMap<String, Vec<String>>,
}
