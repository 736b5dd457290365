//! A server on the loopback interface, in the test's own runtime: HTTP with or without TLS, or a proxy.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// One request, and what is known of its connection.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub connection: usize,
    pub sni: Option<String>,
    /// The client certificate's DER.
    pub peer: Option<Vec<u8>>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub type Requests = Arc<Mutex<Vec<Seen>>>;

pub struct Server {
    pub port: u16,
    pub requests: Requests,
}

pub type Answer = Arc<dyn Fn(&Seen) -> Vec<u8> + Send + Sync>;

/// An answer with a JSON body.
pub fn ok(body: &str) -> Vec<u8> {
    with(200, "", body)
}

/// An answer with a status, further header lines (each ended) and a body.
pub fn with(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Answers `{"ok":true}` to everything.
pub fn fine() -> Answer {
    Arc::new(|_| ok(r#"{"ok":true}"#))
}

impl Server {
    pub async fn http(answer: Answer) -> Self {
        Self::serve(answer, None).await
    }

    pub async fn https(config: ServerConfig, answer: Answer) -> Self {
        Self::serve(answer, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn serve(answer: Answer, tls: Option<TlsAcceptor>) -> Self {
        let requests = Requests::default();
        let seen = Arc::clone(&requests);
        let connections = Arc::new(AtomicUsize::new(0));
        let port = listen(move |tcp| {
            let (answer, tls, seen) = (Arc::clone(&answer), tls.clone(), Arc::clone(&seen));
            let first = Seen { connection: connections.fetch_add(1, Ordering::Relaxed), ..Seen::default() };
            async move {
                let Some(tls) = tls else { return converse(tcp, first, &answer, &seen).await };
                let Ok(stream) = tls.accept(tcp).await else { return };
                let (_, state) = stream.get_ref();
                let first = Seen {
                    sni: state.server_name().map(str::to_owned),
                    peer: state.peer_certificates().map(|chain| chain[0].to_vec()),
                    ..first
                };
                converse(stream, first, &answer, &seen).await;
            }
        })
        .await;
        Self { port, requests }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.requests.lock().unwrap().clone()
    }
}

/// Hands each connection to its own task; gives the port.
pub async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(serve(tcp));
        }
    });
    port
}

/// Reads to the empty line; `None` where the connection ends.
pub async fn head(io: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

pub fn parse(head: &str, connection: &Seen) -> Seen {
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Seen { line, headers, ..connection.clone() }
}

/// Answers requests until the client goes away. An empty answer closes the connection.
pub async fn converse(
    mut io: impl AsyncRead + AsyncWrite + Unpin,
    connection: Seen,
    answer: &Answer,
    seen: &Requests,
) {
    while let Some(head) = head(&mut io).await {
        let mut request = parse(&head, &connection);
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        request.body = vec![0; length];
        if io.read_exact(&mut request.body).await.is_err() {
            return;
        }
        seen.lock().unwrap().push(request.clone());
        let answer = answer(&request);
        if answer.is_empty() || io.write_all(&answer).await.is_err() {
            return;
        }
        let _ = io.flush().await;
    }
}
