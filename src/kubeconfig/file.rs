//! One kubeconfig file: its types and how it is read.
//!
//! Source: `client-go tools/clientcmd/api/v1`, and the codec of `api/latest`, which refuses another kind or version,
//! a name that stands twice in a list, and a scalar of another type than the field's, anywhere in the file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{decode::Node, error::shown, secret::Secret, yaml};

/// Extensions by name; only the one for exec plugins is used.
pub(super) type Extensions = BTreeMap<String, Value>;

/// A kubeconfig. Here as below, an empty text is "not set".
#[derive(Default)]
pub(super) struct Kubeconfig {
    pub clusters: BTreeMap<String, Cluster>,
    pub users: BTreeMap<String, User>,
    pub contexts: BTreeMap<String, Context>,
    pub current_context: String,
}

/// Where a server is, and how it is verified.
#[derive(Clone, Default)]
pub(super) struct Cluster {
    pub server: Secret,
    pub tls_server_name: String,
    pub insecure_skip_tls_verify: bool,
    pub certificate_authority: String,
    pub certificate_authority_data: Secret,
    pub proxy_url: Secret,
    pub disable_compression: bool,
    pub extensions: Extensions,
}

/// Who the user is.
#[derive(Clone, Default)]
pub(super) struct User {
    pub client_certificate: String,
    pub client_certificate_data: Secret,
    pub client_key: String,
    pub client_key_data: Secret,
    pub token: Secret,
    pub token_file: String,
    pub impersonate: String,
    pub impersonate_uid: String,
    pub impersonate_groups: Vec<String>,
    pub impersonate_user_extra: BTreeMap<String, Vec<String>>,
    pub username: String,
    pub password: Secret,
    pub auth_provider: Option<AuthProvider>,
    pub exec: Option<ExecPlugin>,
}

/// A cluster, a user and a namespace.
#[derive(Clone, Default)]
pub(super) struct Context {
    pub cluster: String,
    pub user: String,
    pub namespace: String,
}

/// A credential provider that is part of the client.
#[derive(Clone, Default)]
pub(super) struct AuthProvider {
    pub name: String,
    pub config: BTreeMap<String, Secret>,
}

/// A credential provider that is a program.
#[derive(Clone, Default)]
pub(super) struct ExecPlugin {
    pub command: String,
    pub args: Vec<String>,
    pub env: Vec<(String, Secret)>,
    pub api_version: String,
    pub install_hint: String,
    pub provide_cluster_info: bool,
    pub interactive_mode: String,
}

impl Kubeconfig {
    /// Reads a file's content. The error says what is wrong, without a value of the file.
    pub(super) fn parse(content: &[u8]) -> Result<Self, String> {
        if content.is_empty() {
            return Ok(Self::default());
        }
        let document = yaml::to_json(content)?;
        check_kind(&document)?;
        let root = Node::root(&document);
        root.field("kind")?.text()?;
        root.field("apiVersion")?.text()?;
        let preferences = root.field("preferences")?;
        preferences.field("colors")?.boolean()?;
        extensions(&preferences)?;
        extensions(&root)?;
        Ok(Self {
            clusters: named(&root.field("clusters")?, "cluster", Cluster::read)?,
            users: named(&root.field("users")?, "user", User::read)?,
            contexts: named(&root.field("contexts")?, "context", Context::read)?,
            current_context: root.field("current-context")?.text()?,
        })
    }
}

/// Finds kind and version as encoding/json does, whatever the case of the fields' names, the last one winning
/// (`apimachinery serializer/json/meta.go`). Absent ones are kubectl's own.
fn check_kind(document: &Value) -> Result<(), String> {
    let mut kind = String::new();
    let mut version = String::new();
    for (name, value) in Node::root(document).map()?.into_iter().flatten() {
        let target = if name.eq_ignore_ascii_case("kind") {
            &mut kind
        } else if name.eq_ignore_ascii_case("apiVersion") {
            &mut version
        } else {
            continue;
        };
        match value {
            Value::Null => {}
            Value::String(text) => text.clone_into(target),
            _ => return Err(format!("{name} must be a string")),
        }
    }
    if !matches!(kind.as_str(), "" | "Config") {
        return Err("its kind is not Config".to_owned());
    }
    if !matches!(version.as_str(), "" | "/" | "v1" | "/v1") {
        return Err("its apiVersion is not v1".to_owned());
    }
    Ok(())
}

/// A list of named things; a name that stands twice is refused.
fn named<T>(
    list: &Node<'_>,
    what: &str,
    read: impl Fn(&Node<'_>) -> Result<T, String>,
) -> Result<BTreeMap<String, T>, String> {
    let mut things = BTreeMap::new();
    for item in list.list()? {
        let name = item.field("name")?.text()?;
        let thing = read(&item.field(what)?)?;
        if things.contains_key(&name) {
            return Err(format!("duplicate name {:?} in the list of {what}s", shown(&name)));
        }
        things.insert(name, thing);
    }
    Ok(things)
}

fn extensions(holder: &Node<'_>) -> Result<Extensions, String> {
    let mut extensions = Extensions::new();
    for item in holder.field("extensions")?.list()? {
        let name = item.field("name")?.text()?;
        let extension = item.field("extension")?;
        if extensions.contains_key(&name) {
            return Err(format!("duplicate name {:?} in the list of extensions", shown(&name)));
        }
        if !extension.is_null() {
            extensions.insert(name, extension.value().clone());
        }
    }
    Ok(extensions)
}

fn secret(node: &Node<'_>) -> Result<Secret, String> {
    node.text().map(Secret::from)
}

/// PEM is text; what is not survives well enough to be refused as what it is.
fn pem(node: &Node<'_>) -> Result<Secret, String> {
    node.bytes().map(|bytes| Secret::from(String::from_utf8_lossy(&bytes).into_owned()))
}

impl Cluster {
    fn read(node: &Node<'_>) -> Result<Self, String> {
        Ok(Self {
            server: secret(&node.field("server")?)?,
            tls_server_name: node.field("tls-server-name")?.text()?,
            insecure_skip_tls_verify: node.field("insecure-skip-tls-verify")?.boolean()?,
            certificate_authority: node.field("certificate-authority")?.text()?,
            certificate_authority_data: pem(&node.field("certificate-authority-data")?)?,
            proxy_url: secret(&node.field("proxy-url")?)?,
            disable_compression: node.field("disable-compression")?.boolean()?,
            extensions: extensions(node)?,
        })
    }
}

impl User {
    fn read(node: &Node<'_>) -> Result<Self, String> {
        extensions(node)?;
        let auth_provider = node.field("auth-provider")?;
        let exec = node.field("exec")?;
        Ok(Self {
            client_certificate: node.field("client-certificate")?.text()?,
            client_certificate_data: pem(&node.field("client-certificate-data")?)?,
            client_key: node.field("client-key")?.text()?,
            client_key_data: pem(&node.field("client-key-data")?)?,
            token: secret(&node.field("token")?)?,
            token_file: node.field("tokenFile")?.text()?,
            impersonate: node.field("as")?.text()?,
            impersonate_uid: node.field("as-uid")?.text()?,
            impersonate_groups: node.field("as-groups")?.texts()?,
            impersonate_user_extra: node.field("as-user-extra")?.entries(Node::texts)?,
            username: node.field("username")?.text()?,
            password: secret(&node.field("password")?)?,
            auth_provider: if auth_provider.is_null() {
                None
            } else {
                Some(AuthProvider {
                    name: auth_provider.field("name")?.text()?,
                    config: auth_provider.field("config")?.entries(secret)?,
                })
            },
            exec: if exec.is_null() { None } else { Some(ExecPlugin::read(&exec)?) },
        })
    }
}

impl Context {
    fn read(node: &Node<'_>) -> Result<Self, String> {
        extensions(node)?;
        Ok(Self {
            cluster: node.field("cluster")?.text()?,
            user: node.field("user")?.text()?,
            namespace: node.field("namespace")?.text()?,
        })
    }
}

impl ExecPlugin {
    fn read(node: &Node<'_>) -> Result<Self, String> {
        let env = node.field("env")?.list()?;
        let api_version = node.field("apiVersion")?.text()?;
        let mut interactive_mode = node.field("interactiveMode")?.text()?;
        // client-go tools/clientcmd/api/v1/defaults.go
        let has_default = ["v1beta1", "v1alpha1"]
            .iter()
            .any(|version| api_version.strip_prefix("client.authentication.k8s.io/") == Some(version));
        if interactive_mode.is_empty() && has_default {
            "IfAvailable".clone_into(&mut interactive_mode);
        }
        Ok(Self {
            command: node.field("command")?.text()?,
            args: node.field("args")?.texts()?,
            env: env
                .iter()
                .map(|entry| Ok((entry.field("name")?.text()?, secret(&entry.field("value")?)?)))
                .collect::<Result<_, String>>()?,
            api_version,
            install_hint: node.field("installHint")?.text()?,
            provide_cluster_info: node.field("provideClusterInfo")?.boolean()?,
            interactive_mode,
        })
    }
}
