//! A simulated cluster: a service that answers as an API server does, in this process, so that everything from the
//! client on is the real code.

use std::{collections::BTreeMap, convert::Infallible};

use bytes::Bytes;
use futures_util::stream::{self, Pending};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{Either, Full, StreamBody};
use jiff::{SignedDuration, Timestamp};
use kube::client::Body;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::Client;

/// What stands where the kubeconfig context of a real cluster would.
pub const CONTEXT: &str = "simulated";

/// A client of the simulated cluster.
#[must_use]
pub fn client() -> Client {
    let (start, clock) = (Timestamp::now(), Instant::now());
    Client::in_process(tower::service_fn(move |request: Request<Body>| async move {
        if request.uri().query().is_some_and(|query| query.contains("watch=true")) {
            // Its nodes never change.
            return Ok(Response::new(Either::Right(Silence::new(stream::pending()))));
        }
        let renewals = clock.elapsed().as_secs() / RENEWED_EVERY;
        let age = SignedDuration::from_secs(i64::try_from(renewals * RENEWED_EVERY).unwrap_or_default());
        Ok::<_, Infallible>(answer(request.uri().path(), start + age, renewals).map(Either::Left))
    }))
}

/// A watch in which nothing happens.
type Silence = StreamBody<Pending<Result<Frame<Bytes>, Infallible>>>;

/// How often the samples are new, in seconds.
const RENEWED_EVERY: u64 = 5;

fn answer(path: &str, now: Timestamp, renewals: u64) -> Response<Full<Bytes>> {
    let nodes = "/api/v1/nodes";
    let metrics = "/apis/metrics.k8s.io/v1beta1/nodes";
    let found = match path {
        "/apis/metrics.k8s.io" => Some(json!({"kind": "APIGroup", "versions": [{"version": "v1beta1"}]})),
        _ if path == nodes => Some(json!({"kind": "NodeList", "metadata": {"resourceVersion": "1"},
                "items": machines(renewals).map(|machine| machine.node()).collect::<Vec<_>>()})),
        _ if path == metrics => {
            let samples = machines(renewals).filter_map(|machine| machine.sample(now));
            Some(json!({"kind": "NodeMetricsList", "items": samples.collect::<Vec<_>>()}))
        }
        "/api/v1/pods" => Some(json!({"kind": "PodList", "metadata": {"resourceVersion": "1"},
                "items": machines(renewals).flat_map(|machine| machine.pods()).collect::<Vec<_>>()})),
        "/apis/metrics.k8s.io/v1beta1/pods" => {
            let samples = machines(renewals).flat_map(|machine| machine.pod_samples(now));
            Some(json!({"kind": "PodMetricsList", "items": samples.collect::<Vec<_>>()}))
        }
        _ => path.rsplit_once('/').and_then(|(list, name)| {
            let machine = machines(renewals).find(|machine| machine.name() == name)?;
            if list == metrics { machine.sample(now) } else { Some(machine.node()) }
        }),
    };
    let (status, body) = match found {
        Some(body) => (StatusCode::OK, body),
        None => (
            StatusCode::NOT_FOUND,
            json!({"kind": "Status", "reason": "NotFound", "message": format!("{path} not found")}),
        ),
    };
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    response
}

/// A simulated node. Every name says what it is, so that no output of it can be taken for real.
struct Machine {
    pool: &'static str,
    number: u32,
    /// Its place among all machines.
    index: u32,
    cores: u32,
    gibibytes: u32,
    /// CPU in use, in billionths of a core, and memory in use, in KiB; `None` where there is no sample.
    used: Option<(u64, u64)>,
    /// Swap in KiB, and what is used of it; `None` where there is none.
    swap: Option<(u64, u64)>,
    taint: Option<&'static str>,
    cordoned: bool,
}

/// Pools as clusters have them: how many nodes, cores, GiB, and how busy they are in percent.
const POOLS: [(&str, u32, u32, u32, u64, u64); 5] = [
    ("control-plane", 3, 4, 16, 14, 38),
    ("general", 8, 8, 32, 37, 52),
    ("compute", 4, 32, 64, 74, 33),
    ("memory", 3, 16, 128, 12, 81),
    ("gpu", 2, 96, 768, 21, 44),
];

/// What part of a machine pods may use, in percent; the rest is kept for the system.
const ALLOCATABLE: u64 = 94;

const GPU: &str = "nvidia.com/gpu";

/// The machines after so many renewals of their samples.
fn machines(renewals: u64) -> impl Iterator<Item = Machine> {
    let pools = POOLS.into_iter().flat_map(move |(pool, count, cores, gibibytes, cpu, memory)| {
        (0..count).map(move |number| {
            // A spread that looks like life and is the same in every run: 7919 and 104729 are primes.
            let spread = |seed: u64| ((u64::from(number) + 3) * seed + renewals * 7) % 61;
            let cpu =
                u64::from(cores) * 10_000_000 * cpu * (70 + spread(7_919)) / 100 + spread(104_729) * 12_347;
            let memory = u64::from(gibibytes) * 10_486 * memory * (80 + spread(104_729) / 2) / 100;
            let swap = u64::from(gibibytes) << 18;
            let is_new = pool == "general" && number == 7;
            Machine {
                pool,
                number: number + 1,
                index: 0,
                cores,
                gibibytes,
                used: (!is_new).then_some((cpu, memory)),
                swap: (pool == "memory").then(|| (swap, swap / 100 * (5 + spread(7_919) / 2))),
                taint: match pool {
                    "control-plane" => Some("node-role.kubernetes.io/control-plane"),
                    "gpu" => Some("nvidia.com/gpu"),
                    _ => None,
                },
                cordoned: pool == "compute" && number == 1,
            }
        })
    });
    (0..).zip(pools).map(|(index, machine)| Machine { index, ..machine })
}

impl Machine {
    fn name(&self) -> String {
        format!("simulated-{}-{}", self.pool, self.number)
    }

    fn metadata(&self) -> Value {
        let zone = format!("zone-{}", ["a", "b", "c"][self.number as usize % 3]);
        let labels = BTreeMap::from([("pool", self.pool), ("topology.kubernetes.io/zone", &zone)]);
        json!({"name": self.name(), "labels": labels})
    }

    fn node(&self) -> Value {
        let taints = self.taint.map(|key| json!({"key": key, "effect": "NoSchedule"}));
        let mut node = json!({
            "metadata": self.metadata(),
            "spec": {"unschedulable": self.cordoned, "taints": taints.into_iter().collect::<Vec<_>>()},
            "status": {
                "capacity": {"cpu": self.cores.to_string(), "memory": format!("{}Gi", self.gibibytes)},
                "allocatable": {
                    "pods": "110",
                    "cpu": format!("{}m", u64::from(self.cores) * 10 * ALLOCATABLE),
                    "memory": format!("{}Ki", (u64::from(self.gibibytes) << 20) * ALLOCATABLE / 100),
                },
            },
        });
        if let Some((capacity, _)) = self.swap {
            node["status"]["nodeInfo"] = json!({"swap": {"capacity": capacity << 10}});
        }
        if let Some(gpus) = self.gpus() {
            node["status"]["allocatable"][GPU] = gpus.into();
        }
        node
    }

    /// GPUs; `None` where it has none.
    fn gpus(&self) -> Option<u32> {
        (self.pool == "gpu").then_some(8)
    }

    /// How many pods it has.
    fn count(&self) -> u32 {
        5 + self.number
    }

    fn pod_metadata(&self, number: u32) -> Value {
        json!({"namespace": "simulated", "name": format!("{}-pod-{number}", self.name())})
    }

    /// Its pods, of which the last one has no limits. Each GPU node has one GPU left.
    fn pods(&self) -> Vec<Value> {
        let count = self.count();
        let pod = |number| {
            let is_last = number == count;
            let mut resources = json!({"requests": {
                "cpu": format!("{}m", u64::from(self.cores) * 700 / u64::from(count)),
                "memory": format!("{}Ki", (u64::from(self.gibibytes) << 19) / u64::from(count)),
            }});
            if !is_last {
                let limit = format!("{}Ki", (u64::from(self.gibibytes) << 20) / u64::from(count));
                resources["limits"] = json!({"memory": limit});
            }
            if let Some(gpus) = self.gpus() {
                resources["requests"][GPU] = (if is_last { gpus - count } else { 1 }).into();
            }
            // Of a range that is kept for examples (RFC 2544).
            let ip = format!("198.18.{}.{number}", self.index);
            json!({
                "metadata": self.pod_metadata(number),
                "spec": {"nodeName": self.name(), "containers": [{"resources": resources}]},
                "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]},
            })
        };
        (1..=count).map(pod).collect()
    }

    /// The samples of its pods. They use most of what it uses, each one as much as its number says.
    fn pod_samples(&self, now: Timestamp) -> Vec<Value> {
        let Some((cpu, memory)) = self.used else { return Vec::new() };
        let count = self.count();
        let pod = |number: u32| {
            let share = |used: u64| used * 9 * u64::from(number) / (5 * u64::from(count * (count + 1)));
            json!({
                "metadata": self.pod_metadata(number),
                "timestamp": self.sampled_at(now).to_string(),
                "window": "15.013s",
                "containers": [{"usage": {"cpu": format!("{}n", share(cpu)), "memory": format!("{}Ki", share(memory))}}],
            })
        };
        (1..=count).map(pod).collect()
    }

    /// Whole seconds, as metrics-server gives them.
    fn sampled_at(&self, now: Timestamp) -> Timestamp {
        now - SignedDuration::new(4 + i64::from(self.number), now.subsec_nanosecond())
    }

    fn sample(&self, now: Timestamp) -> Option<Value> {
        let (cpu, memory) = self.used?;
        let mut usage = json!({"cpu": format!("{cpu}n"), "memory": format!("{memory}Ki")});
        if let Some((_, used)) = self.swap {
            usage["swap"] = format!("{used}Ki").into();
        }
        Some(json!({
            "metadata": self.metadata(),
            "timestamp": self.sampled_at(now).to_string(),
            "window": "15.013s",
            "usage": usage,
        }))
    }
}
