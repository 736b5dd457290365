//! Whether a server is who it should be, as Go's `crypto/x509` decides it.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::validity::{Validity, is_self_issued};

/// The library's word for a server that shows the certificate of an authority. It says so before it looks for who
/// signed it.
pub const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// Verifies servers against trusted certificates.
///
/// Beyond chains to an authority it accepts, as Go does, a server's certificate that is itself among the trusted
/// ones, whoever signed it and whether or not it is an authority. Unlike the TLS library it also checks the dates of
/// the authorities.
#[derive(Debug)]
pub struct Verifier {
    provider: Arc<CryptoProvider>,
    trusted: Option<Vec<Trusted>>,
}

#[derive(Debug)]
struct Trusted {
    certificate: CertificateDer<'static>,
    validity: Option<Validity>,
}

impl Verifier {
    /// Trusts these certificates and what they sign.
    pub fn trusting(certificates: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Self {
        let trusted = certificates.into_iter().map(|certificate| {
            let validity = Validity::of(&certificate);
            Trusted { certificate, validity }
        });
        Self { provider, trusted: Some(trusted.collect()) }
    }

    /// Trusts whatever certificate the server has; that the server holds its key is still checked.
    pub fn insecure(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, trusted: None }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trusted) = &self.trusted else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        // In Go's order: whoever has an old certificate for another name by an unknown authority hears of its age.
        in_time(Validity::of(end_entity), now)?;
        verify_server_name(&certificate, server_name)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(
            trusted
                .iter()
                .filter(|trusted| in_time(trusted.validity, now).is_ok())
                .map(|trusted| trusted.certificate.clone()),
        );
        let algorithms = self.provider.signature_verification_algorithms.all;
        let is_trusted_itself = trusted.iter().any(|trusted| trusted.certificate == *end_entity);
        let Err(error) =
            verify_server_cert_signed_by_trust_anchor(&certificate, &roots, intermediates, now, algorithms)
        else {
            return Ok(ServerCertVerified::assertion());
        };
        match error {
            // What a certificate is not meant for, it is not good for, trusted or not.
            Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
            ) => Err(error),
            _ if is_trusted_itself => Ok(ServerCertVerified::assertion()),
            // Signed by a trusted authority whose time is not now.
            Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                let signed_by = |signer: &Trusted| {
                    let mut roots = RootCertStore::empty();
                    roots.add_parsable_certificates([signer.certificate.clone()]);
                    verify_server_cert_signed_by_trust_anchor(
                        &certificate,
                        &roots,
                        intermediates,
                        now,
                        algorithms,
                    )
                    .is_ok()
                };
                let out_of_time =
                    trusted.iter().filter_map(|signer| Some((signer, in_time(signer.validity, now).err()?)));
                let signer = out_of_time.into_iter().find(|(signer, _)| signed_by(signer));
                Err(signer.map_or(error, |(_, problem)| problem.into()))
            }
            // An authority that has the name of a trusted one and not its key.
            Error::InvalidCertificate(CertificateError::BadSignature) => {
                Err(CertificateError::UnknownIssuer.into())
            }
            Error::InvalidCertificate(CertificateError::Other(OtherError(cause)))
                if cause.to_string() == AUTHORITY_AS_SERVER && is_self_issued(end_entity) =>
            {
                Err(CertificateError::UnknownIssuer.into())
            }
            _ => Err(error),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether it is the time of the certificate; dates that can't be read are left to the library.
fn in_time(validity: Option<Validity>, time: UnixTime) -> Result<(), CertificateError> {
    let Some(Validity { not_before, not_after }) = validity else { return Ok(()) };
    let unix = |timestamp: Timestamp| {
        let seconds = u64::try_from(timestamp.as_second()).unwrap_or_default();
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    };
    let (not_before, not_after) = (unix(not_before), unix(not_after));
    if time < not_before {
        return Err(CertificateError::NotValidYetContext { time, not_before });
    }
    if time > not_after {
        return Err(CertificateError::ExpiredContext { time, not_after });
    }
    Ok(())
}
