//! The way of a request: prepared, sent as whoever the user is, repeated where the server asks for it, bounded.

#[cfg(test)]
mod tests;

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header, uri::PathAndQuery};
use http_body_util::{BodyExt, Full};
use kube::client::Body;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::{
    credentials::Credentials,
    failure::{self, Peer},
    headers,
    limits::{self, Paced, Patience},
    log::Log,
    proxy::Proxy,
    retry,
    surroundings::{Messages, Surroundings},
    tls::Source,
    transport::{Incoming, Outgoing, Transport, Wire},
    warnings::Warnings,
};
use crate::{
    error::Error,
    kubeconfig::connection::{Connection, ProxyUrl},
};

/// The most of a refusal that is read only to be able to use its connection again, as by client-go.
const WORTH_READING: usize = 2 << 10;

/// All that is between the client's methods and the network.
pub struct Stack {
    base: Uri,
    server: String,
    headers: HeaderMap,
    limit: Option<std::time::Duration>,
    credentials: Credentials,
    transport: Box<dyn Transport>,
    warnings: Warnings,
    log: Log,
    messages: Messages,
}

impl Stack {
    /// The stack for a connection. Nothing is sent yet, and no program run.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] or [`Error::File`] when credentials, certificates or the proxy can't be used.
    pub fn new(connection: &Connection, surroundings: &Surroundings) -> Result<Self, Error> {
        let server = &connection.server;
        let is_https = server.scheme_str() == Some("https");
        let proxy =
            Proxy::choose(connection.proxy.as_ref().map(ProxyUrl::expose), &surroundings.proxies, server)?;
        let source =
            Source::new(connection.tls.clone(), connection.credentials.certificate.clone(), is_https);
        let name = connection.tls.server_name.clone();
        let wire = Wire::new(server, source, name, proxy, headers::user_agent())?;
        Self::over(Box::new(wire), connection, surroundings)
    }

    fn over(
        transport: Box<dyn Transport>,
        connection: &Connection,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        Ok(Self {
            base: connection.server.clone(),
            server: failure::address(&connection.server),
            headers: headers::of(connection)?,
            limit: connection.timeout.filter(|limit| !limit.is_zero()),
            credentials: Credentials::of(connection, surroundings)?,
            transport,
            warnings: Warnings::new(surroundings.messages.clone()),
            log: Log::new(surroundings),
            messages: surroundings.messages.clone(),
        })
    }

    /// Sends a request for a path of the server and gives the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// The [`Error`] that kept it from being answered.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Paced>, Error> {
        let (mut parts, body) = request.into_parts();
        let patience = parts.extensions.get::<Patience>().copied().unwrap_or_default();
        let is_endless = matches!(patience, Patience::Endless(_));
        let limit = self.limit.filter(|_| !is_endless);
        let total = limit.or((!is_endless).then_some(limits::WHOLE_LIMIT));
        let total = total.map(|limit| (limit, Instant::now() + limit));
        parts.uri = self.absolute(&parts.uri, limit.filter(|_| parts.method == Method::GET))?;
        for (name, value) in &self.headers {
            // An encoder may hold back what a watch is waiting for.
            if !(is_endless && name == header::ACCEPT_ENCODING) {
                parts.headers.append(name, value.clone());
            }
        }
        let body = body.collect_bytes().await.map_err(|error| failure::of_kube(error, &self.server))?;
        self.log.request_body(&body);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = parts.method;
        *request.uri_mut() = parts.uri;
        *request.headers_mut() = parts.headers;
        let answering = self.repeat(request, patience);
        let answer = match total {
            None => answering.await?,
            Some((limit, deadline)) => timeout_at(deadline, answering).await.unwrap_or_else(|_| {
                Err(Error::Timeout { server: self.server.clone(), problem: limits::exceeded(limit) })
            })?,
        };
        Ok(answer.map(|body| Paced::new(self.log.body(body), &self.server, patience, total)))
    }

    /// The path under the server's own, and what client-go tells the server of the time it has.
    fn absolute(&self, path: &Uri, limit: Option<std::time::Duration>) -> Result<Uri, Error> {
        let prefix = self.base.path().trim_end_matches('/');
        let path = path.path_and_query().map_or("/", PathAndQuery::as_str);
        let timeout = limit.map(|limit| {
            let separator = match path.split_once('?') {
                None => "?",
                Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            };
            let limit = limits::go_duration(limit).replace('µ', "%C2%B5");
            format!("{separator}timeout={limit}")
        });
        let mut parts = self.base.clone().into_parts();
        let whole = format!("{prefix}{path}{}", timeout.unwrap_or_default());
        let unusable = |problem: String| Error::Unusable(format!("{whole} can't be asked for: {problem}"));
        parts.path_and_query = Some(whole.parse().map_err(|error| unusable(format!("{error}")))?);
        Uri::from_parts(parts).map_err(|error| unusable(error.to_string()))
    }

    async fn repeat(&self, request: Outgoing, patience: Patience) -> Result<Incoming, Error> {
        let mut retries = 0;
        loop {
            let outcome = self.follow(&request, patience).await;
            let wait = match &outcome {
                Ok(answer) => retry::after_answer(answer.status(), answer.headers()),
                Err(error) => retry::after_failure(request.method(), error),
            };
            let is_repeated = patience == Patience::Bounded && retries < retry::MOST_RETRIES;
            let Some(wait) = wait.filter(|_| is_repeated) else { return outcome };
            retries += 1;
            let may_start = Instant::now() + wait;
            if let Ok(answer) = outcome {
                let _ = timeout_at(may_start, drain(answer)).await;
            }
            sleep_until(may_start).await;
        }
    }

    async fn follow(&self, request: &Outgoing, patience: Patience) -> Result<Incoming, Error> {
        let mut request = request.clone();
        for _ in 0..retry::MOST_REDIRECTS {
            let answer = self.exchange(&request, patience).await?;
            let (status, headers) = (answer.status(), answer.headers());
            match retry::redirect(request.uri(), request.method(), status, headers)? {
                None => return Ok(answer),
                Some(to) => *request.uri_mut() = to,
            }
        }
        let problem = format!("it redirects more than {} times", retry::MOST_REDIRECTS);
        Err(Error::Answer { path: request.uri().path().to_owned(), problem })
    }

    async fn exchange(&self, request: &Outgoing, patience: Patience) -> Result<Incoming, Error> {
        let mut request = request.clone();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let granted = self.credentials.granted().await?;
        if let Some(value) = &granted.authorization {
            request.headers_mut().insert(header::AUTHORIZATION, value.clone());
        }
        self.log.request(&method, &uri, request.headers());
        let sent_at = Instant::now();
        let sending = self.transport.send(request, granted.identity.clone());
        let limit = patience.answer_limit();
        let outcome = timeout(limit, sending)
            .await
            .unwrap_or_else(|_| Err(failure::of_silence(limit, &Peer::Server(&self.server))));
        let answer = outcome.inspect_err(|error| self.log.failure(&method, &uri, error, sent_at))?;
        self.log.answer(&method, &uri, answer.status(), answer.headers(), sent_at);
        self.warnings.show(answer.headers());
        if answer.status() == StatusCode::UNAUTHORIZED
            && let Err(error) = self.credentials.refused(&granted).await
        {
            self.messages.say(&format!("warning: the credentials can't be renewed: {error}"));
        }
        Ok(answer)
    }

    /// Host and port of the server.
    pub fn server(&self) -> &str {
        &self.server
    }
}

/// Reads what is left of an answer, as far as that is worth it.
async fn drain(answer: Incoming) {
    let mut body = answer.into_body();
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, bytes::Bytes::len);
        if read > WORTH_READING {
            return;
        }
    }
}
