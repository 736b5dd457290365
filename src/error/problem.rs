//! What can be wrong with a certificate, or with a program that gives credentials.

use std::fmt;

use jiff::Timestamp;

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateProblem {
    /// Nobody who is trusted signed it.
    UnknownAuthority,
    /// It was valid once.
    Expired {
        /// This machine's time.
        now: Option<Timestamp>,
        /// Its last second.
        since: Option<Timestamp>,
    },
    /// It will be valid.
    NotYetValid {
        /// This machine's time.
        now: Option<Timestamp>,
        /// Its first second.
        from: Option<Timestamp>,
    },
    /// It is another server's.
    WrongName {
        /// The name it should have.
        wanted: String,
        /// The names it has.
        names: Vec<String>,
    },
    /// Anything else.
    Other(String),
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAuthority => f.write_str("signed by an unknown authority"),
            Self::Expired { now: Some(now), since: Some(since) } => {
                write!(f, "it expired at {since}, and this machine's clock says {now:.0}")
            }
            Self::Expired { .. } => f.write_str("it has expired"),
            Self::NotYetValid { now: Some(now), from: Some(from) } => {
                write!(f, "it is valid only from {from}, and this machine's clock says {now:.0}")
            }
            Self::NotYetValid { .. } => f.write_str("it is not valid yet"),
            Self::WrongName { wanted, names } if names.is_empty() => {
                write!(f, "it is not for {wanted}, nor for any other name")
            }
            Self::WrongName { wanted, names } => {
                write!(f, "it is for {}, not for {wanted}", names.join(", "))
            }
            Self::Other(problem) => f.write_str(problem),
        }
    }
}

/// Why an exec plugin gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecProblem {
    /// There is no such program.
    Missing {
        /// The kubeconfig's `installHint`.
        install_hint: Option<String>,
    },
    /// It can't be started.
    Unstartable(String),
    /// It failed; `None` where a signal ended it.
    Failed(Option<i32>),
    /// It wants to ask the user, and there is no terminal.
    NoTerminal,
    /// What it printed is no credential; never what that is.
    Garbage(String),
}

impl fmt::Display for ExecProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { .. } => f.write_str("the program was not found"),
            Self::Unstartable(problem) => write!(f, "the program can't be started: {problem}"),
            Self::Failed(Some(code)) => write!(f, "it failed with exit code {code}"),
            Self::Failed(None) => f.write_str("a signal ended it"),
            Self::NoTerminal => f.write_str("it must ask the user, and standard input is not a terminal"),
            Self::Garbage(problem) => f.write_str(problem),
        }
    }
}
