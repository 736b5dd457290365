//! The server's side of TLS.

use std::{io::Write, sync::Arc};

use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, ServerConfig, ServerConnection, SignatureScheme,
    StreamOwned, SupportedProtocolVersion,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    version::{TLS12, TLS13},
};

use super::{Session, Stream, hang_up};
use crate::pki::PKI;

/// How a server speaks TLS.
#[derive(Debug, Clone, Copy)]
pub struct Https {
    /// The name of its certificate in pki.rs.
    pub certificate: &'static str,
    pub versions: &'static [&'static SupportedProtocolVersion],
    /// Whether a client without a certificate is sent away; it is asked for one in any case, as kube-apiserver does.
    pub mutual: bool,
}

static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
static ONLY_12: [&SupportedProtocolVersion; 1] = [&TLS12];
static ONLY_13: [&SupportedProtocolVersion; 1] = [&TLS13];

impl Https {
    pub const fn with(certificate: &'static str) -> Self {
        Self { certificate, versions: &BOTH, mutual: false }
    }

    pub const fn mutual() -> Self {
        Self { mutual: true, ..Self::with("server") }
    }

    pub const fn only_12(self) -> Self {
        Self { versions: &ONLY_12, ..self }
    }

    pub const fn only_13(self) -> Self {
        Self { versions: &ONLY_13, ..self }
    }
}

type TlsStream = StreamOwned<ServerConnection, Box<dyn Stream>>;

impl Stream for TlsStream {
    fn close_writing(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
        self.sock.close_writing();
    }
}

/// The handshake. Where it fails, the name that the client asked for, if it came so far as to ask.
pub fn accept(https: Https, stream: Box<dyn Stream>) -> Result<(TlsStream, Session), Option<String>> {
    let (chain, key) = PKI.server_identity(https.certificate);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let any_client = Arc::new(AnyClient { provider: Arc::clone(&provider), mandatory: https.mutual });
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(https.versions)
        .unwrap()
        .with_client_cert_verifier(any_client)
        .with_single_cert(
            chain.into_iter().map(CertificateDer::from).collect(),
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key)),
        )
        .unwrap();
    let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
    while stream.conn.is_handshaking() {
        if stream.conn.complete_io(&mut stream.sock).is_err() {
            hang_up(&mut *stream.sock);
            // The version is known when the client's first message was read, and with it the name.
            let conn = &stream.conn;
            return Err(conn.protocol_version().map(|_| conn.server_name().unwrap_or("no name").to_owned()));
        }
    }
    let version = stream.conn.protocol_version().and_then(|version| version.as_str().map(str::to_owned));
    let client = stream.conn.peer_certificates().and_then(<[_]>::first);
    let session = Session {
        server_name: stream.conn.server_name().map(str::to_owned),
        version: version.unwrap_or_default(),
        client: client.map(|certificate| PKI.common_name(certificate)),
    };
    Ok((stream, session))
}

/// Lets every client in that holds the key of its certificate. Who it is, is for the case to compare.
#[derive(Debug)]
struct AnyClient {
    provider: Arc<CryptoProvider>,
    mandatory: bool,
}

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
