//! The user's credentials, as far as they can be checked before they are used.
//!
//! Source: `client-go tools/clientcmd getUserIdentificationPartialConfig`, `rest/transport.go`,
//! `transport/round_trippers.go`. None of this is looked at for a server without TLS.

use std::fmt::Write;

use base64::Engine;

use super::{
    ConfigurationError,
    connection::{Credentials, Exec, InteractiveMode, Material, Oidc, Tls},
    decode::BASE64,
    error::shown,
    file::{AuthProvider, Cluster, ExecPlugin, User},
    kuberc::Policy,
    secret::Secret,
    surroundings::Surroundings,
};
use crate::visible::is_obeyed;

/// The extension of a cluster that exec plugins get.
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

fn material(file: &str, data: &Secret) -> Option<Material> {
    match (data.is_empty(), file.is_empty()) {
        (false, _) => Some(Material::Data(data.clone())),
        (true, false) => Some(Material::File(file.into())),
        (true, true) => None,
    }
}

/// How the server is verified.
pub(super) fn tls(cluster: &Cluster) -> Tls {
    Tls {
        authority: material(&cluster.certificate_authority, &cluster.certificate_authority_data),
        insecure: cluster.insecure_skip_tls_verify,
        server_name: Some(cluster.tls_server_name.clone()).filter(|name| !name.is_empty()),
    }
}

/// The content of the token file, which must be there where it is the only token.
pub(super) fn read_token_file(
    user: &User,
    surroundings: &dyn Surroundings,
) -> Result<Option<String>, ConfigurationError> {
    if user.token_file.is_empty() || !user.token.is_empty() {
        return Ok(None);
    }
    let content = surroundings.read(&user.token_file).map_err(|source| ConfigurationError::File {
        purpose: "tokenFile",
        path: user.token_file.clone(),
        source,
    })?;
    Ok(Some(String::from_utf8_lossy(&content).trim().to_owned()))
}

fn check_token(token: &str) -> Result<(), ConfigurationError> {
    if is_header_value(token) {
        Ok(())
    } else {
        Err(ConfigurationError::Token("it holds characters that no token can have"))
    }
}

/// `golang.org/x/net/http/httpguts.ValidHeaderFieldValue`
pub(super) fn is_header_value(text: &str) -> bool {
    !text.chars().any(|c| c.is_ascii_control() && c != '\t')
}

/// The credentials for a server with TLS; `file_token` is what [`read_token_file`] found.
pub(super) fn credentials(
    user: &User,
    cluster: &Cluster,
    file_token: Option<&str>,
    policy: &Policy,
    surroundings: &dyn Surroundings,
) -> Result<Credentials, ConfigurationError> {
    let exec = user.exec.as_ref().map(|plugin| exec(plugin, cluster)).transpose()?;
    let oidc = user.auth_provider.as_ref().map(|provider| oidc(provider, surroundings)).transpose()?;
    if cluster.insecure_skip_tls_verify && tls(cluster).authority.is_some() {
        return Err(ConfigurationError::Authority(
            "specifying a root certificates file with the insecure flag is not allowed".to_owned(),
        ));
    }
    let has_token = !user.token.is_empty() || !user.token_file.is_empty();
    if has_token && !user.username.is_empty() {
        return Err(ConfigurationError::Methods(shown(&user.username), "tokenFile basicAuth".to_owned()));
    }
    match file_token {
        Some("") => return Err(ConfigurationError::Token("its file is empty")),
        Some(token) => check_token(token)?,
        None if user.token_file.is_empty() => check_token(user.token.expose())?,
        None => {}
    }
    let certificate = material(&user.client_certificate, &user.client_certificate_data)
        .zip(material(&user.client_key, &user.client_key_data));
    let is_static = has_token || !user.username.is_empty() || certificate.is_some();
    // A plugin that would not run needs no permission.
    if let Some(exec) = exec.as_ref().filter(|_| !is_static) {
        policy
            .check(&exec.command, surroundings)
            .map_err(|why| ConfigurationError::ExecForbidden(shown(&exec.command), why))?;
    }
    Ok(Credentials {
        certificate,
        token: Some(user.token.clone()).filter(|token| !token.is_empty()),
        token_file: Some(user.token_file.clone()).filter(|file| !file.is_empty()).map(Into::into),
        // A password alone is never sent.
        basic: (!user.username.is_empty()).then(|| (user.username.clone(), user.password.clone())),
        exec,
        oidc,
    })
}

fn exec(plugin: &ExecPlugin, cluster: &Cluster) -> Result<Exec, ConfigurationError> {
    let version = plugin.api_version.strip_prefix("client.authentication.k8s.io/");
    if !matches!(version, Some("v1" | "v1beta1")) {
        return Err(ConfigurationError::Exec(format!(
            "exec plugin: invalid apiVersion {:?}; v1 and v1beta1 of client.authentication.k8s.io are known",
            shown(&plugin.api_version)
        )));
    }
    Ok(Exec {
        command: plugin.command.clone(),
        args: plugin.args.iter().cloned().map(Secret::from).collect(),
        env: plugin.env.clone(),
        api_version: plugin.api_version.clone(),
        install_hint: Some(harmless(&plugin.install_hint)).filter(|hint| !hint.is_empty()),
        provide_cluster_info: plugin.provide_cluster_info,
        cluster_extension: cluster.extensions.get(EXEC_EXTENSION).cloned(),
        interactive: match plugin.interactive_mode.as_str() {
            "Never" => InteractiveMode::Never,
            "Always" => InteractiveMode::Always,
            _ => InteractiveMode::IfAvailable,
        },
    })
}

/// The text without what a terminal would obey; lines and tabs stay (`cleanANSIEscapeCodes`).
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) && !matches!(character, '\t'..='\r') {
            let _ = write!(harmless, "U+{:04X}", u32::from(character));
        } else {
            harmless.push(character);
        }
    }
    harmless
}

/// `client-go plugin/pkg/client/auth`: oidc is there, gcp and azure were removed.
fn oidc(provider: &AuthProvider, surroundings: &dyn Surroundings) -> Result<Oidc, ConfigurationError> {
    let unfit = |problem: String| Err(ConfigurationError::AuthProvider(problem));
    match provider.name.as_str() {
        "oidc" => {}
        name @ ("gcp" | "azure") => return unfit(format!("the {name} auth-provider has been removed")),
        name => return unfit(format!("no auth-provider found for name {:?}", shown(name))),
    }
    let value = |key: &str| provider.config.get(key).map_or("", Secret::expose);
    for key in ["idp-issuer-url", "client-id"] {
        if value(key).is_empty() {
            return unfit(format!("the oidc auth-provider must have {key}"));
        }
    }
    if BASE64.decode(value("idp-certificate-authority-data").replace(['\r', '\n'], "")).is_err() {
        return unfit("idp-certificate-authority-data is not valid base64".to_owned());
    }
    let authority = value("idp-certificate-authority");
    if !authority.is_empty() && value("idp-certificate-authority-data").is_empty() {
        surroundings.open(authority).map_err(|source| ConfigurationError::File {
            purpose: "idp-certificate-authority",
            path: authority.to_owned(),
            source,
        })?;
    }
    Ok(Oidc { settings: provider.config.clone(), entry: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_install_hint_can_not_move_the_cursor() {
        assert_eq!(harmless("a\n\tb\x1b[2Jc\u{202e}"), "a\n\tbU+001B[2JcU+202E");
    }
}
