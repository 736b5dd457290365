//! The plugin beside the official Python client, whose users began with hand-cut suffixes.

use serde_json::{Map, Value};

use crate::{
    plane::SHARED,
    support::{prepared, program, run},
};

#[test]
fn every_node_has_the_figures_of_the_python_client() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/node_cores.py");
    let (theirs, ours) = SHARED.at_one_moment(|| {
        let mut python = program(prepared("NODEUSAGE_TEST_PYTHON"));
        (
            run(python.arg(script).env("KUBECONFIG", &SHARED.kubeconfig)).success(),
            SHARED.nodeusage(&["-o", "json"]).success(),
        )
    });
    let theirs: Map<String, Value> = serde_json::from_str(&theirs).unwrap();
    let ours: Value = serde_json::from_str(&ours).unwrap();
    let measured: Vec<_> =
        ours["items"].as_array().unwrap().iter().filter(|item| !item["timestamp"].is_null()).collect();
    assert_eq!(measured.len(), theirs.len());
    assert!(theirs.len() > 30, "{} nodes have samples", theirs.len());
    for item in measured {
        let name = item["node"].as_str().unwrap();
        // JSON numbers of so few digits print as they were written, exponents apart.
        let number = |key: &str| item[key].as_f64().unwrap();
        let theirs = theirs[name].as_array().unwrap();
        let their_number = |at: usize| theirs[at].as_str().unwrap().parse::<f64>().unwrap();
        assert!(
            number("cpu_usage_cores").to_bits() == their_number(0).to_bits(),
            "{name}: {item} {theirs:?}"
        );
        assert!(
            number("memory_usage_bytes").to_bits() == their_number(1).to_bits(),
            "{name}: {item} {theirs:?}"
        );
        assert_eq!(item["timestamp"], theirs[2], "{name}");
    }
}
