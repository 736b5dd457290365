//! From a server's address to a stream: TCP, the proxy, TLS.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{
        Connected, Connection, HttpConnector,
        dns::{GaiResolver, Name},
        proxy::SocksV5,
    },
    rt::TokioIo,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::yield_now,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tower::{Service, ServiceExt};

use super::{
    failure::{self, Carried, Peer},
    proxy::{Proxy, ProxyKind},
    validity::Validity,
};
use crate::error::Error;

/// As in client-go's dialer (`transport/cache.go`).
const CONNECT_LIMIT: Duration = Duration::from_secs(30);
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A connection whose other end is gone is noticed after a minute or so. client-go has HTTP/2's pings for that.
const PROBE_EVERY: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;

/// A TLS handshake is bounded apart, as in client-go, and so is what is said to a proxy.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
const PROXY_LIMIT: Duration = Duration::from_secs(30);

/// Opens streams to one server.
#[derive(Clone)]
pub struct Connector(Arc<Road>);

struct Road {
    tcp: HttpConnector<Resolver>,
    proxy: Option<Proxy>,
    tls: TlsConnector,
    server_name: Option<String>,
    user_agent: HeaderValue,
}

impl Connector {
    /// Streams by way of the proxy, with these TLS settings. `server_name` stands in for the host's name.
    pub fn new(
        proxy: Option<Proxy>,
        tls: ClientConfig,
        server_name: Option<String>,
        user_agent: HeaderValue,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(PROBE_EVERY));
        tcp.set_keepalive_retries(Some(PROBES));
        tcp.set_nodelay(true);
        Self(Arc::new(Road { tcp, proxy, tls: TlsConnector::from(Arc::new(tls)), server_name, user_agent }))
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Carried;
    type Future = BoxFuture<'static, Result<Stream, Carried>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Carried>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let road = Arc::clone(&self.0);
        Box::pin(async move { road.travel(&target).await.map_err(Carried::from) })
    }
}

impl Road {
    async fn travel(&self, target: &Uri) -> Result<Stream, Error> {
        let is_https = target.scheme_str() == Some("https");
        let host = target.host().unwrap_or_default();
        let server = failure::address(target);
        let Some(proxy) = &self.proxy else {
            let tcp = self.dial(target, &Peer::Server(&server)).await?;
            let (io, certificate): (Io, _) = if is_https {
                self.secure(tcp, host, &Peer::Server(&server)).await?
            } else {
                (Box::new(tcp), None)
            };
            return Ok(Stream::new(io, false, certificate));
        };
        let name = proxy.name();
        let peer = Peer::Proxy(&name);
        let io: Io = match proxy.kind {
            ProxyKind::Socks5 => limited(PROXY_LIMIT, &peer, self.socks(proxy, target, &server)).await?,
            ProxyKind::Http => Box::new(self.dial(&proxy.address, &peer).await?),
            ProxyKind::Https => {
                let tcp = self.dial(&proxy.address, &peer).await?;
                self.secure(tcp, proxy.address.host().unwrap_or_default(), &peer).await?.0
            }
        };
        let speaks_http = proxy.kind != ProxyKind::Socks5;
        if !is_https {
            return Ok(Stream::new(io, speaks_http, None));
        }
        let io = if speaks_http {
            limited(PROXY_LIMIT, &peer, self.tunnel(io, proxy, &server)).await?
        } else {
            io
        };
        let (io, certificate) = self.secure(io, host, &Peer::Server(&server)).await?;
        Ok(Stream::new(io, false, certificate))
    }

    async fn dial(&self, to: &Uri, peer: &Peer<'_>) -> Result<tokio::net::TcpStream, Error> {
        let dialled = self.tcp.clone().oneshot(to.clone()).await;
        dialled.map(TokioIo::into_inner).map_err(|error| failure::of_stream(&error, peer))
    }

    /// TLS over a stream, and the time in which the peer's certificate is valid.
    async fn secure(
        &self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        host: &str,
        peer: &Peer<'_>,
    ) -> Result<(Io, Option<Validity>), Error> {
        let host = self.server_name.as_deref().unwrap_or(host);
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::Unusable(format!("{host:?} is no name that a server can have")))?;
        let shaking =
            async { self.tls.connect(name, io).await.map_err(|error| failure::of_handshake(&error, peer)) };
        let stream = limited(HANDSHAKE_LIMIT, peer, shaking).await?;
        let chain = stream.get_ref().1.peer_certificates();
        let validity = chain.and_then(<[_]>::first).and_then(|certificate| Validity::of(certificate));
        Ok((Box::new(stream), validity))
    }

    async fn socks(&self, proxy: &Proxy, target: &Uri, server: &str) -> Result<Io, Error> {
        let mut dialled = Some(self.dial(&proxy.address, &Peer::Proxy(&proxy.name())).await?);
        // Dialled here, since the library keeps its own error to itself.
        let hand_over = tower::service_fn(move |_: Uri| {
            let tcp =
                dialled.take().map(TokioIo::new).ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
            std::future::ready(tcp)
        });
        let mut socks = SocksV5::new(proxy.address.clone(), hand_over);
        if let Some((name, password)) = &proxy.user {
            socks = socks.with_auth(name.clone(), password.expose().to_owned());
        }
        let default = if target.scheme_str() == Some("https") { 443 } else { 80 };
        // The connector knows no default for http.
        let target = format!(
            "socks5://{}:{}",
            target.host().unwrap_or_default(),
            target.port_u16().unwrap_or(default)
        );
        let target = target.parse().map_err(|_| Error::Unusable(format!("{server} is no address")))?;
        let stream = socks.oneshot(target).await.map_err(|error| {
            let problem = error.to_string().replace("SOCKS error: ", "");
            Error::Proxy { proxy: proxy.name(), problem }
        })?;
        Ok(Box::new(stream.into_inner()))
    }

    /// Asks an HTTP proxy for a tunnel to the server.
    async fn tunnel(&self, io: Io, proxy: &Proxy, server: &str) -> Result<Io, Error> {
        let broken = |error: hyper::Error| failure::of_stream(&error, &Peer::Proxy(&proxy.name()));
        let mut request = Request::connect(server).header(header::HOST, server);
        request = request.header(header::USER_AGENT, self.user_agent.clone());
        if let Some(value) = proxy.authorization() {
            request = request.header(header::PROXY_AUTHORIZATION, value);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| Error::Unusable(format!("{server} can't be asked for: {error}")))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(io)).await.map_err(broken)?;
        tokio::spawn(connection.with_upgrades());
        let response = sender.send_request(request).await.map_err(broken)?;
        if response.status() != StatusCode::OK {
            return Err(failure::of_proxy_status(&proxy.name(), response.status()));
        }
        Ok(Box::new(TokioIo::new(hyper::upgrade::on(response).await.map_err(broken)?)))
    }
}

async fn limited<T>(
    limit: Duration,
    peer: &Peer<'_>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(failure::of_silence(limit, peer)))
}

/// A stream of any kind.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

type Io = Box<dyn Duplex>;

/// A stream to the server, or to the proxy that forwards requests to it.
pub struct Stream {
    io: TokioIo<Io>,
    is_forwarded: bool,
    certificate: Option<Validity>,
    /// What is waited for before more is read.
    turn: Option<BoxFuture<'static, ()>>,
}

impl Stream {
    fn new(io: Io, is_forwarded: bool, certificate: Option<Validity>) -> Self {
        Self { io: TokioIo::new(io), is_forwarded, certificate, turn: None }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_forwarded);
        // Each answer on the stream has it among its extensions.
        match self.certificate {
            Some(validity) => connected.extra(validity),
            None => connected,
        }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // hyper reads on for as long as bytes come; a server that sends without end would keep the others, and the clock,
        // from their turn.
        if let Some(turn) = &mut self.turn {
            ready!(turn.as_mut().poll(cx));
            self.turn = None;
        }
        let read = ready!(Pin::new(&mut self.io).poll_read(cx, buf));
        self.turn = Some(Box::pin(yield_now()));
        Poll::Ready(read)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// The system's resolver, whose failures are told apart from those of the connection.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = failure::Unresolved;
    type Future = BoxFuture<'static, Result<Self::Response, failure::Unresolved>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), failure::Unresolved>> {
        self.0.poll_ready(cx).map_err(|_| failure::Unresolved(String::new()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let host = name.as_str().to_owned();
        let looked_up = self.0.call(name);
        Box::pin(async move {
            let addresses: Vec<_> = looked_up.await.map_err(|_| failure::Unresolved(host.clone()))?.collect();
            // No address at all would be told as a connection that nobody tried.
            if addresses.is_empty() { Err(failure::Unresolved(host)) } else { Ok(addresses.into_iter()) }
        })
    }
}
