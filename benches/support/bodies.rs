//! Bodies as an API server sends them, for any number of nodes: what is needed of a node, and as much again of what is
//! passed over as real nodes carry (40 images of two names).

/// A field of protobuf with its length.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    varint(bytes.len() as u64, &mut field);
    field.extend_from_slice(bytes);
    field
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(field: u8, value: u64) -> Vec<u8> {
    let mut number = vec![field << 3];
    varint(value, &mut number);
    number
}

fn entry(field_number: u8, key: &str, value: &[u8]) -> Vec<u8> {
    field(field_number, &[field(1, key.as_bytes()), field(2, value)].concat())
}

fn resources(field_number: u8, resources: &[(&str, &str)]) -> Vec<u8> {
    resources
        .iter()
        .flat_map(|(name, amount)| entry(field_number, name, &field(1, amount.as_bytes())))
        .collect()
}

fn metadata(name: &str) -> Vec<u8> {
    let labels = [
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/os", "linux"),
        ("node.kubernetes.io/instance-type", "m7i.4xlarge"),
        ("topology.kubernetes.io/region", "eu-central-1"),
        ("topology.kubernetes.io/zone", "eu-central-1a"),
    ];
    let labels: Vec<_> = labels.iter().flat_map(|(key, value)| entry(11, key, value.as_bytes())).collect();
    field(1, &[field(1, name.as_bytes()), labels].concat())
}

/// The name of a node; all are equally long.
fn name(index: usize) -> String {
    format!("general-eu-central-1a-{index:06}")
}

fn node(name: &str) -> Vec<u8> {
    let capacity = [("cpu", "16"), ("memory", "64986428Ki"), ("pods", "110")];
    let allocatable = [("cpu", "15890m"), ("memory", "60273164Ki"), ("pods", "110")];
    let digest = "0123456789abcdef".repeat(4);
    let images: Vec<_> = (0..40)
        .flat_map(|image| {
            let image = format!("registry.example/team/service-{image:02}");
            let names = [format!("{image}@sha256:{digest}"), format!("{image}:v1.2.3-{digest}-{digest}")];
            let names: Vec<_> = names.iter().flat_map(|name| field(1, name.as_bytes())).collect();
            field(8, &[names, number(2, 123_456_789)].concat())
        })
        .collect();
    let status = [resources(1, &capacity), resources(2, &allocatable), images].concat();
    [metadata(name), field(2, b""), field(3, &status)].concat()
}

fn sample(name: &str) -> Vec<u8> {
    let timestamp = field(2, &number(1, 1_793_534_400));
    let window = field(3, &number(1, 15_013_000_000));
    let usage = resources(4, &[("cpu", "5123456789n"), ("memory", "31457280Ki")]);
    [metadata(name), timestamp, window, usage].concat()
}

/// What a list holds.
#[derive(Clone, Copy)]
pub enum Kind {
    /// core/v1 Nodes.
    Nodes,
    /// NodeMetrics.
    Samples,
}

/// The items of a list as they stand in it, one after another.
pub fn items(kind: Kind, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let item = |name: &str| match kind {
        Kind::Nodes => field(2, &node(name)),
        Kind::Samples => field(2, &sample(name)),
    };
    let first = name(0);
    let template = item(&first);
    let at = template.windows(first.len()).position(|bytes| bytes == first.as_bytes()).unwrap();
    (0..count).map(move |index| {
        let mut item = template.clone();
        item[at..at + first.len()].copy_from_slice(name(index).as_bytes());
        item
    })
}

/// What stands before so many items.
pub fn head(kind: Kind, count: usize) -> Vec<u8> {
    let of = match kind {
        Kind::Nodes => "NodeList",
        Kind::Samples => "NodeMetricsList",
    };
    let meta = field(1, &field(2, of.as_bytes()));
    let mut head = [b"k8s\0".to_vec(), meta, vec![2 << 3 | 2]].concat();
    let item = items(kind, 1).map(|item| item.len()).sum::<usize>();
    varint((item * count) as u64, &mut head);
    head
}
