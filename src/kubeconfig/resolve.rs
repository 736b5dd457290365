//! From flags, environment and files to a connection, in client-go's order, so that of several errors the same is said.
//!
//! Source: `client-go tools/clientcmd/client_config.go ClientConfig`, `merged_client_builder.go`.

use super::{
    ConfigurationError, ConnectionFlags,
    connection::{Connection, Credentials, Impersonation, ProxyUrl, Tls, UserEntry},
    credentials,
    file::{Cluster, User},
    in_cluster, kuberc, merge,
    origin::{Field, Origin, Origins},
    overrides::{self, Chosen, DEFAULT_SERVER, MASTER},
    surroundings::Surroundings,
    timeout,
    url::{self, Server},
    validate,
};

/// Finds the connection that kubectl would use. Nothing but `surroundings` is looked at, and no network.
///
/// # Errors
///
/// Wherever kubectl fails before it connects.
pub fn resolve(
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
) -> Result<Connection, ConfigurationError> {
    explain(flags, surroundings).map(|(connection, _)| connection)
}

/// As [`resolve`], and says where each value came from.
///
/// # Errors
///
/// As [`resolve`].
pub fn explain(
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
) -> Result<(Connection, Origins), ConfigurationError> {
    let policy = kuberc::load(flags, surroundings)?;
    let merged = merge::load(flags, surroundings)?;
    let mut chosen = overrides::choose(&merged, flags, surroundings)?;
    validate::confirm_usable(&chosen, &merged, surroundings)?;
    let timeout = request_timeout(flags, &mut chosen.origins)?;
    let server = Server::parse(chosen.cluster.server.expose());
    let is_https = server.as_ref().is_ok_and(Server::is_https);
    let file_token = if is_https { credentials::read_token_file(&chosen.user, surroundings)? } else { None };
    let namespace = namespace(flags, &mut chosen, surroundings);
    if is_default(&chosen, timeout, is_https, surroundings) && in_cluster::is_possible(surroundings) {
        return in_pod(&chosen, namespace, surroundings);
    }
    let server = server.map_err(ConfigurationError::Server)?;
    let proxy = Some(chosen.cluster.proxy_url.expose()).filter(|text| !text.is_empty());
    let proxy = proxy.map(url::parse_proxy).transpose().map_err(ConfigurationError::Proxy)?;
    let (tls, mut credentials) = if is_https {
        let credentials = credentials::credentials(
            &chosen.user,
            &chosen.cluster,
            file_token.as_deref(),
            &policy,
            surroundings,
        )?;
        (credentials::tls(&chosen.cluster), credentials)
    } else {
        (Tls::default(), Credentials::default())
    };
    if let (Some(oidc), Origin::File(file)) = (&mut credentials.oidc, chosen.origins.of(Field::AuthProvider))
    {
        oidc.entry = Some(UserEntry { file: file.into(), user: chosen.user_name.clone() });
    }
    if let Some(basic) = server.basic {
        // Go's net/http sends it first, and everything else then leaves the header alone.
        let certificate = credentials.certificate.take();
        credentials = Credentials { certificate, basic: Some(basic), ..Credentials::default() };
        let origin = chosen.origins.of(Field::Server).clone();
        chosen.origins.set(Field::Username, origin.clone());
        chosen.origins.set(Field::Password, origin);
    }
    let connection = Connection {
        server: server.uri,
        context: Some(chosen.context_name).filter(|name| !name.is_empty()),
        namespace,
        tls,
        credentials,
        impersonation: impersonation(&chosen.user)?,
        proxy: proxy.map(ProxyUrl::from),
        disable_compression: chosen.cluster.disable_compression,
        timeout: timeout::limit(timeout),
        in_cluster: false,
    };
    Ok((connection, chosen.origins))
}

/// In nanoseconds.
fn request_timeout(flags: &ConnectionFlags, origins: &mut Origins) -> Result<i64, ConfigurationError> {
    match flags.request_timeout.as_deref() {
        None | Some("") => Ok(0),
        Some(text) => {
            origins.set(Field::RequestTimeout, Origin::Flag);
            timeout::parse(text).map_err(|()| ConfigurationError::Timeout)
        }
    }
}

/// Whether all that was found is what would be there without any configuration
/// (`ClientConfigLoadingRules.IsDefaultConfig`): then a pod's own configuration counts.
fn is_default(chosen: &Chosen, timeout: i64, is_https: bool, surroundings: &dyn Surroundings) -> bool {
    let Chosen { cluster, user, .. } = chosen;
    let master = surroundings.variable(MASTER);
    let default = if master.is_empty() { DEFAULT_SERVER } else { master.as_str() };
    let has_no_identity = || !has_credentials(user) && !has_trust(cluster);
    cluster.server.expose() == default
        && cluster.proxy_url.is_empty()
        && !cluster.disable_compression
        && timeout == 0
        && user.impersonate.is_empty()
        && (!is_https || has_no_identity())
}

fn has_credentials(user: &User) -> bool {
    !(user.token.is_empty()
        && user.token_file.is_empty()
        && user.username.is_empty()
        && user.password.is_empty()
        && user.client_certificate.is_empty()
        && user.client_certificate_data.is_empty()
        && user.exec.is_none()
        && user.auth_provider.is_none())
}

fn has_trust(cluster: &Cluster) -> bool {
    cluster.insecure_skip_tls_verify
        || !cluster.certificate_authority.is_empty()
        || !cluster.certificate_authority_data.is_empty()
        || !cluster.tls_server_name.is_empty()
}

/// `-n`, the context's, the pod's, `default` (`DeferredLoadingClientConfig.Namespace`).
fn namespace(flags: &ConnectionFlags, chosen: &mut Chosen, surroundings: &dyn Surroundings) -> String {
    if let Some(typed) = flags.namespace.as_ref().filter(|typed| !typed.is_empty()) {
        chosen.origins.set(Field::Namespace, Origin::Flag);
        return typed.clone();
    }
    if !chosen.context.namespace.is_empty() {
        return chosen.context.namespace.clone();
    }
    if let Some((namespace, origin)) = in_cluster::namespace(surroundings) {
        chosen.origins.set(Field::Namespace, origin);
        return namespace;
    }
    "default".to_owned()
}

/// A pod's own connection. Of the flags only server, token and authority count, and the server's scheme is not asked
/// about before the token is sent.
fn in_pod(
    chosen: &Chosen,
    namespace: String,
    surroundings: &dyn Surroundings,
) -> Result<(Connection, Origins), ConfigurationError> {
    let mut origins = Origins::default();
    let (mut server, mut tls, mut credentials) = in_cluster::parts(surroundings, &mut origins)?;
    origins.set(Field::Namespace, chosen.origins.of(Field::Namespace).clone());
    let is_typed = |field| *chosen.origins.of(field) == Origin::Flag;
    if is_typed(Field::Server) {
        chosen.cluster.server.expose().clone_into(&mut server);
        origins.set(Field::Server, Origin::Flag);
    }
    if is_typed(Field::Token) {
        credentials = Credentials { token: Some(chosen.user.token.clone()), ..Credentials::default() };
        origins.set(Field::Token, Origin::Flag);
    }
    if is_typed(Field::CertificateAuthority) {
        tls.authority = credentials::tls(&chosen.cluster).authority;
        origins.set(Field::CertificateAuthority, Origin::Flag);
    }
    let server = Server::parse(&server).map_err(ConfigurationError::Server)?;
    if let Some(token) = &credentials.token
        && !credentials::is_header_value(token.expose())
    {
        return Err(ConfigurationError::Token("it holds characters that no token can have"));
    }
    let connection = Connection {
        server: server.uri,
        context: None,
        namespace,
        tls,
        credentials,
        impersonation: Impersonation::default(),
        proxy: None,
        disable_compression: false,
        timeout: None,
        in_cluster: true,
    };
    Ok((connection, origins))
}

fn impersonation(user: &User) -> Result<Impersonation, ConfigurationError> {
    if user.impersonate.is_empty() {
        return Ok(Impersonation::default());
    }
    let values = [&user.impersonate, &user.impersonate_uid]
        .into_iter()
        .chain(&user.impersonate_groups)
        .chain(user.impersonate_user_extra.values().flatten());
    if !values.into_iter().all(|value| credentials::is_header_value(value)) {
        return Err(ConfigurationError::Impersonation(
            "the user to be impersonated holds characters that can't be sent".to_owned(),
        ));
    }
    Ok(Impersonation {
        user: Some(user.impersonate.clone()),
        uid: Some(user.impersonate_uid.clone()).filter(|uid| !uid.is_empty()),
        groups: user.impersonate_groups.clone(),
        extra: user.impersonate_user_extra.clone(),
    })
}
