//! A list in Kubernetes' protobuf: the magic bytes, then a `runtime.Unknown` whose `raw` is the list
//! (apimachinery `pkg/runtime/serializer/protobuf`).

use prost::Message;

use super::{LARGEST_OBJECT, LARGEST_REST, ListMeta, too_large, too_much_beside};

/// The media type of Kubernetes' protobuf.
pub const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";

const MAGIC: &[u8] = b"k8s\0";

/// `typeMeta` and `raw` of `runtime.Unknown`, `metadata` and `items` of every list.
const TYPE_META: u64 = 1;
const RAW: u64 = 2;
const METADATA: u64 = 1;
const ITEMS: u64 = 2;

/// `metav1.ListMeta`.
#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(string, tag = "2")]
    resource_version: String,
    #[prost(string, tag = "3")]
    next_page: String,
}

/// The longest that a tag or a length can be.
const LONGEST_VARINT: usize = 10;

/// Takes the bytes of a list as they arrive and hands out one item at a time. Of what is not an item only the list's
/// metadata is kept.
#[derive(Debug, Default)]
pub struct ListReader {
    state: State,
    /// What is left of `raw`, once it has begun.
    raw: Option<u64>,
    /// The beginning of something whose end has not come yet.
    held: Vec<u8>,
    kind: String,
    metadata: ListMeta,
    /// How many bytes were no item's.
    rest: u64,
}

/// `runtime.TypeMeta`.
#[derive(Clone, PartialEq, Message)]
struct TypeMeta {
    #[prost(string, tag = "2")]
    kind: String,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Magic,
    Field,
    Skip(u64),
    TypeMeta(usize),
    Metadata(usize),
    Item(usize),
}

impl ListReader {
    /// Reads on. `each` gets the bytes of each item that is complete.
    ///
    /// # Errors
    ///
    /// Says what is wrong when the bytes are no list, or what `each` said of an item.
    pub fn push(
        &mut self,
        mut chunk: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        // What has no bytes needs none to be complete.
        while !chunk.is_empty()
            || matches!(self.state, State::Skip(0) | State::TypeMeta(0) | State::Metadata(0) | State::Item(0))
        {
            match self.state {
                State::Magic => {
                    let Some(magic) = self.take(&mut chunk, MAGIC.len()) else { return Ok(()) };
                    if magic != MAGIC {
                        return Err("it is not Kubernetes' protobuf".to_owned());
                    }
                    self.state = State::Field;
                }
                State::Field => {
                    self.held.push(chunk[0]);
                    chunk = &chunk[1..];
                    self.field()?;
                }
                State::Skip(left) => {
                    let skipped = left.min(chunk.len() as u64);
                    self.state = if skipped == left { State::Field } else { State::Skip(left - skipped) };
                    // No more than the chunk, which has a length that fits.
                    chunk = chunk.split_at(usize::try_from(skipped).unwrap_or(chunk.len())).1;
                }
                State::TypeMeta(length) => {
                    let Some(meta) = self.take(&mut chunk, length) else { return Ok(()) };
                    self.kind = kind(&meta)?;
                    self.state = State::Field;
                }
                State::Metadata(length) => {
                    let Some(metadata) = self.take(&mut chunk, length) else { return Ok(()) };
                    let Metadata { resource_version, next_page } =
                        Metadata::decode(&*metadata).map_err(|error| error.to_string())?;
                    self.metadata = ListMeta { resource_version, next_page };
                    self.state = State::Field;
                }
                State::Item(length) => {
                    if self.held.is_empty() && chunk.len() >= length {
                        let (item, rest) = chunk.split_at(length);
                        each(item)?;
                        chunk = rest;
                    } else {
                        let Some(item) = self.take(&mut chunk, length) else { return Ok(()) };
                        each(&item)?;
                    }
                    self.state = State::Field;
                }
            }
        }
        Ok(())
    }

    /// The list's kind, once it has come.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Ends the reading; gives the list's metadata.
    ///
    /// # Errors
    ///
    /// Says so when the list was cut short.
    pub fn finish(self) -> Result<ListMeta, String> {
        match (self.state, self.raw) {
            (State::Magic, _) if self.held.is_empty() => Err("it is empty".to_owned()),
            (State::Field, Some(0)) if self.held.is_empty() => Ok(self.metadata),
            (State::Field, None) if self.held.is_empty() => Err("it is not a list".to_owned()),
            _ => Err("it is cut short".to_owned()),
        }
    }

    /// As many bytes as asked for, once they are all there.
    fn take(&mut self, chunk: &mut &[u8], length: usize) -> Option<Vec<u8>> {
        let missing = length - self.held.len();
        let (taken, rest) = chunk.split_at(missing.min(chunk.len()));
        self.held.extend_from_slice(taken);
        *chunk = rest;
        (self.held.len() == length).then(|| std::mem::take(&mut self.held))
    }

    /// Goes on to what the held bytes announce, if they are a whole tag and, where one follows it, a whole length.
    fn field(&mut self) -> Result<(), String> {
        let Some((tag, rest)) = varint(&self.held)? else { return Ok(()) };
        let (field, wire_type) = (tag >> 3, tag & 7);
        let (length, header) = match wire_type {
            // A varint is itself what is passed over.
            0 | 2 => match varint(rest)? {
                Some((value, rest)) => (if wire_type == 2 { value } else { 0 }, self.held.len() - rest.len()),
                None => return Ok(()),
            },
            1 => (8, self.held.len()),
            5 => (4, self.held.len()),
            _ => return Err(format!("it has a field of wire type {wire_type}")),
        };
        self.held.clear();
        let is_message = wire_type == 2;
        let Some(left) = self.raw else {
            match (is_message, field) {
                (true, RAW) => self.raw = Some(length),
                (true, TYPE_META) => self.state = State::TypeMeta(object_length(length)?),
                _ => self.state = self.skip(header, length)?,
            }
            return Ok(());
        };
        if left == 0 {
            // Behind the list stand the envelope's last fields.
            self.state = self.skip(header, length)?;
            return Ok(());
        }
        let used = length.checked_add(header as u64).filter(|used| *used <= left);
        self.raw = Some(left - used.ok_or("a field is longer than the list")?);
        self.state = match (is_message, field) {
            (true, ITEMS) => State::Item(object_length(length)?),
            (true, METADATA) => State::Metadata(object_length(length)?),
            _ => self.skip(header, length)?,
        };
        Ok(())
    }

    fn skip(&mut self, header: usize, length: u64) -> Result<State, String> {
        self.rest = self.rest.saturating_add(length).saturating_add(header as u64);
        if self.rest > LARGEST_REST { Err(too_much_beside()) } else { Ok(State::Skip(length)) }
    }
}

fn object_length(length: u64) -> Result<usize, String> {
    usize::try_from(length).ok().filter(|length| *length <= LARGEST_OBJECT).ok_or_else(too_large)
}

fn kind(meta: &[u8]) -> Result<String, String> {
    TypeMeta::decode(meta).map(|meta| meta.kind).map_err(|error| error.to_string())
}

/// The varint at the beginning and what follows it; `None` while its end has not come.
fn varint(bytes: &[u8]) -> Result<Option<(u64, &[u8])>, String> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(LONGEST_VARINT).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(Some((value, &bytes[at + 1..])));
        }
    }
    if bytes.len() >= LONGEST_VARINT {
        Err("it has a number of more than 64 bits".to_owned())
    } else {
        Ok(None)
    }
}

/// The kind of the object in an envelope that holds one, empty where it is not told, and the object.
///
/// # Errors
///
/// Says what is wrong when the bytes are no envelope.
pub fn object(mut bytes: &[u8]) -> Result<(String, &[u8]), String> {
    let mut found = String::new();
    bytes = bytes.strip_prefix(MAGIC).ok_or("it is not Kubernetes' protobuf")?;
    let cut = || "it is cut short".to_owned();
    while !bytes.is_empty() {
        let (tag, rest) = varint(bytes)?.ok_or_else(cut)?;
        let (value, rest) = varint(rest)?.ok_or_else(cut)?;
        bytes = match tag & 7 {
            0 => rest,
            2 => {
                let length = usize::try_from(value).map_err(|_| cut())?;
                let (field, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
                match tag >> 3 {
                    RAW => return Ok((found, field)),
                    TYPE_META => found = kind(field)?,
                    _ => {}
                }
                rest
            }
            other => return Err(format!("it has a field of wire type {other}")),
        };
    }
    Err("it has no object".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field with its length.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length > 0x7f {
            field.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        field.push(u8::try_from(length).unwrap());
        [field, bytes.to_vec()].concat()
    }

    fn envelope(list: &[u8]) -> Vec<u8> {
        [MAGIC.to_vec(), field(1, b"\x12\x04List"), field(2, list), field(3, b""), field(4, b"")].concat()
    }

    /// The items of a list that arrives in pieces of `size` bytes.
    fn items(list: &[u8], size: usize) -> Result<Vec<Vec<u8>>, String> {
        let mut reader = ListReader::default();
        let mut items = Vec::new();
        for chunk in list.chunks(size) {
            reader.push(chunk, |item| {
                items.push(item.to_vec());
                Ok(())
            })?;
        }
        reader.finish().map(|_| items)
    }

    #[test]
    fn hands_out_items_however_the_bytes_arrive() {
        let long = vec![7; 300];
        let list = [
            field(1, &field(2, b"42")),
            field(2, b"one"),
            vec![3 << 3, 0x96, 1],
            field(2, &long),
            field(2, b""),
        ]
        .concat();
        for size in [1, 2, 3, 7, 100, 10_000] {
            assert_eq!(
                items(&envelope(&list), size).unwrap(),
                [b"one".to_vec(), long.clone(), Vec::new()],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_list_has_a_version() {
        for size in [1, 3, 100] {
            let list = envelope(&[field(1, &field(2, b"42")), field(2, b"item")].concat());
            let mut reader = ListReader::default();
            list.chunks(size).try_for_each(|chunk| reader.push(chunk, |_| Ok(()))).unwrap();
            assert_eq!(reader.finish().unwrap().resource_version, "42");
        }
    }

    #[test]
    fn a_list_may_be_empty() {
        assert_eq!(items(&envelope(b""), 3), Ok(vec![]));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let list = envelope(&field(2, b"item"));
        let huge = [MAGIC, &[2 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xf, 2 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 1]]
            .concat();
        for (bytes, problem) in [
            (&b""[..], "it is empty"),
            (b"{\"kind\"", "it is not Kubernetes' protobuf"),
            (MAGIC, "it is not a list"),
            (&list[..list.len() - 5], "it is cut short"),
            (&list[..list.len() - 3], "it is cut short"),
            (&[MAGIC, &[2 << 3 | 3]].concat(), "it has a field of wire type 3"),
            (&[MAGIC, &[0xff; 11]].concat(), "it has a number of more than 64 bits"),
            (&[MAGIC, &[2 << 3 | 2, 2, 2 << 3 | 2, 9]].concat(), "a field is longer than the list"),
            (&huge, "an item is larger than 4 MiB"),
            (
                &[MAGIC, &[2 << 3 | 2, 0xff, 0xff, 0xff, 0x7f, 0x7a, 0xff, 0xff, 0xff, 0xf]].concat(),
                "it has more than 4 MiB beside its items",
            ),
            (&[MAGIC, &field(1, b"meta")].concat(), "failed to decode Protobuf message: buffer underflow"),
        ] {
            assert_eq!(items(bytes, 4), Err(problem.to_owned()), "{bytes:?}");
        }
    }

    #[test]
    fn an_object_is_taken_out_of_its_envelope() {
        assert_eq!(object(&envelope(b"node")), Ok(("List".to_owned(), &b"node"[..])));
        assert_eq!(object(b"k8s"), Err("it is not Kubernetes' protobuf".to_owned()));
        assert_eq!(object(MAGIC), Err("it has no object".to_owned()));
        assert_eq!(object(&envelope(b"node")[..15]), Err("it is cut short".to_owned()));
    }
}
