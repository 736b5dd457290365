//! Exec plugins that do not work.

use super::{
    exec::{TOKEN, V1, plugin, reply, reply_of},
    trusted,
};
use crate::case::Case;

const NEVER: &str = "interactiveMode: Never";

fn replying(name: &str, reply: &str) -> Case {
    plugin(name, NEVER).file("reply", reply)
}

fn called(name: &str, exec: &str) -> Case {
    trusted(name, &format!("exec: {{{exec}}}")).file("reply", &reply(TOKEN))
}

pub fn cases() -> Vec<Case> {
    vec![
        called("exec failures: no such program", "apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never, installHint: get it from the shelf")
            .says("get it from the shelf"),
        called("exec failures: no such program, with a path", "apiVersion: client.authentication.k8s.io/v1, command: ./no-such-plugin, interactiveMode: Never, installHint: get it from the shelf")
            .says("get it from the shelf"),
        called("exec failures: no such program and no hint", "apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never"),
        called("exec failures: the program may not be run", "apiVersion: client.authentication.k8s.io/v1, command: ./config, interactiveMode: Never"),
        called("exec failures: no command", "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never"),
        called("exec failures: no apiVersion", "command: <dir>/credentials, interactiveMode: Never"),
        called("exec failures: v1alpha1", "apiVersion: client.authentication.k8s.io/v1alpha1, command: <dir>/credentials, interactiveMode: Never"),
        called("exec failures: another apiVersion", "apiVersion: example.com/v1, command: <dir>/credentials, interactiveMode: Never"),
        called("exec failures: v1 without interactiveMode", V1),
        called("exec failures: an unknown interactiveMode", &format!("{V1}, interactiveMode: Sometimes")),
        called("exec failures: Always, without a terminal", &format!("{V1}, interactiveMode: Always")),
        called("exec failures: a variable without a name", &format!("{V1}, {NEVER}, env: [{{name: \"\", value: x}}]")),
        called("exec failures: --username beside it", &format!("{V1}, {NEVER}")).flags(["--username=jane", "--password=<secret.password>"]),
        replying("exec failures: exit code 3", &reply(TOKEN)).file("status", "3"),
        replying("exec failures: exit code 1, with words", "").file("status", "1").file("says", "log in first\n").says("log in first"),
        replying("exec failures: nothing", ""),
        replying("exec failures: words", "here you are: <secret.exec-token>"),
        replying("exec failures: a list", "[]"),
        replying("exec failures: v1beta1 for v1", &reply_of("v1beta1", TOKEN)),
        replying("exec failures: another kind", &reply(TOKEN).replace("ExecCredential", "Pod")),
        replying("exec failures: no apiVersion in the reply", r#"{"kind": "ExecCredential", "status": {"token": "<secret.exec-token>"}}"#),
        replying("exec failures: no status", r#"{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1"}"#),
        replying("exec failures: an empty status", &reply("")),
        replying("exec failures: an empty token", &reply(r#""token": """#)),
        replying("exec failures: a number as the token", &reply(r#""token": 7"#)),
        replying("exec failures: a certificate alone", &reply(r#""clientCertificateData": "<json.p256.crt>""#)),
        replying("exec failures: a key alone", &reply(r#""clientKeyData": "<json.p256.key>""#)),
        replying("exec failures: a key of another certificate", &reply(r#""clientCertificateData": "<json.p256.crt>", "clientKeyData": "<json.second.key>""#)),
        replying("exec failures: a certificate that is not PEM", &reply(r#""clientCertificateData": "x", "clientKeyData": "y""#)),
        replying("exec failures: an expiry that is no time", &reply(&format!(r#"{TOKEN}, "expirationTimestamp": "tomorrow""#))),
        replying("exec failures: a token with a line break", &reply(r#""token": "<secret.exec-token>\nX: y""#)),
        replying("exec failures: two objects", &format!("{}{}", reply(TOKEN), reply(TOKEN))),
        replying("exec failures: YAML", "apiVersion: client.authentication.k8s.io/v1\nkind: ExecCredential\nstatus: {token: <secret.exec-token>}\n"),
        replying("exec failures: an expiry that is past", &reply(&format!(r#"{TOKEN}, "expirationTimestamp": "2001-01-01T00:00:00Z""#))),
        replying("exec failures: it takes longer than --request-timeout", &reply(TOKEN))
            .file("pause", "2")
            .flags(["--request-timeout=1s"]),
    ]
}
