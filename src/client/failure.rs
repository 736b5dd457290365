//! What went wrong with a request, recognised.

use std::{error::Error as StdError, io};

use http::StatusCode;
use prost::Message;
use serde::Deserialize;

use super::list;
use crate::error::Error;

/// The longest message that is passed on from a server that does not speak Kubernetes.
const LONGEST_MESSAGE: usize = 400;

/// `metav1.Status`, with the field numbers of apimachinery `pkg/apis/meta/v1/generated.proto`.
#[derive(Clone, PartialEq, Deserialize, Message)]
struct Status {
    #[serde(default)]
    #[prost(string, tag = "3")]
    message: String,
    #[serde(default)]
    #[prost(string, tag = "4")]
    reason: String,
}

/// The error in a refusal: a `metav1.Status` in either encoding, or whatever text the server or a proxy sent in its
/// place.
pub fn of_status(status: StatusCode, body: &[u8]) -> Error {
    let said = match list::object(body) {
        Ok(object) => Status::decode(object).ok(),
        Err(_) => serde_json::from_slice(body).ok(),
    };
    let Status { message, reason } = said.unwrap_or_else(|| Status {
        message: String::from_utf8_lossy(body).trim().chars().take(LONGEST_MESSAGE).collect(),
        reason: String::new(),
    });
    let message = match message.as_str() {
        "" => status.canonical_reason().unwrap_or("without a message").to_owned(),
        _ => message,
    };
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized,
        StatusCode::FORBIDDEN => Error::Forbidden(message),
        StatusCode::NOT_FOUND => Error::NotFound(message),
        _ => Error::Status { code: status.as_u16(), reason, message },
    }
}

/// The error in a connection that could not be made, or that broke. Found by walking to its innermost causes,
/// which alone say what the user can act on.
pub fn of_connection(error: &kube::Error, server: &str) -> Error {
    let server = server.to_owned();
    let mut innermost: &(dyn StdError + 'static) = error;
    loop {
        if let Some(tls) = innermost.downcast_ref::<rustls::Error>()
            && let rustls::Error::InvalidCertificate(problem) = tls
        {
            return Error::Certificate { server, problem: certificate_problem(problem) };
        }
        let next = match innermost.downcast_ref::<io::Error>() {
            Some(io) if io.kind() == io::ErrorKind::ConnectionRefused => return Error::Refused { server },
            // What an io::Error holds is not its source, which is the source of what it holds.
            Some(io) => io.get_ref().map(|held| held as &(dyn StdError + 'static)),
            None => innermost.source(),
        };
        match next {
            Some(cause) => innermost = cause,
            None => return Error::Connection { server, problem: innermost.to_string() },
        }
    }
}

fn certificate_problem(problem: &rustls::CertificateError) -> String {
    use rustls::CertificateError as C;
    match problem {
        C::UnknownIssuer => "signed by an unknown authority".to_owned(),
        C::Expired | C::ExpiredContext { .. } => "it has expired".to_owned(),
        C::NotValidYet | C::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        other => other.to_string(),
    }
}
