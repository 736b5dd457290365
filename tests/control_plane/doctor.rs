//! `doctor` on a real control plane, from one that lacks everything to one that lacks nothing.

use serde_json::json;

use crate::{
    account::Account,
    diagnosis::Diagnosis,
    plane::{Plane, SHARED},
    support::{Outcome, nodeusage, run},
};

/// The doctor and the main job, each as the administrator.
fn look(plane: &Plane) -> (Diagnosis, Outcome) {
    (Diagnosis::of(&plane.nodeusage(&["doctor", "-o", "json"])), plane.nodeusage(&["-o", "name"]))
}

#[test]
fn a_cluster_that_works_but_for_some_nodes() {
    let outcome = SHARED.nodeusage(&["doctor"]);
    let kubeconfig = SHARED.kubeconfig.to_str().unwrap();
    let server = SHARED.ready["server"].as_str().unwrap();
    let host = server.trim_start_matches("https://");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let lines: Vec<_> = outcome.stdout.lines().collect();
    for (line, words) in [
        (
            0,
            format!(
                "passed configuration context nodeusage-test ({kubeconfig}), server {server}/ ({kubeconfig})"
            ),
        ),
        (1, format!("passed server {host} answers, Kubernetes v1.37.2")),
        (3, "passed identity admin; groups: system:masters, system:authenticated".to_owned()),
        (4, "passed get nodes.metrics.k8s.io granted".to_owned()),
        (10, "passed watch pods granted".to_owned()),
        (11, "passed list pods.metrics.k8s.io granted".to_owned()),
        (12, "passed registration the server knows v1beta1.metrics.k8s.io".to_owned()),
        (13, "passed availability v1beta1.metrics.k8s.io is available".to_owned()),
    ] {
        assert_eq!(lines[line].split_whitespace().collect::<Vec<_>>().join(" "), words);
    }
    assert_eq!(lines.last(), Some(&"The use of nodes can be shown."));

    // As openssl reads the certificate that the server shows.
    let dates = run(crate::support::program("bash").args([
        "-c",
        "openssl s_client -connect \"$1\" </dev/null 2>/dev/null | openssl x509 -noout -enddate -dateopt iso_8601",
        "bash",
        host,
    ]))
    .success();
    let end = dates.trim().trim_start_matches("notAfter=").replace(' ', "T");
    assert!(lines[2].contains(&format!("valid until {end}, ")), "{}: {end}", lines[2]);

    let (diagnosis, _) = look(&SHARED);
    assert_eq!(diagnosis.names("failed"), ["nodes"]);
    let nodes = &diagnosis.check("nodes").message;
    let without = 40 - SHARED.timestamps().len();
    assert!(nodes.starts_with(&format!("{without} of 40 have no sample: ")), "{nodes}");
    let lost = SHARED.kubectl(&["get", "nodes", "-o", "name", "-l", "nodeusage.test/samples=none"]).success();
    for name in lost.lines().map(|line| line.trim_start_matches("node/")) {
        assert!(nodes.contains(name), "{name}: {nodes}");
    }
    assert!(nodes.contains("[NodeStatusUnknown]"), "{nodes}");
}

#[test]
fn an_account_without_any_right() {
    let account = Account::new(&SHARED, "doctor-none");
    let diagnosis = Diagnosis::of(&account.nodeusage(&["doctor", "-o", "json"]));
    assert!(!diagnosis.usable);
    let groups = "system:serviceaccounts, system:serviceaccounts:doctor-none, system:authenticated";
    assert_eq!(diagnosis.check("identity").message, format!("{}; groups: {groups}", account.user()));
    assert_eq!(diagnosis.names("failed").len(), 8, "each right: {diagnosis:?}");
    assert_eq!(diagnosis.names("not-reached"), ["availability", "samples", "nodes"]);
    assert_eq!(diagnosis.check("samples").message, "see list nodes.metrics.k8s.io");
    let hint = diagnosis.check("list nodes.metrics.k8s.io").hint.clone().unwrap();
    let main_job = account.nodeusage(&[]);
    assert_eq!(main_job.code, 1);
    assert!(main_job.stderr.ends_with(&format!("hint: {hint}\n")), "{main_job:?}");
}

#[test]
fn an_account_that_acts_as_another_without_the_right_to() {
    let account = Account::new(&SHARED, "doctor-as");
    let diagnosis = Diagnosis::of(&account.nodeusage(&["doctor", "-o", "json", "--as", "jane"]));
    assert_eq!(diagnosis.names("failed"), ["identity"]);
    let main_job = account.nodeusage(&["--as", "jane"]);
    assert_eq!(main_job.code, 1);
    for said in [&main_job.stderr, &diagnosis.check("identity").message] {
        assert!(said.contains(&format!("User \"{}\" cannot impersonate", account.user())), "{said}");
    }
    let hint = diagnosis.check("identity").hint.clone().unwrap();
    assert!(hint.starts_with("leave out --as and the like, or ask an administrator"), "{hint}");
    assert!(main_job.stderr.ends_with(&format!("hint: {hint}\n")), "{main_job:?}");
}

#[test]
fn a_token_of_nobody() {
    let server = SHARED.ready["server"].as_str().unwrap();
    let authority = SHARED.ready["ca_file"].as_str().unwrap();
    let flags = ["--server", server, "--certificate-authority", authority, "--token", "bm90LWEtdG9rZW4"];
    let diagnosis = Diagnosis::of(&run(nodeusage().args(["doctor", "-o", "json"]).args(flags)));
    assert_eq!(diagnosis.names("failed"), ["identity"]);
    assert_eq!(diagnosis.check("certificate").state, "passed");
    diagnosis.assert_says_what_the_main_job_says(&run(nodeusage().args(flags)));

    // Without any token the server knows the user as nobody, if it knows nobody at all.
    let diagnosis = Diagnosis::of(&run(nodeusage().args(["doctor", "-o", "json"]).args(&flags[..4])));
    assert!(diagnosis.names("failed").contains(&"identity"), "{diagnosis:?}");
    assert!(!diagnosis.usable);
}

/// A control plane of its own, as it comes to life.
#[test]
fn a_metrics_api_from_absent_to_fresh() {
    let mut plane = Plane::start(&["--without-metrics"]);
    let (absent, main_job) = look(&plane);
    assert_eq!(absent.names("failed"), ["registration"]);
    assert_eq!(absent.names("not-reached"), ["availability", "samples", "nodes"]);
    absent.assert_says_what_the_main_job_says(&main_job);

    let own_port = plane.ready["metrics_server_port"].to_string();
    plane.command(&format!("register-metrics {own_port}"));
    let (unready, main_job) = look(&plane);
    assert_eq!(unready.names("failed"), ["availability"]);
    assert!(unready.check("availability").message.contains("FailedDiscoveryCheck: "), "{unready:?}");
    assert!(
        main_job
            .stderr
            .ends_with(&format!("hint: {}\n", unready.check("availability").hint.clone().unwrap()))
    );

    // Who may not read the APIService finds out by asking for samples.
    let account = Account::new(&plane, "doctor-plain");
    plane.shell("kubectl nodeusage rbac --serviceaccount doctor-plain:reader | kubectl apply -f -").success();
    account.wait_until(true, "list", "nodes.metrics.k8s.io");
    let plain = Diagnosis::of(&account.nodeusage(&["doctor", "-o", "json"]));
    assert_eq!(plain.check("availability").state, "failed");
    assert!(plain.check("availability").message.starts_with("the Metrics API is installed but not ready"));

    plane.command("start metrics-server");
    plane.command(&format!("register-metrics {own_port}"));
    let (empty, main_job) = look(&plane);
    assert_eq!(empty.names("failed"), [""; 0]);
    assert_eq!(empty.check("samples").message, "none, as the cluster has no nodes");
    assert!(empty.usable && main_job.code == 0);

    plane.apply(&json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "fresh"}}));
    let (no_kubelet, _) = look(&plane);
    let down = "1 of 1 have no sample: 1 not ready (fresh [no status])";
    assert_eq!(no_kubelet.check("nodes").message, down);
    // It stands in for the kubelet.
    plane.command("start kwok");
    let ready = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        plane.kubectl(&["get", "node", "fresh"]).stdout.contains(" Ready ")
    });
    assert!(ready, "{:?}", plane.kubectl(&["get", "node", "fresh", "-o", "yaml"]));
    let (none, main_job) = look(&plane);
    assert_eq!(none.names("failed"), ["samples", "nodes"]);
    let fresh = "1 of 1 have no sample: 1 ready for less than two minutes (fresh)";
    assert_eq!(none.check("nodes").message, fresh);
    none.assert_says_what_the_main_job_says(&main_job);

    plane.command("unregister-metrics");
    let (absent, _) = look(&plane);
    assert_eq!(absent.names("failed"), ["registration"]);
    plane.command("stop kube-apiserver");
    let (dead, main_job) = look(&plane);
    assert_eq!(dead.names("failed"), ["server"]);
    dead.assert_says_what_the_main_job_says(&main_job);
}

/// An administrator may have taken from everybody what every user has at first.
#[test]
fn a_server_that_lets_nobody_discover_or_review() {
    let plane = Plane::start(&["--without-metrics"]);
    let account = Account::new(&plane, "doctor-closed");
    for role in ["discovery", "basic-user", "public-info-viewer"] {
        plane.kubectl(&["delete", "clusterrolebinding", &format!("system:{role}")]).success();
    }
    let closed = (0..100).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let diagnosis = Diagnosis::of(&account.nodeusage(&["doctor", "-o", "json"]));
        let is_closed = diagnosis.check("identity").message.contains("forbidden")
            && diagnosis.check("registration").message.contains("Forbidden");
        is_closed.then_some(diagnosis)
    });
    let closed = closed.expect("the roles are gone");
    assert_eq!(closed.names("failed"), ["registration"]);
    assert!(closed.check("identity").message.starts_with(&account.user()), "{closed:?}");
    assert_eq!(closed.check("server").state, "passed");
    closed.assert_says_what_the_main_job_says(&account.nodeusage(&[]));

    let hint = closed.check("registration").hint.clone().unwrap();
    plane.shell(hint.strip_prefix("an administrator grants it with: ").unwrap()).success();
    let mended = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        account.nodeusage(&[]).stderr.starts_with("error: the Metrics API is not installed")
    });
    assert!(mended, "discovery is allowed again");
}
