//! One question to both sides: flags, environment and files.

use std::collections::BTreeMap;

use nodeusage::kubeconfig::{
    Connection, ConnectionFlags, Memory, Secret,
    connection::{InteractiveMode, Material},
    resolve,
};
use serde::Serialize;
use serde_json::{Value, json};

/// As tests/cluster/cmd/clientcmd-oracle reads it.
#[derive(Debug, Default, Serialize)]
pub struct Case {
    pub flags: BTreeMap<&'static str, String>,
    pub lists: BTreeMap<&'static str, Vec<String>>,
    pub environment: BTreeMap<&'static str, String>,
    pub files: BTreeMap<String, String>,
    pub directory: &'static str,
}

impl Case {
    /// How large it is to read.
    pub fn size(&self) -> usize {
        serde_json::to_string(self).unwrap().len()
    }

    fn connection_flags(&self) -> ConnectionFlags {
        let text = |name: &str| self.flags.get(name).cloned();
        let secret = |name: &str| text(name).map(Secret::from);
        let path = |name: &str| text(name).map(Into::into);
        let list = |name: &str| self.lists.get(name).cloned().unwrap_or_default();
        ConnectionFlags {
            kubeconfig: path("kubeconfig"),
            context: text("context"),
            cluster: text("cluster"),
            user: text("user"),
            namespace: text("namespace"),
            server: secret("server"),
            token: secret("token"),
            username: text("username"),
            password: secret("password"),
            impersonate: text("as"),
            impersonate_groups: list("as-group"),
            impersonate_uid: text("as-uid"),
            impersonate_user_extra: list("as-user-extra"),
            certificate_authority: path("certificate-authority"),
            client_certificate: path("client-certificate"),
            client_key: path("client-key"),
            insecure_skip_tls_verify: self.flags.contains_key("insecure-skip-tls-verify"),
            tls_server_name: text("tls-server-name"),
            request_timeout: text("request-timeout"),
            disable_compression: self.flags.contains_key("disable-compression"),
            proxy_url: secret("proxy-url"),
            cache_dir: None,
            kuberc: None,
        }
    }

    /// What the resolver makes of it, in the oracle's form.
    pub fn resolve(&self) -> Value {
        let machine = Memory {
            variables: self
                .environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            directory: self.directory.to_owned(),
            files: self.files.iter().map(|(path, content)| (path.clone(), content.clone().into())).collect(),
            ..Memory::default()
        };
        match resolve(&self.connection_flags(), &machine) {
            Ok(connection) => json!({"connection": describe(&connection)}),
            Err(error) => json!({"class": error.class(), "message": error.to_string()}),
        }
    }
}

fn described(material: Option<&Material>) -> (String, String) {
    match material {
        Some(Material::File(path)) => (path.display().to_string(), String::new()),
        Some(Material::Data(pem)) => (String::new(), pem.expose().to_owned()),
        None => Default::default(),
    }
}

fn describe(connection: &Connection) -> Value {
    let Connection { tls, credentials, impersonation, .. } = connection;
    let (authority_file, authority_data) = described(tls.authority.as_ref());
    let certificate = credentials.certificate.as_ref();
    let (certificate_file, certificate_data) = described(certificate.map(|(certificate, _)| certificate));
    let (key_file, key_data) = described(certificate.map(|(_, key)| key));
    let exec = credentials.exec.as_ref().map(|exec| {
        let env: Vec<_> = exec.env.iter().map(|(name, value)| [name.as_str(), value.expose()]).collect();
        let args: Vec<_> = exec.args.iter().map(Secret::expose).collect();
        json!({
            "command": exec.command, "args": args, "env": env, "api_version": exec.api_version,
            "install_hint": exec.install_hint, "provide_cluster_info": exec.provide_cluster_info,
            "extension": exec.cluster_extension,
            "interactive_mode": match exec.interactive {
                InteractiveMode::Never => "Never",
                InteractiveMode::IfAvailable => "IfAvailable",
                InteractiveMode::Always => "Always",
            },
        })
    });
    let oidc = credentials.oidc.as_ref().map(|oidc| {
        oidc.settings.iter().map(|(key, value)| (key.clone(), value.expose())).collect::<BTreeMap<_, _>>()
    });
    json!({
        "server": connection.server.to_string(),
        "namespace": connection.namespace,
        "authority_file": authority_file, "authority_data": authority_data,
        "insecure": tls.insecure, "server_name": tls.server_name,
        "certificate_file": certificate_file, "certificate_data": certificate_data,
        "key_file": key_file, "key_data": key_data,
        "token": credentials.token.as_ref().map(Secret::expose), "token_file": credentials.token_file,
        "basic": credentials.basic.as_ref().map(|(user, password)| [user.as_str(), password.expose()]),
        "exec": exec, "oidc": oidc,
        "as": impersonation.user, "as_uid": impersonation.uid, "as_groups": impersonation.groups,
        "as_extra": impersonation.extra,
        "proxy": connection.proxy.as_ref().map(|proxy| proxy.expose().to_string()),
        "disable_compression": connection.disable_compression,
        "timeout_nanoseconds": connection.timeout.map(|timeout| u64::try_from(timeout.as_nanos()).unwrap()),
    })
}

/// The answer with all that means "none" left out, so that the two sides need not agree on how to write it.
pub fn plain(answer: &Value) -> Value {
    match answer {
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("extension", value) => value.clone(),
                    ("proxy", Value::String(url)) => json!(url.trim_end_matches('/')),
                    _ => plain(value),
                };
                (key.clone(), value)
            });
            fields.filter(|(_, value)| !is_none(value)).collect()
        }
        other => other.clone(),
    }
}

fn is_none(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    }
}
