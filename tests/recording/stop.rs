//! Ctrl-C and SIGTERM end a watch within a second, whatever it is doing, and so does a reader who goes.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::{io::ioctl_fionread, process::Signal};
use serde_json::json;

use crate::{
    cluster::Cluster,
    environment::in_empty_home,
    running::{Running, eventually},
};

const SIGNALS: [Signal; 2] = [Signal::INT, Signal::TERM];

const INTERRUPTED: i32 = 130;

/// The plugin, watching.
fn watch(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-nodeusage"));
    in_empty_home(&mut command);
    command.args(["-w", "--interval=1s", "-o", "csv"]).args(arguments).stdout(Stdio::null());
    command
}

#[track_caller]
fn assert_ends(watch: &mut Running, signal: Signal, wanted: i32) {
    let (code, took) = watch.end(signal);
    assert_eq!(code, Some(wanted), "{}", watch.stderr());
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn while_it_connects() {
    for (scheme, signal) in
        ["http", "https"].into_iter().flat_map(|scheme| SIGNALS.map(|signal| (scheme, signal)))
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = format!("{scheme}://{}", listener.local_addr().unwrap());
        let mut watch = Running::start(&mut watch(&["-s", &server, "--insecure-skip-tls-verify"]));
        // It has sent something, and is never answered.
        let (mut stream, _) = listener.accept().unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 1);
        assert_ends(&mut watch, signal, INTERRUPTED);
    }
}

#[test]
fn while_a_credential_plugin_runs() {
    let dir = tempfile::tempdir().unwrap();
    let [config, pid] = ["config", "pid"].map(|name| dir.path().join(name));
    let script = format!("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 60", pid.display());
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": "sh", "args": ["-c", script],
    });
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"exec": exec}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x",
    });
    fs::write(&config, kubeconfig.to_string()).unwrap();
    for signal in SIGNALS {
        let mut watch = Running::start(&mut watch(&["--kubeconfig", config.to_str().unwrap()]));
        eventually("the plugin runs", || pid.exists().then_some(()));
        assert_ends(&mut watch, signal, INTERRUPTED);
        let plugin = fs::read_to_string(&pid).unwrap();
        let plugin = Path::new("/proc").join(plugin.trim());
        eventually("the plugin is ended, too", || (!is_alive(&plugin)).then_some(()));
        fs::remove_file(&pid).unwrap();
    }
}

/// Whether a process lives; one that ended may wait for somebody to take note of it.
fn is_alive(process: &Path) -> bool {
    fs::read_to_string(process.join("stat"))
        .is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|state| !state.starts_with('Z')))
}

/// A cluster whose samples come only halfway, from some reading on. Counts those.
fn stalling_after(readings: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (read, stalled) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&stalled);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (read, stalled) = (Arc::clone(&read), Arc::clone(&stalled));
            thread::spawn(move || {
                let stalls = || read.fetch_add(1, Ordering::SeqCst) >= readings;
                answer(stream, stalls, &stalled);
            });
        }
    });
    (url, counted)
}

fn answer(mut stream: TcpStream, stalls: impl Fn() -> bool, stalled: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    lines.find(String::is_empty);
    let is_of_samples = request.contains("/v1beta1/nodes");
    let body = if is_of_samples {
        json!({"items": [{
            "metadata": {"name": "a"}, "timestamp": "2026-11-01T12:00:00Z", "window": "15s",
            "usage": {"cpu": "1", "memory": "1Gi"},
        }]})
    } else {
        json!({"versions": [{"version": "v1beta1"}], "items": [], "metadata": {"resourceVersion": "1"}})
    };
    let body = body.to_string();
    let is_cut = is_of_samples && stalls() || request.contains("watch=true");
    let sent = if is_cut { body.len() / 2 } else { body.len() };
    let head = format!("HTTP/1.1 200 x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), &body.as_bytes()[..sent]].concat());
    if is_cut {
        stalled.fetch_add(usize::from(is_of_samples), Ordering::SeqCst);
        lines.next();
    }
}

#[test]
fn while_a_body_stands_still() {
    for (readings, code) in [(0, INTERRUPTED), (1, 0)] {
        for signal in SIGNALS {
            let (server, stalled) = stalling_after(readings);
            let mut watch = Running::start(&mut watch(&["-s", &server]));
            eventually("a body stands still", || (stalled.load(Ordering::SeqCst) > 0).then_some(()));
            assert_ends(&mut watch, signal, code);
        }
    }
}

#[test]
fn its_time_ends_it_even_while_a_body_stands_still() {
    let (server, stalled) = stalling_after(1);
    let begun = Instant::now();
    let mut watch = Running::start(&mut watch(&["-s", &server, "--for=2s"]));
    assert_eq!(watch.wait().code(), Some(0), "{}", watch.stderr());
    assert_eq!(stalled.load(Ordering::SeqCst), 1);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn while_it_sleeps() {
    for signal in SIGNALS {
        let cluster = Cluster::of(1);
        let mut watch = Running::start(cluster.recorder(&["--interval=1h"]).stdout(Stdio::piped()));
        let mut lines = BufReader::new(watch.stdout()).lines();
        lines.nth(1).unwrap().unwrap();
        assert_ends(&mut watch, signal, 0);
    }
}

#[test]
fn while_nobody_reads_what_it_writes() {
    for signal in SIGNALS {
        let cluster = Cluster::of(1_500);
        let mut watch = Running::start(cluster.recorder(&[]).stdout(Stdio::piped()));
        let stdout = watch.stdout();
        eventually("the pipe is full", || (ioctl_fionread(&stdout).unwrap() >= 64 << 10).then_some(()));
        assert_ends(&mut watch, signal, 0);
    }
}

#[test]
fn a_reader_who_goes_ends_it_without_a_word() {
    let cluster = Cluster::of(2);
    let mut watch = Running::start(cluster.recorder(&[]).stdout(Stdio::piped()));
    let mut stdout = BufReader::new(watch.stdout());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    assert_eq!((watch.wait().code(), watch.stderr().as_str()), (Some(0), ""));
}
