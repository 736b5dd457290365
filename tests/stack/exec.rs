//! Exec plugins: how often they run, what they are told, and what becomes of what they print.

use std::{fs, path::Path, sync::Arc, time::Duration};

use nodeusage::kubeconfig::{
    connection::{Connection, Exec, InteractiveMode, Tls},
    secret::Secret,
};
use tempfile::TempDir;

use crate::{
    Said, client, connection, get, outcome,
    pki::{Authority, Identity},
    server::{Server, fine, ok, with},
    surroundings,
};

const V1: &str = "client.authentication.k8s.io/v1";

/// A plugin that notes each run, then runs a script.
pub fn plugin(script: &str, directory: &TempDir) -> Exec {
    let runs = directory.path().join("runs");
    Exec {
        command: "/bin/sh".to_owned(),
        args: vec![
            Secret::from("-c".to_owned()),
            Secret::from(format!("echo \"$KUBERNETES_EXEC_INFO\" >> {}\n{script}", runs.display())),
        ],
        env: vec![("GIVEN".to_owned(), Secret::from("by the kubeconfig".to_owned()))],
        api_version: V1.to_owned(),
        install_hint: Some("get it:\nhttps://\u{1b}[1mexample.com\n".to_owned()),
        provide_cluster_info: false,
        cluster_extension: None,
        interactive: InteractiveMode::IfAvailable,
    }
}

/// What the plugin was told in each of its runs.
fn runs(directory: &TempDir) -> Vec<String> {
    let told = fs::read_to_string(directory.path().join("runs")).unwrap_or_default();
    // Each ends with its own line break and that of echo.
    told.split_terminator("\n\n").map(str::to_owned).collect()
}

fn print(status: &str) -> String {
    format!(r#"echo '{{"kind":"ExecCredential","apiVersion":"{V1}","status":{status}}}'"#)
}

struct World {
    authority: Authority,
    directory: TempDir,
}

impl World {
    fn new() -> Self {
        Self { authority: Authority::new(), directory: TempDir::new().unwrap() }
    }

    fn server(&self) -> Identity {
        self.authority.server(&["127.0.0.1"])
    }

    fn connection(&self, port: u16, script: &str) -> Connection {
        let tls = Tls { authority: Some(self.authority.material()), ..Tls::default() };
        let mut connection = Connection { tls, ..connection(&format!("https://127.0.0.1:{port}")) };
        connection.credentials.exec = Some(plugin(script, &self.directory));
        connection
    }
}

#[tokio::test]
async fn requests_at_the_same_time_share_one_run() {
    let world = World::new();
    let server = Server::https(world.server().server(None), fine()).await;
    let script = format!("sleep 0.3; {}", print(r#"{"token":"t0ken"}"#));
    let client = client(&world.connection(server.port, &script)).unwrap();
    let (one, other) = tokio::join!(get(&client, "/a"), get(&client, "/b"));
    one.unwrap();
    other.unwrap();
    get(&client, "/c").await.unwrap();
    assert_eq!(runs(&world.directory).len(), 1);
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.header("authorization") == Some("Bearer t0ken")), "{seen:?}");
    assert_ne!(seen[0].connection, seen[1].connection, "two requests at once use two connections");
    assert!(seen[2].connection < 2, "and the next one uses one of them");
}

#[tokio::test]
async fn an_expired_credential_is_asked_for_again() {
    let world = World::new();
    let server = Server::https(world.server().server(None), fine()).await;
    for (expires, expected) in [("2001-01-01T00:00:00Z", 3), ("2101-01-01T00:00:00Z", 1)] {
        let _ = fs::remove_file(world.directory.path().join("runs"));
        let script = print(&format!(r#"{{"token":"t0ken","expirationTimestamp":"{expires}"}}"#));
        let client = client(&world.connection(server.port, &script)).unwrap();
        for path in ["/a", "/b", "/c"] {
            get(&client, path).await.unwrap();
        }
        assert_eq!(runs(&world.directory).len(), expected, "{expires}");
    }
}

#[tokio::test]
async fn a_refused_credential_is_renewed_for_the_next_request() {
    let world = World::new();
    let answer = |seen: &crate::server::Seen| match seen.header("authorization") {
        Some("Bearer run-2") => ok("{}"),
        _ => with(401, "", "{}"),
    };
    let server = Server::https(world.server().server(None), Arc::new(answer)).await;
    let count = world.directory.path().join("count");
    let script = format!(
        "echo x >> {0}; n=$(wc -l < {0}); echo '{{\"kind\":\"ExecCredential\",\"apiVersion\":\"{V1}\",\
         \"status\":{{\"token\":\"run-'$n'\"}}}}'",
        count.display()
    );
    let client = client(&world.connection(server.port, &script)).unwrap();
    // As client-go: the request fails, the plugin runs again, and nothing is repeated by itself.
    assert_eq!(get(&client, "/a").await.unwrap_err().class(), "unauthorized");
    assert_eq!((server.seen().len(), runs(&world.directory).len()), (1, 2));
    get(&client, "/a").await.unwrap();
    assert_eq!((server.seen().len(), runs(&world.directory).len()), (2, 2));
}

#[tokio::test]
async fn a_certificate_is_shown_and_rotated() {
    let world = World::new();
    let server = Server::https(world.server().server(Some(&world.authority)), fine()).await;
    let status = |identity: &Identity| {
        let pem = |text: String| text.replace('\n', "\\n");
        format!(
            r#"{{"token":"t0ken","clientCertificateData":"{}","clientKeyData":"{}","expirationTimestamp":"2001-01-01T00:00:00Z"}}"#,
            pem(identity.certificate.pem()),
            pem(identity.key.serialize_pem())
        )
    };
    let reply = world.directory.path().join("reply");
    let client = client(&world.connection(server.port, &format!("cat {}", reply.display()))).unwrap();
    for path in ["/a", "/b"] {
        let identity = world.authority.server(&["client"]);
        let credential =
            format!(r#"{{"kind":"ExecCredential","apiVersion":"{V1}","status":{}}}"#, status(&identity));
        fs::write(&reply, credential).unwrap();
        get(&client, path).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.peer.as_deref(), Some(&identity.certificate.der()[..]));
        assert_eq!(seen.header("authorization"), Some("Bearer t0ken"));
    }
}

#[tokio::test]
async fn other_credentials_leave_it_nothing_to_do() {
    let world = World::new();
    let server = Server::https(world.server().server(None), fine()).await;
    let mut given = world.connection(server.port, &print(r#"{"token":"t0ken"}"#));
    given.credentials.token = Some(Secret::from("static".to_owned()));
    let mut certified = world.connection(server.port, &print(r#"{"token":"t0ken"}"#));
    certified.credentials.certificate = Some(world.authority.server(&["client"]).pair());
    for (connection, authorization) in [(given, Some("Bearer static")), (certified, None)] {
        assert_eq!(outcome(&connection).await, "ok");
        assert_eq!(server.seen().pop().unwrap().header("authorization"), authorization);
    }
    assert_eq!(runs(&world.directory), [""; 0]);
}

#[tokio::test]
async fn it_is_told_of_the_cluster_where_it_wants_to_be() {
    let world = World::new();
    let server = Server::https(world.server().server(None), fine()).await;
    let script =
        format!("test \"$GIVEN\" = 'by the kubeconfig' || exit 9; {}", print(r#"{"token":"t0ken"}"#));
    let mut connection = world.connection(server.port, &script);
    assert_eq!(outcome(&connection).await, "ok");
    let exec = connection.credentials.exec.as_mut().unwrap();
    exec.provide_cluster_info = true;
    exec.cluster_extension = Some(serde_json::json!({"audience": "x"}));
    assert_eq!(outcome(&connection).await, "ok");
    let told: Vec<serde_json::Value> =
        runs(&world.directory).iter().map(|told| serde_json::from_str(told).unwrap()).collect();
    assert_eq!(told[0]["spec"], serde_json::json!({"interactive": false}));
    let cluster = &told[1]["spec"]["cluster"];
    assert_eq!(cluster["server"], format!("https://127.0.0.1:{}", server.port));
    assert_eq!(cluster["config"], serde_json::json!({"audience": "x"}));
    assert!(cluster["certificate-authority-data"].as_str().unwrap().len() > 100);
}

#[tokio::test]
async fn it_may_ask_the_user_where_there_is_a_terminal() {
    let world = World::new();
    let server = Server::https(world.server().server(None), fine()).await;
    let mut connection = world.connection(server.port, &print(r#"{"token":"t0ken"}"#));
    for (mode, told) in [
        (InteractiveMode::Never, false),
        (InteractiveMode::IfAvailable, true),
        (InteractiveMode::Always, true),
    ] {
        connection.credentials.exec.as_mut().unwrap().interactive = mode;
        let surroundings =
            crate::Surroundings { stdin_is_terminal: true, ..surroundings(&Said::default(), 0) };
        get(&nodeusage::client::Client::new(&connection, &surroundings).unwrap(), "/").await.unwrap();
        let last = runs(&world.directory).pop().unwrap();
        assert!(last.ends_with(&format!(r#""interactive":{told}}}}}"#)), "{last}");
    }
}

#[tokio::test]
async fn what_it_does_wrong_is_said_without_what_it_printed() {
    let world = World::new();
    let flood = "yes s3cret";
    for (script, class) in [
        ("echo s3cret", "exec-garbage"),
        (flood, "exec-garbage"),
        ("exit 7", "exec-failed"),
        ("kill -9 $$", "exec-failed"),
    ] {
        let connection = world.connection(1, script);
        let error = get(&client(&connection).unwrap(), "/").await.unwrap_err();
        assert_eq!(error.class(), class, "{script}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        assert!(class != "exec-failed" || script != "exit 7" || error.to_string().contains('7'), "{error}");
    }
    let mut connection = world.connection(1, "");
    connection.credentials.exec.as_mut().unwrap().interactive = InteractiveMode::Always;
    assert_eq!(outcome(&connection).await, "exec-failed");
    for (command, hint) in [
        ("kubectl-no-such-plugin", "get it:\nhttps://\\u{1b}[1mexample.com"),
        // As by kubectl, which tells where to get it only after it looked for it.
        (
            "/nonexistent/plugin",
            "install the program, or correct users[].user.exec.command in the kubeconfig",
        ),
    ] {
        connection.credentials.exec.as_mut().unwrap().command = command.to_owned();
        connection.credentials.exec.as_mut().unwrap().interactive = InteractiveMode::Never;
        let error = get(&client(&connection).unwrap(), "/").await.unwrap_err();
        assert_eq!(error.class(), "exec-missing", "{error}");
        assert_eq!(error.hint().unwrap(), hint);
    }
}

#[tokio::test]
async fn it_does_not_outlive_the_one_who_asked() {
    let world = World::new();
    let pid = world.directory.path().join("pid");
    let connection = world.connection(1, &format!("echo $$ > {}; exec sleep 60", pid.display()));
    let client = client(&connection).unwrap();
    let waiting = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::select! {
            outcome = get(&client, "/") => panic!("{outcome:?}"),
            () = async {
                while !fs::read_to_string(&pid).is_ok_and(|pid| pid.ends_with('\n')) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            } => {}
        }
    });
    waiting.await.expect("the plugin starts");
    let process = format!("/proc/{}/cmdline", fs::read_to_string(&pid).unwrap().trim());
    for _ in 0..500 {
        // Of a process that has ended only its name is left, until it is waited for.
        if fs::read_to_string(Path::new(&process)).unwrap_or_default().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the plugin still runs");
}

#[tokio::test]
async fn a_failed_renewal_is_said_and_the_refusal_stays() {
    let world = World::new();
    let server = Server::https(world.server().server(None), Arc::new(|_| with(401, "", "{}"))).await;
    let marker = world.directory.path().join("marker");
    let script =
        format!("test -e {0} && exit 3; touch {0}; {1}", marker.display(), print(r#"{"token":"t0ken"}"#));
    let said = Said::default();
    let connection = world.connection(server.port, &script);
    let client = nodeusage::client::Client::new(&connection, &surroundings(&said, 0)).unwrap();
    assert_eq!(get(&client, "/").await.unwrap_err().class(), "unauthorized");
    assert!(said.text().starts_with("warning: the credentials can't be renewed: "), "{}", said.text());
}
