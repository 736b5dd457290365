//! Everything that can go wrong in the main job, by what the user can do about it.

mod class;
mod denied;
mod problem;

use std::{error, fmt, io, path::PathBuf, time::Duration};

use crate::{
    kubeconfig::ConfigurationError,
    visible::{shortened, visible},
};

pub use denied::{ANONYMOUS, grant, is_impersonation, is_shell_safe, refused_user};
pub use problem::{CertificateProblem, ExecProblem};

/// A failure, with [`Error::hint`] saying how it is mended.
///
/// `Display` is one line, safe for a terminal, and holds no credential.
#[derive(Debug)]
pub enum Error {
    /// The configuration can't be used.
    Configuration(ConfigurationError),
    /// What the configuration holds can't be used to ask a server: what is wrong with it.
    Unusable(String),
    /// The identity provider (OpenID Connect) gave no token: what is wrong.
    Oidc(String),
    /// A file that the configuration names can't be read.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file in the place of a server can't be read, or holds something else than it should.
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Nobody listens at the server's address.
    Refused {
        /// Where the server should be.
        server: String,
    },
    /// The server's certificate is not trusted, or is for another name or time.
    Certificate {
        /// Where the server is.
        server: String,
        /// What is wrong with the certificate.
        problem: CertificateProblem,
    },
    /// The server does not accept the client's certificate, or misses one.
    ClientCertificate {
        /// Where the server is.
        server: String,
        /// TLS's word for it.
        problem: String,
    },
    /// The server's name has no address.
    NoSuchHost {
        /// The name.
        host: String,
    },
    /// The server was asked by https and speaks http.
    NoTls {
        /// Where the server is.
        server: String,
    },
    /// The server was asked by http and speaks https.
    TlsExpected {
        /// Where the server is.
        server: String,
    },
    /// A proxy can't be reached, or refuses.
    Proxy {
        /// Where the proxy should be.
        proxy: String,
        /// What it did.
        problem: String,
    },
    /// The server, or the way to it, took too long.
    Timeout {
        /// Where the server should be.
        server: String,
        /// What took how long.
        problem: String,
    },
    /// The server closed the connection when it should have answered.
    Broken {
        /// Where the server is.
        server: String,
        /// How it did.
        problem: String,
    },
    /// The server sends the client elsewhere, to where its credentials must not go.
    Redirected {
        /// Where the server is.
        server: String,
        /// Scheme, host and port of where it points to.
        to: String,
    },
    /// An exec plugin gave no credentials.
    Exec {
        /// The program.
        command: String,
        /// Why not.
        problem: ExecProblem,
    },
    /// The server can't be reached, or the connection broke.
    Connection {
        /// Where the server should be.
        server: String,
        /// The innermost cause.
        problem: String,
    },
    /// The server does not accept the credentials (401).
    Unauthorized,
    /// The user may not do this (403); the server's own words.
    Forbidden(String),
    /// The user may not read what pods are shown with (403); the server's own words.
    PodsForbidden(String),
    /// The object does not exist (404); the server's own words.
    NotFound(String),
    /// The server has no metrics API.
    NoMetricsApi,
    /// The metrics API is registered but does not answer (503).
    MetricsApiUnavailable {
        /// The name of its APIService.
        service: String,
        /// The server's own words.
        message: String,
        /// The `Available` condition of its APIService, where the user may read it.
        condition: Option<String>,
    },
    /// The metrics API answers, without one sample.
    NoSamples,
    /// The files in the place of a server hold no sample.
    NoSamplesInFiles,
    /// Nodes or samples that were asked for by name and do not exist.
    Missing(Vec<String>),
    /// So many objects of the server can't be read in full.
    Unreadable(usize),
    /// Any other refusal of the server.
    Status {
        /// The HTTP status.
        code: u16,
        /// Kubernetes' word for it; empty where the server is not Kubernetes.
        reason: String,
        /// The server's own words.
        message: String,
        /// After how long the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The server's answer is not what Kubernetes sends.
    Answer {
        /// The path that was asked for.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The output can't be written.
    Output(io::Error),
    /// The file that is recorded to can't be read or written.
    Record {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file that should be recorded to holds something else.
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// Another process records to the file.
    FileInUse {
        /// The file.
        path: PathBuf,
    },
    /// The kubeconfig has no context.
    NoContexts,
    /// Some of several clusters can't be read, or not in full; what became of each was said.
    Clusters {
        /// How many.
        failed: usize,
        /// Of how many.
        of: usize,
    },
    /// The user ended it before there was anything to show.
    Interrupted,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Configuration(error) => return error.fmt(f),
            Self::Unusable(problem) => problem.clone(),
            Self::Oidc(problem) => format!("oidc: {problem}"),
            Self::File { path, source } => format!("{}: {source}", path.display()),
            Self::Input { path, problem } if path.as_os_str() == "-" => {
                format!("standard input can't be read: {problem}")
            }
            Self::Input { path, problem } => format!("{} can't be read: {problem}", path.display()),
            Self::Refused { server } => format!("the connection to the server {server} was refused"),
            Self::Certificate { server, problem } => {
                format!("the certificate of the server {server} can't be trusted: {problem}")
            }
            Self::ClientCertificate { server, problem } => {
                format!("the server {server} does not accept the client's certificate ({problem})")
            }
            Self::NoSuchHost { host } => format!("the server's name {host} has no address: no such host"),
            Self::NoTls { server } => {
                format!("the server {server} answers https with something that is not TLS")
            }
            Self::TlsExpected { server } => format!("the server {server} speaks https and was asked by http"),
            Self::Proxy { proxy, problem } => format!("the proxy {proxy} can't be used: {problem}"),
            Self::Timeout { server, problem } => format!("the server {server} took too long: {problem}"),
            Self::Broken { server, problem } => {
                format!("the connection to the server {server} broke: {problem}")
            }
            Self::Redirected { server, to } => {
                format!("the server {server} redirects to {to}, where these credentials must not go")
            }
            Self::Exec { command, problem } => {
                format!("the credential plugin {command} gave no credentials: {problem}")
            }
            Self::Connection { server, problem } => format!("can't reach the server {server}: {problem}"),
            Self::Unauthorized => "the server does not accept these credentials (Unauthorized)".to_owned(),
            Self::Forbidden(message) | Self::PodsForbidden(message) => {
                format!("the server refuses (Forbidden): {message}")
            }
            Self::NotFound(message) => format!("the server has no such object (NotFound): {message}"),
            Self::NoMetricsApi => "the Metrics API is not installed on this cluster".to_owned(),
            Self::MetricsApiUnavailable { message, condition: None, .. } => {
                format!("the Metrics API is installed but not ready: {message}")
            }
            Self::MetricsApiUnavailable { message, condition: Some(condition), .. } => {
                format!("the Metrics API is installed but not ready: {message} ({condition})")
            }
            Self::NoSamples => "metrics are not available yet: none of these nodes has a sample".to_owned(),
            Self::NoSamplesInFiles => "the files hold no sample of these nodes".to_owned(),
            Self::Missing(names) => format!("not found: {}", names.join(", ")),
            Self::Unreadable(1) => "one of the server's objects can't be read in full".to_owned(),
            Self::Unreadable(count) => format!("{count} of the server's objects can't be read in full"),
            Self::Status { code, reason, message, .. } if reason.is_empty() => {
                format!("the server answered {code}: {message}")
            }
            Self::Status { code, reason, message, .. } => {
                format!("the server answered {code} ({reason}): {message}")
            }
            Self::Answer { path, problem } => format!("the answer to {path} can't be read: {problem}"),
            Self::Output(source) => format!("the output can't be written: {source}"),
            Self::Record { path, source } => format!("{} can't be recorded to: {source}", path.display()),
            Self::ForeignFile { path } => {
                format!("{} holds something else than these columns, and is left as it is", path.display())
            }
            Self::FileInUse { path } => format!("{} is being recorded to by another process", path.display()),
            Self::NoContexts => "the kubeconfig has no contexts".to_owned(),
            Self::Clusters { failed, of } => format!("{failed} of {of} clusters can't be read in full"),
            Self::Interrupted => "interrupted".to_owned(),
        };
        f.write_str(&visible(&shortened(&text, LONGEST)))
    }
}

/// How much of an error is shown: more than Kubernetes ever says, and less than what would push all else off the screen.
const LONGEST: usize = 5_000;

impl error::Error for Error {}

impl From<ConfigurationError> for Error {
    fn from(error: ConfigurationError) -> Self {
        Self::Configuration(error)
    }
}

impl Error {
    /// What the user can do about it; several lines where a command is long.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Configuration(error) => return error.hint(),
            Self::Unusable(_)
            | Self::File { .. }
            | Self::Output(_)
            | Self::Interrupted => return None,
            Self::Oidc(_) => {
                "log in again as your identity provider wants it, or choose another user: kubectl config get-users".to_owned()
            }
            Self::Clusters { .. } => "what is wrong with each stands above; the others are shown".to_owned(),
            Self::NoContexts => "name the file with --kubeconfig or KUBECONFIG: kubectl config get-contexts".to_owned(),
            Self::Input { .. } | Self::NoSamplesInFiles => {
                "give what one of these prints, or a recording: kubectl get nodes -o json; \
                 kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes"
                    .to_owned()
            }
            Self::Record { .. } => "check the folder, its rights and the room on its disk: df".to_owned(),
            Self::ForeignFile { .. } => {
                "name another file, or move this one away; the columns depend on -o, --columns, -L and --totals-only".to_owned()
            }
            Self::FileInUse { .. } => "give each recorder a file of its own".to_owned(),
            Self::Refused { server } if server == "localhost:8080" => {
                "without a kubeconfig this is the server; name one with --kubeconfig or KUBECONFIG, \
                 or see a simulated cluster with --demo"
                    .to_owned()
            }
            Self::Refused { .. } => {
                "check that this is the right server and that it runs: kubectl config view --minify".to_owned()
            }
            Self::Certificate { problem, .. } => match problem {
                CertificateProblem::UnknownAuthority | CertificateProblem::Other(_) => {
                    "give the CA that signed it with --certificate-authority".to_owned()
                }
                CertificateProblem::Expired { .. } => {
                    "check this machine's clock; if it is right, the server's certificate must be renewed".to_owned()
                }
                CertificateProblem::NotYetValid { .. } => "check this machine's clock".to_owned(),
                CertificateProblem::WrongName { .. } => {
                    "check the server's address, or name the right one with --tls-server-name".to_owned()
                }
            },
            Self::ClientCertificate { .. } => {
                "check client-certificate in the kubeconfig; it may have expired, or be of another cluster".to_owned()
            }
            Self::NoSuchHost { .. } => {
                "check the server's name and this machine's DNS: kubectl config view --minify".to_owned()
            }
            Self::NoTls { .. } => "check the port, or write http:// before the server's address".to_owned(),
            Self::TlsExpected { .. } => "write https:// before the server's address".to_owned(),
            Self::Proxy { .. } => {
                "check proxy-url in the kubeconfig, and the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY".to_owned()
            }
            Self::Timeout { .. } | Self::Broken { .. } => {
                "try again; check the network and, if it is given, --request-timeout".to_owned()
            }
            Self::Redirected { .. } => "give the address that it points to with --server, if you trust it".to_owned(),
            Self::Exec { problem, .. } => match problem {
                ExecProblem::Missing { install_hint: Some(hint) } => {
                    hint.trim().lines().map(visible).collect::<Vec<_>>().join("\n")
                }
                ExecProblem::Missing { install_hint: None } | ExecProblem::Unstartable(_) => {
                    "install the program, or correct users[].user.exec.command in the kubeconfig".to_owned()
                }
                ExecProblem::Failed(_) => "see what it said above; run it by itself".to_owned(),
                ExecProblem::NoTerminal => {
                    "run this on a terminal, or set interactiveMode of the plugin to IfAvailable".to_owned()
                }
                ExecProblem::Garbage(_) => {
                    "run it by itself: it must print an ExecCredential as JSON and nothing else".to_owned()
                }
            },
            Self::Connection { .. } => {
                "check the server's address, the network and the proxy: kubectl config view --minify".to_owned()
            }
            Self::Unauthorized => denied::LOG_IN.to_owned(),
            Self::Forbidden(message) => denied::hint(message),
            Self::PodsForbidden(message) => denied::hint_of_pods(message),
            Self::NotFound(_) | Self::Missing(_) => "see the names with: kubectl get nodes".to_owned(),
            Self::NoMetricsApi => "install metrics-server, or another provider of metrics.k8s.io".to_owned(),
            Self::MetricsApiUnavailable { service, .. } => format!(
                "see why with: kubectl describe apiservice {service}; \
                 kubectl -n kube-system get pods -l k8s-app=metrics-server"
            ),
            Self::NoSamples => {
                "metrics-server has its first samples about a minute after its start; see its log if they stay away".to_owned()
            }
            Self::Unreadable(_) => {
                "see what the server sends: kubectl get nodes,pods -A -o json; \
                 kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes"
                    .to_owned()
            }
            Self::Status { code: 429, .. } => "the server is overloaded; try again later".to_owned(),
            Self::Status { code: 500.., .. } => "try again; if it stays, the server's log says why".to_owned(),
            Self::Status { .. } | Self::Answer { .. } => {
                "check that this is a Kubernetes API server: kubectl cluster-info".to_owned()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_can_not_move_the_cursor() {
        let error = Error::Forbidden("\x1b[2J\nall is well".to_owned());
        assert_eq!(error.to_string(), "the server refuses (Forbidden): \\u{1b}[2J\\nall is well");
    }
}
