//! What a server says of itself beside what it was asked for.

use http::{Request, header};
use jiff::{Timestamp, fmt::rfc2822};
use kube::client::Body;
use serde::Deserialize;

use super::{Client, JSON, validity::Validity};
use crate::error::Error;

/// The path that says which version of Kubernetes the server is. Every user may read it unless an administrator
/// changed that.
const VERSION: &str = "/version";

/// The first answer of a server.
#[derive(Debug)]
pub struct Greeting {
    /// Kubernetes' version, `v1.37.2`.
    ///
    /// # Errors
    ///
    /// Why the server does not say; it has answered all the same.
    pub version: Result<String, Error>,
    /// The server's own time, a second exact; `None` where it does not tell.
    pub time: Option<Timestamp>,
    /// When the server's certificate is valid; `None` for http, and where a proxy is in between that forwards requests.
    pub certificate: Option<Validity>,
}

impl Client {
    /// Asks for the server's version.
    ///
    /// # Errors
    ///
    /// Whatever keeps the server from answering; a refusal is an answer.
    pub async fn greet(&self) -> Result<Greeting, Error> {
        let request = Request::get(VERSION)
            .header(header::ACCEPT, JSON)
            .body(Body::empty())
            .map_err(|error| Error::Unusable(error.to_string()))?;
        let response = self.answer(request).await?;
        let time = response.headers().get(header::DATE).and_then(|date| date.to_str().ok()).and_then(time);
        let certificate = response.extensions().get().copied();
        Ok(Greeting { version: self.version(response).await, time, certificate })
    }

    async fn version(&self, response: http::Response<Body>) -> Result<String, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let unreadable = |problem| Error::Answer { path: VERSION.to_owned(), problem };
        let response = match self.accepted(VERSION, response).await {
            // Every API server has it.
            Err(Error::NotFound(message)) => return Err(unreadable(message)),
            response => response?,
        };
        let bytes = self.whole(VERSION, response.into_body()).await?;
        let version: Version =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        Ok(version.git_version)
    }
}

/// The time of a `Date` header.
fn time(date: &str) -> Option<Timestamp> {
    rfc2822::parse(date).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer() {
        assert_eq!(time("Wed, 25 Nov 2026 02:30:05 GMT"), "2026-11-25T02:30:05Z".parse().ok());
        assert_eq!(time("yesterday"), None);
    }
}
