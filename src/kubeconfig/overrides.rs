//! What is chosen of the files, with the flags laid over it.
//!
//! Source: `client-go tools/clientcmd/client_config.go` (`getContext`, `getAuthInfo`, `getCluster`).

use std::path::PathBuf;

use super::{
    ConfigurationError, ConnectionFlags,
    file::{Cluster, Context, User},
    merge::Merged,
    origin::{Field, Origin, Origins},
    secret::Secret,
    surroundings::Surroundings,
};

/// The context, cluster and user that count, and their names.
pub(super) struct Chosen {
    pub context_name: String,
    pub context: Context,
    /// The namespace stands in the context of the file.
    pub cluster: Cluster,
    pub cluster_name: String,
    pub user: User,
    pub user_name: String,
    pub origins: Origins,
}

/// Lays texts over texts where they are not empty, and notes where they are from.
struct Layer<'a> {
    origin: Origin,
    origins: &'a mut Origins,
}

impl Layer<'_> {
    fn text(&mut self, field: Field, target: &mut String, value: &str) {
        if !value.is_empty() {
            value.clone_into(target);
            self.note(field);
        }
    }

    fn secret(&mut self, field: Field, target: &mut Secret, value: &Secret) {
        if !value.is_empty() {
            target.clone_from(value);
            self.note(field);
        }
    }

    fn truth(&mut self, field: Field, target: &mut bool, value: bool) {
        if value {
            *target = true;
            self.note(field);
        }
    }

    fn note(&mut self, field: Field) {
        self.origins.set(field, self.origin.clone());
    }
}

fn given(flag: Option<&String>) -> &str {
    flag.map_or("", String::as_str)
}

fn given_path(flag: Option<&PathBuf>, surroundings: &dyn Surroundings) -> String {
    let path = flag.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    match surroundings.directory() {
        Ok(directory) if !path.is_empty() => surroundings.platform().absolute(&directory, &path),
        _ => path,
    }
}

/// Chooses by the flags' names, else by the current context. A flag that names nothing is an error; what the context
/// names may be missing.
pub(super) fn choose(
    merged: &Merged,
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
) -> Result<Chosen, ConfigurationError> {
    let mut origins = Origins::default();
    let typed_context = given(flags.context.as_ref());
    let mut context_name = String::new();
    if let Some(current) = &merged.current_context {
        context_name.clone_from(&current.value);
        origins.set(Field::Context, Origin::File(current.file.clone()));
    }
    Layer { origin: Origin::Flag, origins: &mut origins }.text(
        Field::Context,
        &mut context_name,
        typed_context,
    );
    let found_context = merged.contexts.get(&context_name);
    let mut context = Context::default();
    if let Some(entry) = found_context {
        context = entry.value.clone();
        if !context.namespace.is_empty() {
            origins.set(Field::Namespace, Origin::File(entry.file.clone()));
        }
    }
    // Where --context names nothing, client-go goes on with a nameless context to say first what else is missing.
    let is_missing = found_context.is_none() && !typed_context.is_empty();
    let (typed_user, typed_cluster) = (given(flags.user.as_ref()), given(flags.cluster.as_ref()));
    let user_name = if typed_user.is_empty() { context.user.clone() } else { typed_user.to_owned() };
    let cluster_name =
        if typed_cluster.is_empty() { context.cluster.clone() } else { typed_cluster.to_owned() };
    if !typed_user.is_empty() && !merged.users.contains_key(typed_user) {
        return Err(ConfigurationError::NoUser(user_name));
    }
    if is_missing {
        return Err(ConfigurationError::NoContext(context_name));
    }
    if !typed_cluster.is_empty() && !merged.clusters.contains_key(typed_cluster) {
        return Err(ConfigurationError::NoCluster(cluster_name));
    }
    let user = user(merged, &user_name, flags, surroundings, &mut origins);
    let cluster = cluster(merged, &cluster_name, flags, surroundings, &mut origins);
    Ok(Chosen { context_name, context, cluster, cluster_name, user, user_name, origins })
}

fn user(
    merged: &Merged,
    name: &str,
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
    origins: &mut Origins,
) -> User {
    let mut user = User::default();
    if let Some(entry) = merged.users.get(name) {
        let from = &entry.value;
        user = from.clone();
        let mut layer = Layer { origin: Origin::File(entry.file.clone()), origins };
        for (field, is_set) in [
            (
                Field::ClientCertificate,
                !from.client_certificate.is_empty() || !from.client_certificate_data.is_empty(),
            ),
            (Field::ClientKey, !from.client_key.is_empty() || !from.client_key_data.is_empty()),
            (Field::Token, !from.token.is_empty()),
            (Field::TokenFile, !from.token_file.is_empty()),
            (Field::Username, !from.username.is_empty()),
            (Field::Password, !from.password.is_empty()),
            (Field::Exec, from.exec.is_some()),
            (Field::AuthProvider, from.auth_provider.is_some()),
            (Field::Impersonate, !from.impersonate.is_empty()),
            (Field::ImpersonateUid, !from.impersonate_uid.is_empty()),
            (Field::ImpersonateGroups, !from.impersonate_groups.is_empty()),
            (Field::ImpersonateUserExtra, !from.impersonate_user_extra.is_empty()),
        ] {
            if is_set {
                layer.note(field);
            }
        }
    }
    let mut layer = Layer { origin: Origin::Flag, origins };
    layer.secret(Field::Token, &mut user.token, flags.token.as_ref().unwrap_or(&Secret::default()));
    layer.text(Field::Username, &mut user.username, given(flags.username.as_ref()));
    layer.secret(Field::Password, &mut user.password, flags.password.as_ref().unwrap_or(&Secret::default()));
    layer.text(Field::Impersonate, &mut user.impersonate, given(flags.impersonate.as_ref()));
    layer.text(Field::ImpersonateUid, &mut user.impersonate_uid, given(flags.impersonate_uid.as_ref()));
    if !flags.impersonate_groups.is_empty() {
        user.impersonate_groups.clone_from(&flags.impersonate_groups);
        layer.note(Field::ImpersonateGroups);
    }
    // Keys that are typed replace those of the file, one by one.
    let pairs = || flags.impersonate_user_extra.iter().filter_map(|extra| extra.split_once('='));
    for (key, _) in pairs() {
        user.impersonate_user_extra.insert(key.to_owned(), Vec::new());
        layer.note(Field::ImpersonateUserExtra);
    }
    for (key, value) in pairs() {
        user.impersonate_user_extra.entry(key.to_owned()).or_default().push(value.to_owned());
    }
    let certificate = given_path(flags.client_certificate.as_ref(), surroundings);
    if !certificate.is_empty() {
        layer.text(Field::ClientCertificate, &mut user.client_certificate, &certificate);
        user.client_certificate_data = Secret::default();
    }
    let key = given_path(flags.client_key.as_ref(), surroundings);
    if !key.is_empty() {
        layer.text(Field::ClientKey, &mut user.client_key, &key);
        user.client_key_data = Secret::default();
    }
    user
}

/// The server where nothing says another one.
pub(super) const DEFAULT_SERVER: &str = "http://localhost:8080";
/// The variable that says another one.
pub(super) const MASTER: &str = "KUBERNETES_MASTER";

fn cluster(
    merged: &Merged,
    name: &str,
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
    origins: &mut Origins,
) -> Cluster {
    let mut cluster = Cluster { server: DEFAULT_SERVER.to_owned().into(), ..Cluster::default() };
    let master = Secret::from(surroundings.variable(MASTER));
    Layer { origin: Origin::Variable(MASTER), origins: &mut *origins }.secret(
        Field::Server,
        &mut cluster.server,
        &master,
    );
    if let Some(entry) = merged.clusters.get(name) {
        let from = entry.value.clone();
        let mut layer = Layer { origin: Origin::File(entry.file.clone()), origins: &mut *origins };
        layer.secret(Field::Server, &mut cluster.server, &from.server);
        layer.text(Field::TlsServerName, &mut cluster.tls_server_name, &from.tls_server_name);
        layer.truth(
            Field::InsecureSkipTlsVerify,
            &mut cluster.insecure_skip_tls_verify,
            from.insecure_skip_tls_verify,
        );
        let authority = Field::CertificateAuthority;
        layer.text(authority, &mut cluster.certificate_authority, &from.certificate_authority);
        layer.secret(authority, &mut cluster.certificate_authority_data, &from.certificate_authority_data);
        layer.secret(Field::ProxyUrl, &mut cluster.proxy_url, &from.proxy_url);
        layer.truth(Field::DisableCompression, &mut cluster.disable_compression, from.disable_compression);
        cluster.extensions = from.extensions;
    }
    let mut layer = Layer { origin: Origin::Flag, origins };
    let server = flags.server.clone().unwrap_or_default();
    layer.secret(Field::Server, &mut cluster.server, &server);
    layer.secret(Field::ProxyUrl, &mut cluster.proxy_url, &flags.proxy_url.clone().unwrap_or_default());
    layer.truth(Field::DisableCompression, &mut cluster.disable_compression, flags.disable_compression);
    let authority = given_path(flags.certificate_authority.as_ref(), surroundings);
    if flags.insecure_skip_tls_verify || !authority.is_empty() {
        // Either flag replaces all that the file says of trust.
        cluster.certificate_authority_data = Secret::default();
        cluster.certificate_authority = String::new();
        cluster.insecure_skip_tls_verify = false;
        layer.text(Field::CertificateAuthority, &mut cluster.certificate_authority, &authority);
        layer.truth(
            Field::InsecureSkipTlsVerify,
            &mut cluster.insecure_skip_tls_verify,
            flags.insecure_skip_tls_verify,
        );
    }
    let server_name = given(flags.tls_server_name.as_ref());
    if !server_name.is_empty() || !server.is_empty() {
        // The name in the file belongs to the server in the file.
        cluster.tls_server_name = String::new();
        layer.text(Field::TlsServerName, &mut cluster.tls_server_name, server_name);
    }
    cluster
}
