//! Where each value of a connection came from.

use std::{collections::BTreeMap, fmt};

/// A value of a [`super::connection::Connection`], by the name that flags and kubeconfig give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named after its flag")]
pub enum Field {
    Context,
    Server,
    Namespace,
    CertificateAuthority,
    InsecureSkipTlsVerify,
    TlsServerName,
    ClientCertificate,
    ClientKey,
    Token,
    TokenFile,
    Username,
    Password,
    Exec,
    AuthProvider,
    Impersonate,
    ImpersonateUid,
    ImpersonateGroups,
    ImpersonateUserExtra,
    ProxyUrl,
    DisableCompression,
    RequestTimeout,
}

impl Field {
    /// The name, as in kubectl's flags, or in the kubeconfig where there is no flag.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Server => "server",
            Self::Namespace => "namespace",
            Self::CertificateAuthority => "certificate-authority",
            Self::InsecureSkipTlsVerify => "insecure-skip-tls-verify",
            Self::TlsServerName => "tls-server-name",
            Self::ClientCertificate => "client-certificate",
            Self::ClientKey => "client-key",
            Self::Token => "token",
            Self::TokenFile => "tokenFile",
            Self::Username => "username",
            Self::Password => "password",
            Self::Exec => "exec",
            Self::AuthProvider => "auth-provider",
            Self::Impersonate => "as",
            Self::ImpersonateUid => "as-uid",
            Self::ImpersonateGroups => "as-group",
            Self::ImpersonateUserExtra => "as-user-extra",
            Self::ProxyUrl => "proxy-url",
            Self::DisableCompression => "disable-compression",
            Self::RequestTimeout => "request-timeout",
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The flag of the value's name.
    Flag,
    /// This kubeconfig file.
    File(String),
    /// This environment variable.
    Variable(&'static str),
    /// The pod's ServiceAccount and environment.
    Pod,
    /// Nothing said anything else.
    Default,
}

/// The origin of every value that was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<Field, Origin>);

impl Origins {
    /// Where the value came from: [`Origin::Default`] where nothing set it.
    #[must_use]
    pub fn of(&self, field: Field) -> &Origin {
        self.0.get(&field).unwrap_or(&Origin::Default)
    }

    pub(super) fn set(&mut self, field: Field, origin: Origin) {
        self.0.insert(field, origin);
    }

    /// The origin of one field in words.
    #[must_use]
    pub fn describe(&self, field: Field) -> String {
        match self.of(field) {
            Origin::Flag => format!("--{}", field.name()),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::File(path) => f.write_str(path),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Pod => f.write_str("the pod's ServiceAccount"),
            Self::Default => f.write_str("default"),
        }
    }
}
