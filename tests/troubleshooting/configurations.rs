//! Mistakes in flags and files. Nothing is asked for.

use super::Scenario;

/// A kubeconfig of one cluster and one user.
fn config(cluster: &str, user: &str) -> String {
    format!(
        "current-context: c\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n\
         clusters: [{{name: k, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
    )
}

const SERVER: &str = "server: 'https://127.0.0.1:1'";

pub fn all() -> Vec<Scenario> {
    let plain = || config(SERVER, "");
    let with = |user: &str| Scenario::new(&[]).kubeconfig(config(SERVER, user));
    let exec = |exec: &str| {
        with(&format!(
            "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, {exec}}}"
        ))
    };
    vec![
        Scenario::new(&["--kubeconfig", "DIRECTORYother"]),
        Scenario::new(&[]).kubeconfig("clusters: [\n"),
        Scenario::new(&["--context", "x"]).kubeconfig(plain()),
        Scenario::new(&["--cluster", "x"]).kubeconfig(plain()),
        Scenario::new(&["--user", "x"]).kubeconfig(plain()),
        Scenario::new(&[]).kubeconfig(plain().replace("current-context: c", "current-context: x")),
        Scenario::new(&["--server", "ftp://127.0.0.1"]),
        Scenario::new(&["--proxy-url", "ftp://127.0.0.1"]).kubeconfig(plain()),
        Scenario::new(&["--request-timeout", "soon"]).kubeconfig(plain()),
        Scenario::new(&["--as-group", "admins"]).kubeconfig(plain()),
        Scenario::new(&["--certificate-authority", "/nowhere/ca.crt"]).kubeconfig(plain()),
        Scenario::new(&["--kuberc", "/nowhere/kuberc"]).kubeconfig(plain()),
        Scenario::new(&[]).kubeconfig(config(
            &format!("{SERVER}, certificate-authority: /etc/hostname, certificate-authority-data: QQ=="),
            "",
        )),
        with("token: a, username: b, password: c"),
        with("token: \"a\\nb\""),
        with("client-certificate-data: QQ=="),
        with("auth-provider: {name: gcp}"),
        with("auth-provider: {name: oidc, config: {idp-issuer-url: 'https://127.0.0.1:1', client-id: c}}"),
        Scenario::new(&["--contexts", "c,x"]).kubeconfig(plain()),
        Scenario::new(&["--all-contexts"]),
        Scenario::new(&["--from", "/nowhere/nodes.json"]),
        Scenario::new(&["--from", "DIRECTORYconfig"]).kubeconfig("NAME STATUS ROLES AGE VERSION\n"),
        Scenario::new(&["--from", "DIRECTORYconfig"])
            .kubeconfig("{\"kind\": \"NodeMetricsList\", \"items\": []}"),
        exec("command: nodeusage-no-such-program"),
        exec("command: nodeusage-no-such-program-either, installHint: see https://plugin.example"),
        exec("command: 'false'"),
        exec("command: 'true'"),
        with("exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: 'true'}"),
        with("exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"),
    ]
}
