//! The resolved configuration, one line a value, with where it came from. Credentials are masked.

use std::io::{self, Write};

use http::Uri;

use crate::{
    error::Error,
    kubeconfig::{
        self, Connection, ConnectionFlags, Field, Origins, System,
        connection::{Credentials, Material},
        secret::MASK,
    },
    visible::visible,
};

/// Resolves the configuration of this machine and writes it.
///
/// # Errors
///
/// [`Error::Configuration`], or [`Error::Output`] when `out` fails.
pub fn show(flags: &ConnectionFlags, out: &mut dyn Write) -> Result<(), Error> {
    let (connection, origins) = kubeconfig::explain(flags, &System)?;
    write(&connection, &origins, out).and_then(|()| out.flush()).map_err(Error::Output)
}

/// Writes each value that is set, and those that always hold: `NAME: VALUE (ORIGIN)`.
///
/// # Errors
///
/// When `out` fails.
pub fn write(connection: &Connection, origins: &Origins, out: &mut dyn Write) -> io::Result<()> {
    for (field, value) in values(connection) {
        let origin = origins.describe(field);
        writeln!(out, "{}: {} ({})", field.name(), visible(&value), visible(&origin))?;
    }
    Ok(())
}

fn values(connection: &Connection) -> Vec<(Field, String)> {
    let mut values = vec![(Field::Server, connection.server.to_string())];
    let mut add = |field, value: Option<String>| values.extend(value.map(|value| (field, value)));
    add(Field::Context, connection.context.clone());
    add(Field::Namespace, Some(connection.namespace.clone()));
    add(Field::CertificateAuthority, connection.tls.authority.as_ref().map(material));
    add(Field::InsecureSkipTlsVerify, connection.tls.insecure.then(|| "true".to_owned()));
    add(Field::TlsServerName, connection.tls.server_name.clone());
    add(Field::ProxyUrl, connection.proxy.as_ref().map(|proxy| without_password(proxy.expose())));
    add(Field::DisableCompression, connection.disable_compression.then(|| "true".to_owned()));
    add(Field::RequestTimeout, connection.timeout.map(|limit| format!("{}s", limit.as_secs_f64())));
    let impersonation = &connection.impersonation;
    add(Field::Impersonate, impersonation.user.clone());
    add(Field::ImpersonateUid, impersonation.uid.clone());
    add(Field::ImpersonateGroups, joined(&impersonation.groups));
    let pairs = impersonation
        .extra
        .iter()
        .flat_map(|(key, values)| values.iter().map(move |value| format!("{key}={value}")));
    add(Field::ImpersonateUserExtra, joined(&pairs.collect::<Vec<_>>()));
    values.extend(credentials(&connection.credentials));
    values
}

fn credentials(credentials: &Credentials) -> Vec<(Field, String)> {
    let mut values = Vec::new();
    let mut add = |field, value: Option<String>| values.extend(value.map(|value| (field, value)));
    let certificate = credentials.certificate.as_ref();
    add(Field::ClientCertificate, certificate.map(|(certificate, _)| material(certificate)));
    add(Field::ClientKey, certificate.map(|(_, key)| material(key)));
    add(Field::Token, credentials.token.as_ref().map(|_| MASK.to_owned()));
    add(Field::TokenFile, credentials.token_file.as_ref().map(|path| path.display().to_string()));
    add(Field::Username, credentials.basic.as_ref().map(|(user, _)| user.clone()));
    let password = credentials.basic.as_ref().filter(|(_, password)| !password.is_empty());
    add(Field::Password, password.map(|_| MASK.to_owned()));
    // A plugin's arguments and variables may hold credentials too.
    add(Field::Exec, credentials.exec.as_ref().map(|exec| exec.command.clone()));
    add(Field::AuthProvider, credentials.oidc.as_ref().map(|_| "oidc".to_owned()));
    values
}

fn material(material: &Material) -> String {
    match material {
        Material::Data(_) => "<data>".to_owned(),
        Material::File(path) => path.display().to_string(),
    }
}

fn joined(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn without_password(uri: &Uri) -> String {
    let text = uri.to_string();
    match uri.authority().and_then(|authority| authority.as_str().rsplit_once('@')) {
        Some((user, _)) => text.replacen(user, MASK, 1),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubeconfig::{ConnectionFlags, Memory, explain};

    const KUBECONFIG: &str = "
current-context: dev
contexts: [{name: dev, context: {cluster: c, user: u, namespace: web}}]
clusters: [{name: c, cluster: {server: 'https://h:6443/p', certificate-authority-data: UEVN}}]
users: [{name: u, user: {token: s3cret-t0ken, client-certificate: u.crt, client-key-data: UEVN, as: jane, as-groups: [a, b]}}]
";

    #[test]
    fn each_value_stands_with_its_origin_and_no_secret() {
        let mut machine = Memory::default();
        machine.variables.insert("KUBECONFIG".to_owned(), "/k/config".to_owned());
        machine.files.insert("/k/config".to_owned(), KUBECONFIG.into());
        machine.files.insert("/k/u.crt".to_owned(), Vec::new());
        let flags = ConnectionFlags {
            namespace: Some("ops".to_owned()),
            proxy_url: Some("http://u:s3cret-pass@proxy:3128".to_owned().into()),
            request_timeout: Some("1500ms".to_owned()),
            ..ConnectionFlags::default()
        };
        let (connection, origins) = explain(&flags, &machine).unwrap();
        let mut out = Vec::new();
        write(&connection, &origins, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
server: https://h:6443/p (/k/config)
context: dev (/k/config)
namespace: ops (--namespace)
certificate-authority: <data> (/k/config)
proxy-url: http://<masked>@proxy:3128/ (--proxy-url)
request-timeout: 1.5s (--request-timeout)
as: jane (/k/config)
as-group: a, b (/k/config)
client-certificate: /k/u.crt (/k/config)
client-key: <data> (/k/config)
token: <masked> (/k/config)
"
        );
    }
}
