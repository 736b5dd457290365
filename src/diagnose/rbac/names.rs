//! What the objects may be called, and who may be granted something, as the API server validates it.

use std::{fmt, str::FromStr};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::visible::is_obeyed;

/// A ServiceAccount: `NAMESPACE:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountName {
    /// An RFC 1123 label.
    pub namespace: String,
    /// An RFC 1123 subdomain.
    pub name: String,
}

impl FromStr for ServiceAccountName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((namespace, name)) = text.split_once(':') else {
            return Err("it must be NAMESPACE:NAME".to_owned());
        };
        if !is_label(namespace) {
            return Err(format!(
                "the namespace {namespace:?} must have 1 to 63 lower case letters, digits and '-', \
                 and begin and end with a letter or digit (RFC 1123)"
            ));
        }
        if name.len() > 253 || !name.split('.').all(is_label_of_any_length) {
            return Err(format!(
                "the ServiceAccount's name {name:?} must have 1 to 253 lower case letters, digits, '-' and '.', \
                 and each part of it begin and end with a letter or digit (RFC 1123)"
            ));
        }
        Ok(Self { namespace: namespace.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for ServiceAccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.name)
    }
}

/// The name of a user or group. Kubernetes only asks that there is one; characters that nobody sees are refused here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName(String);

impl AccountName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it must not be empty".to_owned());
        }
        if text.contains(is_obeyed) {
            return Err("it must not have control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The name of a ClusterRole and its `ClusterRoleBinding` (apimachinery `ValidatePathSegmentName`), none of Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

/// The roles for people that every cluster has; those with the prefix `system:` are the others.
const KUBERNETES_OWN: [&str; 4] = ["cluster-admin", "admin", "edit", "view"];

/// What can't stand in a role's name, and the mark that stands before the codes of such characters.
const ENCODED: AsciiSet = CONTROLS.add(b'/').add(b'%').add(b'=');

impl RoleName {
    /// The name that only the rights of this subject have, so that granting to one never takes from another.
    #[must_use]
    pub fn of_subject(kind: &str, name: &str) -> Self {
        let name = utf8_percent_encode(name, &ENCODED).to_string().replace('%', "=");
        Self(format!("nodeusage:{kind}:{name}"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() || matches!(text, "." | "..") || text.contains(['/', '%']) {
            return Err("it must not be empty, \".\" or \"..\", and have no '/' and no '%'".to_owned());
        }
        if text.contains(is_obeyed) {
            return Err("it must not have control characters".to_owned());
        }
        if text.starts_with("system:") || KUBERNETES_OWN.contains(&text) {
            return Err("a role of this name is Kubernetes' own, and would be replaced".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|&byte| is_plain(byte))
        && bytes.last().is_some_and(|&byte| is_plain(byte))
        && bytes.iter().all(|&byte| is_plain(byte) || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_account_has_a_namespace_and_a_name() {
        let (label, subdomain) = ("a".repeat(63), "a".repeat(253));
        let longest = format!("{label}:{subdomain}");
        for text in ["dev:node-reader", "0:a.b-c.1", longest.as_str()] {
            assert_eq!(text.parse::<ServiceAccountName>().unwrap().to_string(), text);
        }
        let too_long = [format!("a{label}:a"), format!("a:a{subdomain}")];
        for text in [
            "", "dev", ":a", "dev:", "Dev:a", "d.e:a", "-d:a", "d-:a", "d:a..b", "d:.a", "d:a_b", "d:a:b",
            "d:ä",
        ]
        .into_iter()
        .chain(too_long.iter().map(String::as_str))
        {
            assert!(text.parse::<ServiceAccountName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_role_is_never_one_of_kubernetes_own() {
        for text in ["node-reader", "a:b c", "viewer"] {
            assert_eq!(text.parse::<RoleName>().unwrap().as_str(), text);
        }
        for text in
            ["", ".", "..", "a/b", "a%b", "a\nb", "a\u{202e}b", "system:node", "view", "cluster-admin"]
        {
            assert!(text.parse::<RoleName>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_two_subjects_share_a_role() {
        let names = [
            RoleName::of_subject("user", "a/b"),
            RoleName::of_subject("user", "a=2Fb"),
            RoleName::of_subject("user", "a%2Fb"),
            RoleName::of_subject("group", "a/b"),
            RoleName::of_subject("user", "a:b"),
        ];
        for (index, name) in names.iter().enumerate() {
            assert!(name.as_str().parse::<RoleName>().is_ok(), "{name:?}");
            assert!(!names[..index].contains(name), "{name:?}");
        }
        assert_eq!(names[0].as_str(), "nodeusage:user:a=2Fb");
    }
}
