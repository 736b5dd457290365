//! Creating objects, of which the server keeps none: reviews.

use http::{Request, header};
use kube::client::Body;
use serde::{Serialize, de::DeserializeOwned};

use super::{Client, JSON};
use crate::error::Error;

impl Client {
    /// Creates an object and reads what the server made of it: a review is answered in its status.
    ///
    /// # Errors
    ///
    /// As [`Client::object`].
    pub async fn create<T: Serialize + DeserializeOwned>(&self, path: &str, object: &T) -> Result<T, Error> {
        let unusable =
            |error: &dyn std::error::Error| Error::Unusable(format!("{path} can't be asked for: {error}"));
        let body = serde_json::to_vec(object).map_err(|error| unusable(&error))?;
        let request = Request::post(path)
            .header(header::ACCEPT, JSON)
            .header(header::CONTENT_TYPE, JSON)
            .body(Body::from(body))
            .map_err(|error| unusable(&error))?;
        let response = self.accepted(path, self.answer(request).await?).await?;
        let bytes = self.whole(path, response.into_body()).await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::Answer { path: path.to_owned(), problem: error.to_string() })
    }
}
