//! A server that answers some of the requests as an attacker would, and the others well.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

/// The requests of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Group,
    Samples,
    Nodes,
    Sample,
    Node,
    Pods,
    PodSamples,
    ApiService,
}

impl Request {
    /// Those of a run, of a run with a name, and of one with `--requests`; the lists also of one with `--pods`.
    pub const ALL: [Self; 6] =
        [Self::Group, Self::Samples, Self::Nodes, Self::Sample, Self::Node, Self::Pods];
    pub const LISTS: [Self; 4] = [Self::Samples, Self::Nodes, Self::Pods, Self::PodSamples];
    pub const OBJECTS: [Self; 2] = [Self::Sample, Self::Node];

    /// Whether the request line is one of these.
    pub fn is(self, line: &str) -> bool {
        Self::of(line) == Some(self)
    }

    fn of(line: &str) -> Option<Self> {
        let target = line.split(' ').nth(1)?;
        // A proxy is asked for the whole address.
        let path = target.strip_prefix("http://nodes.example").unwrap_or(target);
        Some(match path.split('?').next()? {
            "/apis/metrics.k8s.io" => Self::Group,
            "/apis/metrics.k8s.io/v1beta1/nodes" => Self::Samples,
            "/api/v1/nodes" => Self::Nodes,
            "/apis/metrics.k8s.io/v1beta1/nodes/a" => Self::Sample,
            "/api/v1/nodes/a" => Self::Node,
            "/api/v1/pods" => Self::Pods,
            "/apis/metrics.k8s.io/v1beta1/pods" => Self::PodSamples,
            "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io" => Self::ApiService,
            _ => return None,
        })
    }

    /// What a good server answers.
    fn good(self) -> Value {
        match self {
            Self::Group => serde_json::json!({"kind": "APIGroup", "versions": [{"version": "v1beta1"}]}),
            Self::Samples => {
                serde_json::json!({"kind": "NodeMetricsList", "items": [sample("a"), sample("b")]})
            }
            Self::Nodes => serde_json::json!({"kind": "NodeList", "items": [node("a"), node("b")]}),
            Self::Sample => sample("a"),
            Self::Node => node("a"),
            Self::Pods => serde_json::json!({"kind": "PodList", "items": [pod("a"), pod("b")]}),
            Self::PodSamples => {
                serde_json::json!({"kind": "PodMetricsList", "items": [pod_sample("a"), pod_sample("b")]})
            }
            Self::ApiService => serde_json::json!({"status": {}}),
        }
    }
}

pub fn node(name: &str) -> Value {
    let resources = serde_json::json!({"cpu": "4", "memory": "8Gi"});
    serde_json::json!({
        "metadata": {"name": name},
        "status": {"capacity": resources, "allocatable": resources},
    })
}

pub fn sample(name: &str) -> Value {
    serde_json::json!({
        "metadata": {"name": name},
        "timestamp": "2026-11-01T12:00:00Z", "window": "15s", "usage": {"cpu": "1", "memory": "1Gi"},
    })
}

/// A pod of a node.
pub fn pod(node: &str) -> Value {
    let requests = serde_json::json!({"cpu": "1", "memory": "1Gi"});
    serde_json::json!({
        "metadata": {"namespace": "dev", "name": format!("pod-of-{node}")},
        "spec": {"nodeName": node, "containers": [{"resources": {"requests": requests}}]},
        "status": {"phase": "Running"},
    })
}

/// The use of a pod of a node.
pub fn pod_sample(node: &str) -> Value {
    serde_json::json!({
        "metadata": {"namespace": "dev", "name": format!("pod-of-{node}")},
        "timestamp": "2026-11-01T12:00:00Z", "window": "15s",
        "containers": [{"name": "c", "usage": {"cpu": "1", "memory": "1Gi"}}],
    })
}

/// Answers on an open connection. It ends when the client goes away, at the latest.
pub type Attack = Arc<dyn Fn(&mut TcpStream) -> io::Result<()> + Send + Sync>;

pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    pub fn start(attacks: Vec<(Request, Attack)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, is_over) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicBool>::default());
        let (seen, over, attacks) = (Arc::clone(&requests), Arc::clone(&is_over), Arc::new(attacks));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, attacks) = (Arc::clone(&seen), Arc::clone(&attacks));
                // A client that goes away is what many attacks end with.
                thread::spawn(move || serve(stream, &seen, &attacks).ok());
            }
        });
        Self { address, requests, is_over }
    }

    /// The request lines so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, attacks: &[(Request, Attack)]) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.set_write_timeout(Some(Duration::from_mins(1)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
    let line = lines.next().ok_or(io::ErrorKind::UnexpectedEof)?;
    lines.find(String::is_empty);
    seen.lock().unwrap().push(line.clone());
    let request = Request::of(&line);
    if let Some((_, attack)) = attacks.iter().find(|(on, _)| Some(*on) == request) {
        return attack(&mut stream);
    }
    match request {
        Some(request) => {
            let body = request.good().to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())
        }
        None => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

/// These bytes, and the end.
pub fn bytes(bytes: impl AsRef<[u8]>) -> Attack {
    let bytes = bytes.as_ref().to_vec();
    Arc::new(move |stream| stream.write_all(&bytes))
}

/// A whole answer with a status, header lines (each ended) and a body.
pub fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Attack {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    bytes([head.as_bytes(), body].concat())
}

/// 200 and JSON.
pub fn json(body: impl AsRef<[u8]>) -> Attack {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

/// 200 and Kubernetes' protobuf.
pub fn protobuf(body: impl AsRef<[u8]>) -> Attack {
    answer("200 OK", "Content-Type: application/vnd.kubernetes.protobuf\r\n", body)
}

/// The first bytes, then the others again and again.
pub fn endless(first: impl AsRef<[u8]>, again: impl AsRef<[u8]>) -> Attack {
    let first = first.as_ref().to_vec();
    let again = again.as_ref().repeat((64 << 10) / again.as_ref().len() + 1);
    Arc::new(move |stream| {
        stream.write_all(&first)?;
        loop {
            stream.write_all(&again)?;
        }
    })
}

/// These bytes, and then silence.
pub fn stall(first: impl AsRef<[u8]>) -> Attack {
    let first = first.as_ref().to_vec();
    Arc::new(move |stream| {
        stream.write_all(&first)?;
        stream.read_to_end(&mut Vec::new()).map(|_| ())
    })
}

/// The first bytes, then one of the others now and then, for ever.
pub fn drip(first: impl AsRef<[u8]>, then: &'static [u8]) -> Attack {
    let first = first.as_ref().to_vec();
    Arc::new(move |stream| {
        stream.write_all(&first)?;
        for byte in then.iter().cycle() {
            stream.write_all(&[*byte])?;
            // What a slow server does; nothing waits for it.
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    })
}
