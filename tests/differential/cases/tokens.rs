//! Bearer tokens, in place and in files.

use super::{WITH_TOKEN, trusted};
use crate::{
    case::Case,
    recorder::{Answer, METRICS},
};

const FILE: &str = r#"tokenFile: "<dir>/token""#;

pub fn cases() -> Vec<Case> {
    vec![
        trusted("tokens: in place", WITH_TOKEN),
        trusted("tokens: in a file", FILE).file("token", "<secret.token>"),
        trusted("tokens: in a file, with blanks around", FILE).file("token", " \n<secret.token>\n\n"),
        trusted(
            "tokens: the file beats the token in place",
            &format!(r#"{FILE}, token: "<secret.other-token>""#),
        )
        .file("token", "<secret.token>"),
        trusted("tokens: the file beats --token", FILE)
            .file("token", "<secret.token>")
            .flags(["--token=<secret.other-token>"]),
        trusted("tokens: --token beats the token in place", WITH_TOKEN)
            .flags(["--token=<secret.other-token>"]),
        trusted("tokens: a file that does not exist", FILE),
        trusted("tokens: a file that does not exist, beside a token", &format!("{FILE}, {WITH_TOKEN}")),
        trusted(
            "tokens: an empty file, beside a certificate",
            &format!(r#"{FILE}, client-certificate: "<path.p256.crt>", client-key: "<path.p256.key>""#),
        )
        .file("token", ""),
        trusted("tokens: an empty file, beside a token", &format!("{FILE}, {WITH_TOKEN}")).file("token", ""),
        trusted("tokens: a file of blanks", FILE).file("token", " \n"),
        trusted("tokens: a folder", r#"tokenFile: "<dir>/home""#),
        trusted("tokens: an empty tokenFile", &format!(r#"tokenFile: "", {WITH_TOKEN}"#)),
        trusted("tokens: a relative file", "tokenFile: sub/token")
            .file("sub/token", "<secret.token>")
            .in_folder("home"),
        trusted("tokens: a line break in the token", r#"token: "<secret.token>\n""#),
        trusted("tokens: a line break in the middle", r#"token: "<secret.token>\n<secret.other-token>""#),
        trusted("tokens: blanks around it", r#"token: " <secret.token> ""#),
        trusted("tokens: --token with a control character", "").flags(["--token=<secret.broken-token>"]),
        trusted("tokens: a file with a control character", FILE).file("token", "<secret.broken-token>"),
        trusted("tokens: a file with a line break inside", FILE)
            .file("token", "<secret.token>\n<secret.other-token>\n"),
        trusted("tokens: --token with a letter beyond ASCII", "")
            .flags(["--token=<secret.token-with-umlaut>"]),
        trusted("tokens: a letter beyond ASCII", r#"token: "<secret.token-with-umlaut>""#),
        trusted("tokens: refused", WITH_TOKEN)
            .answer(METRICS, [Answer::status(401, "Unauthorized", "Unauthorized")]),
        trusted("tokens: a file refused", FILE)
            .file("token", "<secret.token>")
            .answer(METRICS, [Answer::status(401, "Unauthorized", "Unauthorized")]),
        trusted(
            "tokens: auth-provider gcp",
            "auth-provider: {name: gcp, config: {access-token: <secret.token>}}",
        ),
        trusted("tokens: auth-provider azure", "auth-provider: {name: azure}"),
        trusted("tokens: an unknown auth-provider", "auth-provider: {name: no-such-provider}"),
        trusted(
            "tokens: an auth-provider beside a token",
            &format!("auth-provider: {{name: gcp}}, {WITH_TOKEN}"),
        ),
        trusted(
            "tokens: an auth-provider and an exec plugin",
            "auth-provider: {name: gcp}, exec: {apiVersion: client.authentication.k8s.io/v1, command: <dir>/credentials, interactiveMode: Never}",
        ),
        trusted("tokens: oidc without its configuration", "auth-provider: {name: oidc, config: {}}"),
    ]
}
