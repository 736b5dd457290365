//! Who the user is, as the server sees it: the `Authorization` header and the client certificate.

use std::sync::Arc;

use http::HeaderValue;

use super::{
    exec::Plugin,
    exec_credential::{Cluster, Credential},
    oidc::Oidc,
    proxy::basic,
    surroundings::Surroundings,
    tls::Identity,
    token_file::TokenFile,
};
use crate::{
    error::Error,
    kubeconfig::{connection::Connection, secret::Secret},
};

/// Where credentials come from.
pub enum Credentials {
    /// Nobody, or whoever the connection's own certificate says.
    None,
    /// Name and password.
    Basic(HeaderValue),
    /// A token that stays.
    Token(HeaderValue),
    /// A token in a file; the token that stands in for it while the file has none.
    TokenFile(TokenFile, Option<HeaderValue>),
    /// A program.
    Exec(Box<Plugin>),
    /// OpenID Connect.
    Oidc(Box<Oidc>),
}

/// What goes with one request.
#[derive(Default)]
pub struct Granted {
    /// The `Authorization` header.
    pub authorization: Option<HeaderValue>,
    /// A client certificate that did not come from the kubeconfig.
    pub identity: Option<Identity>,
    given: Option<Arc<Credential>>,
}

impl Credentials {
    /// The credentials of a connection. For http, where anybody could read them, only those that stand in the server's
    /// address itself, as Go's `net/http` sends them.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] or [`Error::File`] when they can't be used.
    pub fn of(connection: &Connection, surroundings: &Surroundings) -> Result<Self, Error> {
        let user = &connection.credentials;
        let named =
            || user.basic.as_ref().map(|(name, password)| header(&basic(name, password)).map(Self::Basic));
        if connection.server.scheme_str() != Some("https") {
            return named().unwrap_or(Ok(Self::None));
        }
        if let Some(path) = &user.token_file {
            let file = TokenFile::new(path.clone(), surroundings.messages.clone());
            let spare = user.token.as_ref().map(bearer).transpose()?;
            if spare.is_none() {
                bearer(&file.token()?)?;
            }
            return Ok(Self::TokenFile(file, spare));
        }
        if let Some(token) = &user.token {
            return Ok(Self::Token(bearer(token)?));
        }
        if let Some(named) = named() {
            return named;
        }
        // A certificate of the user's own leaves the plugins without a job.
        if user.certificate.is_some() {
            return Ok(Self::None);
        }
        if let Some(exec) = &user.exec {
            let cluster = Cluster::of(connection, exec)?;
            let plugin = Plugin::new(exec.clone(), cluster, surroundings.stdin_is_terminal);
            return Ok(Self::Exec(Box::new(plugin)));
        }
        match &user.oidc {
            Some(login) => Ok(Self::Oidc(Box::new(Oidc::new(login, surroundings)?))),
            None => Ok(Self::None),
        }
    }

    /// What goes with the next request.
    ///
    /// # Errors
    ///
    /// When a file, a program or an identity provider gives nothing.
    pub async fn granted(&self) -> Result<Granted, Error> {
        let with = |value: HeaderValue| Granted { authorization: Some(value), ..Granted::default() };
        Ok(match self {
            Self::None => Granted::default(),
            Self::Basic(value) | Self::Token(value) => with(value.clone()),
            Self::TokenFile(file, spare) => match (file.token(), spare) {
                (Err(_), Some(spare)) => with(spare.clone()),
                (token, _) => with(bearer(&token?)?),
            },
            Self::Exec(plugin) => {
                let given = plugin.credential().await?;
                let authorization = given.token.as_ref().map(bearer).transpose()?;
                Granted { authorization, identity: given.identity.clone(), given: Some(given) }
            }
            Self::Oidc(oidc) => with(oidc.authorization().await?),
        })
    }

    /// Renews what the server did not take, for the requests to come.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`].
    pub async fn refused(&self, granted: &Granted) -> Result<(), Error> {
        match (self, &granted.given) {
            (Self::Exec(plugin), Some(given)) => plugin.refused(given).await,
            (Self::TokenFile(file, _), _) => {
                file.refused();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// `Bearer TOKEN`.
pub fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    header(&format!("Bearer {}", token.expose()))
}

/// A header that no log shows.
pub fn header(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| Error::Unusable("the credentials hold characters that can't be sent".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
