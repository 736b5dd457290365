//! `doctor` before servers that lack one thing each, and what the main job says of the same server.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, date_time_ymd};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    diagnosis::Diagnosis,
    pki::{Authority, params},
    server::{Answer, Seen, Server, ok, with},
    support::{Outcome, nodeusage, run},
};

const GROUP: &str = "/apis/metrics.k8s.io";
const SAMPLES: &str = "/apis/metrics.k8s.io/v1beta1/nodes";
const API_SERVICE: &str = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";
const IDENTITY: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const ACCESS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// What a server answers in place of what it should: by path, `None` where it is well.
type Fault = fn(&str, &Seen) -> Option<Vec<u8>>;

fn date(ahead: SignedDuration) -> String {
    let now = (Timestamp::now() + ahead).to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now.timestamp()).unwrap()
}

fn status(code: u16, reason: &str, message: &str) -> Vec<u8> {
    let body = json!({"kind": "Status", "code": code, "reason": reason, "message": message});
    with(code, "", &body.to_string())
}

fn forbidden(user: &str, verb: &str, resource: &str, group: &str) -> Vec<u8> {
    let message = format!(
        "{resource}.{group} is forbidden: User \"{user}\" cannot {verb} resource \"{resource}\" in API group \
         \"{group}\" at the cluster scope"
    );
    status(403, "Forbidden", &message)
}

fn review(kind: &str, group: &str, status: &Value) -> Vec<u8> {
    let body = json!({"kind": kind, "apiVersion": format!("{group}/v1"), "metadata": {}, "spec": {}, "status": status});
    with(201, "", &body.to_string())
}

/// A node that has been ready since long ago.
fn node(name: &str) -> Value {
    json!({
        "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"},
        "status": {
            "allocatable": {"cpu": "4", "memory": "8Gi"},
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
            "addresses": [{"type": "InternalIP", "address": "10.0.0.7"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        },
    })
}

fn sample(name: &str, age: SignedDuration) -> Value {
    let timestamp = (Timestamp::now() - age).to_string();
    let usage = json!({"cpu": "1", "memory": "1Gi"});
    json!({"metadata": {"name": name}, "timestamp": timestamp, "window": "15s", "usage": usage})
}

fn list(items: &[Value]) -> Vec<u8> {
    ok(&json!({"kind": "List", "items": items}).to_string())
}

/// A server that is well but for the fault.
fn server(fault: Fault) -> Answer {
    Arc::new(move |seen| {
        let target = seen.line.split(' ').nth(1).unwrap();
        let path = target.split('?').next().unwrap();
        fault(path, seen).unwrap_or_else(|| match path {
            "/version" => {
                let date = format!("date: {}\r\n", date(SignedDuration::ZERO));
                with(200, &date, r#"{"gitVersion": "v1.37.2"}"#)
            }
            IDENTITY => review(
                "SelfSubjectReview",
                "authentication.k8s.io",
                &json!({"userInfo": {"username": "jane", "groups": ["ops", "system:authenticated"]}}),
            ),
            ACCESS => review("SelfSubjectAccessReview", "authorization.k8s.io", &json!({"allowed": true})),
            GROUP => ok(r#"{"kind": "APIGroup", "versions": [{"version": "v1beta1"}]}"#),
            API_SERVICE => ok(r#"{"status": {"conditions": [{"type": "Available", "status": "True"}]}}"#),
            SAMPLES => list(&[sample("a", SignedDuration::from_secs(20))]),
            "/api/v1/nodes" => list(&[node("a")]),
            _ => status(404, "NotFound", "no such path"),
        })
    })
}

fn well(_: &str, _: &Seen) -> Option<Vec<u8>> {
    None
}

/// The doctor's diagnosis, and what the main job says to the same flags.
async fn look(flags: &[&str]) -> (Diagnosis, Outcome) {
    let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    let both = tokio::task::spawn_blocking(move || {
        let diagnosis = run(nodeusage().args(["doctor", "-o", "json"]).args(&flags));
        (Diagnosis::of(&diagnosis), run(nodeusage().args(["-o", "name"]).args(&flags)))
    });
    both.await.unwrap()
}

/// The same of a server by http.
async fn look_at(fault: Fault) -> (Diagnosis, Outcome) {
    let server = Server::http(server(fault)).await;
    look(&["--server", &format!("http://127.0.0.1:{}", server.port)]).await
}

struct Files {
    _dir: TempDir,
    authority: PathBuf,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);
static FILES: LazyLock<Files> = LazyLock::new(|| {
    let dir = TempDir::new().unwrap();
    let authority = dir.path().join("ca.crt");
    fs::write(&authority, AUTHORITY.certificate.pem()).unwrap();
    Files { _dir: dir, authority }
});

/// The same of a server by https, whose certificate is for 127.0.0.1 until it is changed.
async fn look_at_secure(change: impl FnOnce(&mut CertificateParams), clients: bool) -> (Diagnosis, Outcome) {
    let mut params = params(&["127.0.0.1"]);
    change(&mut params);
    let config = AUTHORITY.identity(&params).server(clients.then_some(&AUTHORITY));
    let server = Server::https(config, server(well)).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    look(&["--server", &url, "--certificate-authority", FILES.authority.to_str().unwrap()]).await
}

/// Ends at a midnight, ten days and some hours from now.
fn for_ten_days(params: &mut CertificateParams) {
    let day =
        (Timestamp::now() + SignedDuration::from_hours(24 * 11)).to_zoned(jiff::tz::TimeZone::UTC).date();
    let (month, day_of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    params.not_after = date_time_ymd(day.year().into(), month, day_of_month);
}

#[tokio::test]
async fn a_server_that_lacks_nothing_passes_every_check() {
    let (diagnosis, main_job) = look_at_secure(for_ten_days, false).await;
    assert_eq!(diagnosis.names("passed").len(), 17, "{diagnosis:?}");
    assert!(diagnosis.usable && main_job.code == 0);
    assert!(diagnosis.check("certificate").message.ends_with("Z, 10 days from now"), "{diagnosis:?}");
    assert_eq!(diagnosis.check("identity").message, "jane; groups: ops, system:authenticated");
    assert_eq!(diagnosis.check("nodes").message, "each of 1 has a sample");
}

#[tokio::test]
async fn a_certificate_that_can_not_be_trusted() {
    let expired = look_at_secure(|params| params.not_after = date_time_ymd(2020, 1, 1), false).await;
    assert!(expired.0.check("certificate").message.contains("it expired at 2020-01-01T00:00:00Z"));
    let early = look_at_secure(|params| params.not_before = date_time_ymd(2150, 1, 1), false).await;
    assert!(early.0.check("certificate").message.contains("only from 2150-01-01T00:00:00Z"));
    let elsewhere = look_at_secure(|certificate| *certificate = params(&["example.com"]), false).await;
    assert!(elsewhere.0.check("certificate").message.contains("it is for example.com"));

    let stranger = Authority::with(|params| params.distinguished_name = rcgen::DistinguishedName::new());
    let server = Server::https(stranger.server(&["127.0.0.1"]).server(None), server(well)).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let unknown = look(&["--server", &url]).await;
    assert!(unknown.0.check("certificate").message.contains("unknown authority"));

    for (diagnosis, main_job) in [expired, early, elsewhere, unknown] {
        assert_eq!(diagnosis.names("passed"), ["configuration", "server"]);
        assert_eq!(diagnosis.names("failed"), ["certificate"]);
        diagnosis.assert_says_what_the_main_job_says(&main_job);
    }

    let (unchecked, _) = look(&["--server", &url, "--insecure-skip-tls-verify"]).await;
    assert_eq!(unchecked.check("certificate").state, "passed");
    assert!(unchecked.check("certificate").message.starts_with("not checked"), "{unchecked:?}");
}

#[tokio::test]
async fn credentials_that_are_not_accepted() {
    let missed = look_at_secure(|_| (), true).await;
    let refused =
        look_at(|path, _| (path != "/version").then(|| status(401, "Unauthorized", "Unauthorized"))).await;
    let refused_at_once = look_at(|_, _| Some(status(401, "Unauthorized", "Unauthorized"))).await;

    let server = Server::https(AUTHORITY.server(&["127.0.0.1"]).server(None), server(well)).await;
    let dir = TempDir::new().unwrap();
    let kubeconfig = dir.path().join("config");
    let exec = |command: &str, argument: &str| {
        json!({"apiVersion": "client.authentication.k8s.io/v1", "command": command,
        "args": ["-c", argument], "interactiveMode": "Never", "installHint": "get it from the shop"})
    };
    let config = |exec: Value| {
        json!({
        "clusters": [{"name": "c", "cluster": {
            "server": format!("https://127.0.0.1:{}", server.port), "certificate-authority": FILES.authority,
        }}],
        "users": [{"name": "u", "user": {"exec": exec}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }).to_string()
    };
    let runs = dir.path().join("runs");
    let script = format!("echo run >>{}; exit 1", runs.display());
    fs::write(&kubeconfig, config(exec("sh", &script))).unwrap();
    let (failed, _) = look(&["--kubeconfig", kubeconfig.to_str().unwrap()]).await;
    assert_eq!(failed.names("failed"), ["identity"]);
    assert_eq!(fs::read_to_string(&runs).unwrap(), "run\nrun\n", "once by the doctor, once by the main job");

    fs::write(&kubeconfig, config(exec("no-such-plugin", ""))).unwrap();
    let no_plugin = look(&["--kubeconfig", kubeconfig.to_str().unwrap()]).await;
    assert_eq!(no_plugin.0.check("identity").hint.as_deref(), Some("get it from the shop"));
    assert_eq!(no_plugin.0.check("certificate").state, "passed", "the server is met without credentials");

    for (diagnosis, main_job) in [missed, refused, refused_at_once, no_plugin] {
        assert_eq!(diagnosis.names("failed"), ["identity"], "{diagnosis:?}");
        assert_eq!(diagnosis.check("server").state, "passed");
        assert_eq!(diagnosis.check("list nodes").message, "see identity");
        diagnosis.assert_says_what_the_main_job_says(&main_job);
    }
}

#[tokio::test]
async fn nobody_is_told_to_log_in() {
    let (diagnosis, main_job) = look_at(|path, _| match path {
        IDENTITY => {
            Some(forbidden("system:anonymous", "create", "selfsubjectreviews", "authentication.k8s.io"))
        }
        ACCESS => {
            Some(forbidden("system:anonymous", "create", "selfsubjectaccessreviews", "authorization.k8s.io"))
        }
        SAMPLES | API_SERVICE => Some(forbidden("system:anonymous", "list", "nodes", "metrics.k8s.io")),
        _ => None,
    })
    .await;
    assert_eq!(diagnosis.names("failed"), ["identity", "samples"]);
    let log_in = "log in again, or choose another user or context: kubectl config get-contexts";
    assert_eq!(diagnosis.check("identity").hint.as_deref(), Some(log_in));
    assert!(main_job.stderr.ends_with(&format!("hint: {log_in}\n")), "{main_job:?}");
}

#[tokio::test]
async fn what_may_not_be_seen_is_no_failure() {
    let (diagnosis, main_job) = look_at(|path, _| match path {
        IDENTITY => Some(forbidden("jane", "create", "selfsubjectreviews", "authentication.k8s.io")),
        ACCESS => Some(forbidden("jane", "create", "selfsubjectaccessreviews", "authorization.k8s.io")),
        API_SERVICE => Some(forbidden("jane", "get", "apiservices", "apiregistration.k8s.io")),
        "/api/v1/nodes" => Some(forbidden("jane", "list", "nodes", "")),
        _ => None,
    })
    .await;
    assert_eq!(diagnosis.names("failed"), [""; 0]);
    assert!(diagnosis.usable && main_job.code == 0);
    assert!(diagnosis.check("identity").message.starts_with("jane; "), "{diagnosis:?}");
    assert_eq!(diagnosis.check("availability").message, "v1beta1.metrics.k8s.io answers");
    for name in ["get nodes", "list pods", "nodes"] {
        assert_eq!(diagnosis.check(name).state, "not-reached", "{name}");
        assert!(diagnosis.check(name).message.contains("Forbidden") || name == "nodes", "{diagnosis:?}");
    }

    let (old, _) = look_at(|path, _| (path == IDENTITY).then(|| status(404, "NotFound", "not found"))).await;
    assert_eq!(old.check("identity").state, "not-reached");
    assert!(old.usable);
}

#[tokio::test]
async fn a_metrics_api_that_is_not_there_or_not_well() {
    let absent = look_at(|path, _| (path == GROUP).then(|| status(404, "NotFound", "not found"))).await;
    assert_eq!(absent.0.names("failed"), ["registration"]);
    let unready = look_at(|path, _| match path {
        API_SERVICE => Some(forbidden("jane", "get", "apiservices", "apiregistration.k8s.io")),
        SAMPLES => Some(with(503, "", "service unavailable")),
        _ => None,
    })
    .await;
    assert_eq!(unready.0.names("failed"), ["availability"]);
    // What stands behind it is none that serves nodes.
    let other = look_at(|path, _| (path == SAMPLES).then(|| status(404, "NotFound", "page not found"))).await;
    assert_eq!(other.0.names("failed"), ["availability"]);
    let empty = look_at(|path, _| (path == SAMPLES).then(|| list(&[]))).await;
    assert_eq!(empty.0.names("failed"), ["samples", "nodes"]);
    let broken = look_at(|path, _| (path == SAMPLES).then(|| ok("<html>"))).await;
    assert_eq!(broken.0.names("failed"), ["samples"]);
    for (diagnosis, main_job) in [absent, unready, other, empty, broken] {
        diagnosis.assert_says_what_the_main_job_says(&main_job);
    }
}

#[tokio::test]
async fn samples_that_are_not_renewed() {
    let (diagnosis, main_job) =
        look_at(|path, _| (path == SAMPLES).then(|| list(&[sample("a", SignedDuration::from_mins(10))])))
            .await;
    assert_eq!(diagnosis.names("failed"), ["samples"]);
    assert!(diagnosis.check("samples").message.starts_with("1, and the newest is 60"), "{diagnosis:?}");
    assert!(diagnosis.usable && main_job.code == 0, "old figures are shown all the same");
}

#[tokio::test]
async fn nodes_without_samples_are_told_apart() {
    let (diagnosis, _) = look_at(|path, _| {
        let named = |name: &str| {
            let mut node = node(name);
            match name {
                "down" => {
                    node["status"]["conditions"][0]["status"] = json!("Unknown");
                    node["status"]["conditions"][0]["reason"] = json!("NodeStatusUnknown");
                }
                "blank" => node["status"] = json!({}),
                "new" => node["metadata"]["creationTimestamp"] = json!(Timestamp::now().to_string()),
                "rebooted" => {
                    node["status"]["conditions"][0]["lastTransitionTime"] =
                        json!(Timestamp::now().to_string());
                }
                _ => {}
            }
            node
        };
        match path {
            "/api/v1/nodes" => {
                Some(list(&["a", "down", "blank", "new", "rebooted", "deaf", "gone"].map(named)))
            }
            "/api/v1/nodes/gone" => None,
            _ => path.strip_prefix("/api/v1/nodes/").map(|name| ok(&named(name).to_string())),
        }
    })
    .await;
    assert!(diagnosis.usable);
    assert_eq!(diagnosis.names("failed"), ["nodes"]);
    let check = diagnosis.check("nodes");
    assert_eq!(
        check.message,
        "6 of 7 have no sample: 2 not ready (blank [no status], down [NodeStatusUnknown]); 1 ready, but the kubelet is \
         not read (deaf [10.0.0.7:10250]); 1 not seen why (gone [the server has no such object (NotFound): no such \
         path]); 2 ready for less than two minutes (new, rebooted)"
    );
    assert_eq!(
        check
            .hint
            .as_deref()
            .unwrap()
            .lines()
            .map(|line| line.split(':').next().unwrap())
            .collect::<Vec<_>>(),
        [
            "see why it is not ready",
            "let metrics-server reach the kubelet's port and trust its certificate; what it says of it",
            "see the node",
            "wait for a minute",
        ]
    );
}

#[tokio::test]
async fn a_clock_that_is_wrong() {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    fn dated(ahead: SignedDuration) -> Vec<u8> {
        with(200, &format!("date: {}\r\n", date(ahead)), r#"{"gitVersion": "v1.37.2"}"#)
    }
    let (behind, main_job) = look_at(|path, _| match path {
        "/version" => Some(dated(HOUR)),
        // The samples have the server's time.
        SAMPLES => Some(list(&[sample("a", -HOUR)])),
        _ => None,
    })
    .await;
    assert!(behind.usable && main_job.code == 0);
    assert_eq!(behind.names("failed"), ["clock"]);
    let message = &behind.check("clock").message;
    let seconds = message.strip_prefix("this machine's is ").unwrap();
    let (seconds, direction) = seconds.split_once(' ').unwrap();
    assert!((3590..=3600).contains(&seconds.parse::<i32>().unwrap()), "{message}");
    assert_eq!(direction, "s behind the server's");
    assert!(behind.check("samples").message.starts_with("1, from "), "ages are by the server's clock");

    let (ahead, _) = look_at(|path, _| (path == "/version").then(|| dated(-HOUR))).await;
    assert!(ahead.check("clock").message.ends_with("s ahead of the server's"), "{ahead:?}");
    let (silent, _) = look_at(|path, _| (path == "/version").then(|| ok(r#"{"gitVersion": "v1"}"#))).await;
    assert_eq!(silent.check("clock").state, "not-reached");
}

#[tokio::test]
async fn what_answers_is_no_kubernetes() {
    let (diagnosis, main_job) = look_at(|_, _| Some(ok("<html>Log in</html>"))).await;
    assert_eq!(diagnosis.names("failed"), ["server"]);
    assert!(diagnosis.check("server").message.starts_with("the answer to /version can't be read"));
    assert!(main_job.stderr.contains("can't be read"), "{main_job:?}");
    let (elsewhere, _) = look_at(|_, _| Some(with(404, "", "404 page not found"))).await;
    assert_eq!(elsewhere.names("failed"), ["server"]);
    let hint = "check that this is a Kubernetes API server: kubectl cluster-info";
    assert_eq!(elsewhere.check("server").hint.as_deref(), Some(hint));
    let (dead, main_job) = look(&["--server", "http://127.0.0.1:1"]).await;
    assert_eq!(dead.names("failed"), ["server"]);
    dead.assert_says_what_the_main_job_says(&main_job);
    let (no_config, main_job) = look(&["--kubeconfig", "/nonexistent/config"]).await;
    assert_eq!(no_config.names("failed"), ["configuration"]);
    no_config.assert_says_what_the_main_job_says(&main_job);
}

#[tokio::test]
async fn a_right_that_is_missing_has_one_command_that_grants_it() {
    let (diagnosis, _) = look_at(|path, seen| {
        if path != ACCESS {
            return None;
        }
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        let attributes = &asked["spec"]["resourceAttributes"];
        let is_usage = attributes["group"] == "metrics.k8s.io" && attributes["resource"] == "nodes";
        let is_granted = is_usage || attributes["verb"] == "get";
        Some(review("SelfSubjectAccessReview", "authorization.k8s.io", &json!({"allowed": is_granted})))
    })
    .await;
    assert_eq!(
        diagnosis.names("failed"),
        ["list nodes", "watch nodes", "list pods", "watch pods", "list pods.metrics.k8s.io"]
    );
    let hint = |name: &str| diagnosis.check(name).hint.clone().unwrap();
    let command = |flags: &str| {
        format!(
            "an administrator grants it with: kubectl nodeusage rbac --user jane{flags} | kubectl apply -f -"
        )
    };
    assert_eq!(hint("list nodes"), command(" --with-percent"));
    assert_eq!(hint("list pods"), command(" --with-percent --with-requests"));
    assert_eq!(hint("list pods.metrics.k8s.io"), command(" --with-percent --with-requests --with-pods"));
    assert_eq!(diagnosis.check("list nodes").message, "not granted: percent is unknown");
}

/// Nothing goes wrong that nobody has seen the doctor say.
#[tokio::test]
async fn every_check_is_seen_in_each_of_its_states() {
    let denied: Fault = |path, _| match path {
        ACCESS => Some(review("SelfSubjectAccessReview", "authorization.k8s.io", &json!({"allowed": false}))),
        API_SERVICE => Some(forbidden("jane", "get", "apiservices", "apiregistration.k8s.io")),
        _ => None,
    };
    let mut seen = BTreeSet::new();
    for (diagnosis, _) in [
        look_at_secure(|_| (), false).await,
        look_at_secure(|params| params.not_after = date_time_ymd(2020, 1, 1), false).await,
        look(&["--kubeconfig", "/nonexistent/config"]).await,
        look(&["--server", "http://127.0.0.1:1"]).await,
        look_at(|path, _| (path == IDENTITY).then(|| status(401, "Unauthorized", "Unauthorized"))).await,
        look_at(denied).await,
        look_at(|path, _| (path == GROUP).then(|| status(404, "NotFound", "not found"))).await,
        look_at(|path, _| (path == SAMPLES).then(|| with(503, "", "service unavailable"))).await,
        look_at(|path, _| match path {
            SAMPLES => Some(list(&[])),
            "/version" => {
                let date = date(SignedDuration::from_hours(-1));
                Some(with(200, &format!("date: {date}\r\n"), r#"{"gitVersion": "v1.37.2"}"#))
            }
            _ => None,
        })
        .await,
    ] {
        seen.extend(diagnosis.checks.iter().map(|check| (check.name.clone(), check.state.clone())));
    }
    let names: BTreeSet<_> = seen.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names.len(), 17);
    for name in &names {
        for state in ["passed", "failed", "not-reached"] {
            // The configuration comes first: nothing keeps it from being looked at.
            let is_possible = (name.as_str(), state) != ("configuration", "not-reached");
            assert_eq!(seen.contains(&(name.clone(), state.to_owned())), is_possible, "{name} {state}");
        }
    }
}
