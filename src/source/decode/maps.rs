//! Maps of protobuf: on the wire a list of entries, of which the last one of a key counts. Most of what a cluster sends are
//! entries that nobody asks for, so that they stay where they lie in the object.

use std::str;

use bytes::Bytes;
use prost::{DecodeError, Message};

/// An entry of a `map<string, string>`.
#[derive(Clone, PartialEq, Message)]
pub struct TextEntry {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

/// An entry of a `map<string, Quantity>`.
#[derive(Clone, PartialEq, Message)]
pub struct QuantityEntry {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(message, optional, tag = "2")]
    value: Option<Quantity>,
}

#[derive(Clone, PartialEq, Message)]
struct Quantity {
    #[prost(bytes = "bytes", tag = "1")]
    string: Bytes,
}

/// A key and its text.
pub trait Entry {
    /// The key as it is.
    fn raw_key(&self) -> &Bytes;

    /// The key; `None` where it is no text.
    fn key(&self) -> Option<&str> {
        str::from_utf8(self.raw_key()).ok()
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// Says so where it is none.
    fn text(&self) -> Result<&str, String>;
}

impl Entry for TextEntry {
    fn raw_key(&self) -> &Bytes {
        &self.key
    }

    fn text(&self) -> Result<&str, String> {
        text(&self.value)
    }
}

impl Entry for QuantityEntry {
    fn raw_key(&self) -> &Bytes {
        &self.key
    }

    fn text(&self) -> Result<&str, String> {
        self.value.as_ref().map_or(Ok(""), |quantity| text(&quantity.string))
    }
}

fn text(bytes: &Bytes) -> Result<&str, String> {
    str::from_utf8(bytes).map_err(|error| error.to_string())
}

/// The entry of a key.
pub fn entry<'a, T: Entry>(entries: &'a [T], key: &str) -> Option<&'a T> {
    entries.iter().rev().find(|entry| entry.raw_key() == key)
}

/// Decodes an object, whose entries then are parts of one copy of it.
pub fn decode<T: Message + Default>(object: &[u8]) -> Result<T, DecodeError> {
    T::decode(Bytes::copy_from_slice(object))
}
