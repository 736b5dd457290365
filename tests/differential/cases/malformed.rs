//! Files that are not as they should be.

use super::{TRUSTED, TRUSTED_CLUSTER, WITH_TOKEN};
use crate::case::{Case, kubeconfig};

fn file(name: &str, text: &str) -> Case {
    Case::new(name).api(TRUSTED).file("config", text).variable("KUBECONFIG", "<dir>/config")
}

fn good() -> String {
    kubeconfig(TRUSTED_CLUSTER, WITH_TOKEN)
}

fn with(name: &str, from: &str, to: &str) -> Case {
    file(name, &good().replace(from, to))
}

pub fn cases() -> Vec<Case> {
    vec![
        file("malformed: not YAML", "clusters: ]["),
        file("malformed: a tab", &good().replace("kind:", "\tkind:")),
        file("malformed: a scalar", "hello"),
        file("malformed: a list", "- a\n- b\n"),
        file("malformed: empty", "").flags([
            "--server=<url>",
            "--insecure-skip-tls-verify",
            "--token=<secret.token>",
        ]),
        file("malformed: only a comment", "# nothing\n").flags([
            "--server=<url>",
            "--insecure-skip-tls-verify",
            "--token=<secret.token>",
        ]),
        file("malformed: zero bytes", "\0\0\0"),
        file("malformed: a byte order mark", &format!("\u{feff}{}", good())),
        file("malformed: Windows line ends", &good().replace('\n', "\r\n")),
        with("malformed: another kind", "kind: Config", "kind: Pod"),
        with("malformed: another apiVersion", "apiVersion: v1", "apiVersion: v2"),
        with("malformed: no kind", "kind: Config\n", ""),
        with("malformed: no apiVersion", "apiVersion: v1\n", ""),
        with("malformed: neither kind nor apiVersion", "apiVersion: v1\nkind: Config\n", ""),
        with("malformed: an empty kind", "kind: Config", r#"kind: """#),
        with("malformed: an unknown field", "users:", "no-such-field: 1\nusers:"),
        with("malformed: an unknown field of a user", "token:", "no-such-field: 1, token:"),
        with(
            "malformed: extensions",
            "users:",
            "extensions: [{name: e, extension: {apiVersion: x/v1, kind: X, a: 1}}]\nusers:",
        ),
        with("malformed: preferences", "users:", "preferences: {colors: true}\nusers:"),
        with("malformed: a number as a token", r#"token: "<secret.token>""#, "token: 12345"),
        with("malformed: a boolean as a token", r#"token: "<secret.token>""#, "token: true"),
        with("malformed: y is a boolean", r#"token: "<secret.token>""#, "token: y"),
        with("malformed: a list as a token", r#"token: "<secret.token>""#, r#"token: ["<secret.token>"]"#),
        with(
            "malformed: a text as a boolean",
            "certificate-authority: \"<path.ca.crt>\"",
            r#"insecure-skip-tls-verify: "true""#,
        ),
        with(
            "malformed: yes as a boolean",
            "certificate-authority: \"<path.ca.crt>\"",
            "insecure-skip-tls-verify: yes",
        ),
        with("malformed: a number as a name", "name: u,", "name: 7,").flags(["--user=7"]),
        with("malformed: null for a list", "users:", "users: null\nignored:")
            .flags(["--token=<secret.other-token>"]),
        with("malformed: null for a token", r#"token: "<secret.token>""#, "token: null")
            .flags(["--token=<secret.other-token>"]),
        with("malformed: an object for the users", "users: [{name: u, user: {", "users: {u: {user: {")
            .flags(["--token=<secret.other-token>"]),
        with(
            "malformed: two users of a name",
            "users: [",
            r#"users: [{name: u, user: {token: "<secret.other-token>"}}, "#,
        ),
        with(
            "malformed: two equal users",
            "users: [",
            r#"users: [{name: u, user: {token: "<secret.token>"}}, "#,
        ),
        with(
            "malformed: two clusters of a name",
            "clusters: [",
            r#"clusters: [{name: c, cluster: {server: "<url>/other"}}, "#,
        ),
        with(
            "malformed: two contexts of a name",
            "contexts: [",
            r"contexts: [{name: main, context: {cluster: x}}, ",
        ),
        with(
            "malformed: a key twice",
            "current-context: main",
            "current-context: nope\ncurrent-context: main",
        ),
        with("malformed: a token twice", "token:", r#"token: "<secret.other-token>", token:"#),
        file(
            "malformed: a second document",
            &format!("{}---\n{}", good(), good().replace("<secret.token>", "<secret.other-token>")),
        ),
        file("malformed: a leading separator", &format!("---\n{}", good())),
        with(
            "malformed: base64 in lines",
            r#"certificate-authority: "<path.ca.crt>""#,
            r#"certificate-authority-data: "\n<data.ca.crt>\n""#,
        ),
        with(
            "malformed: bad base64 of a user who is not used",
            "users: [",
            r#"users: [{name: x, user: {client-key-data: "no base64!"}}, "#,
        ),
        with(
            "malformed: base64 without padding",
            r#"certificate-authority: "<path.ca.crt>""#,
            r#"certificate-authority-data: "LS0tLS1CR""#,
        ),
        with("malformed: a user without a name", "users: [{name: u, ", "users: [{")
            .flags(["--token=<secret.other-token>"]),
        with("malformed: a field in capitals", "token:", "Token:").flags(["--username=jane"]),
        file(
            "malformed: JSON",
            r#"{"apiVersion": "v1", "kind": "Config", "current-context": "m",
            "contexts": [{"name": "m", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": "<url>", "insecure-skip-tls-verify": true}}],
            "users": [{"name": "u", "user": {"token": "<secret.token>"}}]}"#,
        ),
        file(
            "malformed: YAML anchors",
            "apiVersion: v1\nkind: Config\ncurrent-context: m\ncontexts:\n- name: m\n  context: {cluster: c, user: u}\nclusters:\n- name: c\n  cluster: {server: \"<url>\", insecure-skip-tls-verify: true}\nusers:\n- name: x\n  user: &u {token: \"<secret.token>\"}\n- name: u\n  user: *u\n",
        ),
        Case::new("malformed: the kubeconfig is a folder")
            .variable("KUBECONFIG", "<dir>/home")
            .flags(["--server=<url>"]),
    ]
}
