//! Protobuf and JSON come to the same. The field numbers of the protobuf subset are right if the real server says so.

use crate::{
    plane::{Plane, SHARED},
    server::Server,
    support::{nodeusage, run},
};

/// A server that has the real one's objects in JSON alone.
fn in_json(plane: &'static Plane) -> Server {
    Server::start(move |path| {
        let outcome = plane.kubectl(&["get", "--raw", path]);
        if outcome.code == 0 { (200, outcome.stdout) } else { (404, String::new()) }
    })
}

#[test]
fn protobuf_and_json_come_to_the_same() {
    let json_server = in_json(&SHARED);
    let labels = "pool,topology.kubernetes.io/zone,node.kubernetes.io/instance-type,absent";
    let name = SHARED.timestamps().into_keys().next().unwrap();
    let all = ["--total", "--show-swap", "-L", labels];
    for selection in [
        &all[..],
        &[&all[..], &[name.as_str()]].concat(),
        &[&all[..], &["-l", "pool in (gpu,memory)", "--requests"]].concat(),
        &["--pods", &name],
    ] {
        let flags = [&["-o", "json"], selection].concat();
        let (protobuf, json) = SHARED.at_one_moment(|| {
            let json = run(nodeusage().args(["-s", &json_server.url]).args(&flags));
            (SHARED.nodeusage(&flags).success(), json.success())
        });
        let json = json.replacen("\"context\": null", "\"context\": \"nodeusage-test\"", 1);
        assert_eq!(protobuf, json, "{selection:?}");
        assert!(protobuf.contains("\"cpu_usage_cores\""));
        let has_swap =
            !selection.contains(&"--requests") || protobuf.contains("\"swap_capacity_bytes\": 8589934592");
        assert!(has_swap, "nodes of this pool have 8 GiB: {selection:?}");
    }
}
