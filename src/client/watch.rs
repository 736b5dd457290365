//! A watch: the changes of objects, taken apart while they arrive, one at a time.

use std::borrow::Cow;

use http::{HeaderValue, Response, header};
use http_body_util::BodyExt;
use kube::client::Body;
use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    failure,
    list::{self, Encoded, LARGEST_OBJECT},
};
use crate::error::Error;

/// A watch that has begun.
pub struct Watch {
    path: String,
    server: String,
    reader: EventReader,
    body: Body,
}

impl Watch {
    /// The watch that the server answers with.
    pub(super) fn new(path: &str, server: &str, response: Response<Body>) -> Self {
        let reader = EventReader::new(response.headers().get(header::CONTENT_TYPE));
        Self { path: path.to_owned(), server: server.to_owned(), reader, body: response.into_body() }
    }

    /// Waits for what comes next; `false` where the server has ended the watch. `each` decodes the object of a change, or
    /// says what is wrong with it.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal, of the connection or of the answer.
    pub async fn next(
        &mut self,
        mut each: impl FnMut(Change, Encoded<'_>) -> Result<(), String>,
    ) -> Result<bool, Error> {
        let Some(frame) = self.body.frame().await else { return Ok(false) };
        let frame = frame.map_err(|error| failure::of_body(error, &self.path, &self.server))?;
        let Ok(chunk) = frame.into_data() else { return Ok(true) };
        let mut refusal = None;
        let read = self.reader.push(&chunk, |change, object| match change {
            Change::Error => {
                refusal = Some(failure::of_event(object, &self.server));
                Err("the server ended it".to_owned())
            }
            _ => each(change, object),
        });
        match refusal {
            Some(refusal) => Err(refusal),
            None => read.map(|()| true).map_err(|problem| Error::Answer { path: self.path.clone(), problem }),
        }
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is there, new or changed: `ADDED`, `MODIFIED`.
    Set,
    /// It is gone, or is no longer selected: `DELETED`.
    Gone,
    /// Nothing; the object holds nothing but the resource version up to which all was told: `BOOKMARK`.
    Bookmark,
    /// The watch ends; the object is a `Status`: `ERROR`.
    Error,
}

/// Takes the bytes of a watch as they arrive.
struct EventReader {
    is_protobuf: bool,
    held: Vec<u8>,
}

/// `metav1.WatchEvent`.
#[derive(Deserialize)]
struct JsonEvent<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The same, with the field numbers of apimachinery `pkg/apis/meta/v1/generated.proto`.
#[derive(Clone, PartialEq, Message)]
struct ProtobufEvent {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(message, optional, tag = "2")]
    object: Option<RawExtension>,
}

/// `runtime.RawExtension`.
#[derive(Clone, PartialEq, Message)]
struct RawExtension {
    #[prost(bytes = "vec", tag = "1")]
    raw: Vec<u8>,
}

/// The bytes of the length before each event in protobuf (apimachinery `pkg/util/framer`).
const LENGTH: usize = 4;

impl EventReader {
    /// A reader of what the server says it sends; JSON where it does not say.
    fn new(content_type: Option<&HeaderValue>) -> Self {
        Self { is_protobuf: list::is_protobuf(content_type), held: Vec::new() }
    }

    /// Reads on. `each` gets each change that is complete.
    ///
    /// # Errors
    ///
    /// Says what is wrong when the bytes are no event, when a limit is passed, or what `each` said of a change.
    fn push(
        &mut self,
        chunk: &[u8],
        mut each: impl FnMut(Change, Encoded<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        self.held.extend_from_slice(chunk);
        let mut done = 0;
        while let Some((event, length)) = self.next(done)? {
            if self.is_protobuf {
                let event = ProtobufEvent::decode(&self.held[event]).map_err(|error| error.to_string())?;
                let raw = event.object.unwrap_or_default().raw;
                each(change(&event.r#type)?, Encoded::Protobuf(list::object(&raw)?.1))?;
            } else {
                let event: JsonEvent<'_> =
                    serde_json::from_slice(&self.held[event]).map_err(|error| error.to_string())?;
                each(change(&event.r#type)?, Encoded::Json(event.object.get().as_bytes()))?;
            }
            done += length;
        }
        self.held.drain(..done);
        if self.held.len() > LARGEST_OBJECT { Err(list::too_large()) } else { Ok(()) }
    }

    /// Where the event after `done` bytes lies, and how many bytes it takes with its frame; `None` while its end has not
    /// come.
    fn next(&self, done: usize) -> Result<Option<(std::ops::Range<usize>, usize)>, String> {
        let rest = &self.held[done..];
        if !self.is_protobuf {
            let end = rest.iter().position(|byte| *byte == b'\n');
            return Ok(end.map(|end| (done..done + end, end + 1)));
        }
        let Some(length) = rest.first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > LARGEST_OBJECT {
            return Err(list::too_large());
        }
        let (start, end) = (done + LENGTH, done + LENGTH + length);
        Ok((self.held.len() >= end).then_some((start..end, LENGTH + length)))
    }
}

fn change(kind: &str) -> Result<Change, String> {
    match kind {
        "ADDED" | "MODIFIED" => Ok(Change::Set),
        "DELETED" => Ok(Change::Gone),
        "BOOKMARK" => Ok(Change::Bookmark),
        "ERROR" => Ok(Change::Error),
        other => Err(format!("{other:?} is no kind of change")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = Vec<(Change, Vec<u8>)>;

    fn changes(content_type: &'static str, bytes: &[u8], size: usize) -> Result<Seen, String> {
        let mut reader = EventReader::new(Some(&HeaderValue::from_static(content_type)));
        let mut changes = Vec::new();
        for chunk in bytes.chunks(size) {
            reader.push(chunk, |change, object| {
                let (Encoded::Json(bytes) | Encoded::Protobuf(bytes)) = object;
                changes.push((change, bytes.to_vec()));
                Ok(())
            })?;
        }
        Ok(changes)
    }

    fn frame(kind: &str, object: &[u8]) -> Vec<u8> {
        let length = u8::try_from(object.len()).unwrap();
        let raw = [b"k8s\0\x12", &[length][..], object].concat();
        let event = ProtobufEvent { r#type: kind.to_owned(), object: Some(RawExtension { raw }) };
        let event = event.encode_to_vec();
        [&u32::try_from(event.len()).unwrap().to_be_bytes()[..], &event].concat()
    }

    #[test]
    fn hands_out_changes_however_the_bytes_arrive() {
        let json = b"{\"type\":\"ADDED\",\"object\":{\"a\":\"\\n\"}}\n{\"object\":{},\"type\":\"BOOKMARK\"}\n{\"type\":";
        let protobuf = [frame("MODIFIED", b"node"), frame("DELETED", b""), vec![0, 0]].concat();
        for size in [1, 2, 7, 1_000] {
            assert_eq!(
                changes("application/json", json, size).unwrap(),
                [(Change::Set, b"{\"a\":\"\\n\"}".to_vec()), (Change::Bookmark, b"{}".to_vec())]
            );
            assert_eq!(
                changes("application/vnd.kubernetes.protobuf;stream=watch", &protobuf, size).unwrap(),
                [(Change::Set, b"node".to_vec()), (Change::Gone, Vec::new())]
            );
        }
    }

    #[test]
    fn what_is_no_change_is_refused() {
        for (content_type, bytes, problem) in [
            ("application/json", &b"{\"type\":\"NEW\",\"object\":{}}\n"[..], "\"NEW\" is no kind of change"),
            ("application/json", b"<html>\n", "expected value at line 1 column 1"),
            ("application/vnd.kubernetes.protobuf", b"\xff\0\0\0", "an item is larger than 4 MiB"),
            ("application/vnd.kubernetes.protobuf", b"\0\0\0\x01\xff", "failed to decode Protobuf message"),
        ] {
            let found = changes(content_type, bytes, 100).unwrap_err();
            assert!(found.contains(problem), "{found}");
        }
    }
}
