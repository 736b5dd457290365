//! The connection flags in kubectl's words (`cli-runtime genericclioptions/config_flags.go`).

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint};

use super::go_bool;
use crate::kubeconfig::{ConnectionFlags, Secret};

/// The flags that choose a server or a user, and so mean nothing where no server is asked.
pub(super) const NAMES: [&str; 15] = [
    "kubeconfig",
    "context",
    "cluster",
    "user",
    "server",
    "token",
    "username",
    "password",
    "impersonate",
    "certificate_authority",
    "client_certificate",
    "client_key",
    "tls_server_name",
    "proxy_url",
    "kuberc",
];

/// Which server to ask, and as whom.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct ConnectionArgs {
    /// Path to the kubeconfig file to use.
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,

    /// The name of the kubeconfig context to use.
    #[arg(long, global = true, value_name = "NAME")]
    context: Option<String>,

    /// The name of the kubeconfig cluster to use.
    #[arg(long, global = true, value_name = "NAME")]
    cluster: Option<String>,

    /// The name of the kubeconfig user to use.
    #[arg(long, global = true, value_name = "NAME")]
    user: Option<String>,

    /// The namespace; nodes have none, so it changes nothing.
    #[arg(short, long, global = true, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// The address and port of the Kubernetes API server.
    #[arg(short, long, global = true, value_name = "URL", value_parser = secret)]
    server: Option<Secret>,

    /// Bearer token for authentication to the API server.
    #[arg(long, global = true, value_name = "TOKEN", value_parser = secret)]
    token: Option<Secret>,

    /// Username for basic authentication to the API server.
    #[arg(long, global = true, value_name = "NAME")]
    username: Option<String>,

    /// Password for basic authentication to the API server.
    #[arg(long, global = true, value_name = "PASSWORD", value_parser = secret)]
    password: Option<Secret>,

    /// Username to impersonate: a user, or a service account in a namespace.
    #[arg(long = "as", global = true, value_name = "USER")]
    impersonate: Option<String>,

    /// Group to impersonate; repeatable.
    #[arg(long = "as-group", global = true, value_name = "GROUP", action = ArgAction::Append)]
    impersonate_groups: Vec<String>,

    /// UID to impersonate.
    #[arg(long = "as-uid", global = true, value_name = "UID")]
    impersonate_uid: Option<String>,

    /// User extras to impersonate; repeatable, also for the same key.
    #[arg(long = "as-user-extra", global = true, value_name = "KEY=VALUE", action = ArgAction::Append)]
    impersonate_user_extra: Vec<String>,

    /// Path to a cert file for the certificate authority.
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::FilePath)]
    certificate_authority: Option<PathBuf>,

    /// Path to a client certificate file for TLS.
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::FilePath)]
    client_certificate: Option<PathBuf>,

    /// Path to a client key file for TLS.
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::FilePath)]
    client_key: Option<PathBuf>,

    /// Do not check the server's certificate. This makes the connection insecure.
    #[arg(long, global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", hide_default_value = true, value_parser = go_bool, value_name = "BOOL")]
    insecure_skip_tls_verify: bool,

    /// Server name for the validation of the server's certificate, in place of its host name.
    #[arg(long, global = true, value_name = "NAME")]
    tls_server_name: Option<String>,

    /// How long to wait for a single request: 30, 30s, 2m; 0 is no limit.
    #[arg(long, global = true, value_name = "DURATION", allow_hyphen_values = true)]
    request_timeout: Option<String>,

    /// Opt out of response compression.
    #[arg(long, global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", hide_default_value = true, value_parser = go_bool, value_name = "BOOL")]
    disable_compression: bool,

    /// URL of the proxy to use for requests.
    #[arg(long, global = true, value_name = "URL", value_parser = secret)]
    proxy_url: Option<Secret>,

    /// The directory in which is remembered what a server serves [default: $HOME/.kube/cache].
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::DirPath)]
    cache_dir: Option<PathBuf>,

    /// Path to the kuberc file, whose policy on credential plugins holds here too.
    #[arg(long, global = true, value_name = "PATH", value_parser = path, value_hint = ValueHint::FilePath)]
    kuberc: Option<PathBuf>,

    /// Accepted as kubectl does; the version of the server is never asked for.
    #[arg(long, global = true, hide = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_value = "false", default_missing_value = "true", value_parser = go_bool)]
    match_server_version: bool,

    /// How much is said of what is done, 0 to 10.
    #[arg(
        short = 'v',
        long = "v",
        global = true,
        value_name = "LEVEL",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(super) verbosity: u8,
}

/// A secret from the moment it is parsed.
#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::from(text.to_owned()))
}

/// A path; the empty one is none, as everywhere in kubectl.
#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn path(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}

impl From<ConnectionArgs> for ConnectionFlags {
    fn from(args: ConnectionArgs) -> Self {
        Self {
            kubeconfig: args.kubeconfig,
            context: args.context,
            cluster: args.cluster,
            user: args.user,
            namespace: args.namespace,
            server: args.server,
            token: args.token,
            username: args.username,
            password: args.password,
            impersonate: args.impersonate,
            impersonate_groups: args.impersonate_groups,
            impersonate_uid: args.impersonate_uid,
            impersonate_user_extra: args.impersonate_user_extra,
            certificate_authority: args.certificate_authority,
            client_certificate: args.client_certificate,
            client_key: args.client_key,
            insecure_skip_tls_verify: args.insecure_skip_tls_verify,
            tls_server_name: args.tls_server_name,
            request_timeout: args.request_timeout,
            disable_compression: args.disable_compression,
            proxy_url: args.proxy_url,
            cache_dir: args.cache_dir,
            kuberc: args.kuberc,
        }
    }
}
