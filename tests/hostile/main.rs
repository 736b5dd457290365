//! The plugin against a server that means ill: each case must end soon, in little memory, with an error that helps, and
//! with nothing on the terminal that steers it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
#![allow(clippy::too_many_lines, reason = "a table is as long as it is")]

mod case;
mod cases;
mod encode;
mod server;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "what came of a run is measured here, too")]
mod support;

use std::{
    collections::BTreeSet,
    io::{BufWriter, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use case::{Case, Outcome};
use server::{Attack, Request, Server};
use support::nodeusage;
use wait4::Wait4;

const LONGEST: Duration = Duration::from_secs(10);
const LARGEST: u64 = 200 << 20;

/// As in `src/client/list/mod.rs`.
const MOST_ITEMS: usize = 120_000;
const MOST_PODS: usize = 200_000;

/// More than any error and its hint need.
const MOST_WORDS: usize = 10_000;

/// Stands in the server's address, and so in the credentials of each request.
const PASSWORD: &str = "s3cret-pa55word";

/// What came of a run.
struct Run {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    elapsed: Duration,
    /// The time of the processor.
    busy: Duration,
    /// The most memory that was resident at once, in bytes.
    peak: u64,
}

impl Run {
    fn of(command: &mut Command) -> Self {
        let started = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let whole = |pipe: &mut dyn Read| {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let (stdout, stderr) = thread::scope(|scope| {
            let stdout = scope.spawn(|| whole(&mut stdout));
            let stderr = whole(&mut stderr);
            (stdout.join().unwrap(), stderr)
        });
        // Of the runs alone, and not of this process or of its other children.
        let used = child.wait4().unwrap();
        Self {
            code: used.status.code(),
            stdout,
            stderr,
            elapsed: started.elapsed(),
            busy: used.rusage.utime + used.rusage.stime,
            peak: used.rusage.maxrss,
        }
    }
}

/// Runs a case, and says what is wrong with what came of it.
fn outcome(case: &Case, directory: &Path) -> Result<(), String> {
    let server = Server::start(vec![(case.on, case.attack.clone())]);
    let mut command = nodeusage();
    // A port may have been an earlier server's.
    let cache = directory.join(case.name.replace('/', " "));
    command.arg("--cache-dir").arg(cache).args(&case.arguments);
    if case.by_name {
        command.args(["--server", &format!("http://jane:{PASSWORD}@nodes.example")]);
        command.args(["--proxy-url", &format!("http://{}", server.address)]);
    } else {
        command.args(["--server", &format!("http://jane:{PASSWORD}@{}", server.address)]);
    }
    if Request::OBJECTS.contains(&case.on) {
        command.arg("a");
    }
    match case.on {
        Request::Pods => drop(command.arg("--requests")),
        Request::PodSamples => drop(command.args(["--pods", "a"])),
        _ => {}
    }
    let run = Run::of(&mut command);
    judge(case, &run)?;
    if !server.requests().iter().any(|line| case.on.is(line)) {
        return Err("the request that is attacked was never made".to_owned());
    }
    Ok(())
}

fn judge(case: &Case, run: &Run) -> Result<(), String> {
    let (Ok(stdout), Ok(stderr)) = (str::from_utf8(&run.stdout), str::from_utf8(&run.stderr)) else {
        return Err("its output is not UTF-8".to_owned());
    };
    let check = |holds: bool, problem: &str| {
        if holds { Ok(()) } else { Err(format!("{problem}; code {:?}\n{stdout}{stderr}", run.code)) }
    };
    check(run.code == Some(1), "the code is not 1")?;
    check(!stderr.contains("panicked"), "it panicked")?;
    // Where nothing is waited for the time of the processor counts, which does not depend on what else the machine does;
    // a run that hangs is ended, with another code.
    let took = if case.arguments.is_empty() { run.busy } else { run.elapsed };
    check(took < LONGEST, &format!("it took {took:?}"))?;
    check(run.peak < LARGEST, &format!("it took {} MiB", run.peak >> 20))?;
    check(stderr.len() < MOST_WORDS, "it says too much")?;
    check(!format!("{stdout}{stderr}").contains(PASSWORD), "it says the password")?;
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    check(!stdout.contains(steers) && !stderr.contains(steers), "it steers the terminal")?;
    let mut lines = stderr.lines();
    let error = lines.find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
    check(!error.is_empty(), "there is no error")?;
    check(lines.next().is_some_and(|line| line.starts_with("hint: ")), "there is no hint")?;
    match &case.outcome {
        Outcome::Fails(says) => {
            check(stdout.is_empty(), "something is shown")?;
            check(says.iter().any(|words| error.contains(words)), &format!("the error says none of {says:?}"))
        }
        Outcome::Partly { shows, warns } => {
            let cells: Vec<_> =
                stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            shows
                .iter()
                .try_for_each(|line| check(cells.contains(line), &format!("{line:?} is not shown")))?;
            warns.iter().try_for_each(|words| {
                let warned = stderr.lines().any(|line| line.starts_with("warning: ") && line.contains(words));
                check(warned, &format!("no warning says {words:?}"))
            })
        }
    }
}

#[test]
fn a_hostile_server_does_no_harm() {
    let cases = cases::all();
    let mut names = BTreeSet::new();
    let twice: Vec<_> =
        cases.iter().filter(|case| !names.insert(&case.name)).map(|case| &case.name).collect();
    assert!(twice.is_empty(), "these cases have the names of others: {twice:?}");
    assert!(cases.len() >= 300, "{} cases", cases.len());
    let directory = tempfile::tempdir().unwrap();
    let failures = Mutex::new(Vec::new());
    // Some wait for nothing but time; the others have all to do, so that more at once would only be slower.
    let (waiting, working): (Vec<_>, Vec<_>) = cases.iter().partition(|case| !case.arguments.is_empty());
    thread::scope(|scope| {
        for (cases, at_once) in [(&waiting, 32), (&working, thread::available_parallelism().unwrap().get())] {
            let next = Arc::new(AtomicUsize::new(0));
            for _ in 0..at_once {
                let (next, failures, directory) = (Arc::clone(&next), &failures, &directory);
                scope.spawn(move || {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(problem) = outcome(case, directory.path()) {
                            failures.lock().unwrap().push(format!("{}: {problem}", case.name));
                        }
                    }
                });
            }
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn credentials_are_not_taken_to_another_host() {
    let other = Server::start(Vec::new());
    for request in Request::ALL {
        for status in ["301 x", "302 x", "303 x", "307 x", "308 x"] {
            for to in [
                "http://{}/apis/metrics.k8s.io",
                "//{}/apis/metrics.k8s.io",
                "http://jane@{}/",
                "https://{}/",
            ] {
                let to = to.replace("{}", &other.address.to_string());
                let redirect = server::answer(status, &format!("Location: {to}\r\n"), "");
                let case = Case {
                    name: format!("{request:?}: {status} to {to}"),
                    on: request,
                    attack: redirect,
                    arguments: Vec::new(),
                    by_name: false,
                    outcome: Outcome::Fails(&["where these credentials must not go"]),
                };
                let directory = tempfile::tempdir().unwrap();
                assert_eq!(outcome(&case, directory.path()), Ok(()), "{}", case.name);
            }
        }
    }
    assert_eq!(other.requests(), Vec::<String>::new());
}

/// As many nodes and samples as lists may have, none of the same name, and the names as long as names may be.
#[test]
fn the_largest_lists_fit_a_small_memory() {
    let list = |item: fn(&str) -> Vec<u8>, prefix: &'static str| -> Attack {
        Arc::new(move |stream| {
            let item = |index: usize| encode::field(2, item(&format!("{prefix}{index:0>252}")));
            let length = encode::varint((item(0).len() * MOST_ITEMS) as u64);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.kubernetes.protobuf\r\n\r\n")?;
            stream.write_all(&[b"k8s\0\x12", length.as_slice()].concat())?;
            let mut out = BufWriter::with_capacity(1 << 18, stream);
            (0..MOST_ITEMS).try_for_each(|index| out.write_all(&item(index)))?;
            out.flush()
        })
    };
    let (samples, nodes) = (list(encode::sample, "s"), list(encode::node, "n"));
    let server = Server::start(vec![(Request::Samples, samples), (Request::Nodes, nodes)]);
    let address = format!("http://{}", server.address);
    let run =
        Run::of(nodeusage().args(["--cache-dir", "/nonexistent", "--server", &address, "--totals-only"]));
    assert_eq!((run.code, String::from_utf8_lossy(&run.stderr).as_ref()), (Some(0), ""));
    assert!(String::from_utf8_lossy(&run.stdout).contains("240000 left out"));
    assert!(run.peak < LARGEST, "{} MiB", run.peak >> 20);
}

/// As many pods as are read, with the longest names, on 5,000 nodes.
#[test]
fn the_most_pods_fit_a_small_memory() {
    const PAGES: usize = 400;
    let pages = cases::numbered("application/vnd.kubernetes.protobuf", |page| {
        let pods = (page * MOST_PODS / PAGES..(page + 1) * MOST_PODS / PAGES).map(|index| {
            let node = format!("n{:0>252}", index % 5_000);
            encode::field(2, encode::pod(&"x".repeat(63), &format!("p{index:0>252}"), &node))
        });
        let token = if page + 1 < PAGES { page.to_string() } else { String::new() };
        let metadata = encode::field(1, encode::field(3, token));
        encode::envelope("PodList", [metadata, pods.collect::<Vec<_>>().concat()].concat())
    });
    let server = Server::start(vec![(Request::Pods, pages)]);
    let address = format!("http://{}", server.address);
    let run = Run::of(nodeusage().args(["--cache-dir", "/nonexistent", "--server", &address, "--requests"]));
    assert_eq!((run.code, String::from_utf8_lossy(&run.stderr).as_ref()), (Some(0), ""));
    let asked = server.requests().iter().filter(|line| Request::Pods.is(line)).count();
    assert_eq!(asked, PAGES);
    assert!(run.peak < LARGEST, "{} MiB", run.peak >> 20);
}
