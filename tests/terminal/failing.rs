//! What the view says of a server that fails.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;

use crate::{running::eventually, server::Server, tmux::Tmux};

#[test]
fn what_fails_is_shown_until_it_is_mended() {
    let fails = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&fails);
    let server = Server::start(move |path| match path {
        _ if now.load(Ordering::SeqCst) => {
            (500, json!({"kind": "Status", "reason": "InternalError", "message": "no store"}).to_string())
        }
        "/apis/metrics.k8s.io" => (200, json!({"versions": [{"version": "v1beta1"}]}).to_string()),
        "/api/v1/nodes" => {
            let resources = json!({"cpu": "4", "memory": "8Gi"});
            let node = json!({"metadata": {"name": "a"}, "status": {"allocatable": resources}});
            (200, json!({"metadata": {"resourceVersion": "1"}, "items": [node]}).to_string())
        }
        _ => {
            let usage = json!({"cpu": "1", "memory": "1Gi"});
            let sample = json!({
                "metadata": {"name": "a"}, "timestamp": "2026-11-01T12:00:00Z", "window": "15s", "usage": usage,
            });
            (200, json!({"items": [sample]}).to_string())
        }
    });
    let tmux = Tmux::of_size(80, 10);
    tmux.types(&format!("{} -s {} -w --interval 1s", env!("CARGO_BIN_EXE_kubectl-nodeusage"), server.url));
    tmux.shows("next in ");
    fails.store(true, Ordering::SeqCst);
    let screen = tmux.shows("failing since ");
    let line = screen.lines().nth(2).unwrap();
    assert!(line.contains("the server answered 500 (InternalError)"), "{screen}");
    assert!(screen.lines().any(|line| line.starts_with("a ")), "the last figures stay: {screen}");
    fails.store(false, Ordering::SeqCst);
    eventually("it is mended", || (!tmux.screen().contains("failing since ")).then_some(()));
    tmux.presses("C-c");
    let screen = tmux.shows("the cluster is read again, after ");
    assert_eq!(screen.matches("the cluster can't be read: ").count(), 1, "{screen}");
}
