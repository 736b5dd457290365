//! Certificates and keys of every kind, made once a run.

use std::{
    collections::BTreeMap,
    io::{Seek, Write},
    process::Stdio,
    sync::LazyLock,
};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SignatureAlgorithm, date_time_ymd,
};

use crate::{
    secrets::secret,
    support::{program, run},
};

pub static PKI: LazyLock<Pki> = LazyLock::new(Pki::new);

/// The names that the servers of the cases are reached by.
const SERVER_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Certificates and keys as PEM files, `NAME.crt` and `NAME.key`.
pub struct Pki {
    texts: BTreeMap<String, String>,
    certificates: BTreeMap<String, Vec<u8>>,
    chains: BTreeMap<&'static str, Vec<Vec<u8>>>,
    server_keys: BTreeMap<&'static str, Vec<u8>>,
}

/// What a server's certificate is like where it is not like most.
#[derive(Default, Clone, Copy)]
struct Leaf {
    names: Option<&'static [&'static str]>,
    years: Option<(i32, i32)>,
    is_authority: bool,
    algorithm: Option<&'static SignatureAlgorithm>,
}

type Authority = (CertificateParams, KeyPair);

impl Pki {
    fn new() -> Self {
        let mut pki = Self {
            texts: BTreeMap::new(),
            certificates: BTreeMap::new(),
            chains: BTreeMap::new(),
            server_keys: BTreeMap::new(),
        };
        let authority = pki.authority("ca", None);
        pki.authority("other-ca", None);
        pki.servers(&authority);
        pki.clients(&authority);
        let both = format!("{}{}", pki.text("other-ca.crt"), pki.text("ca.crt"));
        pki.keep("both-cas.crt", both);
        pki.keep("ca-with-words.crt", format!("Our own CA\n\n{}\nends here\n", pki.text("ca.crt")));
        pki.keep("empty.crt", String::new());
        pki.keep("not-pem.crt", "This is no certificate.\n".to_owned());
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAAAAAA\n-----END CERTIFICATE-----\n";
        pki.keep("garbage.crt", garbage.to_owned());
        pki
    }

    fn servers(&mut self, authority: &Authority) {
        let leaf = Leaf::default;
        self.server("server", leaf(), Some(authority));
        self.server("wrong-name", Leaf { names: Some(&["other.example.test"]), ..leaf() }, Some(authority));
        self.server("no-name", Leaf { names: Some(&[]), ..leaf() }, Some(authority));
        self.server("wildcard", Leaf { names: Some(&["*.example.test"]), ..leaf() }, Some(authority));
        self.server("expired", Leaf { years: Some((2001, 2002)), ..leaf() }, Some(authority));
        self.server("not-yet-valid", Leaf { years: Some((2090, 2091)), ..leaf() }, Some(authority));
        let rsa = Leaf { algorithm: Some(&rcgen::PKCS_RSA_SHA256), ..leaf() };
        self.server("rsa-server", rsa, Some(authority));
        self.server("self-signed", leaf(), None);
        self.server("self-signed-ca", Leaf { is_authority: true, ..leaf() }, None);
        let names: &[_] = &["other.example.test"];
        self.server("self-signed-wrong-name", Leaf { names: Some(names), ..leaf() }, None);
        self.server("self-signed-expired", Leaf { years: Some((2001, 2002)), ..leaf() }, None);
        let expired_authority = self.authority("expired-ca", Some((2001, 2002)));
        self.server("of-expired-ca", leaf(), Some(&expired_authority));
        let intermediate = self.signed_authority("intermediate", authority);
        self.server("of-intermediate", leaf(), Some(&intermediate));
        let chain = self.chains["intermediate"].clone();
        self.chains.get_mut("of-intermediate").unwrap().extend(chain);
        self.server("without-intermediate", leaf(), Some(&intermediate));
    }

    fn clients(&mut self, authority: &Authority) {
        for (name, algorithm) in [
            ("rsa", &rcgen::PKCS_RSA_SHA256),
            ("p256", &rcgen::PKCS_ECDSA_P256_SHA256),
            ("p384", &rcgen::PKCS_ECDSA_P384_SHA384),
            ("p521", &rcgen::PKCS_ECDSA_P521_SHA512),
            ("ed25519", &rcgen::PKCS_ED25519),
            ("second", &rcgen::PKCS_ECDSA_P256_SHA256),
        ] {
            let mut params = named(&format!("client-{name}"));
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            let key = KeyPair::generate_for(algorithm).unwrap();
            self.keep(&format!("{name}.key"), key.serialize_pem());
            let certificate = params.signed_by(&key, &issuer(authority)).unwrap();
            self.certificate(name, &certificate);
        }
        for name in ["rsa", "p256", "p384", "p521"] {
            let old = openssl(&["pkey", "-traditional"], &self.text(&format!("{name}.key")));
            self.keep(&format!("{name}-traditional.key"), old);
        }
        let passphrase = format!("pass:{}", secret("key-passphrase"));
        let rsa = self.text("rsa.key");
        let encrypted = ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", &passphrase];
        let encrypted = openssl(&encrypted, &rsa);
        self.keep("encrypted.key", encrypted);
        let old = openssl(&["rsa", "-traditional", "-aes256", "-passout", &passphrase], &rsa);
        self.keep("encrypted-traditional.key", old);
        let parameters = openssl(&["ecparam", "-name", "prime256v1"], "");
        let after_parameters = format!("{parameters}{}", self.text("p256-traditional.key"));
        self.keep("p256-after-parameters.key", after_parameters);
        let both = format!("{}{}", self.text("p256.crt"), self.text("p256.key"));
        self.keep("p256-with-key.crt", both);
    }

    fn authority(&mut self, name: &'static str, years: Option<(i32, i32)>) -> Authority {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        set_years(&mut params, years);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        self.certificate(name, &certificate);
        (params, key)
    }

    fn signed_authority(&mut self, name: &'static str, by: &Authority) -> Authority {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer(by)).unwrap();
        self.certificate(name, &certificate);
        self.chains.insert(name, vec![certificate.der().to_vec()]);
        (params, key)
    }

    /// A server's certificate, signed by itself where there is no authority.
    fn server(&mut self, name: &'static str, leaf: Leaf, authority: Option<&Authority>) {
        let mut params = named(name);
        let names = leaf.names.unwrap_or(&SERVER_NAMES).iter().map(ToString::to_string);
        params.subject_alt_names =
            CertificateParams::new(names.collect::<Vec<_>>()).unwrap().subject_alt_names;
        if leaf.is_authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        } else {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }
        set_years(&mut params, leaf.years);
        let key = KeyPair::generate_for(leaf.algorithm.unwrap_or(&rcgen::PKCS_ECDSA_P256_SHA256)).unwrap();
        let certificate = match authority {
            Some(authority) => params.signed_by(&key, &issuer(authority)),
            None => params.self_signed(&key),
        };
        let certificate = certificate.unwrap();
        self.certificate(name, &certificate);
        self.chains.insert(name, vec![certificate.der().to_vec()]);
        self.server_keys.insert(name, key.serialize_der());
    }

    fn certificate(&mut self, name: &str, certificate: &Certificate) {
        self.keep(&format!("{name}.crt"), certificate.pem());
        self.certificates.insert(name.to_owned(), certificate.der().to_vec());
    }

    fn keep(&mut self, name: &str, text: String) {
        self.texts.insert(name.to_owned(), text);
    }

    /// The files that a text names as `<path.NAME>`.
    pub fn named_in(&self, text: &str) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str).filter(move |name| text.contains(&format!("<path.{name}>")))
    }

    /// What a file holds.
    pub fn text(&self, name: &str) -> String {
        self.texts.get(name).unwrap_or_else(|| panic!("pki.rs has no file {name}")).clone()
    }

    /// What a server shows and keeps: its certificates and its key, in DER.
    pub fn server_identity(&self, name: &str) -> (Vec<Vec<u8>>, Vec<u8>) {
        (self.chains[name].clone(), self.server_keys[name].clone())
    }

    /// The common name of a client's certificate.
    pub fn common_name(&self, der: &[u8]) -> String {
        let found = self.certificates.iter().find(|(_, known)| *known == der);
        found.map_or_else(|| "unknown".to_owned(), |(name, _)| format!("client-{name}"))
    }

    /// A telling line of each private key, with the key's name.
    pub fn private_lines(&self) -> impl Iterator<Item = (String, &str)> {
        let keys = self.texts.iter().filter(|(name, _)| name.strip_suffix(".key").is_some());
        keys.map(|(name, text)| (name.clone(), telling_line(text)))
    }
}

fn openssl(arguments: &[&str], input: &str) -> String {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    file.rewind().unwrap();
    let outcome = run(program("openssl").args(arguments).stdin(Stdio::from(file)));
    assert_ne!(outcome.code, 127, "openssl is missing; install it: sudo apt-get install openssl");
    outcome.success()
}

/// The line of a PEM that says most of what is secret: the last one of full length. Short keys have but one.
fn telling_line(pem: &str) -> &str {
    let body = pem.lines().filter(|line| !line.starts_with('-') && !line.contains(':') && !line.is_empty());
    let longest = body.clone().map(str::len).max().unwrap_or_default();
    body.rev().find(|line| line.len() == longest).expect("a key has lines")
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2080, 1, 1);
    params
}

fn set_years(params: &mut CertificateParams, years: Option<(i32, i32)>) {
    if let Some((first, last)) = years {
        params.not_before = date_time_ymd(first, 1, 1);
        params.not_after = date_time_ymd(last, 1, 1);
    }
}

fn issuer((params, key): &Authority) -> Issuer<'_, &KeyPair> {
    Issuer::from_params(params, key)
}
