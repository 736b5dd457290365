//! OpenID Connect, with a provider that has an authority of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use nodeusage::{
    client::Client,
    kubeconfig::{
        ConnectionFlags, System,
        connection::{Connection, Tls},
        resolve,
        secret::Secret,
    },
};
use tokio::task::spawn_blocking;

use crate::{
    Said, client, connection, get, outcome,
    pki::Authority,
    server::{Answer, Seen, Server, fine, ok, with},
    support::{prepared, program, run},
    surroundings,
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
    folder: tempfile::TempDir,
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
        fs::write(&ca, authorities[1].certificate.pem()).unwrap();
        fs::write(folder.path().join("api.crt"), authorities[0].certificate.pem()).unwrap();
        let mut connection = connection(&format!("https://127.0.0.1:{}", api.port));
        connection.tls = Tls { authority: Some(authorities[0].material()), ..Tls::default() };
        let mut scene = Self { api, provider, connection, folder };
        scene.set("idp-issuer-url", &format!("https://127.0.0.1:{}/realm/", scene.provider.port));
        scene.set("idp-certificate-authority", ca.to_str().unwrap());
        scene.set("client-id", "a client");
        scene.set("client-secret", "s-ecret+");
        scene
    }

    fn set(&mut self, key: &str, value: &str) {
        let oidc = self.connection.credentials.oidc.get_or_insert_default();
        oidc.settings.insert(key.to_owned(), Secret::from(value.to_owned()));
    }

    /// A kubeconfig for the same, with what a person writes into one.
    fn kubeconfig(&self, name: &str) -> PathBuf {
        let oidc = self.connection.credentials.oidc.as_ref().unwrap();
        let settings: Vec<_> = oidc
            .settings
            .iter()
            .map(|(key, value)| format!("        {key}: {:?}\n", value.expose()))
            .collect();
        let text = format!(
            "# The one of the office.\n\
             apiVersion: v1\nkind: Config\ncurrent-context: a\npreferences: {{}}\n\
             clusters:\n- name: a\n  cluster: {{server: 'https://127.0.0.1:{}', certificate-authority: api.crt}}\n\
             contexts:\n- {{name: a, context: {{cluster: a, user: me, namespace: '0123'}}}}\n\
             users:\n- name: other\n  user: {{username: 'yes', password: '1e3'}}\n\
             - name: me\n  user:\n    auth-provider:\n      name: oidc\n      config:\n{}",
            self.api.port,
            settings.concat(),
        );
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        path
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

fn of_file(kubeconfig: &Path, said: &Said) -> Client {
    let flags = ConnectionFlags { kubeconfig: Some(kubeconfig.to_owned()), ..ConnectionFlags::default() };
    Client::new(&resolve(&flags, &System).unwrap(), &surroundings(said, 0)).unwrap()
}

/// What kubectl says with a kubeconfig.
async fn kubectl(kubeconfig: &Path, arguments: &[&str]) -> String {
    let mut command = program(prepared("NODEUSAGE_TEST_BIN").join("kubectl"));
    command.arg("--kubeconfig").arg(kubeconfig).args(arguments);
    spawn_blocking(move || run(&mut command).success()).await.unwrap()
}

/// A login that has expired, and a provider that takes each refresh token so many times.
async fn expired(times: usize) -> Scene {
    let taken = AtomicUsize::new(0);
    let mut scene = Scene::with(move |_| {
        if taken.fetch_add(1, Ordering::Relaxed) < times {
            let id_token = token(FAR, "new");
            ok(&format!(r#"{{"access_token":"a","id_token":"{id_token}","refresh_token":"second"}}"#))
        } else {
            with(400, "", r#"{"error":"invalid_grant"}"#)
        }
    })
    .await;
    scene.set("id-token", &token(PAST, "old"));
    scene.set("refresh-token", "first");
    scene
}

#[tokio::test]
async fn a_renewed_login_is_kept_as_kubectl_keeps_it() {
    let scene = expired(2).await;
    let said = Said::default();
    let [ours, of_kubectl] = ["ours", "of-kubectl"].map(|name| scene.kubeconfig(name));
    get(&of_file(&ours, &said), "/a").await.unwrap();
    kubectl(&of_kubectl, &["get", "--raw", "/a"]).await;
    let mut kept = Vec::new();
    for path in [&ours, &of_kubectl] {
        kept.push(kubectl(path, &["config", "view", "--raw", "-o", "yaml"]).await);
    }
    assert_eq!(kept[0], kept[1]);
    assert!(
        kept[0].contains("refresh-token: second") && kept[0].contains("username: \"yes\""),
        "{}",
        kept[0]
    );
    assert_eq!(scene.sent(), [(); 2].map(|()| format!("Bearer {}", token(FAR, "new"))));
    assert_eq!(said.text(), "");
    assert_eq!(fs::metadata(&ours).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(!scene.folder.path().join("ours.lock").exists());
}

#[tokio::test]
async fn a_login_that_another_program_has_renewed_is_taken_up() {
    let scene = expired(1).await;
    let path = scene.kubeconfig("of-both");
    let clients = [(); 2].map(|()| of_file(&path, &Said::default()));
    for client in &clients {
        get(client, "/a").await.unwrap();
    }
    assert_eq!(scene.sent(), [(); 2].map(|()| format!("Bearer {}", token(FAR, "new"))));
    assert_eq!(scene.provider.seen().len(), 2, "the first asks where to ask, and asks");
}

#[tokio::test]
async fn a_login_that_can_not_be_kept_is_used_all_the_same() {
    let scene = expired(1).await;
    let path = scene.kubeconfig("locked");
    let before = fs::read(&path).unwrap();
    let lock = scene.folder.path().join("locked.lock");
    fs::write(&lock, "").unwrap();
    let said = Said::default();
    get(&of_file(&path, &said), "/a").await.unwrap();
    let problem = format!("warning: the renewed login can't be kept in {}: File exists", path.display());
    assert!(said.text().starts_with(&problem), "{}", said.text());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(lock.exists(), "it is another program's");
}

/// Each answer is renewed at the next request, by the refresh token that came with it.
#[tokio::test]
async fn what_was_renewed_counts_before_what_could_not_be_kept() {
    let soon = jiff::Timestamp::now().as_second() + 1;
    let given = AtomicUsize::new(0);
    let mut scene = Scene::with(move |seen| {
        let next = given.load(Ordering::Relaxed) + 1;
        let form = String::from_utf8_lossy(&seen.body);
        if !form.starts_with(&format!("grant_type=refresh_token&refresh_token=r{}", next - 1)) {
            return with(400, "", r#"{"error":"invalid_grant"}"#);
        }
        given.store(next, Ordering::Relaxed);
        ok(&format!(r#"{{"id_token":"{}","refresh_token":"r{next}"}}"#, token(soon, &next.to_string())))
    })
    .await;
    scene.set("refresh-token", "r0");
    let path = scene.kubeconfig("locked");
    fs::write(scene.folder.path().join("locked.lock"), "").unwrap();
    let client = of_file(&path, &Said::default());
    for _ in 0..2 {
        get(&client, "/a").await.unwrap();
    }
    assert_eq!(scene.sent(), [1, 2].map(|at| format!("Bearer {}", token(soon, &at.to_string()))));
}
