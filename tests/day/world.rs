//! A cluster in simulated time: it answers as an API server does, with a watch, bookmarks, and 410 where a watch asks for
//! what is forgotten.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    fmt::Write,
    fs,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use jiff::Timestamp;
use kube::client::Body;
use nodeusage::client::Client;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::{Instant, sleep},
};

/// The label that changes.
pub const LABEL: &str = "note";

/// So many changes are remembered for watches that come back.
const REMEMBERED: usize = 1_000;

const BOOKMARKS: Duration = Duration::from_mins(1);

/// What happens at once, between two readings.
const CHANGES: usize = 20;

type Chunks = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

pub struct World {
    start: Instant,
    random: fastrand::Rng,
    /// By name.
    nodes: BTreeMap<String, Machine>,
    version: u64,
    /// The latest changes, each with the version that it made.
    events: VecDeque<(u64, String)>,
    listeners: Vec<UnboundedSender<String>>,
    slow: BTreeMap<usize, Duration>,
    /// Whether rights are not known yet.
    is_begun_anew: bool,
    /// When samples were asked for.
    pub readings: Vec<Duration>,
    /// How often a report was seen.
    pub reports: usize,
    pub changes: usize,
    pub lists: usize,
    pub watches: usize,
    /// How often a watch got 410.
    pub expired: usize,
    /// The memory of this process in bytes, once an hour.
    pub memory: Vec<u64>,
}

#[derive(Clone)]
struct Machine {
    millicores: u32,
    note: u32,
}

impl World {
    /// A cluster of so many nodes, which takes its time at these readings.
    pub fn of(nodes: usize, slow: &[(usize, Duration)]) -> Arc<Mutex<Self>> {
        let nodes =
            (0..nodes).map(|number| (format!("node-{number:05}"), Machine { millicores: 4_000, note: 0 }));
        Arc::new(Mutex::new(Self {
            start: Instant::now(),
            random: fastrand::Rng::with_seed(7),
            nodes: nodes.collect(),
            version: 1,
            events: VecDeque::new(),
            listeners: Vec::new(),
            slow: slow.iter().copied().collect(),
            is_begun_anew: false,
            readings: Vec::new(),
            reports: 0,
            changes: 0,
            lists: 0,
            watches: 0,
            expired: 0,
            memory: Vec::new(),
        }))
    }

    /// Lets nodes change, come and go between the readings, for ever.
    pub async fn go_on(world: Arc<Mutex<Self>>, interval: Duration) {
        let minutes = interval.as_secs() / BOOKMARKS.as_secs();
        sleep(BOOKMARKS / 2).await;
        for minute in 0.. {
            world.lock().unwrap().minute(minute, minutes);
            sleep(BOOKMARKS).await;
        }
    }

    /// What happens once a minute, of so many between two readings.
    fn minute(&mut self, minute: u64, minutes: u64) {
        if minute % minutes == 1 {
            (0..CHANGES).for_each(|_| self.change());
        }
        if minute % (4 * 60) == 150 {
            self.begin_anew();
        }
        if minute.is_multiple_of(60) {
            self.memory.push(resident());
        }
        let version = json!({"metadata": {"resourceVersion": self.version.to_string()}});
        self.tell(&event("BOOKMARK", &version));
    }

    pub fn client(world: &Arc<Mutex<Self>>) -> Client {
        let world = Arc::clone(world);
        Client::in_process(tower::service_fn(move |request: Request<Body>| {
            let world = Arc::clone(&world);
            async move {
                let query = request.uri().query().unwrap_or_default();
                let mut status = StatusCode::OK;
                let chunks = match request.uri().path() {
                    "/apis/metrics.k8s.io" => {
                        whole(json!({"versions": [{"version": "v1beta1"}]}).to_string())
                    }
                    "/api/v1/nodes" if query.contains("watch=true") => {
                        let mut world = world.lock().unwrap();
                        if std::mem::take(&mut world.is_begun_anew) {
                            status = StatusCode::FORBIDDEN;
                            whole(json!({"kind": "Status", "code": 403, "message": "not yet"}).to_string())
                        } else {
                            world.watch(query)
                        }
                    }
                    "/api/v1/nodes" => whole(world.lock().unwrap().list()),
                    _ => {
                        let pause = world.lock().unwrap().reading();
                        sleep(pause).await;
                        whole(world.lock().unwrap().samples())
                    }
                };
                let mut response = Response::new(StreamBody::new(chunks));
                *response.status_mut() = status;
                Ok::<_, Infallible>(response)
            }
        }))
    }

    /// Holds a report against the nodes as they are now.
    #[track_caller]
    pub fn assert_reported(&mut self, report: &str) {
        self.reports += 1;
        let rows = report.lines().map(|row| {
            let cells: Vec<_> = row.split(',').collect();
            (cells[2], cells[4], cells[13])
        });
        let mut count = 0;
        for ((node, machine), row) in self.nodes.iter().zip(rows) {
            let cores = format!("{}.{:03}", machine.millicores / 1_000, machine.millicores % 1_000);
            let cores = cores.trim_end_matches('0').trim_end_matches('.');
            assert_eq!(row, (node.as_str(), cores, machine.note.to_string().as_str()));
            count += 1;
        }
        assert_eq!((count, report.lines().count()), (self.nodes.len(), self.nodes.len()));
    }

    /// A node changes, comes or goes.
    fn change(&mut self) {
        self.version += 1;
        self.changes += 1;
        let at = self.random.usize(..self.nodes.len());
        let (name, machine) =
            self.nodes.iter().nth(at).map(|(name, machine)| (name.clone(), machine.clone())).unwrap();
        let (kind, name, machine) = match self.random.u8(..4) {
            0 => ("MODIFIED", name, Machine { millicores: self.random.u32(1..100_000), ..machine }),
            1 => ("MODIFIED", name, Machine { note: machine.note + 1, ..machine }),
            2 => ("ADDED", format!("new-{:07}", self.changes), Machine { millicores: 2_000, note: 0 }),
            _ => ("DELETED", name, machine),
        };
        let told = event(kind, &node(&name, &machine, self.version));
        if kind == "DELETED" {
            self.nodes.remove(&name);
        } else {
            self.nodes.insert(name, machine);
        }
        self.events.push_back((self.version, told.clone()));
        self.remember(REMEMBERED);
        self.tell(&told);
    }

    /// Ends all watches, changes once more, forgets what has changed, and refuses the next watch, as a server does that
    /// begins anew.
    fn begin_anew(&mut self) {
        self.listeners.clear();
        self.is_begun_anew = true;
        self.change();
        self.change();
        self.remember(1);
    }

    fn remember(&mut self, changes: usize) {
        let forgotten = self.events.len().saturating_sub(changes);
        self.events.drain(..forgotten);
    }

    fn tell(&mut self, event: &str) {
        self.listeners.retain(|listener| listener.send(event.to_owned()).is_ok());
    }

    fn list(&mut self) -> String {
        self.lists += 1;
        let items = self.nodes.iter().map(|(name, machine)| node(name, machine, self.version));
        json!({"metadata": {"resourceVersion": self.version.to_string()}, "items": items.collect::<Vec<_>>()})
            .to_string()
    }

    fn watch(&mut self, query: &str) -> Chunks {
        self.watches += 1;
        let number = |name| {
            let given = query.split('&').find_map(|parameter| parameter.strip_prefix(name));
            given.unwrap().parse::<u64>().unwrap()
        };
        let (from, seconds) = (number("resourceVersion="), number("timeoutSeconds="));
        let oldest = self.events.front().map_or(self.version + 1, |(version, _)| *version);
        if from + 1 < oldest {
            self.expired += 1;
            let status = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
            return whole(event("ERROR", &status));
        }
        let (listener, changes) = unbounded_channel();
        for (_, event) in self.events.iter().filter(|(version, _)| *version > from) {
            listener.send(event.clone()).unwrap();
        }
        self.listeners.push(listener);
        let changes = stream::unfold(changes, async |mut changes| Some((changes.recv().await?, changes)));
        let until = sleep(Duration::from_secs(seconds));
        Box::pin(changes.take_until(until).map(|event| Ok(Frame::data(Bytes::from(event)))))
    }

    /// Takes note of a reading; gives the time that it takes.
    fn reading(&mut self) -> Duration {
        let pause = self.slow.get(&self.readings.len()).copied().unwrap_or_default();
        self.readings.push(self.start.elapsed());
        pause
    }

    fn samples(&self) -> String {
        let start: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        let now = start + self.start.elapsed();
        let mut list = "{\"items\":[".to_owned();
        for (at, name) in self.nodes.keys().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(
                list,
                r#"{comma}{{"metadata":{{"name":"{name}"}},"timestamp":"{now:.0}","window":"15s","usage":{{"cpu":"{at}m","memory":"1Gi"}}}}"#
            )
            .unwrap();
        }
        list.push_str("]}");
        list
    }
}

fn node(name: &str, machine: &Machine, version: u64) -> Value {
    let resources = json!({"cpu": format!("{}m", machine.millicores), "memory": "8Gi"});
    json!({
        "metadata": {"name": name, "labels": {LABEL: machine.note.to_string()}, "resourceVersion": version.to_string()},
        "status": {"capacity": resources, "allocatable": resources},
    })
}

fn event(kind: &str, object: &Value) -> String {
    format!("{}\n", json!({"type": kind, "object": object}))
}

fn whole(body: String) -> Chunks {
    Box::pin(stream::iter([Ok(Frame::data(Bytes::from(body)))]))
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
