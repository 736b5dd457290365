//! Files in the place of a server: what the program wrote, read again.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/mod.rs"]
mod support;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use support::{Outcome, nodeusage, run};
use tempfile::TempDir;

fn from(path: &Path, arguments: &[&str]) -> Outcome {
    run(nodeusage().arg("--from").arg(path).args(arguments))
}

fn from_text(text: &str, arguments: &[&str]) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, text).unwrap();
    from(&path, arguments)
}

/// What a program prints that has a text for its standard input.
fn piped(text: &str, arguments: &[&str]) -> String {
    let mut command: Command = nodeusage();
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn what_was_written_in_any_format_is_shown_as_it_was() {
    let flags = ["-L", "pool,topology.kubernetes.io/zone"];
    let demo = |format: &str| run(nodeusage().args(["--demo", "-o", format]).args(flags)).success();
    let (csv, tsv, json) = (demo("csv"), demo("tsv"), demo("json"));
    let again = |text: &str, format: &str| from_text(text, &[&["-o", format][..], &flags].concat()).success();
    assert_eq!(again(&csv, "csv"), csv);
    assert_eq!(again(&tsv, "tsv"), tsv);
    // That it is simulated is in the names.
    assert_eq!(again(&json, "json"), json.replace("\"simulated\": true", "\"simulated\": false"));
    assert_eq!(piped(&json, &["--from", "-", "-o", "json", "-L", flags[1]]), again(&json, "json"));

    let all = ["--show-swap", "--requests", "--label-columns=pool", "-o"];
    for format in ["csv", "tsv", "json"] {
        let arguments = [&all[..], &[format]].concat();
        let demo = run(nodeusage().arg("--demo").args(&arguments)).success();
        let demo = demo.replace("\"simulated\": true", "\"simulated\": false");
        assert_eq!(from_text(&demo, &arguments).success(), demo);
    }

    // Labels are in JSON as they were asked for.
    let of_pool = ["-l", "pool=gpu", "-o", "csv", "-L", flags[1]];
    let shown = from_text(&json, &of_pool).success();
    let nodes: Vec<_> = shown.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(nodes, ["simulated-gpu-1", "simulated-gpu-2"]);
}

const HEADER: &str = "timestamp,context,node,cpu_usage_cores,cpu_allocatable_cores,memory_usage_bytes,\
                      memory_allocatable_bytes,unknown_reason\n";

/// A recording of two nodes: b loses its sample and has one again, c comes late and a is not renewed any more.
const RECORDING: &str = "\
2026-11-01T12:00:01Z,,b,2,4,100,400,
2026-11-01T12:00:00Z,,a,1,4,100,400,
2026-11-01T12:01:00Z,,a,3,4,100,400,
,,b,,4,,400,NoMetrics
2026-11-01T12:02:00Z,,a,2,4,100,400,
2026-11-01T12:03:00Z,,b,1,4,100,400,
2026-11-01T12:08:00Z,,c,1,,100,,NoNode
";

#[test]
fn a_recording_is_shown_as_it_was_at_a_moment() {
    let recordings = [[HEADER, RECORDING].concat(), in_json()];
    // Node, CPU in use and reason.
    for (at, expected) in [
        ("2026-11-01T12:00:00Z", "a 1 -"),
        ("2026-11-01T12:00:59Z", "a 1 - b 2 -"),
        ("2026-11-01T12:01:59Z", "a 3 - b - NoMetrics"),
        ("2026-11-01T12:03:00Z", "a 2 - b 1 -"),
        ("2026-11-01T12:07:01Z", "a - Stale b 1 -"),
        ("", "a - Stale b 1 - c 1 NoNode"),
    ] {
        let at: &[&str] = if at.is_empty() { &[] } else { &["--at", at] };
        for recording in &recordings {
            let csv = from_text(recording, &[&["-o", "csv"], at].concat()).success();
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let rows = reader.records().map(Result::unwrap);
            let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
            let shown: Vec<_> = rows.flat_map(|row| [2, 3, 12].map(|cell| word(&row[cell]))).collect();
            assert_eq!(shown.join(" "), expected, "{at:?}");
        }
    }
}

/// The recording as documents, one a line.
fn in_json() -> String {
    let names: Vec<_> = HEADER.trim_end().split(',').collect();
    let document = |line: &str| {
        let value = |cell: &str| match (cell, cell.parse::<i64>()) {
            ("", _) => Value::Null,
            (_, Ok(number)) => number.into(),
            (text, Err(_)) => text.into(),
        };
        let item: serde_json::Map<_, _> =
            names.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(value)).collect();
        format!("{}\n", json!({"kind": "NodeUsageList", "items": [item]}))
    };
    RECORDING.lines().map(document).collect()
}

#[test]
fn clusters_of_one_recording_stay_apart() {
    let recording =
        format!("{HEADER}{RECORDING}2026-11-01T12:08:00Z,east,a,4,4,100,400,\n,west,,,,,,ClusterFailed\n");
    let text = from_text(&recording, &["--units=raw"]).success();
    let rows: Vec<_> = text.lines().map(|line| line.split_whitespace().take(3).collect::<Vec<_>>()).collect();
    assert_eq!(rows[0], ["CONTEXT", "NAME", "CPU(cores)"]);
    assert_eq!(rows[1..].concat().join(" "), "<none> a <unknown> <none> b 1 <none> c 1 east a 4");
}

#[test]
fn what_can_not_be_read_is_named() {
    let torn = format!("{HEADER}{RECORDING}2026-11-01T12:08:00Z,,a,4,");
    let negative = format!("{HEADER}2026-11-01T12:08:00Z,,a,four,4,1,1,\n");
    for (text, error) in [
        ("", "error: FILE can't be read: it is empty"),
        ("root:x:0:0\n", "error: FILE can't be read: its first line names no column \"node\""),
        ("{\"kind\":", "error: FILE can't be read: EOF while parsing a value"),
        ("{\"kind\":\"ConfigMap\"}", "error: FILE can't be read: it holds a ConfigMap, and no Node, "),
        ("[7]", "error: FILE can't be read: invalid type: integer `7`"),
        ("{\"kind\":\"NodeUsageList\",\"totals\":{}}", "error: FILE can't be read: it holds a NodeUsageList"),
        ("{\"items\":[]}", "error: the files hold no sample of these nodes"),
        (HEADER, "error: the files hold no sample of these nodes"),
        (&torn, "warning: line 9: it has 5 cells, and the first line 8\nerror: one of the "),
        (&negative, "warning: line 2: cpu_usage_cores: "),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, text).unwrap();
        let outcome = from(&path, &[]);
        let said = outcome.stderr.replace(&*path.to_string_lossy(), "FILE");
        assert!(outcome.code == 1 && said.starts_with(error), "{text:?}: {said}");
    }
    let missing = run(nodeusage().args(["--from", "/nope/nodes.json"]));
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.starts_with("error: /nope/nodes.json can't be read: No such file or directory"));
    let unknown = from_text(&[HEADER, RECORDING].concat(), &["a", "z"]);
    assert_eq!((unknown.code, unknown.stdout.lines().count()), (1, 2));
    assert!(unknown.stderr.starts_with("error: not found: z\n"), "{unknown:?}");
}
