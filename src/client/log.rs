//! `-v 6` to `-v 9`: requests and answers for the one who debugs, without what nobody may see.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::Instant;
use tower::BoxError;

use super::surroundings::{Messages, Surroundings};
use crate::kubeconfig::secret::MASK;

/// How much of a body is shown where it is cut, as by kubectl.
const CUT: usize = 1024;

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
        if self.verbosity >= 7 {
            self.say(&format!("{method} {uri}"));
            self.headers("Request Headers:", headers);
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
        let milliseconds = sent_at.elapsed().as_millis();
        match self.verbosity {
            0..6 => {}
            6 => self.say(&format!("{method} {uri} {status} in {milliseconds} milliseconds")),
            _ => self.say(&format!("Response Status: {status} in {milliseconds} milliseconds")),
        }
        if self.verbosity >= 8 {
            self.headers("Response Headers:", headers);
        }
    }

    /// A request that got no answer.
    pub fn failure(&self, method: &Method, uri: &Uri, error: &crate::error::Error, sent_at: Instant) {
        if self.verbosity >= 6 {
            let milliseconds = sent_at.elapsed().as_millis();
            self.say(&format!("{method} {uri} failed in {milliseconds} milliseconds: {error}"));
        }
    }

    /// The body of an answer, shown as it is read.
    pub fn body(&self, body: UnsyncBoxBody<Bytes, BoxError>) -> UnsyncBoxBody<Bytes, BoxError> {
        let left = match self.verbosity {
            0..8 => return body,
            8 => Some(CUT),
            _ => None,
        };
        UnsyncBoxBody::new(Logged { body, log: self.clone(), left, rest: Vec::new() })
    }

    fn headers(&self, title: &str, headers: &HeaderMap) {
        self.say(title);
        for (name, value) in headers {
            self.say(&format!("    {}: {}", canonical(name.as_str()), masked(name, value)));
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

    fn say(&self, line: &str) {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let line = secrets.iter().fold(line.to_owned(), |line, secret| line.replace(secret, MASK));
        self.messages.say(&line);
    }
}

/// As client-go, which shows of a credential only of what kind it is.
fn masked(name: &http::HeaderName, value: &HeaderValue) -> String {
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

/// A body that is shown chunk by chunk; `left` is how much of it still is, `None` all of it.
struct Logged {
    body: UnsyncBoxBody<Bytes, BoxError>,
    log: Log,
    left: Option<usize>,
    /// The beginning of a character that the next chunk ends.
    rest: Vec<u8>,
}

impl Logged {
    fn show(&mut self, chunk: &[u8]) {
        let shown = self.left.map_or(chunk.len(), |left| left.min(chunk.len()));
        if shown == 0 {
            return;
        }
        self.rest.extend_from_slice(&chunk[..shown]);
        let whole = match str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        let is_cut = shown < chunk.len();
        self.log.say(&format!("Response Body: {text}{}", if is_cut { " [cut]" } else { "" }));
        self.left = self.left.map(|left| left - shown);
    }
}

impl Body for Logged {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(chunk) = frame.data_ref()
        {
            let chunk = chunk.clone();
            self.show(&chunk);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
