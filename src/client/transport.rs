//! Requests on the wire, and the connections that they share.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper_util::{
    client::legacy::{Builder, Client},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::sync::Notify;
use tower::{BoxError, ServiceExt};
use tower_http::decompression::Decompression;

use super::{
    connector::Connector,
    failure::{self, Peer},
    limits::{LARGEST_HEAD, MOST_HEADERS, MOST_PROVISIONAL},
    proxy::{Proxy, ProxyKind},
    tls::{Identity, Pem, Source},
};
use crate::error::Error;

/// A request as it is sent: small enough to be held and sent again.
pub type Outgoing = Request<Full<Bytes>>;

/// A response whose body is still coming.
pub type Incoming = Response<UnsyncBoxBody<Bytes, BoxError>>;

/// Sends requests. Tests have one without a network.
pub trait Transport: Send + Sync {
    /// Sends a request as the bearer of a certificate, where there is one.
    fn send(&self, request: Outgoing, identity: Option<Identity>) -> BoxFuture<'_, Result<Incoming, Error>>;
}

/// The network.
pub struct Wire {
    server: String,
    source: Source,
    proxy: Option<Proxy>,
    server_name: Option<String>,
    user_agent: HeaderValue,
    /// `Proxy-Authorization` of a proxy that forwards requests instead of tunnelling them.
    forward: Option<HeaderValue>,
    is_forwarded: bool,
    current: Mutex<Generation>,
}

/// Connections with the same certificates.
struct Generation {
    pem: Pem,
    identity: Option<Identity>,
    http: Client<Connector, Full<Bytes>>,
    read_at: Instant,
}

/// How often files are looked at (client-go: `cachingCertificateLoader`).
const READ_AT_MOST_EVERY: Duration = Duration::from_secs(1);

impl Wire {
    /// Connections to the server at this address.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] or [`Error::File`] when the certificates can't be used.
    pub fn new(
        server: &http::Uri,
        source: Source,
        server_name: Option<String>,
        proxy: Option<Proxy>,
        user_agent: HeaderValue,
    ) -> Result<Self, Error> {
        let is_https = server.scheme_str() == Some("https");
        let forwarding = proxy.as_ref().filter(|proxy| !is_https && proxy.kind != ProxyKind::Socks5);
        let forward = forwarding.and_then(Proxy::authorization);
        let is_forwarded = forwarding.is_some();
        let pem = source.read()?;
        let connector = Connector::new(
            proxy.clone(),
            source.settings(&pem, None)?,
            server_name.clone(),
            user_agent.clone(),
        );
        let current =
            Generation { pem, identity: None, http: pool().build(connector), read_at: Instant::now() };
        Ok(Self {
            server: failure::address(server),
            source,
            proxy,
            server_name,
            user_agent,
            forward,
            is_forwarded,
            current: Mutex::new(current),
        })
    }

    /// The connections to use now. When a certificate has changed those that know the old one are left behind.
    fn http(&self, identity: Option<Identity>) -> Result<Client<Connector, Full<Bytes>>, Error> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let mut renewed = None;
        if self.source.has_files() && current.read_at.elapsed() >= READ_AT_MOST_EVERY {
            current.read_at = Instant::now();
            // Files that are being replaced right now may be missing, or not fit together yet.
            renewed = self.source.read().ok().filter(|pem| *pem != current.pem);
        }
        if renewed.is_none()
            && identity.as_ref().map(Arc::as_ptr) == current.identity.as_ref().map(Arc::as_ptr)
        {
            return Ok(current.http.clone());
        }
        let settings = match &renewed {
            Some(pem) => self.source.settings(pem, identity.as_ref()),
            None => self.source.settings(&current.pem, identity.as_ref()),
        };
        let settings = match (settings, &renewed) {
            (Err(_), Some(_)) => return Ok(current.http.clone()),
            (settings, _) => settings?,
        };
        let connector =
            Connector::new(self.proxy.clone(), settings, self.server_name.clone(), self.user_agent.clone());
        current.http = pool().build(connector);
        current.identity = identity;
        if let Some(pem) = renewed {
            current.pem = pem;
        }
        Ok(current.http.clone())
    }

    async fn exchange(&self, mut request: Outgoing, identity: Option<Identity>) -> Result<Incoming, Error> {
        let http = self.http(identity)?;
        if let Some(value) = &self.forward {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, value.clone());
        }
        let failed = |error: &(dyn std::error::Error + 'static)| {
            failure::of_stream(error, &Peer::Server(&self.server))
        };
        let too_many = provisional(&mut request);
        let answering = async {
            if request.headers().contains_key(header::ACCEPT_ENCODING) {
                let answer = Decompression::new(http).oneshot(request).await;
                answer.map(|answer| answer.map(boxed)).map_err(|error| failed(&error))
            } else {
                let answer = http.request(request).await;
                answer.map(|answer| answer.map(boxed)).map_err(|error| failed(&error))
            }
        };
        let response = tokio::select! {
            answer = answering => answer?,
            () = too_many.notified() => {
                let problem = format!("it sends more than {MOST_PROVISIONAL} answers that are none (1xx)");
                return Err(Error::Connection { server: self.server.clone(), problem });
            }
        };
        if self.is_forwarded
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
            && let Some(proxy) = &self.proxy
        {
            return Err(failure::of_proxy_status(&proxy.name(), response.status()));
        }
        Ok(response)
    }
}

impl Transport for Wire {
    fn send(&self, request: Outgoing, identity: Option<Identity>) -> BoxFuture<'_, Result<Incoming, Error>> {
        Box::pin(self.exchange(request, identity))
    }
}

/// Notifies when a server has put off its answer too often.
fn provisional(request: &mut Outgoing) -> Arc<Notify> {
    let too_many = Arc::new(Notify::new());
    let (count, told) = (AtomicUsize::new(0), Arc::clone(&too_many));
    hyper::ext::on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == MOST_PROVISIONAL {
            told.notify_one();
        }
    });
    too_many
}

fn pool() -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new());
    builder.http1_max_buf_size(LARGEST_HEAD).http1_max_headers(MOST_HEADERS);
    builder
}

/// A body with its type forgotten.
pub fn boxed<B>(body: B) -> UnsyncBoxBody<Bytes, BoxError>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(Into::into).boxed_unsync()
}
