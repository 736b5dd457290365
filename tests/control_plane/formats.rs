//! Every format says the same, read back by other people's readers.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::{
    plane::SHARED,
    support::{prepared, program},
};

const ZONE: &str = "topology.kubernetes.io/zone";

/// The outputs of one moment in several formats.
fn formats<const N: usize>(flags: [&[&str]; N]) -> [String; N] {
    SHARED.at_one_moment(|| flags.map(|flags| SHARED.nodeusage(flags).success()))
}

fn python(script: &str, argument: &str, input: &str) -> Value {
    let path = format!("{}/tests/python/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut command: Command = program(prepared("NODEUSAGE_TEST_PYTHON"));
    let mut child =
        command.arg(path).arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn schema() -> Validator {
    let schema = include_str!("../../docs/nodeusagelist.schema.json");
    jsonschema::options().should_validate_formats(true).build(&serde_json::from_str(schema).unwrap()).unwrap()
}

#[test]
fn csv_and_tsv_equal_json() {
    let labels = format!("{ZONE},absent");
    let [json, csv, tsv] = formats([
        &["-o", "json", "--show-swap", "-L", &labels],
        &["-o", "csv", "--show-swap", "-L", &labels],
        &["-o", "tsv", "--show-swap", "-L", ZONE, "-L", "absent"],
    ]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.len(), 40);

    let by_rust: Vec<Map<String, Value>> = csv::Reader::from_reader(csv.as_bytes())
        .deserialize()
        .map(|row: Result<std::collections::BTreeMap<String, String>, _>| {
            row.unwrap().into_iter().map(|(key, value)| (key, Value::String(value))).collect()
        })
        .collect();
    let by_python = python("csv_rows.py", "csv", &csv);
    assert_eq!(by_python, python("csv_rows.py", "tsv", &tsv));
    assert_eq!(by_python, json!(by_rust));

    for (row, item) in by_rust.iter().zip(items) {
        assert_eq!(row["context"], json["context"]);
        for (column, cell) in row.iter().filter(|(column, _)| *column != "context") {
            let cell = cell.as_str().unwrap();
            let same = match column.strip_prefix("label_") {
                Some(label) => item["labels"][label].as_str().unwrap_or_default() == cell,
                None => match &item[column] {
                    Value::Null => cell.is_empty(),
                    Value::String(text) => text == cell,
                    Value::Number(number) => {
                        cell.parse::<serde_json::Number>().unwrap().as_f64() == number.as_f64()
                    }
                    other => panic!("{column}: {other}"),
                },
            };
            assert!(same, "{column}: {cell:?} in {item}");
        }
        // Every figure of the JSON has its column.
        for key in item.as_object().unwrap().keys() {
            assert!(
                row.contains_key(key) || ["unschedulable", "taints", "labels"].contains(&key.as_str()),
                "{key}"
            );
        }
    }
}

#[test]
fn json_and_yaml_are_one_document_that_fits_the_schema() {
    let schema = schema();
    for flags in [
        &[][..],
        &["--total"],
        &["--total", "--show-swap"],
        &["--totals-only"],
        &["-L", ZONE, "--show-capacity"],
        &["-l", "pool=none-such"],
        &["--group-by", ZONE, "--total"],
        &["--group-by", ZONE, "--show-swap"],
        &["--where", "cpu>0", "--field-selector", "spec.unschedulable=false"],
    ] {
        let [json, yaml] = formats([&[&["-o", "json"], flags].concat(), &[&["-o", "yaml"], flags].concat()]);
        let json: Value = serde_json::from_str(&json).unwrap();
        let faults: Vec<_> = schema.iter_errors(&json).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{flags:?}: {faults:?}");
        assert_eq!(python("yaml_document.py", "", &yaml), json, "{flags:?}");
    }
}

#[test]
fn totals_are_the_sums_of_the_known_rows() {
    let [json, csv] = formats([&["-o", "json", "--total"], &["-o", "csv", "--totals-only"]]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let known: Vec<_> =
        json["items"].as_array().unwrap().iter().filter(|item| item["unknown_reason"].is_null()).collect();
    let sum = |key: &str| known.iter().map(|item| item[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!(json["totals"]["nodes"], known.len());
    assert_eq!(json["totals"]["memory_usage_bytes"], sum("memory_usage_bytes"));
    assert_eq!(json["totals"]["memory_allocatable_bytes"], sum("memory_allocatable_bytes"));
    let rows = python("csv_rows.py", "csv", &csv);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["memory_usage_bytes"], sum("memory_usage_bytes").to_string());
    assert_eq!(rows[0]["nodes_left_out"], (40 - known.len()).to_string());
}

#[test]
fn wide_shows_what_stands_in_the_way() {
    let [wide] = formats([&["-o", "wide"]]);
    let cordoned =
        SHARED.kubectl(&["get", "nodes", "--field-selector=spec.unschedulable=true", "-o", "name"]).success();
    assert!(!cordoned.is_empty());
    for name in cordoned.lines().map(|line| line.trim_start_matches("node/")) {
        let line = wide.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
        assert!(line.split_whitespace().last().unwrap().starts_with("cordoned"), "{line}");
    }
}
