//! The encodings that an attacker writes by hand: protobuf and gzip.

use flate2::{Compress, Compression, FlushCompress};

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// A field with its length.
pub fn field(number: u64, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A field that is a number.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// An entry of a map.
pub fn entry(number: u64, key: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    field(number, [field(1, key), field(2, value)].concat())
}

/// A quantity of a resource.
pub fn resource(number: u64, name: &str, quantity: impl AsRef<[u8]>) -> Vec<u8> {
    entry(number, name, field(1, quantity))
}

pub fn metadata(name: impl AsRef<[u8]>) -> Vec<u8> {
    field(1, field(1, name))
}

pub fn node(name: &str) -> Vec<u8> {
    let of = |number| [resource(number, "cpu", "4"), resource(number, "memory", "8Gi")].concat();
    [metadata(name), field(3, [of(1), of(2)].concat())].concat()
}

pub fn sample(name: &str) -> Vec<u8> {
    let usage = [resource(4, "cpu", "1"), resource(4, "memory", "1Gi")].concat();
    [metadata(name), field(2, number(1, 1_793_534_400)), field(3, number(1, 15_000_000_000)), usage].concat()
}

/// A pod that requests something.
pub fn pod(namespace: &str, name: &str, node: &str) -> Vec<u8> {
    let requests = [resource(2, "cpu", "1"), resource(2, "memory", "1Gi")].concat();
    let spec = [field(2, field(8, requests)), field(10, node)].concat();
    [field(1, [field(1, name), field(3, namespace)].concat()), field(2, spec)].concat()
}

/// An object in its envelope.
pub fn envelope(kind: &str, object: impl AsRef<[u8]>) -> Vec<u8> {
    [b"k8s\0".to_vec(), field(1, field(2, kind)), field(2, object), field(3, ""), field(4, "")].concat()
}

/// The beginning of a gzip stream.
pub const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A piece of a gzip stream, which may stand there as often as one likes.
pub fn deflated(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let mut piece = Vec::with_capacity(bytes.len() + 1024);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(bytes, &mut piece, FlushCompress::Full).unwrap();
    piece
}
