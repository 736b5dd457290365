//! `KUBECONFIG` as a list, and where files are looked for.

use super::{TRUSTED, TRUSTED_CLUSTER, WITH_TOKEN};
use crate::case::{Case, kubeconfig};

const HEAD: &str = "apiVersion: v1\nkind: Config\n";

fn list(name: &str, paths: &str) -> Case {
    Case::new(name).api(TRUSTED).variable("KUBECONFIG", paths)
}

fn good(case: Case, path: &str) -> Case {
    case.file(path, &kubeconfig(TRUSTED_CLUSTER, WITH_TOKEN))
}

fn another(case: Case, path: &str) -> Case {
    case.file(
        path,
        &kubeconfig(
            &format!("{TRUSTED_CLUSTER}, disable-compression: true"),
            r#"token: "<secret.other-token>""#,
        ),
    )
}

/// A context, a cluster and a user in files of their own.
fn in_three(name: &str, paths: &str) -> Case {
    list(name, paths)
        .file(
            "contexts",
            &format!(
                "{HEAD}current-context: main\ncontexts: [{{name: main, context: {{cluster: c, user: u}}}}]\n"
            ),
        )
        .file("clusters", &format!("{HEAD}clusters: [{{name: c, cluster: {{{TRUSTED_CLUSTER}}}}}]\n"))
        .file("users", &format!("{HEAD}users: [{{name: u, user: {{{WITH_TOKEN}}}}}]\n"))
}

pub fn cases() -> Vec<Case> {
    vec![
        in_three("merging: three files", "<dir>/contexts:<dir>/clusters:<dir>/users"),
        in_three("merging: three files in another order", "<dir>/users:<dir>/clusters:<dir>/contexts"),
        in_three("merging: a file twice", "<dir>/contexts:<dir>/clusters:<dir>/contexts:<dir>/users"),
        in_three("merging: missing and empty entries", ":<dir>/nope:<dir>/contexts::<dir>/clusters:<dir>/users:"),
        in_three("merging: without the user's file", "<dir>/contexts:<dir>/clusters").flags(["--token=<secret.other-token>"]),
        another(good(list("merging: the first file wins", "<dir>/first:<dir>/second"), "first"), "second"),
        another(good(list("merging: the second file alone has another user", "<dir>/first:<dir>/second"), "first"), "other"),
        list("merging: the first file's cluster is kept whole", "<dir>/first:<dir>/second")
            .file("first", &format!("{HEAD}clusters: [{{name: c, cluster: {{server: \"<url>/first\", insecure-skip-tls-verify: true}}}}]\n"))
            .file("second", &kubeconfig(r#"server: "<url>/second", tls-server-name: localhost"#, WITH_TOKEN)),
        good(list("merging: an empty current-context defers to the next file", "<dir>/first:<dir>/second"), "second")
            .file("first", &format!("{HEAD}current-context: \"\"\n")),
        list("merging: the first current-context counts, its context comes later", "<dir>/first:<dir>/second")
            .file("first", &format!("{HEAD}current-context: second\n"))
            .file("second", &format!(
                "{HEAD}current-context: first\n\
                 contexts: [{{name: first, context: {{cluster: first, user: u}}}}, {{name: second, context: {{cluster: second, user: u}}}}]\n\
                 clusters: [{{name: first, cluster: {{server: \"<url>/first\", insecure-skip-tls-verify: true}}}}, {{name: second, cluster: {{server: \"<url>/second\", insecure-skip-tls-verify: true}}}}]\n\
                 users: [{{name: u, user: {{{WITH_TOKEN}}}}}]\n"
            )),
        good(list("merging: one missing file of two", "<dir>/nope:<dir>/config"), "config"),
        good(list("merging: only a separator is an empty configuration", ":"), "home/.kube/config").flags(["--server=<url>", "--token=<secret.other-token>", "--insecure-skip-tls-verify"]),
        good(list("merging: only missing files", "<dir>/nope:<dir>/neither"), "home/.kube/config").flags(["--server=<url>", "--token=<secret.other-token>", "--insecure-skip-tls-verify"]),
        good(list("merging: an empty KUBECONFIG is the home file", ""), "home/.kube/config"),
        good(Case::new("merging: the home file").api(TRUSTED), "home/.kube/config"),
        good(list("merging: KUBECONFIG hides the home file", "<dir>/other"), "home/.kube/config")
            .file("other", &kubeconfig(TRUSTED_CLUSTER, r#"token: "<secret.other-token>""#)),
        good(list("merging: a relative entry", "config"), "config"),
        good(list("merging: a malformed file among good ones", "<dir>/config:<dir>/broken"), "config")
            .file("broken", "clusters: ]["),
        good(list("merging: a folder among the files", "<dir>/config:<dir>/folder"), "config")
            .file("folder/file", ""),
        good(list("merging: an empty file among good ones", "<dir>/empty:<dir>/config"), "config").file("empty", ""),
        list("merging: paths are relative to the file that holds them", "<dir>/a/config:<dir>/b/config")
            .file("a/config", &format!("{HEAD}clusters: [{{name: c, cluster: {{server: \"<url>\", certificate-authority: ca.crt}}}}]\n"))
            .file("a/ca.crt", "<text.ca.crt>")
            .file("b/config", &kubeconfig("", "tokenFile: sub/token, client-certificate: ../p256.crt, client-key: ../p256.key"))
            .file("b/sub/token", "<secret.token>")
            .file("b/ca.crt", "<text.other-ca.crt>")
            .file("p256.crt", "<text.p256.crt>")
            .file("p256.key", "<text.p256.key>"),
        good(list("merging: --kubeconfig hides the list", "<dir>/nope:<dir>/neither"), "config")
            .flags(["--kubeconfig=<dir>/config"]),
        another(good(list("merging: a link to the same file", "<dir>/config:<dir>/./config"), "config"), "other"),
    ]
}
