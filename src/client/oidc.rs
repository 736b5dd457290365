//! OpenID Connect (`auth-provider` named `oidc`): an ID token, renewed by a refresh token. The kube crate does that.

use std::collections::BTreeMap;

use http::{HeaderValue, Request, Response, header};
use kube::{
    Config,
    client::{Body, ConfigExt},
    config::{AuthInfo, AuthProviderConfig},
};
use tower::{Layer, ServiceExt, util::BoxCloneService};

use crate::{error::Error, kubeconfig::secret::Secret};

/// Asks kube's own layer for the header that it would send.
pub struct Oidc(tokio::sync::Mutex<BoxCloneService<Request<Body>, Response<Body>, tower::BoxError>>);

impl Oidc {
    /// The provider with these settings.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] when there is no usable ID token.
    pub fn new(settings: &BTreeMap<String, Secret>) -> Result<Self, Error> {
        let config = settings.iter().map(|(key, value)| (key.clone(), value.expose().to_owned())).collect();
        let provider = AuthProviderConfig { name: "oidc".to_owned(), config, other: BTreeMap::default() };
        let mut config = Config::new(http::Uri::default());
        config.auth_info = AuthInfo { auth_provider: Some(provider), ..AuthInfo::default() };
        let layer = config.auth_layer().map_err(|error| unusable(&error))?;
        let layer = layer.ok_or_else(|| Error::Unusable("oidc: there is no token".to_owned()))?;
        let echo = tower::service_fn(async |request: Request<Body>| {
            let mut response = Response::new(Body::empty());
            *response.headers_mut() = request.into_parts().0.headers;
            Ok::<_, tower::BoxError>(response)
        });
        Ok(Self(tokio::sync::Mutex::new(layer.layer(echo).map_err(Into::into).boxed_clone())))
    }

    /// The `Authorization` header.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] when the token has expired and can't be renewed.
    pub async fn authorization(&self) -> Result<HeaderValue, Error> {
        let mut service = self.0.lock().await;
        let asked = service.ready().await;
        let answered = match asked {
            Ok(service) => tower::Service::call(service, Request::new(Body::empty())).await,
            Err(error) => Err(error),
        };
        let mut response = answered.map_err(|error| unusable(error.as_ref()))?;
        let value = response.headers_mut().remove(header::AUTHORIZATION);
        value.ok_or_else(|| Error::Unusable("oidc: there is no token".to_owned()))
    }
}

fn unusable(error: &(dyn std::error::Error + 'static)) -> Error {
    // The messages further out only repeat the inner ones.
    let innermost = std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error);
    Error::Unusable(format!("oidc: {innermost}"))
}
