//! Files that are taken, foreign, moved away or lost with their folder, in each format that can be recorded.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    cluster::{Cluster, timestamp},
    file::{HEADER, assert_complete, lines, samples},
    running::{Running, eventually},
};

fn start(command: &mut Command) -> Running {
    Running::start(command.stdout(Stdio::null()))
}

fn record(cluster: &Cluster, path: &Path, more: &[&str]) -> Running {
    start(cluster.recorder(&["--output-file", path.to_str().unwrap()]).args(more))
}

fn rows(path: &Path) -> usize {
    lines(path).0.lines().count()
}

#[track_caller]
fn grows_to(path: &Path, rows_wanted: usize) {
    eventually("rows are written", || (rows(path) >= rows_wanted).then_some(()));
}

/// Ends a recorder; what it has read is written then.
#[track_caller]
fn end(mut recorder: Running) -> String {
    assert_eq!(recorder.end(Signal::TERM).0, Some(0));
    recorder.stderr()
}

#[test]
fn a_second_writer_is_refused() {
    let cluster = Cluster::of(2);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("use.csv");
    let first = record(&cluster, &path, &[]);
    grows_to(&path, 3);
    for more in [&[][..], &["--count=1"]] {
        let mut second = record(&cluster, &path, more);
        assert_eq!(second.wait().code(), Some(1));
        assert_eq!(
            second.stderr(),
            format!(
                "error: {} is being recorded to by another process\nhint: give each recorder a file of its own\n",
                path.display()
            )
        );
    }
    assert_eq!(end(first), "");
    assert_complete(&lines(&path).0, 2, cluster.readings());
}

#[test]
fn a_file_with_another_header_is_refused_untouched() {
    let cluster = Cluster::of(1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("use.csv");
    let mut one_column_more = HEADER.to_owned();
    one_column_more.push_str(",label_pool\n");
    for (content, format) in [
        (one_column_more.as_str(), "csv"),
        (&format!("{HEADER}\n"), "tsv"),
        (&format!("{HEADER}\n"), "json"),
        ("{\"apiVersion\":\"v1\",\"kind\":\"NodeList\"}\n", "json"),
        ("a note", "csv"),
    ] {
        fs::write(&path, content).unwrap();
        let mut refused = record(&cluster, &path, &["-o", format]);
        assert_eq!(refused.wait().code(), Some(1), "{content:?} as {format}");
        let error = format!("error: {} holds something else than these columns", path.display());
        assert!(refused.stderr().starts_with(&error), "{}", refused.stderr());
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(cluster.readings(), 0, "the cluster is not even read");
}

#[test]
fn what_is_recorded_goes_on_after_a_torn_row_in_each_format() {
    for format in ["csv", "tsv", "json"] {
        let cluster = Cluster::of(2);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use");
        let once = || {
            let mut recorder = record(&cluster, &path, &["--count=2", "-o", format]);
            assert!(recorder.wait().success(), "{}", recorder.stderr());
            recorder.stderr()
        };
        assert_eq!(once(), "");
        let mut torn = fs::read(&path).unwrap();
        torn.extend_from_within(..9);
        fs::write(&path, torn).unwrap();
        assert_eq!(once(), format!("note: the torn last row of {}, 9 bytes, was dropped\n", path.display()));
        let (content, rest) = lines(&path);
        assert_eq!((cluster.readings(), rest), (4, 0));
        let timestamps: Vec<String> = match format {
            "csv" => samples(&content, ',').remove("node-0001").unwrap(),
            "tsv" => samples(&content, '\t').remove("node-0001").unwrap(),
            _ => {
                let documents = content.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
                let of_second = documents.map(|document| document["items"][1]["timestamp"].clone());
                of_second.map(|timestamp| timestamp.as_str().unwrap().to_owned()).collect()
            }
        };
        assert_eq!(timestamps, (1..=4).map(timestamp).collect::<Vec<_>>(), "{format}");
    }
}

/// Rows of several files, under one header.
fn joined(paths: &[&Path]) -> String {
    let mut joined = format!("{HEADER}\n");
    for path in paths {
        let (whole, torn) = lines(path);
        assert_eq!(torn, 0);
        joined.push_str(whole.strip_prefix(&format!("{HEADER}\n")).expect("it has its header"));
    }
    joined
}

#[test]
fn a_file_that_is_moved_away_is_followed_by_a_new_one() {
    let cluster = Cluster::of(2);
    let dir = tempfile::tempdir().unwrap();
    let [path, first, second] = ["use.csv", "use.csv.2", "use.csv.1"].map(|name| dir.path().join(name));
    let recorder = record(&cluster, &path, &[]);
    grows_to(&path, 3);

    // As logrotate does it, with a signal.
    fs::rename(&path, &first).unwrap();
    recorder.signal(Signal::HUP);
    eventually("the file is there again at once", || path.exists().then_some(()));
    grows_to(&path, 5);

    // And without one.
    fs::rename(&path, &second).unwrap();
    grows_to(&path, 5);

    assert_eq!(end(recorder), "");
    assert_complete(&joined(&[&first, &second, &path]), 2, cluster.readings());
}

#[test]
fn a_folder_that_is_away_for_a_while_costs_no_sample() {
    let cluster = Cluster::of(2);
    let dir = tempfile::tempdir().unwrap();
    let [folder, away] = ["folder", "away"].map(|name| dir.path().join(name));
    fs::create_dir(&folder).unwrap();
    let path = folder.join("use.csv");
    let recorder = record(&cluster, &path, &[]);
    grows_to(&path, 3);

    fs::rename(&folder, &away).unwrap();
    recorder.says("can't be recorded to: No such file or directory");
    cluster.is_read_again(2);
    fs::create_dir(&folder).unwrap();
    recorder.says("recording goes on");

    let said = end(recorder);
    assert_eq!(said.matches("nothing can be recorded").count(), 1, "{said}");
    assert_complete(&joined(&[&away.join("use.csv"), &path]), 2, cluster.readings());
}
