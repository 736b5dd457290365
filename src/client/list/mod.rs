//! A Kubernetes list, taken apart while it arrives, so that memory holds one item and not the list.

mod json;
mod protobuf;

use http::HeaderValue;
pub use protobuf::{MEDIA_TYPE as PROTOBUF, object};

use crate::visible::shortened;

/// One object, in the encoding in which the server sent it.
#[derive(Debug, Clone, Copy)]
pub enum Encoded<'a> {
    /// `application/json`.
    Json(&'a [u8]),
    /// `application/vnd.kubernetes.protobuf`, without the envelope.
    Protobuf(&'a [u8]),
}

/// The most that one object may take. etcd stores at most 1.5 MiB an object, and JSON is about twice as long as what it
/// stores.
pub const LARGEST_OBJECT: usize = 4 << 20;

/// The most that a list may have beside its items: its metadata, and the blanks of one that is written for people.
const LARGEST_REST: u64 = 4 << 20;

/// How deep a value may be nested; that of a Node is some fifteen deep.
const DEEPEST: u32 = 128;

/// The most items of a list. Kubernetes is built for 5,000 nodes; this is what still fits a small memory.
const MOST_ITEMS: usize = 120_000;

/// The most pods that are read. Kubernetes is built for 150,000; what is kept of so many with the longest names takes some
/// 130 MiB.
pub const MOST_PODS: usize = 200_000;

/// The most that a list may take once it is decompressed: that of 100,000 nodes takes some 2.3 GB as JSON.
const LARGEST_LIST: u64 = 4 << 30;

/// The kind of a list whose kind is not told, as kubectl writes it.
const ANY_LIST: &str = "List";

/// How much of a wrong kind is shown.
const LONGEST_KIND: usize = 100;

/// `metav1.ListMeta`; empty where the list says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListMeta {
    /// `resourceVersion`, from which a watch goes on.
    pub resource_version: String,
    /// `continue`, by which the next page is asked for; empty on the last one.
    pub next_page: String,
}

/// What is done with each item; it says what is wrong with one that it does not take.
pub type Each<'a> = &'a mut (dyn FnMut(Encoded<'_>) -> Result<(), String> + Send);

/// Reads a list in either encoding.
pub struct ListReader {
    kind: &'static str,
    encoding: Encoding,
    items: usize,
    most_items: usize,
    bytes: u64,
}

enum Encoding {
    Json(json::ListReader),
    Protobuf(protobuf::ListReader),
}

impl ListReader {
    /// A reader of a list of that kind in the encoding that the server says it sends; JSON where it does not say.
    #[must_use]
    pub fn new(kind: &'static str, content_type: Option<&HeaderValue>) -> Self {
        let encoding = if is_protobuf(content_type) {
            Encoding::Protobuf(protobuf::ListReader::default())
        } else {
            Encoding::Json(json::ListReader::default())
        };
        let most_items = if kind.starts_with("Pod") { MOST_PODS } else { MOST_ITEMS };
        Self { kind, encoding, items: 0, most_items, bytes: 0 }
    }

    /// Reads on. `each` gets each item that is complete.
    ///
    /// # Errors
    ///
    /// Says what is wrong when the bytes are no list of that kind, when a limit is passed, or what `each` said of an
    /// item.
    pub fn push(&mut self, chunk: &[u8], each: Each<'_>) -> Result<(), String> {
        self.bytes += chunk.len() as u64;
        if self.bytes > LARGEST_LIST {
            return Err(format!("it is larger than {} GiB", LARGEST_LIST >> 30));
        }
        let (items, most) = (&mut self.items, self.most_items);
        let mut counted = |item: Encoded<'_>| {
            *items += 1;
            if *items > most { Err(format!("it has more than {most} items")) } else { each(item) }
        };
        let found = match &mut self.encoding {
            Encoding::Json(reader) => {
                reader.push(chunk, |item| counted(Encoded::Json(item)))?;
                reader.kind()
            }
            Encoding::Protobuf(reader) => {
                reader.push(chunk, |item| counted(Encoded::Protobuf(item)))?;
                reader.kind()
            }
        };
        if found == ANY_LIST { Ok(()) } else { check_kind(self.kind, found) }
    }

    /// Ends the reading; gives the list's metadata.
    ///
    /// # Errors
    ///
    /// Says so when the list was cut short or was none.
    pub fn finish(self) -> Result<ListMeta, String> {
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

/// Refuses an object of another kind. One that does not say its kind (empty) is taken for what was asked for.
///
/// # Errors
///
/// Says which kind it is.
pub fn check_kind(asked: &str, found: &str) -> Result<(), String> {
    if found.is_empty() || found == asked {
        return Ok(());
    }
    Err(format!("its kind is {:?}, and not {asked}", shortened(found, LONGEST_KIND)))
}

/// What is said of a value that is too large.
pub fn too_large() -> String {
    format!("an item is larger than {} MiB", LARGEST_OBJECT >> 20)
}

fn too_much_beside() -> String {
    format!("it has more than {} MiB beside its items", LARGEST_REST >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list of Nodes.
    fn read(content_type: &'static str, list: &[&[u8]]) -> Result<usize, String> {
        let mut reader = ListReader::new("NodeList", Some(&HeaderValue::from_static(content_type)));
        let mut items = 0;
        for chunk in list {
            reader.push(chunk, &mut |_| {
                items += 1;
                Ok(())
            })?;
        }
        reader.finish().map(|_| items)
    }

    #[test]
    fn a_list_of_another_kind_is_refused() {
        let wrong = Err("its kind is \"PodList\", and not NodeList".to_owned());
        for (kind, outcome) in [("NodeList", Ok(0)), ("List", Ok(0)), ("", Ok(0)), ("PodList", wrong)] {
            let (before, after) =
                (format!(r#"{{"kind":"{kind}","items":[]}}"#), format!(r#"{{"items":[],"kind":"{kind}"}}"#));
            assert_eq!(read("application/json", &[before.as_bytes()]), outcome, "{kind}");
            assert_eq!(read("application/json", &[after.as_bytes()]), outcome, "{kind}");
            let length = u8::try_from(kind.len()).unwrap();
            let meta = [&[10, length + 2, 0x12, length], kind.as_bytes(), &[0x12, 0]].concat();
            assert_eq!(read(PROTOBUF, &[b"k8s\0", &meta]), outcome, "{kind}");
        }
    }

    #[test]
    fn a_list_has_so_many_items_and_no_more() {
        let item = &b"{},"[..];
        let list = |count| [&[&b"{\"items\":["[..]][..], &vec![item; count - 1], &[b"{}]}"]].concat();
        assert_eq!(read("application/json", &list(MOST_ITEMS)), Ok(MOST_ITEMS));
        let outcome = read("application/json", &list(MOST_ITEMS + 1));
        assert_eq!(outcome, Err("it has more than 120000 items".to_owned()));
    }

    #[test]
    fn a_list_is_so_large_and_no_larger() {
        let mut reader = ListReader::new("NodeList", Some(&HeaderValue::from_static(PROTOBUF)));
        // A list of 2^62 bytes, of items of 4 MiB.
        reader.push(b"k8s\0\x12\xff\xff\xff\xff\xff\xff\xff\xff\x3f", &mut |_| Ok(())).unwrap();
        let item = [&b"\x12\x80\x80\x80\x02"[..], &vec![0; LARGEST_OBJECT]].concat();
        let mut push = || reader.push(&item, &mut |_| Ok(()));
        let outcome = (0..1023).try_for_each(|_| push());
        assert_eq!(outcome, Ok(()));
        assert_eq!(push(), Err("it is larger than 4 GiB".to_owned()));
    }
}
