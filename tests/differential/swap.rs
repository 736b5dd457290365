//! Swap, byte for byte as `kubectl top nodes` prints it. No metrics-server relays it, so that a server of the test says it, in
//! either encoding: what kubectl reads of the protobuf proves the numbers of its fields.

use serde_json::{Value, json};

use crate::{
    encode::{field, metadata, number, resource},
    server::{Server, TypedAnswer},
    support::{nodeusage, prepared, program, run},
};

/// A node, with its sample.
struct Machine {
    name: &'static str,
    /// What it says of its swap, in bytes.
    capacity: Option<u64>,
    /// What its sample says; `None` where it has no sample.
    usage: Option<&'static [(&'static str, &'static str)]>,
}

const fn machine(
    name: &'static str,
    capacity: Option<u64>,
    usage: &'static [(&'static str, &'static str)],
) -> Machine {
    Machine { name, capacity, usage: Some(usage) }
}

/// One without a sample at most: kubectl has an order of its own for each run.
const MACHINES: [Machine; 9] = [
    machine("in-use", Some(8 << 30), &[("cpu", "123456789n"), ("memory", "5Gi"), ("swap", "1234567Ki")]),
    machine("no-use-of-it-known", Some(2 << 30), &[("cpu", "1n"), ("memory", "1")]),
    machine("no-capacity-known", None, &[("cpu", "2"), ("memory", "1Gi"), ("swap", "5Mi")]),
    machine("nothing-known", None, &[("cpu", "1500m"), ("memory", "2Gi")]),
    machine("none-at-all", Some(0), &[("cpu", "1"), ("memory", "3Gi"), ("swap", "0")]),
    machine("none-but-in-use", Some(0), &[("cpu", "1100m"), ("memory", "4Gi"), ("swap", "1Mi")]),
    machine("more-than-there-is", Some(1 << 30), &[("cpu", "4"), ("memory", "9Gi"), ("swap", "3Gi")]),
    machine(
        "fractions",
        Some(3_000_000_001),
        &[("cpu", "900m"), ("memory", "1500m"), ("swap", "2999999999500m")],
    ),
    Machine { name: "without-sample", capacity: Some(4 << 30), usage: None },
];

const ROOM: [(&str, &str); 2] = [("cpu", "4"), ("memory", "8Gi")];
const LESS_ROOM: [(&str, &str); 2] = [("cpu", "3900m"), ("memory", "7Gi")];
const METRICS: &str = "metrics.k8s.io/v1beta1";

/// How the objects are written.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Json,
    Protobuf,
}

fn amounts(amounts: &[(&str, &str)]) -> Value {
    amounts
        .iter()
        .map(|(name, amount)| ((*name).to_owned(), json!(amount)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

impl Machine {
    fn node(&self, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Json => {
                let swap = self.capacity.map(|capacity| json!({"capacity": capacity}));
                let info = json!({"kubeletVersion": "v1.37.2", "swap": swap});
                let status =
                    json!({"capacity": amounts(&ROOM), "allocatable": amounts(&LESS_ROOM), "nodeInfo": info});
                let object = json!({"kind": "Node", "apiVersion": "v1", "metadata": {"name": self.name}, "status": status});
                object.to_string().into_bytes()
            }
            Encoding::Protobuf => {
                let room = |of, list: &[(&str, &str)]| {
                    list.iter().flat_map(|(name, amount)| resource(of, name, amount)).collect::<Vec<_>>()
                };
                // k8s.io/api core/v1/generated.proto: NodeStatus.nodeInfo, NodeSystemInfo.swap, NodeSwapStatus.capacity
                let swap = self.capacity.map(|capacity| field(11, number(1, capacity)));
                let info = [field(7, "v1.37.2"), swap.unwrap_or_default()].concat();
                let status = [room(1, &ROOM), room(2, &LESS_ROOM), field(7, info)].concat();
                [metadata(self.name), field(3, status)].concat()
            }
        }
    }

    fn sample(&self, encoding: Encoding) -> Option<Vec<u8>> {
        let usage = self.usage?;
        Some(match encoding {
            Encoding::Json => {
                let (timestamp, window) = ("2026-11-01T12:00:00Z", "15s");
                let object = json!({
                    "kind": "NodeMetrics", "apiVersion": METRICS, "metadata": {"name": self.name},
                    "timestamp": timestamp, "window": window, "usage": amounts(usage),
                });
                object.to_string().into_bytes()
            }
            Encoding::Protobuf => {
                let usage = usage.iter().flat_map(|(name, amount)| resource(4, name, amount)).collect();
                let times = [field(2, number(1, 1_793_534_400)), field(3, number(1, 15_000_000_000))];
                [metadata(self.name), times.concat(), usage].concat()
            }
        })
    }
}

/// Objects as a list of a kind, or a single one.
fn answer(encoding: Encoding, version: &str, kind: &str, objects: &[Vec<u8>]) -> TypedAnswer {
    let is_list = kind.ends_with("List");
    match encoding {
        Encoding::Json if is_list => {
            let list =
                format!("{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":{{}},\"items\":[");
            ("application/json", [list.as_bytes(), &objects.join(&b","[..]), b"]}"].concat())
        }
        Encoding::Json => ("application/json", objects.concat()),
        Encoding::Protobuf => {
            let body = if is_list {
                let items = objects.iter().flat_map(|object| field(2, object));
                field(1, "").into_iter().chain(items).collect()
            } else {
                objects.concat()
            };
            let of = field(1, [field(1, version), field(2, kind)].concat());
            ("application/vnd.kubernetes.protobuf", [b"k8s\0".to_vec(), of, field(2, body)].concat())
        }
    }
}

fn server(encoding: Encoding) -> Server {
    Server::typed(move |path| {
        let version = json!({"groupVersion": METRICS, "version": "v1beta1"});
        let group = json!({
            "kind": "APIGroup", "apiVersion": "v1", "name": "metrics.k8s.io",
            "versions": [version], "preferredVersion": version,
        });
        let in_json = |value: &Value| ("application/json", value.to_string().into_bytes());
        let nodes =
            |machines: &[Machine]| machines.iter().map(|machine| machine.node(encoding)).collect::<Vec<_>>();
        let samples = |machines: &[Machine]| {
            machines.iter().filter_map(|machine| machine.sample(encoding)).collect::<Vec<_>>()
        };
        match path {
            "/api" => in_json(&json!({"kind": "APIVersions", "versions": ["v1"]})),
            "/apis" => in_json(&json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]})),
            "/apis/metrics.k8s.io" => in_json(&group),
            "/api/v1/nodes" => answer(encoding, "v1", "NodeList", &nodes(&MACHINES)),
            "/api/v1/nodes/in-use" => answer(encoding, "v1", "Node", &nodes(&MACHINES[..1])),
            "/apis/metrics.k8s.io/v1beta1/nodes" => {
                answer(encoding, METRICS, "NodeMetricsList", &samples(&MACHINES))
            }
            "/apis/metrics.k8s.io/v1beta1/nodes/in-use" => {
                answer(encoding, METRICS, "NodeMetrics", &samples(&MACHINES[..1]))
            }
            _ => panic!("{path}"),
        }
    })
}

#[test]
fn swap_is_printed_as_kubectl_prints_it() {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let server = server(encoding);
        for flags in [
            &["--show-swap"][..],
            &["--show-swap", "--show-capacity"],
            &["--show-swap", "--sort-by=cpu"],
            &["--show-swap", "--sort-by=memory"],
            &["--show-swap", "--no-headers"],
            &["--show-swap=true", "in-use"],
            &["--show-swap=false"],
            &[],
        ] {
            let kubectl = program(prepared("NODEUSAGE_TEST_BIN").join("kubectl"));
            let [theirs, ours] =
                [(kubectl, ["top", "nodes"]), (nodeusage(), ["-o", "top"])].map(|(mut command, to_do)| {
                    run(command.args(to_do).args(["--server", &server.url]).args(flags)).success()
                });
            assert_eq!(ours, theirs, "{encoding:?} {flags:?}");
            let is_asked = ["--show-swap", "--show-swap=true"].iter().any(|flag| flags.contains(flag));
            assert_eq!(theirs.contains("1205Mi"), is_asked, "{theirs}");
        }
    }
}
