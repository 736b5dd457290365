//! Kinds of failures, by name.

use super::{CertificateProblem, Error, ExecProblem};

impl Error {
    /// A short, stable word for the kind of failure, the same whichever words say it.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Configuration(error) => error.class(),
            Self::Unusable(_) | Self::Oidc(_) | Self::File { .. } | Self::NoContexts => "configuration",
            Self::Input { .. } => "input",
            Self::Refused { .. } => "refused",
            Self::Certificate { problem, .. } => match problem {
                CertificateProblem::UnknownAuthority => "unknown-authority",
                CertificateProblem::Expired { .. } => "certificate-expired",
                CertificateProblem::NotYetValid { .. } => "certificate-not-yet-valid",
                CertificateProblem::WrongName { .. } => "wrong-name",
                CertificateProblem::Other(_) => "certificate",
            },
            Self::ClientCertificate { .. } => "client-certificate",
            Self::NoSuchHost { .. } => "no-such-host",
            Self::NoTls { .. } => "no-tls",
            Self::TlsExpected { .. } => "tls-expected",
            Self::Proxy { .. } => "proxy",
            Self::Timeout { .. } => "timeout",
            Self::Broken { .. } => "broken",
            Self::Redirected { .. } => "redirected",
            Self::Exec { problem, .. } => match problem {
                ExecProblem::Missing { .. } | ExecProblem::Unstartable(_) => "exec-missing",
                ExecProblem::Failed(_) | ExecProblem::NoTerminal => "exec-failed",
                ExecProblem::Garbage(_) => "exec-garbage",
            },
            Self::Connection { .. } => "connection",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) | Self::PodsForbidden(_) => "forbidden",
            Self::NotFound(_) | Self::Missing(_) => "not-found",
            Self::NoMetricsApi => "no-metrics-api",
            Self::MetricsApiUnavailable { .. } | Self::Status { code: 503, .. } => "unavailable",
            Self::Status { .. } => "status",
            Self::NoSamples | Self::NoSamplesInFiles => "no-samples",
            Self::Answer { .. } | Self::Unreadable(_) => "answer",
            Self::Output(_) => "output",
            Self::Record { .. } | Self::ForeignFile { .. } | Self::FileInUse { .. } => "record",
            Self::Clusters { .. } => "clusters",
            Self::Interrupted => "interrupted",
        }
    }
}
