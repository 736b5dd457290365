//! A recording that goes on while everything fails once.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    front::Front,
    observer::Observer,
    plane::{Plane, binary},
    proxy::Proxy,
    recorder::{LABEL, Recorder, disturbance, outage},
    running::{Running, eventually},
    support::{environment::in_empty_home, nodeusage, run},
};

const METRICS: &str = "/apis/metrics.k8s.io/v1beta1/nodes";

/// So many readings between two outages, in which samples are served that must be recorded.
const CALM: usize = 5;

const RETRY_AFTER: Duration = Duration::from_secs(3);

/// The server in plain HTTP, with the administrator's rights, at the port that is given, too.
fn kubectl_proxy(plane: &Plane) -> (Running, u16) {
    let mut command = Command::new(binary("kubectl"));
    in_empty_home(&mut command);
    command.env("KUBECONFIG", &plane.kubeconfig).args(["proxy", "--port=0"]).stdout(Stdio::piped());
    let mut proxy = Running::start(&mut command);
    let mut line = String::new();
    BufReader::new(proxy.stdout()).read_line(&mut line).unwrap();
    (proxy, line.trim().rsplit(':').next().unwrap().parse().unwrap())
}

/// A token of the account of deploy/ that is good until its Secret is deleted.
fn token(plane: &Plane, secret: &str) -> String {
    let metadata = json!({"name": secret, "namespace": "nodeusage"});
    plane.apply(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata}));
    let bound = ["--bound-object-kind=Secret", "--bound-object-name", secret];
    let command = [&["create", "token", "recorder", "-n", "nodeusage"], &bound[..]].concat();
    plane.kubectl(&command).success().trim().to_owned()
}

/// A kubeconfig with a token file, for a server at a port of this machine.
fn kubeconfig(plane: &Plane, folder: &Path, port: u16) -> String {
    let config = json!({
        "clusters": [{"name": "c", "cluster": {
            "server": format!("https://127.0.0.1:{port}"), "certificate-authority": plane.ready["ca_file"],
        }}],
        "users": [{"name": "u", "user": {"tokenFile": folder.join("token")}}],
        "contexts": [{"name": "proxied", "context": {"cluster": "c", "user": "u"}}], "current-context": "proxied",
    });
    let path = folder.join("config");
    fs::write(&path, config.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What an API server answers, with a Status.
fn response(line: &str, headers: &str, body: &Value) -> String {
    format!("HTTP/1.1 {line}\r\nContent-Type: application/json\r\n{headers}Connection: close\r\n\r\n{body}\n")
}

/// A control plane, two recorders of it, and what stands between.
struct Scene {
    plane: RefCell<Plane>,
    folder: TempDir,
    observer: Observer,
    /// Between the server and the first recorder, which has a token file.
    proxy: Proxy,
    /// Between the server and the second one.
    front: Front,
    direct: Recorder,
    fronted: Recorder,
    /// A node that is changed, and one that is deleted.
    changed: String,
    deleted: String,
    _kubectl_proxy: Running,
}

#[test]
fn a_recording_survives_whatever_fails_and_misses_nothing() {
    let mut scene = Scene::start();
    let nodes = scene.direct.nodes();
    let rows_before = scene.nodes_change_come_and_go(&nodes);
    scene.connections_die_and_the_server_asks_for_time();
    scene.connections_are_cut_and_a_watch_expires();
    scene.a_token_is_revoked_and_rotated();
    scene.programs_end_and_begin_again();

    assert!(scene.front.asked(METRICS).len() >= 40, "{} ticks", scene.front.asked(METRICS).len());
    let Scene { observer, direct, fronted, deleted, .. } = &mut scene;
    let mut recorders = [direct, fronted];
    for recorder in &mut recorders {
        assert_each_line_is_of_an_outage(&recorder.end());
    }
    let seen = observer.seen();
    for (recorder, rows_before) in recorders.into_iter().zip(rows_before) {
        let needed = recorder.assert_complete(&seen);
        assert!(needed >= 2 * nodes.len(), "{needed} samples of {} nodes", nodes.len());
        for row in &recorder.rows()[rows_before..] {
            assert!(row.node != *deleted || row.reason == "NoNode", "it was deleted: {row:?}");
        }
    }
}

impl Scene {
    fn start() -> Self {
        let plane = Plane::start(&["--nodes", "12", "--wait-for-samples", "--metric-resolution", "10s"]);
        let base = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/base.yaml");
        plane.kubectl(&["apply", "--server-side", "-f", base]).success();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), token(&plane, "first")).unwrap();
        let (kubectl_proxy, kubectl_port) = kubectl_proxy(&plane);
        let observer = Observer::of(kubectl_port);
        let proxy = Proxy::to(plane.ready["kube_apiserver_port"].as_u64().unwrap().try_into().unwrap());
        let front = Front::to(kubectl_port);
        let config = kubeconfig(&plane, folder.path(), proxy.port);
        // A role takes a moment to be heeded.
        eventually("the account has its rights", || {
            let read = run(nodeusage().args(["--kubeconfig", &config]));
            (read.code == 0 && read.stderr.is_empty()).then_some(())
        });
        let direct = Recorder::start(&folder.path().join("direct.csv"), &["--kubeconfig", &config]);
        let server = format!("http://127.0.0.1:{}", front.port);
        let fronted = Recorder::start(&folder.path().join("fronted.csv"), &["-s", &server]);
        for recorder in [&direct, &fronted] {
            recorder.writes("a first row", |row| row.reason.is_empty());
        }
        let mut sampled = direct.rows().into_iter().filter(|row| row.reason.is_empty()).map(|row| row.node);
        let [changed, deleted] = [(); 2].map(|()| sampled.next().unwrap());
        Self {
            plane: RefCell::new(plane),
            folder,
            observer,
            proxy,
            front,
            direct,
            fronted,
            changed,
            deleted,
            _kubectl_proxy: kubectl_proxy,
        }
    }

    fn kubectl(&self, arguments: &[&str]) {
        self.plane.borrow().kubectl(arguments).success();
    }

    fn note(&self, note: &str) {
        self.kubectl(&["label", "--overwrite", "node", &self.changed, &format!("{LABEL}={note}")]);
    }

    /// Gives the number of rows of each recorder after which the deleted node is known to be gone.
    fn nodes_change_come_and_go(&self, nodes: &BTreeSet<String>) -> [usize; 2] {
        self.plane.borrow_mut().command(&format!("nodes {}", nodes.len() + 1));
        // Right after a sample, so that none is served only in the moment before the node goes, which nobody else sees.
        let latest = self.observer.latest(&self.deleted);
        eventually("a new sample", || (self.observer.latest(&self.deleted) > latest).then_some(()));
        self.kubectl(&["delete", "node", &self.deleted]);
        self.note("once");
        let patch = r#"{"status":{"allocatable":{"cpu":"1234m"}}}"#;
        self.kubectl(&["patch", "node", &self.changed, "--subresource=status", "--type=merge", "-p", patch]);
        ticks(&self.front, 2);
        let recorders = [&self.direct, &self.fronted];
        let rows = recorders.map(|recorder| recorder.rows().len());
        for recorder in recorders {
            recorder.writes("the change of a node", |row| {
                row.node == self.changed && row.label == "once" && row.cpu_allocatable == "1.234"
            });
            recorder.writes("a new node", |row| !nodes.contains(&row.node));
        }
        rows
    }

    /// The connections of the one recorder are open and dead; the other one gets 429.
    fn connections_die_and_the_server_asks_for_time(&mut self) {
        let busy =
            json!({"kind": "Status", "code": 429, "reason": "TooManyRequests", "message": "slow down"});
        let headers = format!("Retry-After: {}\r\n", RETRY_AFTER.as_secs());
        let busy = response("429 Too Many Requests", &headers, &busy);
        let fault = || {
            self.proxy.silence();
            self.front.answer_once(METRICS, busy);
        };
        outage(&mut [&mut self.direct, &mut self.fronted], true, fault, || {});
        let pauses = self.front.asked(METRICS);
        let mut pauses = pauses.windows(2).map(|pair| pair[1].0.duration_since(pair[0].0));
        assert!(pauses.any(|pause| pause >= RETRY_AFTER), "the server gets its time");
        ticks(&self.front, CALM);
    }

    /// The next watch is answered with 410, as by a server that has forgotten what happened since.
    fn connections_are_cut_and_a_watch_expires(&self) {
        let expired = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
        let event = json!({"type": "ERROR", "object": expired});
        self.front.answer_once("watch=true", response("200 OK", "", &event));
        let lists = self.front.asked("resourceVersion=0").len();
        disturbance(&[&self.direct, &self.fronted], || {
            self.proxy.cut();
            self.front.cut();
            eventually("the nodes are listed again", || {
                (self.front.asked("resourceVersion=0").len() > lists).then_some(())
            });
        });
        self.note("twice");
    }

    fn a_token_is_revoked_and_rotated(&mut self) {
        let rotated = self.folder.path().join("token.new");
        fs::write(&rotated, token(&self.plane.borrow(), "second")).unwrap();
        let revoke = || {
            let delete = ["delete", "secret", "first", "-n", "nodeusage"];
            self.plane.borrow().kubectl(&delete).success();
        };
        let rotate = || fs::rename(&rotated, self.folder.path().join("token")).unwrap();
        // The server remembers for some seconds whom it let in.
        outage(&mut [&mut self.direct], false, revoke, rotate);
        for recorder in [&self.direct, &self.fronted] {
            recorder
                .writes("a change after all that", |row| row.node == self.changed && row.label == "twice");
        }
    }

    /// The server, its store, and the source of its metrics.
    fn programs_end_and_begin_again(&mut self) {
        let command = |command: &str| self.plane.borrow_mut().command(command);
        let recorders = &mut [&mut self.direct, &mut self.fronted];
        outage(recorders, true, || command("kill kube-apiserver"), || command("start kube-apiserver"));
        ticks(&self.front, CALM);
        disturbance(&[&self.direct, &self.fronted], || {
            command("pause etcd");
            ticks(&self.front, 4);
            command("resume etcd");
            ticks(&self.front, 2);
        });
        let recorders = &mut [&mut self.direct, &mut self.fronted];
        outage(recorders, true, || command("stop metrics-server"), || command("start metrics-server"));
        let latest = self.observer.latest(&self.changed).unwrap();
        for recorder in [&self.direct, &self.fronted] {
            recorder.writes("a sample after all", |row| row.node == self.changed && row.timestamp > latest);
        }
    }
}

/// Waits until the second recorder has read so many times more.
fn ticks(front: &Front, count: usize) {
    let wanted = front.asked(METRICS).len() + count;
    eventually("the recorder reads on", || (front.asked(METRICS).len() >= wanted).then_some(()));
}

/// `warning: TIME the cluster can't be read: WHY`, its hints, and `note: TIME the cluster is read again, ...`, in turn.
#[track_caller]
fn assert_each_line_is_of_an_outage(said: &str) {
    let mut fails = false;
    for line in said.lines().filter(|line| !line.starts_with("hint: ")) {
        let (kind, rest) = line.split_once(": ").unwrap();
        let (time, words) = rest.split_once(' ').unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
        let expected = if fails {
            ("note", "the cluster is read again, after ")
        } else {
            ("warning", "the cluster can't be read: ")
        };
        assert!(kind == expected.0 && words.starts_with(expected.1), "{said}");
        fails = !fails;
    }
    assert!(!fails, "{said}");
}
