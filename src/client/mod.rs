//! Requests to an API server and what comes back: one place where HTTP becomes lists, objects and errors.

mod connector;
mod create;
mod credentials;
mod exec;
mod exec_credential;
mod failure;
mod greeting;
mod headers;
mod limits;
mod list;
mod log;
mod no_proxy;
mod oidc;
mod proxy;
mod retry;
mod stack;
mod surroundings;
mod tls;
mod token_file;
mod transport;
mod validity;
mod verify;
mod warnings;
mod watch;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde::{Deserialize, de::DeserializeOwned};
use tower::{BoxError, Service};

use crate::{error::Error, kubeconfig::connection::Connection};
pub use list::{Each, Encoded, ListMeta, MOST_PODS};
use list::{LARGEST_OBJECT, ListReader};
use stack::Stack;

pub use greeting::Greeting;
pub use limits::Patience;
pub use proxy::ProxyVariables;
pub use surroundings::{Messages, Surroundings};
pub use validity::Validity;
pub use watch::{Change, Watch};

/// Protobuf, which the server writes in a third of the time, or JSON where it has only that.
const EITHER: &str = "application/vnd.kubernetes.protobuf, application/json;q=0.9";

const JSON: &str = "application/json";

/// A client of one API server.
#[derive(Clone)]
pub struct Client {
    http: kube::Client,
    server: String,
    patience: Patience,
}

impl Client {
    /// A client for the connection. Nothing is sent yet. Needs a tokio runtime to be there.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] or [`Error::File`] when the credentials, the certificates or the proxy can't be used.
    pub fn new(connection: &Connection, surroundings: &Surroundings) -> Result<Self, Error> {
        let stack = Arc::new(Stack::new(connection, surroundings)?);
        let server = stack.server().to_owned();
        let service = tower::service_fn(move |request: Request<Body>| {
            let stack = Arc::clone(&stack);
            async move { stack.send(request).await.map_err(failure::Carried::from) }
        });
        let http = kube::Client::new(service, connection.namespace.clone());
        Ok(Self { http, server, patience: Patience::default() })
    }

    /// A client that asks a service in this process; no socket is opened.
    pub fn in_process<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let http = kube::Client::new(service, "default");
        Self { http, server: "in this process".to_owned(), patience: Patience::default() }
    }

    /// The same client, with another patience.
    #[must_use]
    pub fn with(&self, patience: Patience) -> Self {
        Self { patience, ..self.clone() }
    }

    /// Host and port of the server.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Gets one object of a kind in whichever encoding the server prefers: `decode` reads it, or says what is wrong with
    /// it.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal, the connection or the answer.
    pub async fn object<T>(
        &self,
        path: &str,
        kind: &str,
        received: &AtomicU64,
        decode: impl FnOnce(Encoded<'_>) -> Result<T, String>,
    ) -> Result<T, Error> {
        let response = self.send(path, EITHER).await?;
        let is_protobuf = list::is_protobuf(response.headers().get(header::CONTENT_TYPE));
        let bytes = self.whole(path, response.into_body()).await?;
        received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let object = if is_protobuf {
            list::object(&bytes).map(|(found, object)| (found, Encoded::Protobuf(object)))
        } else {
            kind_of(&bytes).map(|found| (found, Encoded::Json(&bytes)))
        };
        object
            .and_then(|(found, object)| list::check_kind(kind, &found).and_then(|()| decode(object)))
            .map_err(|problem| Error::Answer { path: path.to_owned(), problem })
    }

    /// Gets one object as JSON, of a type that serde can read.
    ///
    /// # Errors
    ///
    /// As [`Client::object`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str, received: &AtomicU64) -> Result<T, Error> {
        let response = self.send(path, JSON).await?;
        let bytes = self.whole(path, response.into_body()).await?;
        received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::Answer { path: path.to_owned(), problem: error.to_string() })
    }

    /// Gets a list of a kind in whichever encoding the server prefers, one item at a time: `each` decodes an item, or
    /// says what is wrong with it. `received` counts the bytes as they come. Gives the list's metadata.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal, the connection or the answer.
    pub async fn list(
        &self,
        path: &str,
        kind: &'static str,
        received: &AtomicU64,
        each: Each<'_>,
    ) -> Result<ListMeta, Error> {
        let unreadable = |problem| Error::Answer { path: path.to_owned(), problem };
        let response = self.send(path, EITHER).await?;
        let mut reader = ListReader::new(kind, response.headers().get(header::CONTENT_TYPE));
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failure::of_body(error, path, &self.server))?;
            if let Ok(chunk) = frame.into_data() {
                received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                reader.push(&chunk, each).map_err(unreadable)?;
            }
        }
        reader.finish().map_err(unreadable)
    }

    /// Begins a watch; how long it may be silent is said by [`Patience::Endless`].
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal or of the connection.
    pub async fn watch(&self, path: &str) -> Result<Watch, Error> {
        let response = self.send(path, EITHER).await?;
        Ok(Watch::new(path, &self.server, response))
    }

    async fn send(&self, path: &str, accept: &'static str) -> Result<Response<Body>, Error> {
        let request = Request::get(path)
            .header(header::ACCEPT, accept)
            .extension(self.patience)
            .body(Body::empty())
            .map_err(|error| Error::Unusable(format!("{path} can't be asked for: {error}")))?;
        self.accepted(path, self.answer(request).await?).await
    }

    /// An answer, whatever its status.
    async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, Error> {
        self.http.send(request).await.map_err(|error| failure::of_kube(error, &self.server))
    }

    /// An answer that is no refusal.
    async fn accepted(&self, path: &str, response: Response<Body>) -> Result<Response<Body>, Error> {
        let status = response.status();
        if status.is_success() {
            let unreadable = |problem| Error::Answer { path: path.to_owned(), problem };
            return readable(response.headers()).map(|()| response).map_err(unreadable);
        }
        let retry_after = retry::after_answer(status, response.headers());
        let body = self.whole(path, response.into_body()).await.unwrap_or_default();
        Err(failure::of_status(status, &body, &self.server, retry_after))
    }

    async fn whole(&self, path: &str, body: Body) -> Result<Bytes, Error> {
        let collected = Limited::new(body, LARGEST_OBJECT).collect().await;
        collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
            match error.downcast::<kube::Error>() {
                Ok(error) => failure::of_body(*error, path, &self.server),
                Err(_) => Error::Answer {
                    path: path.to_owned(),
                    problem: format!("it is larger than {} MiB", LARGEST_OBJECT >> 20),
                },
            }
        })
    }
}

/// Refuses what is neither JSON nor protobuf before it is read.
fn readable(headers: &HeaderMap) -> Result<(), String> {
    let of = |name| headers.get(name).map(|value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()));
    // What was asked for is decompressed by now, and its header gone.
    if let Some(encoding) = of(header::CONTENT_ENCODING).filter(|encoding| encoding != "identity") {
        return Err(format!("it is compressed ({encoding}), which was not asked for"));
    }
    match of(header::CONTENT_TYPE) {
        Some(page) if page.to_ascii_lowercase().starts_with("text/html") => {
            Err("it is a web page, as for logging in".to_owned())
        }
        _ => Ok(()),
    }
}

/// The kind that an object in JSON says it is of; empty where it does not say.
fn kind_of(json: &[u8]) -> Result<String, String> {
    #[derive(Deserialize)]
    struct TypeMeta {
        #[serde(default)]
        kind: String,
    }
    serde_json::from_slice::<TypeMeta>(json).map(|meta| meta.kind).map_err(|error| error.to_string())
}
