//! The program where there is nothing else, as in a container image made from scratch.

use std::{fs, os::unix::fs::MetadataExt, process::Command};

use crate::{
    archive::unpacked,
    support::{program, run},
};

fn isolated(flags: &[&str]) -> Command {
    let mut command = program("unshare");
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        command.arg("--map-root-user");
    }
    command.args(flags);
    command
}

#[test]
fn it_runs() {
    let root = unpacked();
    let output =
        run(isolated(&["--root"]).arg(root.path()).args(["/kubectl-nodeusage", "--demo", "-o", "name"]));
    assert!(output.success().starts_with("node/simulated-compute-1\n"));
}

/// A name server and an API server without metrics, on a loopback interface of their own.
const SERVERS: &str = r#"
import http.server, socket, subprocess, sys, threading
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
def answer():
    while True:
        question, client = names.recvfrom(512)
        end = question.index(b"\0", 12) + 5
        is_ipv4 = question[end - 4:end - 2] == b"\0\1"
        address = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if is_ipv4 else b""
        head = question[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_ipv4 else b"\0\0") + b"\0\0\0\0"
        names.sendto(head + question[12:end] + address, client)
threading.Thread(target=answer, daemon=True).start()
api = http.server.HTTPServer(("127.0.0.1", 8001), http.server.BaseHTTPRequestHandler)
api.handle_error = lambda *_: None  # the program may leave while the answer is written
api.RequestHandlerClass.do_GET = lambda self: self.send_error(404)
api.RequestHandlerClass.log_message = lambda *_: None
threading.Thread(target=api.serve_forever, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:], timeout=60).returncode)
"#;

#[test]
fn it_resolves_names() {
    let root = unpacked();
    let script = r#"ip link set lo up && exec python3 -c "$1" chroot "$2" /kubectl-nodeusage --server http://cluster.example:8001"#;
    let outcome = run(isolated(&["--net", "sh", "-c", script, "sh", SERVERS]).arg(root.path()));
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            1,
            "error: the Metrics API is not installed on this cluster\n\
             hint: install metrics-server, or another provider of metrics.k8s.io\n"
        )
    );
}
