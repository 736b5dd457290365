//! OpenID Connect, with a provider that has an authority of its own.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use nodeusage::kubeconfig::{
    connection::{Connection, Tls},
    secret::Secret,
};

use crate::{
    client, connection, get, outcome,
    pki::Authority,
    server::{Answer, Seen, Server, fine, ok, with},
};

/// A token that ends at a time; `mark` tells it from others.
fn token(expires: i64, mark: &str) -> String {
    let part = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    format!("{}.{}.{mark}", part("{}"), part(&format!(r#"{{"exp":{expires}}}"#)))
}

const FAR: i64 = 4_102_444_800;
const PAST: i64 = 1_000_000_000;

/// An API server, and a provider behind another authority.
struct Scene {
    api: Server,
    provider: Server,
    connection: Connection,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// `renew` answers requests for tokens.
    async fn with(renew: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let authorities = [Authority::new(), Authority::new()];
        let configs = [0, 1].map(|at| authorities[at].server(&["127.0.0.1"]).server(None));
        let [of_api, of_provider] = configs;
        let answer: Answer = Arc::new(move |seen: &Seen| {
            let host = seen.header("host").unwrap();
            match seen.line.split(' ').nth(1) {
                Some("/realm/.well-known/openid-configuration") => {
                    ok(&format!(r#"{{"token_endpoint":"https://{host}/realm/token"}}"#))
                }
                Some("/realm/token") => renew(seen),
                _ => with(404, "", ""),
            }
        });
        let api = Server::https(of_api, fine()).await;
        let provider = Server::https(of_provider, answer).await;
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.crt");
        std::fs::write(&ca, authorities[1].certificate.pem()).unwrap();
        let mut connection = connection(&format!("https://127.0.0.1:{}", api.port));
        connection.tls = Tls { authority: Some(authorities[0].material()), ..Tls::default() };
        let mut scene = Self { api, provider, connection, _folder: folder };
        scene.set("idp-issuer-url", &format!("https://127.0.0.1:{}/realm/", scene.provider.port));
        scene.set("idp-certificate-authority", ca.to_str().unwrap());
        scene.set("client-id", "a client");
        scene.set("client-secret", "s-ecret+");
        scene
    }

    fn set(&mut self, key: &str, value: &str) {
        let settings = self.connection.credentials.oidc.get_or_insert_default();
        settings.insert(key.to_owned(), Secret::from(value.to_owned()));
    }

    fn sent(&self) -> Vec<String> {
        self.api.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn an_id_token_is_sent_as_it_is_while_it_lasts() {
    let mut scene = Scene::with(|_| with(500, "", "")).await;
    for (id_token, class) in [
        (token(FAR, "good"), "ok"),
        (token(PAST, "old"), "configuration"),
        ("no.token".to_owned(), "configuration"),
        (String::new(), "configuration"),
    ] {
        scene.set("id-token", &id_token);
        assert_eq!(outcome(&scene.connection).await, class, "{id_token}");
    }
    assert_eq!(scene.sent(), [format!("Bearer {}", token(FAR, "good"))]);
    assert!(scene.provider.seen().is_empty());
}

#[tokio::test]
async fn an_id_token_that_has_expired_is_renewed_by_the_refresh_token() {
    let renewed = |mark: &str| format!(r#"{{"id_token":"{}","refresh_token":"next/"}}"#, token(FAR, mark));
    for takes_header in [true, false] {
        let mut scene = Scene::with(move |seen| {
            let is_in_header = seen.header("authorization") == Some("Basic YSUyMGNsaWVudDpzLWVjcmV0JTJC");
            match String::from_utf8_lossy(&seen.body).as_ref() {
                "grant_type=refresh_token&refresh_token=first%2F" if takes_header && is_in_header => {
                    ok(&renewed("new"))
                }
                "grant_type=refresh_token&refresh_token=first%2F&client_id=a%20client&client_secret=s-ecret%2B"
                    if !takes_header && !is_in_header =>
                {
                    ok(&renewed("new"))
                }
                _ => with(401, "", r#"{"error":"invalid_client"}"#),
            }
        })
        .await;
        scene.set("id-token", &token(PAST, "old"));
        scene.set("refresh-token", "first/");
        assert_eq!(outcome(&scene.connection).await, "ok");
        assert_eq!(scene.sent(), [format!("Bearer {}", token(FAR, "new"))]);
        assert_eq!(scene.provider.seen().len(), if takes_header { 2 } else { 3 });
    }
}

#[tokio::test]
async fn a_provider_that_gives_no_token_is_named_without_a_secret() {
    for answer in
        [with(400, "", r#"{"error":"invalid_grant"}"#), ok("{}"), ok("<html>"), ok(&"x".repeat(2 << 20))]
    {
        let mut scene = Scene::with(move |_| answer.clone()).await;
        scene.set("refresh-token", "re-fresh");
        let error = get(&client(&scene.connection).unwrap(), "/a").await.unwrap_err();
        assert_eq!(error.class(), "configuration");
        let said = error.to_string();
        assert!(said.starts_with("oidc: https://127.0.0.1:"), "{said}");
        assert!(!said.contains("re-fresh") && !said.contains("s-ecret"), "{said}");
        scene.set("idp-issuer-url", "https://127.0.0.1:1/realm");
        assert_eq!(outcome(&scene.connection).await, "refused");
        assert!(scene.api.seen().is_empty());
    }
}
