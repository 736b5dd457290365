//! `-v 6` to `-v 9`: requests and answers as kubectl logs them (client-go `transport/round_trippers.go`), without what
//! nobody may see. What a connection waits for is not measured apart.

mod body;
mod entry;

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::Instant;
use tower::BoxError;

use self::{body::Logged, entry::Entry};
use super::surroundings::{Messages, Surroundings};
use crate::kubeconfig::secret::MASK;

/// Secrets shorter than this are too likely to be words, too.
const SHORTEST_SECRET: usize = 6;

/// Writes what `-v` asks for.
#[derive(Clone)]
pub struct Log {
    verbosity: u8,
    messages: Messages,
    /// What was sent as a credential; a server may send it back.
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Log {
    /// A log to the place for messages.
    pub fn new(surroundings: &Surroundings) -> Self {
        let messages = surroundings.messages.clone();
        Self { verbosity: surroundings.verbosity, messages, secrets: Arc::default() }
    }

    /// A request that is about to be sent.
    pub fn request(&self, method: &Method, uri: &Uri, headers: &HeaderMap) {
        if self.verbosity < 6 {
            return;
        }
        for value in
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION].iter().filter_map(|name| headers.get(name))
        {
            self.hide(value);
        }
        let entry = Entry::new("Request");
        match self.verbosity {
            6 => {}
            7 | 8 => self.say(&named(entry, method, uri).text("headers", &one_a_line(headers))),
            _ => self.say(&entry.text("curlCommand", &curl(method, uri, headers))),
        }
    }

    /// The body of a request.
    pub fn request_body(&self, body: &[u8]) {
        if self.verbosity >= 8 {
            self.body_of("Request Body", body, body.len());
        }
    }

    /// The head of its answer.
    pub fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        status: StatusCode,
        headers: &HeaderMap,
        sent_at: Instant,
    ) {
        self.response(method, uri, &status.to_string(), headers, sent_at, None);
    }

    /// A request that got no answer.
    pub fn failure(&self, method: &Method, uri: &Uri, error: &crate::error::Error, sent_at: Instant) {
        self.response(method, uri, "", &HeaderMap::new(), sent_at, Some(&error.to_string()));
    }

    fn response(
        &self,
        method: &Method,
        uri: &Uri,
        status: &str,
        headers: &HeaderMap,
        sent_at: Instant,
        error: Option<&str>,
    ) {
        if self.verbosity < 6 {
            return;
        }
        let mut entry = Entry::new("Response");
        if self.verbosity == 6 || self.verbosity >= 9 {
            entry = named(entry, method, uri);
        }
        entry = entry.text("status", status);
        if self.verbosity >= 8 {
            entry = entry.text("headers", &one_a_line(headers));
        }
        entry = entry.number("milliseconds", sent_at.elapsed().as_millis());
        // kubectl has it in the error alone, which a request that is repeated does not come to.
        self.say(&error.into_iter().fold(entry, |entry, error| entry.text("err", error)));
    }

    /// The body of an answer, shown once it is read.
    pub fn body(&self, body: UnsyncBoxBody<Bytes, BoxError>) -> UnsyncBoxBody<Bytes, BoxError> {
        if self.verbosity < 8 {
            return body;
        }
        // A secret that is cut in half would not be known for one.
        let longest = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = longest.iter().map(String::len).max().unwrap_or_default();
        UnsyncBoxBody::new(Logged::new(body, self.clone(), self.most() + longest))
    }

    fn response_body(&self, beginning: &[u8], length: usize) {
        self.body_of("Response Body", beginning, length);
    }

    fn body_of(&self, message: &str, beginning: &[u8], length: usize) {
        let masked = self.without_secrets(beginning);
        let (text, whole) = body::shown(&masked, masked.len() + length - beginning.len());
        let end = text.floor_char_boundary(self.most());
        let cut = match whole.saturating_sub(end) {
            0 => text,
            left => format!("{} [truncated {left} chars]", &text[..end]),
        };
        self.say(&Entry::new(message).text("body", &cut));
    }

    /// How much of a body is shown, as by kubectl, which shows all of it from 10 on.
    fn most(&self) -> usize {
        match self.verbosity {
            ..=8 => 1 << 10,
            9 => 10 << 10,
            _ => 16 << 20,
        }
    }

    fn hide(&self, value: &HeaderValue) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let secret = text.split_once(' ').map_or(&*text, |(_, secret)| secret);
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.len() >= SHORTEST_SECRET && !secrets.iter().any(|known| known == secret) {
            secrets.push(secret.to_owned());
        }
    }

    /// Bytes in which each secret is masked.
    fn without_secrets(&self, bytes: &[u8]) -> Vec<u8> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().map(String::as_bytes).fold(bytes.to_vec(), |bytes, secret| {
            let (mut masked, mut rest) = (Vec::with_capacity(bytes.len()), &bytes[..]);
            while let Some(at) = rest.windows(secret.len()).position(|window| window == secret) {
                masked.extend_from_slice(&rest[..at]);
                masked.extend_from_slice(MASK.as_bytes());
                rest = &rest[at + secret.len()..];
            }
            masked.extend_from_slice(rest);
            masked
        })
    }

    fn say(&self, entry: &Entry) {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let masked =
            |line: &str| secrets.iter().fold(line.to_owned(), |line, secret| line.replace(secret, MASK));
        self.messages.say_lines(entry.lines().iter().map(|(indent, line)| (*indent, masked(line))));
    }
}

fn named(entry: Entry, method: &Method, uri: &Uri) -> Entry {
    entry.text("verb", method.as_str()).text("url", &uri.to_string())
}

/// The command line that does the same, but for the credentials.
fn curl(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let mut command = format!("curl -v -X{method} ");
    for (name, value) in headers {
        let header = format!("{}: {}", canonical(name.as_str()), masked(name, value));
        let _ = write!(command, " -H {header:?}");
    }
    command + &format!(" '{uri}'\n")
}

/// Headers by name.
fn one_a_line(headers: &HeaderMap) -> String {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{}: {}\n", canonical(name.as_str()), masked(name, value)))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

/// As client-go, which shows of a credential only of what kind it is.
fn masked(name: &HeaderName, value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    match *name {
        header::AUTHORIZATION => match text.split_once(' ') {
            Some((kind, _)) if ["bearer", "basic", "negotiate"].contains(&kind.to_lowercase().as_str()) => {
                format!("{kind} {MASK}")
            }
            _ => MASK.to_owned(),
        },
        header::PROXY_AUTHORIZATION | header::COOKIE | header::SET_COOKIE => MASK.to_owned(),
        _ if value.is_sensitive() => MASK.to_owned(),
        _ => text.into_owned(),
    }
}

/// A header's name as people write it.
fn canonical(name: &str) -> String {
    let mut starts = true;
    let capital = |character: char| {
        let shown = if starts { character.to_ascii_uppercase() } else { character };
        starts = character == '-';
        shown
    };
    name.chars().map(capital).collect()
}
