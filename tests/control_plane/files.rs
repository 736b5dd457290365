//! What kubectl printed of a cluster, in the place of its server.

use std::fs;

use crate::{
    plane::SHARED,
    running::eventually,
    support::{nodeusage, run},
};

const SAMPLES: &[&str] = &["get", "--raw", "/apis/metrics.k8s.io/v1beta1/nodes"];
const NODES: &[&str] = &["get", "nodes", "-o", "json"];
const RAW_NODES: &[&str] = &["get", "--raw", "/api/v1/nodes"];
const PODS: &[&str] = &["get", "pods", "-A", "-o", "json"];

#[test]
fn kubectls_snapshots_say_what_the_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (nodes, arguments) in [
        (NODES, &["-o", "csv", "-L", "topology.kubernetes.io/zone"][..]),
        (RAW_NODES, &["-o", "wide", "--units", "raw"]),
        (NODES, &["-o", "top"]),
        (NODES, &["-o", "json", "-l", "topology.kubernetes.io/zone", "--requests"]),
    ] {
        let (live, offline) = SHARED.at_one_moment(|| {
            let live = SHARED.nodeusage(arguments);
            for (name, command) in [("nodes", nodes), ("samples", SAMPLES), ("pods", PODS)] {
                fs::write(path(name), SHARED.kubectl(command).success()).unwrap();
            }
            let [nodes, samples, pods] = ["nodes", "samples", "pods"].map(path);
            // All in one file, as one stream.
            let all = [&nodes, &samples, &pods].map(|path| fs::read_to_string(path).unwrap()).concat();
            fs::write(path("all"), all).unwrap();
            let apart = ["--from", &nodes, "--from", &samples, "--from", &pods];
            let offline = [&apart[..], &["--from", &path("all")]]
                .map(|from| run(nodeusage().args(from).args(arguments)));
            (live, offline)
        });
        for offline in offline {
            assert_eq!(timeless(&offline.stdout), timeless(&live.stdout), "{arguments:?}: {offline:?}");
        }
    }
}

/// Without what only a server has: the context; and without the age, which goes on.
fn timeless(output: &str) -> Vec<String> {
    let is_age =
        |word: &str| word.strip_suffix('s').is_some_and(|age| age.bytes().all(|byte| byte.is_ascii_digit()));
    let output = output.replace("\"nodeusage-test\"", "null").replace(",nodeusage-test,", ",,");
    output.split_whitespace().filter(|word| !is_age(word)).map(str::to_owned).collect()
}

#[test]
fn a_recording_ends_with_what_the_server_said_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodes.csv");
    let file = path.to_str().unwrap();
    eventually("a second sample of each node", || {
        SHARED.nodeusage(&["-o", "csv", "--output-file", file]).success();
        (fs::read_to_string(&path).unwrap().lines().count() > 60).then_some(())
    });
    let rows = |arguments: &[&str]| {
        let csv = run(nodeusage().args(["-o", "csv"]).args(arguments)).success();
        csv.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let recorded = fs::read_to_string(&path).unwrap();
    let last = rows(&["--from", file]);
    assert!(last.len() >= 40 && last.iter().all(|row| recorded.contains(row.as_str())));
    let of = |row: &str| row.split(',').nth(2).unwrap().to_owned();
    for row in &last {
        let newest = recorded.lines().rfind(|line| of(line) == of(row)).unwrap();
        assert_eq!(row, newest);
    }
    let first = recorded
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').next().filter(|time| !time.is_empty()))
        .min();
    let then = rows(&["--from", file, "--at", first.unwrap()]);
    assert!(!then.is_empty() && then.iter().all(|row| recorded.contains(row.as_str())));
}
