//! The cases, a file a group.

#![allow(clippy::too_many_lines, reason = "tables of cases")]

pub mod answers;
pub mod basic;
pub mod certificates;
pub mod defaults;
pub mod exec;
pub mod exec_failures;
pub mod flags;
pub mod impersonation;
pub mod malformed;
pub mod merging;
pub mod missing;
pub mod pod;
pub mod proxies;
pub mod proxy_variables;
pub mod timeouts;
pub mod tls;
pub mod tokens;

use crate::{
    case::Case,
    recorder::{Https, Kind},
};

/// HTTPS as most servers speak it.
pub const TRUSTED: Kind = Kind::Https(Https::with("server"));

/// The cluster of such a server.
pub const TRUSTED_CLUSTER: &str = r#"server: "<url>", certificate-authority: "<path.ca.crt>""#;

/// A user with a token.
pub const WITH_TOKEN: &str = r#"token: "<secret.token>""#;

/// A case with a server that speaks HTTPS, and a user.
pub fn trusted(name: &str, user: &str) -> Case {
    Case::new(name).api(TRUSTED).config(TRUSTED_CLUSTER, user)
}
