//! The connection flags, each leading to the real API server.

use crate::{
    plane::SHARED,
    support::{Outcome, nodeusage, run},
};

/// The plugin without any kubeconfig but what the flags name.
fn with_flags(flags: &[&str]) -> Outcome {
    run(nodeusage().args(["-o", "name"]).args(flags))
}

fn token() -> String {
    SHARED.kubectl(&["create", "serviceaccount", "flags", "-n", "default"]);
    SHARED.kubectl(&[
        "create",
        "clusterrolebinding",
        "flags",
        "--clusterrole=cluster-admin",
        "--serviceaccount=default:flags",
    ]);
    SHARED.kubectl(&["create", "token", "flags", "-n", "default"]).success().trim().to_owned()
}

#[test]
fn every_way_of_naming_the_server_leads_to_it() {
    let text = |key: &str| SHARED.ready[key].as_str().unwrap();
    let (server, authority, token) = (text("server"), text("ca_file"), token());
    let kubeconfig = SHARED.kubeconfig.to_str().unwrap();
    let expected = SHARED.nodeusage(&["-o", "name"]).success();
    assert_eq!(expected.lines().count(), 40);

    let granted = (0..50).find(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        with_flags(&["--kubeconfig", kubeconfig, "--token", &token]).code == 0
    });
    assert!(granted.is_some());
    for flags in [
        &["--kubeconfig", kubeconfig][..],
        &["--kubeconfig", kubeconfig, "--context", "nodeusage-test"],
        &["-s", server, "--certificate-authority", authority, "--token", &token],
        &["--server", server, "--insecure-skip-tls-verify", "--token", &token],
        &["--server", server, "--insecure-skip-tls-verify=true", "--token", &token],
    ] {
        assert_eq!(with_flags(flags).success(), expected, "{flags:?}");
    }
}

#[test]
fn a_server_that_another_authority_signed_is_not_trusted() {
    let server = SHARED.ready["server"].as_str().unwrap();
    let outcome = with_flags(&["--server", server, "--token", "x"]);
    let host = server.trim_start_matches("https://");
    assert_eq!(
        (outcome.code, outcome.stderr),
        (
            1,
            format!(
                "error: the certificate of the server {host} can't be trusted: signed by an unknown authority\n\
                 hint: give the CA that signed it with --certificate-authority\n"
            )
        )
    );
}

#[test]
fn a_context_that_does_not_exist() {
    let kubeconfig = SHARED.kubeconfig.to_str().unwrap();
    let outcome = with_flags(&["--kubeconfig", kubeconfig, "--context", "none-such"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert!(outcome.stderr.contains("none-such"), "{outcome:?}");
}
