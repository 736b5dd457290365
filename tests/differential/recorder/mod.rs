//! Servers and proxies on 127.0.0.1 that write down what is asked of them. Whatever name a proxy is asked for, it
//! leads to the case's API server, so that nothing leaves this machine.

mod api;
mod message;
mod proxy;
mod tls;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub use api::{Answer, GROUP, METRICS};
pub use tls::Https;

/// What a listener is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Http,
    Https(Https),
    HttpProxy,
    HttpsProxy(Https),
    /// A proxy that answers everything with this status.
    RefusingProxy(u16),
    SocksProxy,
    /// Takes connections and never says a word.
    Silent,
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// What comes before the API's own path.
    pub base: String,
    pub path: String,
    pub query: String,
    pub caller: Caller,
    pub accept_encoding: Option<String>,
    pub user_agent: Option<String>,
}

/// Whom the client took the server for, and what it said it is itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Scheme, host and port.
    pub origin: String,
    pub tls: Option<Session>,
    pub authorization: Vec<String>,
    pub impersonation: Vec<String>,
    /// The proxies it came through, with what they were told.
    pub via: Vec<String>,
}

/// A TLS session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Session {
    pub server_name: Option<String>,
    pub version: String,
    pub client: Option<String>,
}

/// All that the servers of a case saw.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub requests: Vec<Request>,
    /// The server names of TLS handshakes that came to nothing.
    pub broken_handshakes: BTreeSet<String>,
    /// What proxies refused.
    pub refused_by_proxy: BTreeSet<String>,
}

/// Both ways of a connection.
pub trait Stream: Read + Write + Send {
    /// Says that nothing more will be written.
    fn close_writing(&mut self);
}

impl Stream for TcpStream {
    fn close_writing(&mut self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

/// Ends a connection before its time. What lies unread when it is closed may cost the client the last words, so it is
/// read.
fn hang_up(stream: &mut dyn Stream) {
    stream.close_writing();
    let _ = io::copy(&mut { stream }, &mut io::sink());
}

type Answers = Vec<(String, Vec<Answer>)>;

/// What the listeners of a case share.
struct Shared {
    record: Mutex<Record>,
    answers: Mutex<Answers>,
    counts: Mutex<BTreeMap<String, usize>>,
    kinds: BTreeMap<String, (Kind, SocketAddr)>,
    /// Connections that are being served.
    open: AtomicUsize,
    stopped: AtomicBool,
}

/// The servers of one case; they stop when this goes.
pub struct Recorder {
    shared: Arc<Shared>,
}

/// The name of the server that proxies lead to.
pub const API: &str = "api";

impl Recorder {
    pub fn start(kinds: &[(String, Kind)]) -> Self {
        let bound = kinds.iter().map(|(name, kind)| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let address = listener.local_addr().unwrap();
            (name.clone(), (*kind, address), listener)
        });
        let bound: Vec<_> = bound.collect();
        let shared = Arc::new(Shared {
            record: Mutex::default(),
            answers: Mutex::default(),
            counts: Mutex::default(),
            kinds: bound.iter().map(|(name, kind, _)| (name.clone(), *kind)).collect(),
            open: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        for (_, (kind, _), listener) in bound {
            let shared = Arc::clone(&shared);
            thread::spawn(move || listen(kind, &listener, &shared));
        }
        Self { shared }
    }

    pub fn ports(&self) -> impl Iterator<Item = (&str, u16)> {
        self.shared.kinds.iter().map(|(name, (_, address))| (name.as_str(), address.port()))
    }

    /// Forgets what was, and answers so from now on.
    pub fn reset(&self, answers: Answers) {
        *self.shared.record.lock().unwrap() = Record::default();
        *self.shared.answers.lock().unwrap() = answers;
        self.shared.counts.lock().unwrap().clear();
    }

    /// What was seen of clients that have ended.
    pub fn record(&self) -> Record {
        self.settle();
        self.shared.record.lock().unwrap().clone()
    }
}

impl Recorder {
    /// Waits until the connections of clients that have ended are served to their ends: a client may be gone before
    /// its last words are read.
    fn settle(&self) {
        for (_, address) in self.shared.kinds.values() {
            // Connections are taken in turn; when this one ends, none is waiting that was made before.
            let mut last = TcpStream::connect(address).unwrap();
            last.set_read_timeout(Some(PATIENCE)).unwrap();
            last.shutdown(Shutdown::Write).unwrap();
            let _ = last.read(&mut [0]);
        }
        let start = Instant::now();
        while self.shared.open.load(Ordering::SeqCst) > 0 && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for (_, address) in self.shared.kinds.values() {
            // It wakes the listener, which sees that it has to stop.
            let _ = TcpStream::connect(address);
        }
    }
}

/// Longer than any client is allowed to run.
const PATIENCE: Duration = Duration::from_secs(20);

fn listen(kind: Kind, listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        shared.open.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            let _ = stream.set_read_timeout(Some(PATIENCE));
            let _ = stream.set_nodelay(true);
            shared.serve(kind, Box::new(stream), Vec::new());
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

impl Shared {
    /// Serves a connection to its end, `None` when it broke.
    fn serve(&self, kind: Kind, stream: Box<dyn Stream>, via: Vec<String>) -> Option<()> {
        match kind {
            Kind::Http => self.answer_all(stream, None, &via),
            Kind::Https(https) => {
                let (stream, session) = self.accept(https, stream)?;
                self.answer_all(stream, Some(&session), &via)
            }
            Kind::HttpProxy => self.proxy(stream, "http proxy", None, via),
            Kind::RefusingProxy(status) => self.proxy(stream, "http proxy", Some(status), via),
            Kind::HttpsProxy(https) => {
                let (stream, session) = self.accept(https, stream)?;
                self.proxy(stream, &format!("https proxy as {session:?}"), None, via)
            }
            Kind::SocksProxy => self.socks(stream, via),
            Kind::Silent => io::copy(&mut { stream }, &mut io::sink()).ok().map(|_| ()),
        }
    }

    /// The far end of a proxy.
    fn serve_api(&self, stream: Box<dyn Stream>, via: Vec<String>) -> Option<()> {
        let (kind, _) = self.kinds[API];
        self.serve(kind, stream, via)
    }

    /// Makes a connection a TLS session.
    fn accept(&self, https: Https, stream: Box<dyn Stream>) -> Option<(Box<dyn Stream>, Session)> {
        match tls::accept(https, stream) {
            Ok((stream, session)) => Some((Box::new(stream), session)),
            Err(server_name) => {
                self.record.lock().ok()?.broken_handshakes.insert(server_name?);
                None
            }
        }
    }
}
