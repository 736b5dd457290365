//! What an exec plugin is told and what it answers: `ExecCredential` of `client.authentication.k8s.io`.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::tls::{self, Identity};
use crate::{
    error::Error,
    kubeconfig::{
        connection::{Connection, Exec},
        secret::Secret,
    },
};

const KIND: &str = "ExecCredential";

/// What the plugin may know of the cluster (client-go `rest/exec.go`).
#[derive(Serialize, Clone)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_server_name: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    insecure_skip_tls_verify: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_authority_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_url: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disable_compression: bool,
    config: Option<serde_json::Value>,
}

impl Cluster {
    /// The connection's cluster.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the CA can't be read.
    pub fn of(connection: &Connection, exec: &Exec) -> Result<Self, Error> {
        let authority = connection.tls.authority.as_ref().map(tls::read).transpose()?;
        // A URI always has a path; what the user wrote has none.
        let written = |uri: &http::Uri| match uri.path() {
            "/" => uri.to_string().trim_end_matches('/').to_owned(),
            _ => uri.to_string(),
        };
        Ok(Self {
            server: written(&connection.server),
            tls_server_name: connection.tls.server_name.clone(),
            insecure_skip_tls_verify: connection.tls.insecure,
            certificate_authority_data: authority
                .filter(|authority| !authority.is_empty())
                .map(|authority| BASE64_STANDARD.encode(authority)),
            proxy_url: connection.proxy.as_ref().map(|proxy| written(proxy.expose())),
            disable_compression: connection.disable_compression,
            config: exec.cluster_extension.clone(),
        })
    }
}

/// The value of `KUBERNETES_EXEC_INFO`, with the line break that client-go ends it with.
pub fn info(api_version: &str, cluster: Option<&Cluster>, interactive: bool) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Info<'a> {
        kind: &'a str,
        api_version: &'a str,
        spec: Spec<'a>,
    }
    #[derive(Serialize)]
    struct Spec<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        cluster: Option<&'a Cluster>,
        interactive: bool,
    }
    let info = Info { kind: KIND, api_version, spec: Spec { cluster, interactive } };
    serde_json::to_string(&info).map(|json| json + "\n").unwrap_or_default()
}

/// What a plugin gave.
#[derive(Debug)]
pub struct Credential {
    /// A bearer token.
    pub token: Option<Secret>,
    /// A client certificate.
    pub identity: Option<Identity>,
    /// When it is no longer of use; `None` is never.
    pub expires: Option<Timestamp>,
}

/// Reads what a plugin printed. Errors never quote it, since it may hold a secret.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse(stdout: &[u8], api_version: &str) -> Result<Credential, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reply {
        kind: Option<String>,
        api_version: Option<String>,
        status: Option<Status>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        expiration_timestamp: Option<String>,
        token: Option<Secret>,
        client_certificate_data: Option<Secret>,
        client_key_data: Option<Secret>,
    }
    let text = str::from_utf8(stdout).map_err(|_| "what it printed is not text".to_owned())?;
    let reply: Option<Reply> = if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        serde_json::from_str(text).ok()
    } else {
        // client-go takes YAML too.
        serde_saphyr::from_str(text).ok()
    };
    let reply = reply.ok_or("what it printed is no ExecCredential")?;
    if reply.kind.as_deref() != Some(KIND) {
        return Err("what it printed is no ExecCredential: its kind is another one, or is missing".to_owned());
    }
    if reply.api_version.as_deref() != Some(api_version) {
        return Err(format!("it is configured for {api_version}, and what it printed is of another version"));
    }
    let status = reply.status.ok_or("what it printed has no status")?;
    let given = |secret: Option<Secret>| secret.filter(|secret| !secret.is_empty());
    let token = given(status.token);
    let identity = match (given(status.client_certificate_data), given(status.client_key_data)) {
        (Some(certificate), Some(key)) => Some(tls::identity(&certificate, &key)?),
        (None, None) => None,
        _ => return Err("what it printed has a certificate or a key without the other".to_owned()),
    };
    if token.is_none() && identity.is_none() {
        return Err("what it printed has neither a token nor a certificate".to_owned());
    }
    let expires = status.expiration_timestamp.map(|time| time.parse().map_err(|_| ())).transpose();
    let expires = expires.map_err(|()| "its expirationTimestamp is no time")?;
    Ok(Credential { token, identity, expires })
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "client.authentication.k8s.io/v1";

    #[test]
    fn only_whole_credentials_of_the_right_version_are_taken() {
        let reply =
            |status: &str| format!(r#"{{"kind":"ExecCredential","apiVersion":"{V1}","status":{status}}}"#);
        for (printed, problem) in [
            (reply(r#"{"token":"s3cret"}"#), None),
            (reply(r#"{"token":"s3cret","expirationTimestamp":"2030-01-02T03:04:05Z","x":1}"#), None),
            (format!("kind: ExecCredential\napiVersion: {V1}\nstatus:\n  token: s3cret\n"), None),
            (reply("{}"), Some("neither a token nor a certificate")),
            (reply(r#"{"token":""}"#), Some("neither a token nor a certificate")),
            (reply("null"), Some("no status")),
            (reply(r#"{"token":"s3cret","clientKeyData":"s3cret"}"#), Some("without the other")),
            (
                reply(r#"{"clientCertificateData":"s3cret","clientKeyData":"s3cret"}"#),
                Some("no PEM client certificate"),
            ),
            (reply(r#"{"token":"s3cret","expirationTimestamp":"s3cret"}"#), Some("is no time")),
            (reply(r#"{"token":["s3cret"]}"#), Some("no ExecCredential")),
            (reply(r#"{"token":5}"#), Some("no ExecCredential")),
            (reply(r#"{"token":"s3cret"}"#).replace("/v1", "/v1beta1"), Some("another version")),
            (reply(r#"{"token":"s3cret"}"#).replace("ExecC", "C"), Some("its kind is another")),
            ("s3cret".to_owned(), Some("no ExecCredential")),
            (String::new(), Some("no ExecCredential")),
        ] {
            match (parse(printed.as_bytes(), V1), problem) {
                (Ok(credential), None) => assert_eq!(credential.token.unwrap().expose(), "s3cret"),
                (Err(said), Some(problem)) => {
                    assert!(said.contains(problem) && !said.contains("s3cret"), "{printed}: {said}");
                }
                (outcome, _) => panic!("{printed}: {outcome:?}"),
            }
        }
        assert!(parse(b"\xff\xfe", V1).is_err());
    }

    #[test]
    fn the_plugin_is_told_what_client_go_tells_it() {
        assert_eq!(
            info(V1, None, false),
            "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\
             \"spec\":{\"interactive\":false}}\n"
        );
        let cluster = Cluster {
            server: "https://a".to_owned(),
            tls_server_name: Some("b".to_owned()),
            insecure_skip_tls_verify: true,
            certificate_authority_data: Some("Y2E=".to_owned()),
            proxy_url: Some("http://p:1".to_owned()),
            disable_compression: true,
            config: None,
        };
        assert_eq!(
            info(V1, Some(&cluster), true),
            "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"cluster\":\
             {\"server\":\"https://a\",\"tls-server-name\":\"b\",\"insecure-skip-tls-verify\":true,\
             \"certificate-authority-data\":\"Y2E=\",\"proxy-url\":\"http://p:1\",\"disable-compression\":true,\
             \"config\":null},\"interactive\":true}}\n"
        );
    }
}
