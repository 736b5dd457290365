//! OpenID Connect (`auth-provider` named `oidc`): an ID token, renewed by a refresh token (client-go
//! `plugin/pkg/client/auth/oidc`). Providers may take each refresh token once, so that the next one is kept in the kubeconfig.

use std::{collections::BTreeMap, io::ErrorKind, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};

use super::{
    credentials, failure, headers,
    proxy::{Proxy, ProxyVariables, basic},
    surroundings::{Messages, Surroundings},
    tls::Source,
    transport::{Transport, Wire},
};
use crate::{
    error::Error,
    kubeconfig::{
        connection::{self, Material, Tls, UserEntry},
        login,
        secret::Secret,
    },
};

const ID_TOKEN: &str = "id-token";
const REFRESH_TOKEN: &str = "refresh-token";

/// A token that ends sooner is renewed before it is used.
const LEEWAY: Duration = Duration::from_secs(10);

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most that a provider may answer.
const LARGEST_ANSWER: usize = 1 << 20;

/// How long another program may take to write the kubeconfig.
const LONGEST_LOCKED: Duration = Duration::from_secs(2);

/// What stands for itself in a form and in the names of clients.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The tokens of a user, and the provider that renews them.
pub struct Oidc {
    issuer: String,
    client: (String, Secret),
    tls: Tls,
    proxies: ProxyVariables,
    messages: Messages,
    entry: Option<UserEntry>,
    login: Mutex<Login>,
}

struct Login {
    tokens: Tokens,
    /// Those that the kubeconfig had when it was last looked at. They are older where newer ones could not be kept.
    in_file: Tokens,
}

#[derive(Default, Clone, PartialEq, Deserialize)]
struct Tokens {
    #[serde(default)]
    id_token: String,
    #[serde(default)]
    refresh_token: String,
}

impl Oidc {
    /// The provider with these settings of the kubeconfig.
    ///
    /// # Errors
    ///
    /// [`Error::Oidc`] when there is no usable ID token and none can be had.
    pub fn new(login: &connection::Oidc, surroundings: &Surroundings) -> Result<Self, Error> {
        let setting = |key| setting(&login.settings, key);
        let authority =
            match (setting("idp-certificate-authority-data"), setting("idp-certificate-authority")) {
                ("", "") => None,
                ("", path) => Some(Material::File(path.into())),
                (data, _) => Some(Material::Data(decoded(data)?)),
            };
        let tokens = Tokens::of(&login.settings);
        if !tokens.is_fresh()? && tokens.refresh_token.is_empty() {
            return Err(unusable("the ID token is missing or has expired, and there is no refresh-token"));
        }
        Ok(Self {
            issuer: setting("idp-issuer-url").to_owned(),
            client: (setting("client-id").to_owned(), Secret::from(setting("client-secret").to_owned())),
            tls: Tls { authority, ..Tls::default() },
            proxies: surroundings.proxies.clone(),
            messages: surroundings.messages.clone(),
            entry: login.entry.clone(),
            login: Mutex::new(Login { in_file: tokens.clone(), tokens }),
        })
    }

    /// The `Authorization` header.
    ///
    /// # Errors
    ///
    /// When the token has expired and can't be renewed: [`Error::Oidc`], or what keeps the provider from answering.
    pub async fn authorization(&self) -> Result<HeaderValue, Error> {
        let mut login = self.login.lock().await;
        if !login.tokens.is_fresh()? {
            self.renew(&mut login).await?;
        }
        credentials::bearer(&Secret::from(login.tokens.id_token.clone()))
    }

    /// Another program that uses the same login may have renewed it, before or meanwhile.
    async fn renew(&self, login: &mut Login) -> Result<(), Error> {
        if self.takes_up(login)? {
            return Ok(());
        }
        let renewed = match self.renewed(&login.tokens.refresh_token).await {
            Ok(renewed) => renewed,
            Err(_) if self.takes_up(login)? => return Ok(()),
            Err(error) => return Err(error),
        };
        login.tokens.id_token = renewed.id_token;
        if !renewed.refresh_token.is_empty() {
            login.tokens.refresh_token = renewed.refresh_token;
        }
        if self.keeps(&login.tokens).await {
            login.in_file = login.tokens.clone();
        }
        Ok(())
    }

    /// Takes what another program has written to the kubeconfig since it was last looked at; says whether the ID token may
    /// be used now.
    fn takes_up(&self, login: &mut Login) -> Result<bool, Error> {
        let kept = self.entry.as_ref().and_then(login::read).map(|settings| Tokens::of(&settings));
        if let Some(kept) = kept.filter(|kept| *kept != login.in_file) {
            login.in_file = kept.clone();
            login.tokens = kept;
        }
        login.tokens.is_fresh()
    }

    /// Writes the tokens to the kubeconfig; says whether that could be done. They can be used even where not.
    async fn keeps(&self, tokens: &Tokens) -> bool {
        let Some(entry) = &self.entry else { return false };
        let [id_token, refresh_token] =
            [&tokens.id_token, &tokens.refresh_token].map(|token| Secret::from(token.clone()));
        let renewed = [(ID_TOKEN, &id_token), (REFRESH_TOKEN, &refresh_token)];
        let begun = Instant::now();
        while let Err(error) = login::write(entry, &renewed) {
            if error.kind() != ErrorKind::AlreadyExists || begun.elapsed() > LONGEST_LOCKED {
                let file = entry.file.display();
                self.messages.say(&format!("warning: the renewed login can't be kept in {file}: {error}"));
                return false;
            }
            sleep(LONGEST_LOCKED / 20).await;
        }
        true
    }

    async fn renewed(&self, refresh_token: &str) -> Result<Tokens, Error> {
        #[derive(Deserialize)]
        struct Provider {
            #[serde(default)]
            token_endpoint: String,
        }
        let discovery = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let (status, answer) = self.ask(&discovery, None, None).await?;
        let provider: Option<Provider> =
            serde_json::from_slice(&answer).ok().filter(|_| status == StatusCode::OK);
        let Some(Provider { token_endpoint }) = provider.filter(|found| !found.token_endpoint.is_empty())
        else {
            return Err(unusable(&format!("{discovery} names no token_endpoint (HTTP {status})")));
        };

        let (name, secret) = (escaped(&self.client.0), escaped(self.client.1.expose()));
        let form = format!("grant_type=refresh_token&refresh_token={}", escaped(refresh_token));
        // The name and the secret go into the header or, for providers that do not know that, into the form
        // (golang.org/x/oauth2 finds it out in the same way).
        let header = basic(&name, &Secret::from(secret.clone()));
        let first = self.ask(&token_endpoint, Some(form.clone()), Some(header)).await?;
        let (status, answer) = if first.0.is_success() {
            first
        } else {
            let form = format!("{form}&client_id={name}&client_secret={secret}");
            self.ask(&token_endpoint, Some(form), None).await?
        };
        if !status.is_success() {
            return Err(unusable(&format!("{token_endpoint} does not renew the ID token (HTTP {status})")));
        }
        let tokens: Option<Tokens> = serde_json::from_slice(&answer).ok();
        tokens.filter(|tokens| !tokens.id_token.is_empty()).ok_or_else(|| {
            unusable(&format!("{token_endpoint} gave no id_token; openid must be among the scopes"))
        })
    }

    /// Gets, or posts a form; gives the status and the body.
    async fn ask(
        &self,
        url: &str,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        let uri: Uri = url.parse().map_err(|_| unusable(&format!("{url} is no URL")))?;
        let server = failure::address(&uri);
        let source = Source::new(self.tls.clone(), None, uri.scheme_str() == Some("https"));
        let proxy = Proxy::choose(None, &self.proxies, &uri)?;
        let wire = Wire::new(&uri, source, None, proxy, headers::user_agent())?;
        let mut request = Request::new(Full::default());
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(form) = form {
            *request.method_mut() = Method::POST;
            *request.body_mut() = Full::from(form);
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(header::CONTENT_TYPE, form);
        }
        if let Some(authorization) = authorization {
            request.headers_mut().insert(header::AUTHORIZATION, credentials::header(&authorization)?);
        }
        let asking: BoxFuture<'_, Result<_, Error>> = Box::pin(async {
            let (head, mut body) = wire.send(request, None).await?.into_parts();
            let mut answer = Vec::new();
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|error| unusable(&format!("{url} can't be read: {error}")))?;
                answer.extend(frame.data_ref().into_iter().flatten());
                if answer.len() > LARGEST_ANSWER {
                    return Err(unusable(&format!("{url} answers more than {LARGEST_ANSWER} bytes")));
                }
            }
            Ok((head.status, answer))
        });
        timeout(PATIENCE, asking).await.unwrap_or_else(|_| {
            let problem =
                format!("the OpenID Connect provider gave no answer within {}s", PATIENCE.as_secs());
            Err(Error::Timeout { server, problem })
        })
    }
}

impl Tokens {
    fn of(settings: &BTreeMap<String, Secret>) -> Self {
        let [id_token, refresh_token] =
            [ID_TOKEN, REFRESH_TOKEN].map(|key| setting(settings, key).to_owned());
        Self { id_token, refresh_token }
    }

    /// Whether the ID token may still be used.
    fn is_fresh(&self) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Claims {
            exp: f64,
        }
        if self.id_token.is_empty() {
            return Ok(false);
        }
        let malformed = || unusable("the ID token can't be read: it is no JSON Web Token with an exp");
        let [_, claims, _] = self.id_token.split('.').collect::<Vec<_>>()[..] else {
            return Err(malformed());
        };
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).map_err(|_| malformed())?;
        let Claims { exp } = serde_json::from_slice(&claims).map_err(|_| malformed())?;
        let soon = Timestamp::now().saturating_add(LEEWAY).map_err(|_| malformed())?;
        Ok(exp > soon.as_duration().as_secs_f64())
    }
}

/// What the kubeconfig says; empty where it says nothing.
fn setting<'a>(settings: &'a BTreeMap<String, Secret>, key: &str) -> &'a str {
    settings.get(key).map(Secret::expose).unwrap_or_default()
}

fn decoded(base64: &str) -> Result<Secret, Error> {
    let pem = base64::prelude::BASE64_STANDARD.decode(base64.replace(['\r', '\n'], "")).ok();
    let pem = pem.and_then(|pem| String::from_utf8(pem).ok());
    pem.map(Secret::from).ok_or_else(|| unusable("idp-certificate-authority-data is no PEM in base64"))
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn unusable(problem: &str) -> Error {
    Error::Oidc(problem.to_owned())
}
