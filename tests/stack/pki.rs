//! Certificates made for one test.

use std::sync::Arc;

use nodeusage::kubeconfig::{connection::Material, secret::Secret};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    SignatureAlgorithm,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
};

pub fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

pub fn params(names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "test");
    params
}

/// An authority and what it signs.
pub struct Authority {
    pub certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = params(&[]);
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        let key = key();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    pub fn sign(&self, params: &CertificateParams, key: &KeyPair) -> Certificate {
        params.signed_by(key, &self.issuer).unwrap()
    }

    /// A server's certificate for these names.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.identity(&params(names))
    }

    pub fn identity(&self, params: &CertificateParams) -> Identity {
        let key = key();
        Identity { certificate: self.sign(params, &key), key }
    }

    pub fn of_kind(&self, kind: &'static SignatureAlgorithm) -> Identity {
        let key = KeyPair::generate_for(kind).unwrap();
        Identity { certificate: self.sign(&params(&["client"]), &key), key }
    }

    pub fn material(&self) -> Material {
        data(self.certificate.pem())
    }
}

pub struct Identity {
    pub certificate: Certificate,
    pub key: KeyPair,
}

impl Identity {
    pub fn self_signed(params: &CertificateParams) -> Self {
        let key = key();
        Self { certificate: params.self_signed(&key).unwrap(), key }
    }

    pub fn pair(&self) -> (Material, Material) {
        (data(self.certificate.pem()), data(self.key.serialize_pem()))
    }

    /// A server that shows this certificate, and wants one of the client where `clients` signs them.
    pub fn server(&self, clients: Option<&Authority>) -> ServerConfig {
        self.server_of(clients, rustls::DEFAULT_VERSIONS)
    }

    pub fn server_of(
        &self,
        clients: Option<&Authority>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier: Arc<dyn ClientCertVerifier> = match clients {
            None => Arc::new(NoClientAuth),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.certificate.der().clone()).unwrap();
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                    .build()
                    .unwrap()
            }
        };
        let chain: Vec<CertificateDer<'static>> = vec![self.certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .unwrap()
    }
}

pub fn data(pem: String) -> Material {
    Material::Data(Secret::from(pem))
}
