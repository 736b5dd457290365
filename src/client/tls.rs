//! How TLS is spoken: whom to trust, what to show of oneself, read from PEM in place or in files.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{PemObject, SectionKind},
    },
    sign::{CertifiedKey, SingleCertAndKey},
};

use super::verify::Verifier;
use crate::{
    error::Error,
    kubeconfig::{
        connection::{Material, Tls},
        secret::Secret,
    },
};

/// The most that a file of certificates may hold.
const LARGEST_FILE: u64 = 16 << 20;

/// A certificate and its key, as shown to the server.
pub type Identity = Arc<CertifiedKey>;

/// What the TLS settings are made of.
#[derive(Debug)]
pub struct Source {
    tls: Tls,
    certificate: Option<(Material, Material)>,
    is_https: bool,
}

/// What was read of a [`Source`]; two that are equal make the same settings.
#[derive(PartialEq, Eq)]
pub struct Pem {
    authority: Option<Vec<u8>>,
    certificate: Option<(Vec<u8>, Vec<u8>)>,
}

impl Source {
    /// The settings for a server. A client certificate is only for https.
    pub fn new(tls: Tls, certificate: Option<(Material, Material)>, is_https: bool) -> Self {
        Self { tls, certificate: certificate.filter(|_| is_https), is_https }
    }

    /// Whether anything of it can change while the program runs.
    pub fn has_files(&self) -> bool {
        let is_file = |material: &Material| matches!(material, Material::File(_));
        self.tls.authority.as_ref().is_some_and(is_file)
            || self
                .certificate
                .as_ref()
                .is_some_and(|(certificate, key)| is_file(certificate) || is_file(key))
    }

    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn read(&self) -> Result<Pem, Error> {
        let certificate = match &self.certificate {
            Some((certificate, key)) => Some((read(certificate)?, read(key)?)),
            None => None,
        };
        Ok(Pem { authority: self.tls.authority.as_ref().map(read).transpose()?, certificate })
    }

    /// The settings. `identity` is shown to the server unless the connection has a certificate of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] when the PEM can't be used.
    pub fn settings(&self, pem: &Pem, identity: Option<&Identity>) -> Result<ClientConfig, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let own = match (&pem.certificate, &self.certificate) {
            (Some((chain, key)), Some((chain_from, key_from))) => {
                let origin = (name(chain_from, "client-certificate-data"), name(key_from, "client-key-data"));
                Some(certified_key(chain, key, &origin, &provider)?)
            }
            _ => identity.cloned(),
        };
        let verifier = self.verifier(pem, &provider)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Unusable(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match own {
            Some(own) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own))),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session would go on with a certificate that was replaced since.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn verifier(&self, pem: &Pem, provider: &Arc<CryptoProvider>) -> Result<Verifier, Error> {
        let provider = Arc::clone(provider);
        if self.tls.insecure {
            return Ok(Verifier::insecure(provider));
        }
        let trusted = match (&pem.authority, &self.tls.authority) {
            (Some(pem), Some(material)) => authorities(pem, &name(material, "certificate-authority-data"))?,
            // Not having system roots only hurts those who need them; the server is then not trusted.
            _ if self.is_https => rustls_native_certs::load_native_certs().certs,
            _ => Vec::new(),
        };
        Ok(Verifier::trusting(trusted, provider))
    }
}

/// A certificate and key that a program gave.
///
/// # Errors
///
/// What is wrong with them.
pub fn identity(chain: &Secret, key: &Secret) -> Result<Identity, String> {
    let origin = ("the certificate".to_owned(), "the key".to_owned());
    let (chain, key) = (chain.expose().as_bytes(), key.expose().as_bytes());
    certified_key(chain, key, &origin, &aws_lc_rs::default_provider()).map_err(|error| error.to_string())
}

fn certified_key(
    chain: &[u8],
    key: &[u8],
    (chain_name, key_name): &(String, String),
    provider: &CryptoProvider,
) -> Result<Identity, Error> {
    let refused = |name: &str, problem: &str| Err(Error::Unusable(format!("{name}: {problem}")));
    let chain = certificates(chain);
    if chain.is_empty() {
        return refused(chain_name, "it holds no PEM client certificate");
    }
    let Some(private) = private_key(key) else {
        // Both ways to encrypt a key say so, in the label or in a header.
        let is_encrypted = key.windows(9).any(|word| word == b"ENCRYPTED");
        let problem = if is_encrypted {
            "the key is encrypted; decrypt it with: openssl pkey -in KEY -out NEW"
        } else {
            "it holds no PEM private key"
        };
        return refused(key_name, problem);
    };
    // As in Go the label is not believed: whichever form fits is the right one.
    let forms = [
        PrivateKeyDer::Pkcs8(private.clone().into()),
        PrivateKeyDer::Pkcs1(private.clone().into()),
        PrivateKeyDer::Sec1(private.into()),
    ];
    let Some(key) = forms.into_iter().find_map(|form| provider.key_provider.load_private_key(form).ok())
    else {
        return refused(key_name, "the private key is of no kind that can be used");
    };
    let own = CertifiedKey::new(chain, key);
    match own.keys_match() {
        Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => {
            refused(key_name, &format!("the private key does not belong to the certificate of {chain_name}"))
        }
        Err(rustls::Error::InvalidCertificate(_)) => refused(chain_name, "the certificate can't be read"),
        _ => Ok(Arc::new(own)),
    }
}

/// The first private key, whatever its label says of its form.
fn private_key(pem: &[u8]) -> Option<Vec<u8>> {
    <(SectionKind, Vec<u8>)>::pem_slice_iter(pem).filter_map(Result::ok).find_map(|(kind, der)| {
        matches!(kind, SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey)
            .then_some(der)
    })
}

fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect()
}

fn authorities(pem: &[u8], name: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = certificates(pem);
    let is_readable = |certificate: &CertificateDer<'_>| {
        rustls::RootCertStore::empty().add(certificate.clone().into_owned()).is_ok()
    };
    // An empty file trusts nobody; that is not the same as one that holds something else.
    if !found.iter().any(is_readable) && !pem.is_empty() {
        return Err(Error::Unusable(format!("{name}: it holds no PEM certificate")));
    }
    Ok(found)
}

/// Reads PEM in place or in a file.
///
/// # Errors
///
/// [`Error::File`].
pub fn read(material: &Material) -> Result<Vec<u8>, Error> {
    match material {
        Material::Data(secret) => Ok(secret.expose().as_bytes().to_vec()),
        Material::File(path) => read_file(path),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let outcome = File::open(path).and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes));
    outcome.map_err(|source| Error::File { path: path.to_owned(), source })?;
    Ok(bytes)
}

fn name(material: &Material, field: &str) -> String {
    match material {
        Material::Data(_) => field.to_owned(),
        Material::File(path) => path.display().to_string(),
    }
}
