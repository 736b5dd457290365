//! Just as much HTTP/1.1 as the clients speak.

use std::io::{self, Read};

use http::StatusCode;

use super::{Stream, hang_up};

/// The first line and the headers of a request.
pub struct Head {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Reads no byte further than the head: what follows may be for another server.
    pub fn read(stream: &mut dyn Stream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            bytes.push(byte[0]);
            if !bytes[0].is_ascii_uppercase() {
                // As servers do that hear no HTTP.
                respond(stream, 400, &[], "this is no HTTP").ok()?;
                hang_up(stream);
                return None;
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = text.lines();
        let mut first = lines.next()?.split(' ').map(str::to_owned);
        let (method, target) = (first.next()?, first.next()?);
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let head = Self { method, target, headers: headers.collect() };
        let length = head.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        io::copy(&mut stream.take(length), &mut io::sink()).ok()?;
        Some(head)
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers_that(|known| known == name).map(|(_, value)| value.to_owned()).next()
    }

    pub fn headers_that(&self, matches: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        headers.filter(move |(name, _)| matches(name))
    }
}

/// Answers a request.
pub fn respond(
    stream: &mut dyn Stream,
    status: u16,
    headers: &[(String, String)],
    body: &str,
) -> io::Result<()> {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    write!(stream, "HTTP/1.1 {status} {}\r\n", reason.unwrap_or("-"))?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    stream.flush()
}
