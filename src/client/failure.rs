//! What went wrong with a request, recognised.

use std::{error::Error as StdError, fmt, io, sync::Mutex, time::Duration};

use http::{StatusCode, Uri};
use jiff::Timestamp;
use prost::Message;
use rustls::{AlertDescription, CertificateError, OtherError};
use serde::Deserialize;

use super::{
    limits::{LARGEST_HEAD, MOST_HEADERS},
    list::{self, Encoded},
    verify::AUTHORITY_AS_SERVER,
};
use crate::{
    error::{CertificateProblem, Error},
    visible::shortened,
};

/// The longest message that is passed on from a server that does not speak Kubernetes, ...
const LONGEST_TEXT: usize = 400;
/// ... and from one that does.
const LONGEST_MESSAGE: usize = 4_000;

/// Who is at the other end.
pub enum Peer<'a> {
    /// The API server, by host and port.
    Server(&'a str),
    /// A proxy, by host and port.
    Proxy(&'a str),
}

/// An [`Error`] on its way through libraries that only pass on `dyn Error`.
#[derive(Debug)]
pub struct Carried(Mutex<Option<Error>>);

impl From<Error> for Carried {
    fn from(error: Error) -> Self {
        Self(Mutex::new(Some(error)))
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request failed")
    }
}

impl StdError for Carried {}

/// A host that has no address.
#[derive(Debug)]
pub struct Unresolved(pub String);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: no such host", self.0)
    }
}

impl StdError for Unresolved {}

/// Host and port of a URL.
pub fn address(uri: &Uri) -> String {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    format!("{}:{port}", uri.host().unwrap_or_default())
}

/// `metav1.Status`, with the field numbers of apimachinery `pkg/apis/meta/v1/generated.proto`.
#[derive(Clone, PartialEq, Deserialize, Message)]
struct Status {
    #[serde(default)]
    #[prost(string, tag = "3")]
    message: String,
    #[serde(default)]
    #[prost(string, tag = "4")]
    reason: String,
    #[serde(default)]
    #[prost(int32, tag = "6")]
    code: i32,
}

/// The error in a refusal: a `metav1.Status` in either encoding, or whatever text the server or a proxy sent in its
/// place. `retry_after` is what the server asks for.
pub fn of_status(status: StatusCode, body: &[u8], server: &str, retry_after: Option<Duration>) -> Error {
    let said = match list::object(body) {
        Ok((_, object)) => Status::decode(object).ok(),
        Err(_) => serde_json::from_slice(body).ok(),
    };
    let said = said.unwrap_or_else(|| Status {
        message: String::from_utf8_lossy(body).trim().chars().take(LONGEST_TEXT).collect(),
        ..Status::default()
    });
    refusal(status, said, server, retry_after)
}

/// The error that ends a watch.
pub fn of_event(object: Encoded<'_>, server: &str) -> Error {
    let said = match object {
        Encoded::Protobuf(bytes) => Status::decode(bytes).ok(),
        Encoded::Json(json) => serde_json::from_slice(json).ok(),
    };
    let said: Status = said.unwrap_or_default();
    let code = u16::try_from(said.code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    refusal(code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), said, server, None)
}

fn refusal(status: StatusCode, said: Status, server: &str, retry_after: Option<Duration>) -> Error {
    let Status { message, reason, .. } = said;
    let message = match message.as_str() {
        "" => status.canonical_reason().unwrap_or("without a message").to_owned(),
        _ => shortened(&message, LONGEST_MESSAGE).into_owned(),
    };
    let reason = shortened(&reason, LONGEST_TEXT).into_owned();
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized,
        StatusCode::FORBIDDEN => Error::Forbidden(message),
        StatusCode::NOT_FOUND => Error::NotFound(message),
        // What servers in Go answer, the API server among them.
        StatusCode::BAD_REQUEST if message.contains("HTTP request to an HTTPS server") => {
            Error::TlsExpected { server: server.to_owned() }
        }
        _ => Error::Status { code: status.as_u16(), reason, message, retry_after },
    }
}

/// The error in what a proxy answered in place of the server.
pub fn of_proxy_status(proxy: &str, status: StatusCode) -> Error {
    let problem = match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            "it asks for a name and password (407 Proxy Authentication Required)".to_owned()
        }
        _ => format!("it answered {status}"),
    };
    Error::Proxy { proxy: proxy.to_owned(), problem }
}

/// The error in a peer that says nothing.
pub fn of_silence(limit: Duration, peer: &Peer<'_>) -> Error {
    let problem = format!("it said nothing for {} seconds", limit.as_secs());
    match peer {
        Peer::Server(server) => Error::Timeout { server: (*server).to_owned(), problem },
        Peer::Proxy(proxy) => Error::Proxy { proxy: (*proxy).to_owned(), problem },
    }
}

/// The error that kube's client passes on, out of whatever it is wrapped in.
pub fn of_kube(error: kube::Error, server: &str) -> Error {
    let mut error = error;
    loop {
        error = match error {
            kube::Error::Service(held) => match held.downcast::<kube::Error>() {
                Ok(inner) => *inner,
                Err(held) => return of_stream(held.as_ref(), &Peer::Server(server)),
            },
            other => return of_stream(&other, &Peer::Server(server)),
        }
    }
}

/// The error in the body of an answer. What is wrong there besides the connection is wrong with the answer.
pub fn of_body(error: kube::Error, path: &str, server: &str) -> Error {
    match of_kube(error, server) {
        Error::Connection { problem, .. } => Error::Answer { path: path.to_owned(), problem },
        other => other,
    }
}

/// The error in a TLS handshake.
pub fn of_handshake(error: &io::Error, peer: &Peer<'_>) -> Error {
    let Peer::Server(server) = peer else { return of_stream(error, peer) };
    let held = error.get_ref().and_then(|held| held.downcast_ref::<rustls::Error>());
    match held {
        // The answer of a server without TLS is no message that TLS has.
        Some(rustls::Error::InvalidMessage(_)) => Error::NoTls { server: (*server).to_owned() },
        _ => of_stream(error, peer),
    }
}

/// The error in a connection that could not be made, or that broke. Found by walking to its innermost causes,
/// which alone say what the user can act on.
pub fn of_stream(error: &(dyn StdError + 'static), peer: &Peer<'_>) -> Error {
    let (Peer::Server(name) | Peer::Proxy(name)) = peer;
    let found = walk(error, name);
    match (peer, found) {
        // Only a certificate needs other mending than the proxy.
        (Peer::Proxy(proxy), Error::Certificate { problem, .. }) => Error::Proxy {
            proxy: (*proxy).to_owned(),
            problem: format!("its certificate can't be trusted: {problem}"),
        },
        (Peer::Proxy(proxy), Error::Refused { .. }) => {
            Error::Proxy { proxy: (*proxy).to_owned(), problem: "the connection was refused".to_owned() }
        }
        (Peer::Proxy(proxy), Error::NoSuchHost { host }) => {
            Error::Proxy { proxy: (*proxy).to_owned(), problem: format!("{host}: no such host") }
        }
        (
            Peer::Proxy(proxy),
            Error::Connection { problem, .. }
            | Error::Broken { problem, .. }
            | Error::Timeout { problem, .. },
        ) => Error::Proxy { proxy: (*proxy).to_owned(), problem },
        (_, found) => found,
    }
}

fn walk(error: &(dyn StdError + 'static), server: &str) -> Error {
    let server = server.to_owned();
    let mut innermost = error;
    loop {
        if let Some(carried) = innermost.downcast_ref::<Carried>()
            && let Some(error) = carried.0.lock().ok().and_then(|mut held| held.take())
        {
            return error;
        }
        if let Some(Unresolved(host)) = innermost.downcast_ref() {
            return Error::NoSuchHost { host: host.clone() };
        }
        if let Some(tls) = innermost.downcast_ref::<rustls::Error>() {
            return of_tls(tls, server);
        }
        if let Some(hyper) = innermost.downcast_ref::<hyper::Error>() {
            // The library has no question for either text; the second is of bytes that came before anything was asked.
            if hyper.to_string() == "message head is too large" {
                let largest = LARGEST_HEAD >> 10;
                let problem =
                    format!("the head of its answer has more than {largest} KiB or {MOST_HEADERS} headers");
                return Error::Connection { server, problem };
            }
            if hyper.is_parse() || hyper.to_string().starts_with("received unexpected message") {
                return Error::Connection { server, problem: "what it says is not HTTP".to_owned() };
            }
            if hyper.is_incomplete_message() {
                let problem = "it closed the connection without an answer".to_owned();
                return Error::Broken { server, problem };
            }
        }
        let next = match innermost.downcast_ref::<io::Error>() {
            Some(io) => match of_io(io, &server) {
                Some(error) => return error,
                // What an io::Error holds is not its source, which is the source of what it holds.
                None => io.get_ref().map(|held| held as &(dyn StdError + 'static)),
            },
            None => innermost.source(),
        };
        match next {
            Some(cause) => innermost = cause,
            None => return Error::Connection { server, problem: innermost.to_string() },
        }
    }
}

fn of_io(error: &io::Error, server: &str) -> Option<Error> {
    use io::ErrorKind as Kind;
    let server = server.to_owned();
    match error.kind() {
        Kind::ConnectionRefused => Some(Error::Refused { server }),
        Kind::TimedOut => {
            let problem = "no connection was made in time".to_owned();
            Some(Error::Timeout { server, problem })
        }
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
            Some(Error::Broken { server, problem: "the connection was reset".to_owned() })
        }
        Kind::UnexpectedEof => Some(Error::Broken { server, problem: "it closed the connection".to_owned() }),
        _ => None,
    }
}

fn of_tls(error: &rustls::Error, server: String) -> Error {
    use AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(problem) => {
            Error::Certificate { server, problem: certificate_problem(problem) }
        }
        rustls::Error::AlertReceived(
            alert @ (Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            // The signature on it: by a namesake of an authority that the server trusts.
            | Alert::DecryptError
            | Alert::AccessDenied),
        ) => Error::ClientCertificate { server, problem: format!("{alert:?}") },
        other => Error::Connection { server, problem: other.to_string() },
    }
}

fn certificate_problem(problem: &CertificateError) -> CertificateProblem {
    use CertificateError as C;
    let timestamp = |time: &rustls::pki_types::UnixTime| {
        i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    match problem {
        C::UnknownIssuer => CertificateProblem::UnknownAuthority,
        C::ExpiredContext { time, not_after } => {
            CertificateProblem::Expired { now: timestamp(time), since: timestamp(not_after) }
        }
        C::Expired => CertificateProblem::Expired { now: None, since: None },
        C::NotValidYetContext { time, not_before } => {
            CertificateProblem::NotYetValid { now: timestamp(time), from: timestamp(not_before) }
        }
        C::NotValidYet => CertificateProblem::NotYetValid { now: None, from: None },
        C::NotValidForNameContext { expected, presented } => CertificateProblem::WrongName {
            wanted: expected.to_str().into_owned(),
            names: presented.iter().map(|name| presented_name(name)).collect(),
        },
        C::Other(OtherError(cause)) if cause.to_string() == AUTHORITY_AS_SERVER => {
            CertificateProblem::Other("it is an authority's certificate, and not a server's".to_owned())
        }
        C::Other(OtherError(cause)) => CertificateProblem::Other(cause.to_string()),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            CertificateProblem::Other("it is not meant for servers".to_owned())
        }
        other => CertificateProblem::Other(other.to_string()),
    }
}

/// `DnsName("a")` and `IpAddress(127.0.0.1)` without the wrapping.
fn presented_name(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}
