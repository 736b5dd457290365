//! Client certificates and the kinds of keys.

use super::{TRUSTED_CLUSTER, WITH_TOKEN, trusted};
use crate::{
    case::Case,
    recorder::{Https, Kind},
};

fn pair(name: &str, certificate: &str, key: &str) -> Case {
    trusted(
        name,
        &format!(r#"client-certificate: "<path.{certificate}.crt>", client-key: "<path.{key}.key>""#),
    )
}

fn over(case: Case, https: Https) -> Case {
    case.api(Kind::Https(https))
}

const DATA: &str = r#"client-certificate-data: "<data.p256.crt>", client-key-data: "<data.p256.key>""#;

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        trusted("certificates: data", DATA),
        over(trusted("certificates: mutual TLS 1.2", DATA), Https::mutual().only_12()),
        over(trusted("certificates: mutual TLS 1.3", DATA), Https::mutual().only_13()),
        over(
            trusted("certificates: mutual TLS 1.2 without a certificate", WITH_TOKEN),
            Https::mutual().only_12(),
        ),
        over(
            trusted("certificates: mutual TLS 1.3 without a certificate", WITH_TOKEN),
            Https::mutual().only_13(),
        ),
        over(pair("certificates: RSA over TLS 1.2", "rsa", "rsa"), Https::with("server").only_12()),
        over(
            pair("certificates: Ed25519 over TLS 1.2", "ed25519", "ed25519"),
            Https::with("server").only_12(),
        ),
        over(pair("certificates: P-521 over TLS 1.2", "p521", "p521"), Https::with("server").only_12()),
        trusted("certificates: beside a token", &format!("{DATA}, {WITH_TOKEN}")),
        trusted(
            "certificates: certificate in a file, key in place",
            r#"client-certificate: "<path.p256.crt>", client-key-data: "<data.p256.key>""#,
        ),
        trusted(
            "certificates: certificate in place, key in a file",
            r#"client-certificate-data: "<data.p256.crt>", client-key: "<path.p256.key>""#,
        ),
        trusted(
            "certificates: certificate in place and in a file",
            &format!(r#"{DATA}, client-certificate: "<path.second.crt>""#),
        ),
        trusted(
            "certificates: key in place and in a file",
            &format!(r#"{DATA}, client-key: "<path.second.key>""#),
        ),
        trusted("certificates: a certificate alone", r#"client-certificate: "<path.p256.crt>""#),
        trusted(
            "certificates: a certificate alone, beside a token",
            &format!(r#"client-certificate: "<path.p256.crt>", {WITH_TOKEN}"#),
        ),
        trusted(
            "certificates: a key alone, beside a token",
            &format!(r#"client-key: "<path.p256.key>", {WITH_TOKEN}"#),
        ),
        pair("certificates: a key of another certificate", "p256", "second"),
        pair("certificates: a key of another kind", "p256", "rsa"),
        pair("certificates: an encrypted key", "rsa", "encrypted"),
        pair("certificates: an encrypted key in the old form", "rsa", "encrypted-traditional"),
        trusted(
            "certificates: one file for both",
            r#"client-certificate: "<path.p256-with-key.crt>", client-key: "<path.p256-with-key.crt>""#,
        ),
        trusted(
            "certificates: a file that does not exist",
            r#"client-certificate: "<dir>/nope", client-key: "<path.p256.key>""#,
        ),
        trusted(
            "certificates: a key file that does not exist",
            r#"client-certificate: "<path.p256.crt>", client-key: "<dir>/nope""#,
        ),
        trusted(
            "certificates: a certificate that is not PEM",
            r#"client-certificate: "<path.not-pem.crt>", client-key: "<path.p256.key>""#,
        ),
        trusted(
            "certificates: a key that is not PEM",
            r#"client-certificate: "<path.p256.crt>", client-key: "<path.not-pem.crt>""#,
        ),
        trusted(
            "certificates: exchanged",
            r#"client-certificate: "<path.p256.key>", client-key: "<path.p256.crt>""#,
        ),
        trusted(
            "certificates: empty data",
            r#"client-certificate-data: "", client-key-data: "", client-certificate: "<path.p256.crt>", client-key: "<path.p256.key>""#,
        ),
        trusted(
            "certificates: empty files beside a token",
            &format!(r#"client-certificate: "", client-key: "", {WITH_TOKEN}"#),
        ),
        trusted(
            "certificates: a chain",
            r#"client-certificate: "<dir>/chain.crt", client-key: "<path.p256.key>""#,
        )
        .file("chain.crt", "<text.p256.crt><text.ca.crt>"),
        trusted(
            "certificates: the CA before the leaf",
            r#"client-certificate: "<dir>/chain.crt", client-key: "<path.p256.key>""#,
        )
        .file("chain.crt", "<text.ca.crt><text.p256.crt>"),
        Case::new("certificates: insecure server")
            .api(Kind::Https(Https::mutual()))
            .config(r#"server: "<url>", insecure-skip-tls-verify: true"#, DATA),
        Case::new("certificates: by flags, data in the kubeconfig")
            .api(Kind::Https(Https::mutual()))
            .config(TRUSTED_CLUSTER, DATA)
            .flags(["--client-certificate=<path.second.crt>", "--client-key=<path.second.key>"]),
        Case::new("certificates: the certificate alone by a flag")
            .api(Kind::Https(Https::mutual()))
            .config(
                TRUSTED_CLUSTER,
                r#"client-certificate: "<path.p256.crt>", client-key: "<path.p256.key>""#,
            )
            .flags(["--client-certificate=<path.second.crt>"]),
        pair("certificates: EC parameters before the key", "p256", "p256-after-parameters"),
    ];
    for (kind, key) in [
        ("RSA, PKCS8", "rsa"),
        ("RSA, PKCS1", "rsa-traditional"),
        ("P-256, PKCS8", "p256"),
        ("P-256, SEC1", "p256-traditional"),
        ("P-384, PKCS8", "p384"),
        ("P-384, SEC1", "p384-traditional"),
        ("P-521, PKCS8", "p521"),
        ("P-521, SEC1", "p521-traditional"),
        ("Ed25519", "ed25519"),
    ] {
        cases.push(pair(&format!("certificates: {kind}"), key.trim_end_matches("-traditional"), key));
    }
    cases
}
