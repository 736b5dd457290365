//! Who the server is, and who the client is to the server.

use std::{fs, time::Duration};

use nodeusage::kubeconfig::{
    connection::{Connection, Credentials, Material, Tls},
    secret::Secret,
};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use tempfile::TempDir;

use crate::{
    client, connection, get, outcome,
    pki::{Authority, Identity, data, params},
    server::{Server, fine},
};

fn named(name: &str) -> rcgen::DistinguishedName {
    let mut distinguished = rcgen::DistinguishedName::new();
    distinguished.push(rcgen::DnType::CommonName, name);
    distinguished
}

fn trusting(port: u16, authority: Material) -> Connection {
    let tls = Tls { authority: Some(authority), ..Tls::default() };
    Connection { tls, ..connection(&format!("https://127.0.0.1:{port}")) }
}

#[tokio::test]
async fn servers_are_trusted_as_go_trusts_them() {
    let (authority, namesake) = (Authority::new(), Authority::new());
    let stranger = Authority::with(|params| params.distinguished_name = named("stranger"));
    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2020, 1, 1);
    let (early, old_authority) = (
        |params: &mut CertificateParams| params.not_before = date_time_ymd(2150, 1, 1),
        Authority::with(expired),
    );
    let changed = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = params(&["127.0.0.1"]);
        change(&mut params);
        params
    };
    let self_signed = |change: &dyn Fn(&mut CertificateParams)| Identity::self_signed(&changed(change));
    let is_ca = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = |identity: &Identity| data(identity.certificate.pem());

    let for_clients = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };

    let good = authority.server(&["127.0.0.1"]);
    let elsewhere = authority.server(&["example.com"]);
    let old = authority.identity(&changed(&expired));
    let plain = self_signed(&|_| ());
    let both = self_signed(&is_ca);
    let old_pinned = self_signed(&|params| (is_ca(params), expired(params)).1);
    let client = authority.identity(&changed(&for_clients));
    let authority_as_server = authority.identity(&changed(&is_ca));
    let cases = [
        ("its authority", &good, authority.material(), "ok"),
        ("another authority", &good, stranger.material(), "unknown-authority"),
        ("a namesake of its authority", &good, namesake.material(), "unknown-authority"),
        ("the certificate itself", &good, pem(&good), "ok"),
        ("another one of the same authority", &good, pem(&elsewhere), "unknown-authority"),
        ("self-signed", &plain, pem(&plain), "ok"),
        ("self-signed, CA:TRUE", &both, pem(&both), "ok"),
        ("self-signed, CA:TRUE, not trusted", &both, authority.material(), "unknown-authority"),
        ("a client's", &client, authority.material(), "certificate"),
        ("a client's, itself", &client, pem(&client), "certificate"),
        ("CA:TRUE", &authority_as_server, authority.material(), "certificate"),
        ("CA:TRUE, itself", &authority_as_server, pem(&authority_as_server), "ok"),
        ("self-signed, CA:TRUE, expired", &old_pinned, pem(&old_pinned), "certificate-expired"),
        ("another name", &elsewhere, authority.material(), "wrong-name"),
        ("another name, itself", &elsewhere, pem(&elsewhere), "wrong-name"),
        ("another name, unknown", &elsewhere, stranger.material(), "wrong-name"),
        ("expired", &old, authority.material(), "certificate-expired"),
        ("expired, itself", &old, pem(&old), "certificate-expired"),
        ("expired, unknown", &old, stranger.material(), "certificate-expired"),
        (
            "not yet valid",
            &authority.identity(&changed(&early)),
            authority.material(),
            "certificate-not-yet-valid",
        ),
        (
            "an expired authority",
            &old_authority.server(&["127.0.0.1"]),
            old_authority.material(),
            "certificate-expired",
        ),
        ("an empty file", &good, Material::File("/dev/null".into()), "unknown-authority"),
        ("no file", &good, Material::File("/nonexistent".into()), "configuration"),
        ("no PEM", &good, data("hello".to_owned()), "configuration"),
    ];
    for (case, identity, trusted, class) in cases {
        let server = Server::https(identity.server(None), fine()).await;
        assert_eq!(outcome(&trusting(server.port, trusted)).await, class, "{case}");
    }
}

#[tokio::test]
async fn an_insecure_connection_asks_no_questions() {
    let identity = Authority::new().server(&["example.com"]);
    let server = Server::https(identity.server(None), fine()).await;
    let mut connection = connection(&format!("https://127.0.0.1:{}", server.port));
    assert_eq!(outcome(&connection).await, "wrong-name");
    connection.tls.insecure = true;
    assert_eq!(outcome(&connection).await, "ok");
}

#[tokio::test]
async fn a_file_that_is_no_pem_is_named() {
    let mut connection = trusting(1, Material::File("/etc/hostname".into()));
    let text = client(&connection).err().unwrap().to_string();
    assert!(text.starts_with("/etc/hostname: "), "{text}");
    connection.tls = Tls::default();
    let own = Material::File("/etc/hostname".into());
    connection.credentials.certificate = Some((own.clone(), own));
    let text = client(&connection).err().unwrap().to_string();
    assert!(text.starts_with("/etc/hostname: "), "{text}");
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let authority = Authority::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let identity = authority.server(&["127.0.0.1"]);
        let config = identity.server_of(Some(&authority), &[version]);
        let server = Server::https(config, fine()).await;
        let mut connection = trusting(server.port, authority.material());
        connection.credentials.certificate = Some(authority.server(&["client"]).pair());
        assert_eq!(outcome(&connection).await, "ok", "{version:?}");
    }
}

#[tokio::test]
async fn the_name_is_that_of_the_address_unless_another_is_given() {
    let authority = Authority::new();
    for (host, name, sni) in [
        ("127.0.0.1", None, None),
        ("127.0.0.1", Some("a.example"), Some("a.example")),
        ("localhost", None, Some("localhost")),
        ("localhost", Some("10.0.0.1"), None),
    ] {
        let identity = authority.server(&["127.0.0.1", "localhost", "a.example", "10.0.0.1"]);
        let server = Server::https(identity.server(None), fine()).await;
        let mut connection = trusting(server.port, authority.material());
        connection.server = format!("https://{host}:{}", server.port).parse().unwrap();
        connection.tls.server_name = name.map(str::to_owned);
        assert_eq!(outcome(&connection).await, "ok");
        assert_eq!(server.seen()[0].sni.as_deref(), sni);
    }
}

/// The PKCS1 or SEC1 key that lies in a PKCS8 one.
fn inner(pkcs8: &[u8], label: &str) -> String {
    let skip = |der: &[u8]| -> (usize, usize) {
        match der[1] {
            length @ 0..=0x7f => (2, usize::from(length)),
            0x81 => (3, usize::from(der[2])),
            _ => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
        }
    };
    let mut der = &pkcs8[skip(pkcs8).0..];
    for _ in 0..2 {
        let (head, length) = skip(der);
        der = &der[head + length..];
    }
    let (head, length) = skip(der);
    pem(label, &der[head..head + length])
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let base64 = base64::prelude::BASE64_STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[tokio::test]
async fn every_kind_of_key_is_shown_to_the_server() {
    let authority = Authority::new();
    let server = Server::https(authority.server(&["127.0.0.1"]).server(Some(&authority)), fine()).await;
    let mut keys = Vec::new();
    for (name, kind) in [
        ("P-256", &rcgen::PKCS_ECDSA_P256_SHA256),
        ("P-384", &rcgen::PKCS_ECDSA_P384_SHA384),
        ("P-521", &rcgen::PKCS_ECDSA_P521_SHA512),
        ("Ed25519", &rcgen::PKCS_ED25519),
        ("RSA", &rcgen::PKCS_RSA_SHA256),
    ] {
        let identity = authority.of_kind(kind);
        let der = identity.key.serialize_der();
        keys.push((format!("{name} PKCS8"), identity.certificate.clone(), identity.key.serialize_pem()));
        match name {
            "RSA" => {
                let key = inner(&der, "RSA PRIVATE KEY");
                keys.push(("RSA PKCS1".to_owned(), identity.certificate.clone(), key));
                let key = inner(&der, "PRIVATE KEY");
                keys.push(("PKCS1 with the wrong label".to_owned(), identity.certificate.clone(), key));
            }
            "Ed25519" => {}
            _ => {
                let key = format!("{}{}", pem("EC PARAMETERS", &[6, 0]), inner(&der, "EC PRIVATE KEY"));
                keys.push((format!("{name} SEC1"), identity.certificate.clone(), key));
            }
        }
    }
    for (name, certificate, key) in keys {
        let mut connection = trusting(server.port, authority.material());
        connection.credentials.certificate = Some((data(certificate.pem()), data(key)));
        assert_eq!(outcome(&connection).await, "ok", "{name}");
        assert_eq!(server.seen().pop().unwrap().peer.as_deref(), Some(&certificate.der()[..]), "{name}");
    }
}

#[tokio::test]
async fn keys_that_are_of_no_use_are_refused_by_name() {
    let authority = Authority::new();
    let (one, other) = (authority.server(&["client"]), authority.server(&["client"]));
    for (key, problem) in [
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "is encrypted",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n\
             -----END RSA PRIVATE KEY-----\n",
            "is encrypted",
        ),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "of no kind"),
        ("s3cret", "no PEM private key"),
        (&other.key.serialize_pem(), "does not belong to the certificate"),
    ] {
        let mut connection = trusting(1, authority.material());
        connection.credentials.certificate = Some((data(one.certificate.pem()), data(key.to_owned())));
        let text = client(&connection).err().unwrap().to_string();
        assert!(text.starts_with("client-key-data: ") && text.contains(problem), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_misses_or_refuses_a_certificate_says_so() {
    let (authority, namesake) = (Authority::new(), Authority::new());
    let stranger = Authority::with(|params| params.distinguished_name = named("stranger"));
    let server = Server::https(authority.server(&["127.0.0.1"]).server(Some(&authority)), fine()).await;
    let mut connection = trusting(server.port, authority.material());
    assert_eq!(outcome(&connection).await, "client-certificate");
    for other in [namesake, stranger] {
        connection.credentials.certificate = Some(other.server(&["client"]).pair());
        assert_eq!(outcome(&connection).await, "client-certificate");
    }
}

#[tokio::test]
async fn certificates_in_files_may_change_meanwhile() {
    let (authority, next) = (Authority::new(), Authority::new());
    let directory = TempDir::new().unwrap();
    let file = |name: &str, text: String| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        Material::File(path)
    };
    let first = authority.server(&["client"]);
    let server = Server::https(authority.server(&["127.0.0.1"]).server(Some(&authority)), fine()).await;
    let mut connection = trusting(server.port, file("ca", authority.certificate.pem()));
    connection.credentials.certificate =
        Some((file("crt", first.certificate.pem()), file("key", first.key.serialize_pem())));
    let client = client(&connection).unwrap();
    get(&client, "/a").await.unwrap();

    let second = authority.server(&["client"]);
    file("crt", second.certificate.pem());
    std::thread::sleep(Duration::from_millis(1100));
    get(&client, "/b").await.expect("the old pair lasts until the new one is whole");
    file("key", second.key.serialize_pem());
    std::thread::sleep(Duration::from_millis(1100));
    get(&client, "/c").await.unwrap();
    let shown: Vec<_> = server.seen().into_iter().map(|seen| seen.peer.unwrap()).collect();
    let wanted = [&first, &first, &second].map(|identity| identity.certificate.der().to_vec());
    assert_eq!(shown, wanted);

    file("ca", next.certificate.pem());
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(get(&client, "/d").await.unwrap_err().class(), "unknown-authority");
}

#[tokio::test]
async fn no_credential_goes_over_http_but_the_address_s_own() {
    let server = Server::http(fine()).await;
    let mut connection = connection(&format!("http://127.0.0.1:{}", server.port));
    connection.credentials = Credentials {
        certificate: Some(Authority::new().server(&["client"]).pair()),
        token: Some(Secret::from("s3cret".to_owned())),
        exec: Some(crate::exec::plugin("touch /nonexistent/never", &TempDir::new().unwrap())),
        ..Credentials::default()
    };
    connection.impersonation.user = Some("john".to_owned());
    assert_eq!(outcome(&connection).await, "ok");
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(seen.header("impersonate-user"), Some("john"));

    // The resolver leaves a name and password for http only where they stand in the server's address.
    connection.credentials.basic = Some(("jane".to_owned(), Secret::from("s3cret".to_owned())));
    assert_eq!(outcome(&connection).await, "ok");
    assert_eq!(server.seen().pop().unwrap().header("authorization"), Some("Basic amFuZTpzM2NyZXQ="));
}
