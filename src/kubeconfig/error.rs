//! Why a configuration can't be used, by what the user can do about it.

use std::{error, fmt, io};

use crate::visible::visible;

/// A configuration that can't be used. `Display` is one line, safe for a terminal, and holds no credential.
#[derive(Debug)]
pub enum ConfigurationError {
    /// `--kubeconfig` names a file that does not exist.
    NoKubeconfig(String),
    /// A kubeconfig can't be read or is none: its path, and what is wrong.
    Kubeconfig(String, String),
    /// `--context` names none.
    NoContext(String),
    /// `--cluster` names none.
    NoCluster(String),
    /// `--user` names none.
    NoUser(String),
    /// The kubeconfig's current-context names none.
    NoCurrentContext(String),
    /// A file that a flag or a kubeconfig names can't be read.
    File {
        /// What it holds: `certificate-authority` or the like.
        purpose: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The server's address is none: what is wrong with it.
    Server(String),
    /// The authority that signs the server's certificate is given in two ways: what is wrong.
    Authority(String),
    /// The client's certificate lacks its key, or is given twice: what is wrong.
    ClientCertificate(String),
    /// A user has more than one way to authenticate: the user, and the ways.
    Methods(String, String),
    /// A token that no server can be sent: what is wrong with it.
    Token(&'static str),
    /// The impersonation is not complete, or can't be sent: what is wrong.
    Impersonation(String),
    /// The exec plugin is not set up rightly: what is wrong.
    Exec(String),
    /// The user's kuberc forbids the exec plugin: the command, and the policy.
    ExecForbidden(String, String),
    /// The kuberc that was asked for can't be used: its path, and what is wrong.
    Kuberc(String, String),
    /// The auth-provider is not one that can be used: what is wrong.
    AuthProvider(String),
    /// `proxy-url` is none: what is wrong with it.
    Proxy(String),
    /// `--request-timeout` is none.
    Timeout,
    /// More than one thing is wrong.
    Several(Vec<ConfigurationError>),
}

/// A name out of a file, as far as an error says it: to the first blank. A slip in YAML's indentation makes the next
/// line, whatever it holds, part of a name.
pub(super) fn shown(name: &str) -> String {
    match name.split_once(char::is_whitespace) {
        Some((word, _)) => format!("{word}…"),
        None => name.to_owned(),
    }
}

impl ConfigurationError {
    /// Nothing, the one problem, or several.
    pub(super) fn none_of(mut problems: Vec<Self>) -> Result<(), Self> {
        match problems.len() {
            0 => Ok(()),
            1 => Err(problems.remove(0)),
            _ => Err(Self::Several(problems)),
        }
    }

    /// A short word for the kind of error, the same in every version of the program. Of several errors, the first's.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::NoKubeconfig(_) => "no-kubeconfig",
            Self::Kubeconfig(..) => "kubeconfig",
            Self::NoContext(_) => "no-context",
            Self::NoCluster(_) => "no-cluster",
            Self::NoUser(_) => "no-user",
            Self::NoCurrentContext(_) => "no-current-context",
            Self::File { .. } => "file",
            Self::Server(_) => "server",
            Self::Authority(_) => "authority",
            Self::ClientCertificate(_) => "client-certificate",
            Self::Methods(..) => "methods",
            Self::Token(_) => "token",
            Self::Impersonation(_) => "impersonation",
            Self::Exec(_) => "exec",
            Self::ExecForbidden(..) => "exec-forbidden",
            Self::Kuberc(..) => "kuberc",
            Self::AuthProvider(_) => "auth-provider",
            Self::Proxy(_) => "proxy",
            Self::Timeout => "timeout",
            Self::Several(problems) => problems.first().map_or("none", Self::class),
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoKubeconfig(_) => {
                "check the path after --kubeconfig; without it KUBECONFIG or ~/.kube/config is read"
            }
            Self::Kubeconfig(..) => "mend the file, or name another with --kubeconfig or KUBECONFIG",
            Self::NoContext(_) | Self::NoCurrentContext(_) => {
                "choose one of: kubectl config get-contexts; then --context NAME or: kubectl config use-context NAME"
            }
            Self::NoCluster(_) => "choose one of: kubectl config get-clusters",
            Self::NoUser(_) => "choose one of: kubectl config get-users",
            Self::File { .. } => {
                "check the path and the file's permissions; relative paths start at the kubeconfig"
            }
            Self::Server(_) => {
                "the address is like https://HOST:PORT; see it with: kubectl config view --minify"
            }
            Self::Authority(_) => {
                "keep one: certificate-authority-data, certificate-authority or insecure-skip-tls-verify"
            }
            Self::ClientCertificate(_) => "give one certificate and its one key, both as data or as files",
            Self::Methods(..) => "keep one of token, tokenFile, and username with password",
            Self::Token(_) => "copy the token again, without line breaks",
            Self::Impersonation(_) => "give --as USER along with --as-uid, --as-group and --as-user-extra",
            Self::Exec(_) => "see the user's exec section with: kubectl config view --minify",
            Self::ExecForbidden(..) => {
                "allow it by credentialPluginPolicy and credentialPluginAllowlist of the kuberc"
            }
            Self::Kuberc(..) => "mend the file, or turn it off with KUBERC=off",
            Self::AuthProvider(_) => "use an exec plugin in its place: see the provider's documentation",
            Self::Proxy(_) => "the proxy is like http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
            Self::Timeout => "give seconds, or a number with a unit: 30, 30s, 2m",
            Self::Several(problems) => return problems.first().and_then(Self::hint),
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NoKubeconfig(path) => format!("stat {path}: no such file or directory"),
            Self::Kubeconfig(path, problem) => format!("error loading config file {path:?}: {problem}"),
            Self::NoContext(name) => format!("context {name:?} does not exist"),
            Self::NoCluster(name) => format!("cluster {name:?} does not exist"),
            Self::NoUser(name) => format!("auth info {name:?} does not exist"),
            Self::NoCurrentContext(name) => {
                format!("context was not found for specified context: {name}")
            }
            Self::File { purpose, path, source } => format!("unable to read {purpose} {path}: {source}"),
            Self::Server(problem) => format!("the server's address can't be used: {problem}"),
            Self::Token(problem) => format!("the token can't be used: {problem}"),
            Self::Methods(user, found) => format!(
                "more than one authentication method found for {user}; found [{found}], only one is allowed"
            ),
            Self::ExecForbidden(command, policy) => {
                format!("the credential plugin {command:?} is not allowed: {policy}")
            }
            Self::Kuberc(path, problem) => format!("kuberc {path}: {problem}"),
            Self::Authority(problem)
            | Self::ClientCertificate(problem)
            | Self::Impersonation(problem)
            | Self::Exec(problem)
            | Self::AuthProvider(problem) => problem.clone(),
            Self::Proxy(problem) => format!("invalid proxy-url: {problem}"),
            Self::Timeout => {
                "invalid request-timeout: it must be a number of seconds, or a number with a unit".to_owned()
            }
            Self::Several(problems) => problems.iter().map(Self::to_string).collect::<Vec<_>>().join("; "),
        };
        f.write_str(&visible(&text))
    }
}

impl error::Error for ConfigurationError {}
