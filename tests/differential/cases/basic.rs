//! Basic authentication.

use super::{WITH_TOKEN, trusted};
use crate::case::Case;

const JANE: &str = r#"username: jane, password: "<secret.password>""#;

pub fn cases() -> Vec<Case> {
    vec![
        trusted("basic: name and password", JANE),
        trusted(
            "basic: a password of strange letters",
            r#"username: "j@ne", password: "<secret.strange-password>""#,
        ),
        trusted("basic: a name alone", "username: jane"),
        trusted(
            "basic: a password alone, beside a token",
            &format!(r#"password: "<secret.password>", {WITH_TOKEN}"#),
        ),
        trusted("basic: an empty password", r#"username: jane, password: """#),
        trusted("basic: with a token", &format!("{JANE}, {WITH_TOKEN}")),
        trusted("basic: with --token", JANE).flags(["--token=<secret.token>"]),
        trusted("basic: with a token file", &format!(r#"{JANE}, tokenFile: "<dir>/token""#))
            .file("token", "<secret.token>"),
        trusted(
            "basic: with a certificate",
            &format!(r#"{JANE}, client-certificate: "<path.p256.crt>", client-key: "<path.p256.key>""#),
        ),
        trusted("basic: flags over the kubeconfig's", JANE)
            .flags(["--username=joe", "--password=<secret.strange-password>"]),
        trusted("basic: flags over a token", WITH_TOKEN)
            .flags(["--username=joe", "--password=<secret.password>"]),
        trusted("basic: flags and --token", "").flags([
            "--username=joe",
            "--password=<secret.password>",
            "--token=<secret.token>",
        ]),
        trusted("basic: --username alone", JANE).flags(["--username=joe"]),
        trusted("basic: --password alone", JANE).flags(["--password=<secret.strange-password>"]),
        trusted("basic: --username over a token file", r#"tokenFile: "<dir>/token""#)
            .file("token", "<secret.token>")
            .flags(["--username=joe", "--password=<secret.password>"]),
    ]
}
