//! The headers that each request has.

use std::{env::consts, fmt::Write};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    error::Error,
    kubeconfig::connection::{Connection, Impersonation},
};

/// Who is asking: program, version, system and machine in Go's words.
pub fn user_agent() -> HeaderValue {
    let system = if consts::OS == "macos" { "darwin" } else { consts::OS };
    let machine = match consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let agent =
        format!(concat!("kubectl-nodeusage/", env!("CARGO_PKG_VERSION"), " ({}/{})"), system, machine);
    HeaderValue::try_from(agent).unwrap_or(HeaderValue::from_static("kubectl-nodeusage"))
}

/// The headers of a connection, credentials apart.
///
/// # Errors
///
/// [`Error::Unusable`] when whom to act as can't be said in a header.
pub fn of(connection: &Connection) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, user_agent());
    if wants_gzip(connection) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    impersonate(&connection.impersonation, &mut headers)?;
    Ok(headers)
}

/// Compression costs more than it saves where the network is fast.
fn wants_gzip(connection: &Connection) -> bool {
    let host = connection.server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_loopback =
        host.parse().map_or(host == "localhost", |address: std::net::IpAddr| address.is_loopback());
    !(connection.disable_compression || connection.in_cluster || is_loopback)
}

/// As client-go's `impersonatingRoundTripper`.
fn impersonate(impersonation: &Impersonation, headers: &mut HeaderMap) -> Result<(), Error> {
    let Impersonation { user, uid, groups, extra } = impersonation;
    let Some(user) = user else { return Ok(()) };
    let mut add = |name: String, value: &str| {
        let pair = (HeaderName::try_from(&name), HeaderValue::from_bytes(value.as_bytes()));
        let (Ok(header), Ok(value)) = pair else {
            return Err(Error::Unusable(format!("{name}: {value:?} can't be said in a header")));
        };
        headers.append(header, value);
        Ok(())
    };
    add("Impersonate-User".to_owned(), user)?;
    if let Some(uid) = uid {
        add("Impersonate-Uid".to_owned(), uid)?;
    }
    for group in groups {
        add("Impersonate-Group".to_owned(), group)?;
    }
    for (key, values) in extra {
        for value in values {
            add(format!("Impersonate-Extra-{}", escaped(key)), value)?;
        }
    }
    Ok(())
}

/// A key as part of a header's name: whatever can't stand there, and `%`, is percent-encoded.
fn escaped(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte) {
            name.push(byte.to_ascii_lowercase().into());
        } else {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_to_act_as_is_said_as_client_go_says_it() {
        let impersonation = Impersonation {
            user: Some("jane".to_owned()),
            uid: Some("7".to_owned()),
            groups: vec!["a".to_owned(), "b".to_owned()],
            extra: [("Acme.com/Pro%ject".to_owned(), vec!["x".to_owned(), "y".to_owned()])].into(),
        };
        let mut headers = HeaderMap::new();
        impersonate(&impersonation, &mut headers).unwrap();
        let said: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        assert_eq!(
            said,
            [
                "impersonate-user: jane",
                "impersonate-uid: 7",
                "impersonate-group: a",
                "impersonate-group: b",
                "impersonate-extra-acme.com%2fpro%25ject: x",
                "impersonate-extra-acme.com%2fpro%25ject: y",
            ]
        );
    }

    #[test]
    fn a_name_that_would_be_two_headers_is_refused() {
        let impersonation =
            Impersonation { user: Some("jane\r\nX: y".to_owned()), ..Impersonation::default() };
        assert!(matches!(impersonate(&impersonation, &mut HeaderMap::new()), Err(Error::Unusable(_))));
    }
}
