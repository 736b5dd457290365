//! A Kubernetes list, taken apart while it arrives, so that memory holds one item and not the list.

mod json;
mod protobuf;

use http::HeaderValue;
pub use protobuf::{MEDIA_TYPE as PROTOBUF, object};

/// One object, in the encoding in which the server sent it.
#[derive(Debug, Clone, Copy)]
pub enum Encoded<'a> {
    /// `application/json`.
    Json(&'a [u8]),
    /// `application/vnd.kubernetes.protobuf`, without the envelope.
    Protobuf(&'a [u8]),
}

/// The most that one item of a list, or one field beside the items, may take. etcd stores at most 1.5 MiB an
/// object, and JSON is about twice as long as what it stores.
pub const LARGEST_VALUE: usize = 16 << 20;

/// The most items of a list. Kubernetes is built for 5,000 nodes; this is what still fits a small memory.
const MOST_ITEMS: usize = 250_000;

/// Reads a list in either encoding.
pub struct ListReader {
    encoding: Encoding,
    items: usize,
}

enum Encoding {
    Json(json::ListReader),
    Protobuf(protobuf::ListReader),
}

impl ListReader {
    /// A reader of what the server says it sends; JSON where it does not say.
    #[must_use]
    pub fn new(content_type: Option<&HeaderValue>) -> Self {
        let encoding = if is_protobuf(content_type) {
            Encoding::Protobuf(protobuf::ListReader::default())
        } else {
            Encoding::Json(json::ListReader::default())
        };
        Self { encoding, items: 0 }
    }

    /// Reads on. `each` gets each item that is complete.
    ///
    /// # Errors
    ///
    /// Says what is wrong when the bytes are no list, when a limit is passed, or what `each` said of an item.
    pub fn push(
        &mut self,
        chunk: &[u8],
        mut each: impl FnMut(Encoded<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let items = &mut self.items;
        let mut counted = |item: Encoded<'_>| {
            *items += 1;
            if *items > MOST_ITEMS { Err(format!("it has more than {MOST_ITEMS} items")) } else { each(item) }
        };
        match &mut self.encoding {
            Encoding::Json(reader) => reader.push(chunk, |item| counted(Encoded::Json(item))),
            Encoding::Protobuf(reader) => reader.push(chunk, |item| counted(Encoded::Protobuf(item))),
        }
    }

    /// Ends the reading; gives the list's `metadata.resourceVersion`, empty where it has none.
    ///
    /// # Errors
    ///
    /// Says so when the list was cut short or was none.
    pub fn finish(self) -> Result<String, String> {
        match self.encoding {
            Encoding::Json(reader) => reader.finish(),
            Encoding::Protobuf(reader) => reader.finish(),
        }
    }
}

/// Whether the content type is Kubernetes' protobuf.
#[must_use]
pub fn is_protobuf(content_type: Option<&HeaderValue>) -> bool {
    content_type.is_some_and(|value| value.as_bytes().starts_with(PROTOBUF.as_bytes()))
}

/// What is said of a value that is too large.
pub fn too_large() -> String {
    format!("an item is larger than {} MiB", LARGEST_VALUE >> 20)
}
