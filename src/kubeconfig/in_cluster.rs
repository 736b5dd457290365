//! What a pod knows of its cluster: two variables and the files of its ServiceAccount.
//!
//! Source: `client-go rest/config.go InClusterConfig`, `tools/clientcmd/client_config.go inClusterClientConfig`.

use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    ConfigurationError,
    connection::{Credentials, Material, Tls},
    origin::{Field, Origin, Origins},
    surroundings::Surroundings,
};

const DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn file(name: &str) -> String {
    format!("{DIRECTORY}/{name}")
}

fn address(surroundings: &dyn Surroundings) -> Option<(String, String)> {
    let host = surroundings.variable("KUBERNETES_SERVICE_HOST");
    let port = surroundings.variable("KUBERNETES_SERVICE_PORT");
    (!host.is_empty() && !port.is_empty()).then_some((host, port))
}

/// Whether this is a pod with a ServiceAccount.
pub(super) fn is_possible(surroundings: &dyn Surroundings) -> bool {
    address(surroundings).is_some() && surroundings.is_file(&file("token"))
}

/// The address of the API server, how it is verified, and the ServiceAccount's token.
pub(super) fn parts(
    surroundings: &dyn Surroundings,
    origins: &mut Origins,
) -> Result<(String, Tls, Credentials), ConfigurationError> {
    let (host, port) = address(surroundings).unwrap_or_default();
    let server = if host.contains(':') {
        format!("https://[{host}]:{port}")
    } else {
        format!("https://{host}:{port}")
    };
    let token = file("token");
    let content = surroundings.read(&token).map_err(|source| ConfigurationError::File {
        purpose: "tokenFile",
        path: token.clone(),
        source,
    })?;
    if content.trim_ascii().is_empty() {
        return Err(ConfigurationError::Token("the ServiceAccount's file is empty"));
    }
    origins.set(Field::Server, Origin::Pod);
    origins.set(Field::TokenFile, Origin::Pod);
    // As client-go, a file without certificates is passed over in favour of the system's authorities.
    let authority = file("ca.crt");
    let is_sound = surroundings.read(&authority).is_ok_and(|pem| has_certificates(&pem));
    if is_sound {
        origins.set(Field::CertificateAuthority, Origin::Pod);
    }
    let tls = Tls { authority: is_sound.then(|| Material::File(authority.into())), ..Tls::default() };
    let credentials = Credentials { token_file: Some(token.into()), ..Credentials::default() };
    Ok((server, tls, credentials))
}

/// Whether the PEM holds certificates, all of them whole.
fn has_certificates(pem: &[u8]) -> bool {
    let mut certificates = CertificateDer::pem_slice_iter(pem).peekable();
    certificates.peek().is_some() && certificates.all(|certificate| certificate.is_ok())
}

/// The pod's namespace, where it is one and says so.
pub(super) fn namespace(surroundings: &dyn Surroundings) -> Option<(String, Origin)> {
    if !is_possible(surroundings) {
        return None;
    }
    let variable = surroundings.variable("POD_NAMESPACE");
    if !variable.is_empty() {
        return Some((variable, Origin::Variable("POD_NAMESPACE")));
    }
    let content = surroundings.read(&file("namespace")).ok()?;
    let namespace = String::from_utf8_lossy(&content).trim().to_owned();
    (!namespace.is_empty()).then_some((namespace, Origin::Pod))
}
