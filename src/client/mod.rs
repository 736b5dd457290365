//! Requests to an API server and what comes back: one place where HTTP becomes lists, objects and errors.

mod failure;
mod list;

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde::de::DeserializeOwned;
use tower::{BoxError, Service};

use crate::{error::Error, kubeconfig::Connection};
use list::ListReader;

/// The most that a single object or an error may take.
const LARGEST_OBJECT: usize = 16 << 20;

/// A client of one API server.
#[derive(Clone)]
pub struct Client {
    http: kube::Client,
    server: String,
}

impl Client {
    /// A client for the connection. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when the credentials or certificates can't be used.
    pub fn new(connection: Connection) -> Result<Self, Error> {
        let server = connection.server();
        let http = kube::Client::try_from(connection.into_config())
            .map_err(|error| failure::of_connection(&error, &server))?;
        Ok(Self { http, server })
    }

    /// A client that asks a service in this process; no socket is opened.
    pub fn in_process<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
    {
        Self { http: kube::Client::new(service, "default"), server: "in this process".to_owned() }
    }

    /// Gets one object: `decode` reads its JSON, or says what is wrong with it.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal, the connection or the answer.
    pub async fn object<T>(
        &self,
        path: &str,
        received: &AtomicU64,
        decode: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, Error> {
        let body = self.send(path).await?;
        let bytes = self.whole(path, body).await?;
        received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        decode(&bytes).map_err(|problem| Error::Answer { path: path.to_owned(), problem })
    }

    /// Gets one object of a type that serde can read.
    ///
    /// # Errors
    ///
    /// As [`Client::object`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str, received: &AtomicU64) -> Result<T, Error> {
        self.object(path, received, |json| serde_json::from_slice(json).map_err(|error| error.to_string()))
            .await
    }

    /// Gets a list, one item at a time: `each` decodes an item's JSON, or says what is wrong with it. `received`
    /// counts the bytes as they come.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of the server's refusal, the connection or the answer.
    pub async fn list(
        &self,
        path: &str,
        received: &AtomicU64,
        mut each: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), Error> {
        let unreadable = |problem| Error::Answer { path: path.to_owned(), problem };
        let mut body = self.send(path).await?;
        let mut reader = ListReader::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failure::of_connection(&error, &self.server))?;
            if let Ok(chunk) = frame.into_data() {
                received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                reader.push(&chunk, &mut each).map_err(unreadable)?;
            }
        }
        reader.finish().map_err(unreadable)
    }

    async fn send(&self, path: &str) -> Result<Body, Error> {
        let request = Request::get(path)
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("kubectl-nodeusage/", env!("CARGO_PKG_VERSION")))
            .body(Body::empty())
            .map_err(|error| Error::Configuration(format!("{path} can't be asked for: {error}")))?;
        let response =
            self.http.send(request).await.map_err(|error| failure::of_connection(&error, &self.server))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let body = self.whole(path, response.into_body()).await.unwrap_or_default();
        Err(failure::of_status(status, &body))
    }

    async fn whole(&self, path: &str, body: Body) -> Result<Bytes, Error> {
        let collected = Limited::new(body, LARGEST_OBJECT).collect().await;
        collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
            match error.downcast_ref::<kube::Error>() {
                Some(error) => failure::of_connection(error, &self.server),
                None => Error::Answer {
                    path: path.to_owned(),
                    problem: format!("it is larger than {} MiB", LARGEST_OBJECT >> 20),
                },
            }
        })
    }
}
