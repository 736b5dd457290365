//! How the server's certificate is checked.

use super::WITH_TOKEN;
use crate::{
    case::Case,
    recorder::{Https, Kind},
};

/// A server with this certificate, and a cluster that says how to check it.
fn shown(name: &str, certificate: &'static str, cluster: &str) -> Case {
    https(name, Https::with(certificate), &format!(r#"server: "https://localhost:<port>", {cluster}"#))
}

fn https(name: &str, https: Https, cluster: &str) -> Case {
    Case::new(name).api(Kind::Https(https)).config(cluster, WITH_TOKEN)
}

const CA: &str = r#"certificate-authority: "<path.ca.crt>""#;
const BY_ADDRESS: &str = r#"server: "<url>", certificate-authority: "<path.ca.crt>""#;

pub fn cases() -> Vec<Case> {
    vec![
        shown("tls: a CA file", "server", CA),
        shown("tls: CA data", "server", r#"certificate-authority-data: "<data.ca.crt>""#),
        https("tls: 1.2 only", Https::with("server").only_12(), BY_ADDRESS),
        https("tls: 1.3 only", Https::with("server").only_13(), BY_ADDRESS),
        https("tls: 1.2 only, RSA", Https::with("rsa-server").only_12(), BY_ADDRESS),
        https("tls: 1.3 only, RSA", Https::with("rsa-server").only_13(), BY_ADDRESS),
        https("tls: no server name is sent for an address", Https::with("server"), BY_ADDRESS),
        shown("tls: the system's authorities", "server", ""),
        shown("tls: another CA", "server", r#"certificate-authority: "<path.other-ca.crt>""#),
        shown("tls: one CA of two", "server", r#"certificate-authority: "<path.both-cas.crt>""#),
        shown("tls: a CA between words", "server", r#"certificate-authority: "<path.ca-with-words.crt>""#),
        shown("tls: insecure", "self-signed", "insecure-skip-tls-verify: true"),
        shown("tls: insecure and expired", "expired", "insecure-skip-tls-verify: true"),
        shown("tls: insecure and another name", "wrong-name", "insecure-skip-tls-verify: true"),
        https(
            "tls: insecure, 1.2",
            Https::with("self-signed").only_12(),
            r#"server: "<url>", insecure-skip-tls-verify: true"#,
        ),
        shown("tls: expired", "expired", CA),
        shown("tls: not yet valid", "not-yet-valid", CA),
        shown("tls: another name", "wrong-name", CA),
        https("tls: another name, by address", Https::with("wrong-name"), BY_ADDRESS),
        shown("tls: no name", "no-name", CA),
        shown("tls: a wildcard", "wildcard", &format!("{CA}, tls-server-name: a.example.test")),
        shown(
            "tls: a wildcard for too deep a name",
            "wildcard",
            &format!("{CA}, tls-server-name: a.b.example.test"),
        ),
        shown("tls: self-signed", "self-signed", CA),
        shown("tls: a pinned leaf", "self-signed", r#"certificate-authority: "<path.self-signed.crt>""#),
        shown(
            "tls: a pinned leaf that an unknown CA signed",
            "server",
            r#"certificate-authority: "<path.server.crt>""#,
        ),
        shown(
            "tls: a pinned leaf that is a CA",
            "self-signed-ca",
            r#"certificate-authority: "<path.self-signed-ca.crt>""#,
        ),
        shown(
            "tls: a pinned leaf of another name",
            "self-signed-wrong-name",
            r#"certificate-authority: "<path.self-signed-wrong-name.crt>""#,
        ),
        shown(
            "tls: a pinned leaf that expired",
            "self-signed-expired",
            r#"certificate-authority: "<path.self-signed-expired.crt>""#,
        ),
        shown(
            "tls: a pinned leaf that is another",
            "self-signed",
            r#"certificate-authority: "<path.self-signed-ca.crt>""#,
        ),
        shown("tls: a CA that expired", "of-expired-ca", r#"certificate-authority: "<path.expired-ca.crt>""#),
        shown("tls: an intermediate that the server sends", "of-intermediate", CA),
        shown("tls: an intermediate that nobody has", "without-intermediate", CA),
        shown(
            "tls: an intermediate as the CA",
            "without-intermediate",
            r#"certificate-authority: "<path.intermediate.crt>""#,
        ),
        shown("tls: tls-server-name", "wrong-name", &format!("{CA}, tls-server-name: other.example.test")),
        shown(
            "tls: tls-server-name that does not fit",
            "server",
            &format!("{CA}, tls-server-name: other.example.test"),
        ),
        shown(
            "tls: tls-server-name that is an address",
            "server",
            &format!("{CA}, tls-server-name: 127.0.0.1"),
        ),
        shown("tls: an empty tls-server-name", "server", &format!(r#"{CA}, tls-server-name: """#)),
        shown(
            "tls: tls-server-name and insecure",
            "self-signed",
            "insecure-skip-tls-verify: true, tls-server-name: other.example.test",
        ),
        shown(
            "tls: --server drops tls-server-name",
            "server",
            &format!("{CA}, tls-server-name: other.example.test"),
        )
        .flags(["--server=https://localhost:<port>/flag"]),
        shown(
            "tls: --tls-server-name over the kubeconfig's",
            "wrong-name",
            &format!("{CA}, tls-server-name: localhost"),
        )
        .flags(["--tls-server-name=other.example.test"]),
        shown("tls: --server and --tls-server-name", "wrong-name", CA)
            .flags(["--server=https://localhost:<port>/flag", "--tls-server-name=other.example.test"]),
        shown(
            "tls: CA data and file",
            "server",
            r#"certificate-authority-data: "<data.ca.crt>", certificate-authority: "<path.other-ca.crt>""#,
        ),
        shown("tls: a CA and insecure", "server", &format!("{CA}, insecure-skip-tls-verify: true")),
        shown(
            "tls: CA data and insecure",
            "server",
            r#"certificate-authority-data: "<data.ca.crt>", insecure-skip-tls-verify: true"#,
        ),
        shown("tls: a CA that is not PEM", "server", r#"certificate-authority: "<path.not-pem.crt>""#),
        shown("tls: a CA that is garbage in PEM", "server", r#"certificate-authority: "<path.garbage.crt>""#),
        shown("tls: an empty CA file", "server", r#"certificate-authority: "<path.empty.crt>""#),
        shown("tls: a CA file that does not exist", "server", r#"certificate-authority: "<dir>/nope""#),
        shown("tls: a CA file that is a folder", "server", r#"certificate-authority: "<dir>/home""#),
        shown("tls: empty CA data", "server", &format!(r#"certificate-authority-data: "", {CA}"#)),
        shown("tls: CA data that is not base64", "server", r#"certificate-authority-data: "no base64!""#),
        shown("tls: SSL_CERT_FILE", "server", "").variable("SSL_CERT_FILE", "<path.ca.crt>"),
        shown("tls: SSL_CERT_FILE beside a CA", "server", r#"certificate-authority: "<path.other-ca.crt>""#)
            .variable("SSL_CERT_FILE", "<path.ca.crt>"),
    ]
}
