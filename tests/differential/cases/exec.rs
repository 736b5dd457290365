//! Exec plugins that work: how often they run, what they are told, what comes of their answers.

use super::{TRUSTED, TRUSTED_CLUSTER, trusted};
use crate::{
    case::Case,
    recorder::{Answer, Https, Kind, METRICS},
};

/// What every exec plugin of the cases has.
pub const V1: &str = "apiVersion: client.authentication.k8s.io/v1, command: <dir>/credentials";

pub fn reply(status: &str) -> String {
    reply_of("v1", status)
}

pub fn reply_of(version: &str, status: &str) -> String {
    format!(
        r#"{{"apiVersion": "client.authentication.k8s.io/{version}", "kind": "ExecCredential", "status": {{{status}}}}}"#
    )
}

pub const TOKEN: &str = r#""token": "<secret.exec-token>""#;

/// Whether and how the plugin may ask the user; nobody is there to ask.
const NEVER: &str = "interactiveMode: Never";

pub fn plugin(name: &str, fields: &str) -> Case {
    trusted(name, &format!("exec: {{{V1}, {fields}}}"))
}

fn token(name: &str, fields: &str) -> Case {
    plugin(name, fields).file("reply", &reply(TOKEN))
}

fn certificate(name: &str) -> String {
    let pem = |file: &str| format!("<json.{name}.{file}>");
    format!(r#""clientCertificateData": "{}", "clientKeyData": "{}""#, pem("crt"), pem("key"))
}

fn of_v1beta1(name: &str, fields: &str) -> Case {
    trusted(
        name,
        &format!(
            "exec: {{apiVersion: client.authentication.k8s.io/v1beta1, command: <dir>/credentials{fields}}}"
        ),
    )
    .file("reply", &reply_of("v1beta1", TOKEN))
}

fn unauthorized() -> Answer {
    Answer::status(401, "Unauthorized", "Unauthorized")
}

const INFO: &str = "interactiveMode: Never, provideClusterInfo: true";

const EXTENSION: &str = r#"extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: some, "list": [1, {a: b}]}}, {name: other, extension: {a: 1}}]"#;

pub fn cases() -> Vec<Case> {
    vec![
        token("exec: a token", NEVER),
        token("exec: IfAvailable", "interactiveMode: IfAvailable"),
        of_v1beta1("exec: v1beta1", ""),
        of_v1beta1("exec: v1beta1, Never", ", interactiveMode: Never"),
        token("exec: arguments", "interactiveMode: Never, args: [get-token, --secret=<secret.exec-arg>, \"\", \"a b\", \"*\"]"),
        token("exec: variables", "interactiveMode: Never, env: [{name: SECRET, value: <secret.exec-env>}, {name: EMPTY, value: \"\"}, {name: HOME, value: /elsewhere}, {name: TWICE, value: a}, {name: TWICE, value: b}]"),
        token("exec: no variables or arguments", "interactiveMode: Never, env: null, args: null"),
        token("exec: it sees the variables of the user", NEVER).variable("OWN", "value"),
        token("exec: KUBERNETES_EXEC_INFO is not inherited", NEVER).variable("KUBERNETES_EXEC_INFO", "mine"),
        trusted("exec: a command relative to the kubeconfig", &format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: ./credentials, {NEVER}}}"))
            .file("reply", &reply(TOKEN))
            .in_folder("home"),
        trusted("exec: a command in a folder below", &format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: bin/plugin, {NEVER}}}"))
            .file("bin/plugin", "#!/bin/sh\nexec <dir>/credentials \"$0\"\n")
            .file("reply", &reply(TOKEN))
            .in_folder("home"),
        trusted("exec: a command on PATH", &format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: credentials, {NEVER}}}"))
            .file("reply", &reply(TOKEN))
            .variable("PATH", "<dir>:/usr/bin:/bin"),
        token("exec: what it says on stderr is shown", NEVER).file("says", "please touch your key\n").says("please touch your key"),
        token("exec: what it says on stderr is shown, IfAvailable", "interactiveMode: IfAvailable").file("says", "please touch your key\n").says("please touch your key"),
        plugin("exec: a certificate", NEVER).file("reply", &reply(&certificate("p256"))),
        plugin("exec: a certificate, mutual TLS 1.2", NEVER)
            .api(Kind::Https(Https::mutual().only_12()))
            .file("reply", &reply(&certificate("rsa"))),
        plugin("exec: a token and a certificate", NEVER).file("reply", &reply(&format!("{TOKEN}, {}", certificate("p256")))),
        plugin("exec: a token and empty certificates", NEVER)
            .file("reply", &reply(&format!(r#"{TOKEN}, "clientCertificateData": "", "clientKeyData": """#))),
        plugin("exec: an expiry to come", NEVER)
            .file("reply", &reply(&format!(r#"{TOKEN}, "expirationTimestamp": "2090-01-01T00:00:00Z""#))),
        plugin("exec: an unknown field in the reply", NEVER).file("reply", &reply(&format!(r#"{TOKEN}, "noSuchField": 1"#))),
        token("exec: 401, once", NEVER).answer(METRICS, [unauthorized(), Answer::samples()]),
        plugin("exec: 401, and then another token", NEVER)
            .answer(METRICS, [unauthorized()])
            .file("reply", &reply(TOKEN))
            .file("reply-2", &reply(r#""token": "<secret.second-exec-token>""#)),
        trusted("exec: beside a token", &format!("token: <secret.token>, exec: {{{V1}, {NEVER}}}")).file("reply", &reply(TOKEN)),
        token("exec: beside --token", NEVER).flags(["--token=<secret.token>"]),
        trusted("exec: beside a token file", &format!("tokenFile: <dir>/token, exec: {{{V1}, {NEVER}}}"))
            .file("token", "<secret.token>")
            .file("reply", &reply(TOKEN)),
        trusted("exec: beside a certificate", &format!("client-certificate: <path.rsa.crt>, client-key: <path.rsa.key>, exec: {{{V1}, {NEVER}}}"))
            .file("reply", &reply(TOKEN)),
        trusted("exec: a certificate beside a certificate", &format!("client-certificate: <path.rsa.crt>, client-key: <path.rsa.key>, exec: {{{V1}, {NEVER}}}"))
            .file("reply", &reply(&certificate("p256"))),
        token("exec: --client-certificate", NEVER).flags(["--client-certificate=<path.rsa.crt>", "--client-key=<path.rsa.key>"]),
        token("exec: --as", NEVER).flags(["--as=jane"]),
        token("exec: cluster information", INFO),
        token("exec: cluster information of flags", INFO)
            .flags(["--server=https://localhost:<port>/flag", "--tls-server-name=localhost"]),
        token("exec: cluster information with an insecure flag", INFO).flags(["--insecure-skip-tls-verify"]),
        token("exec: cluster information with a proxy", INFO)
            .server("proxy", Kind::HttpProxy)
            .flags(["--proxy-url=<proxy.url>"]),
        Case::new("exec: cluster information with CA data, names and an extension")
            .api(TRUSTED)
            .config(
                &format!(r#"server: "https://localhost:<port>/prefix", certificate-authority-data: "<data.ca.crt>", tls-server-name: localhost, disable-compression: true, {EXTENSION}"#),
                &format!("exec: {{{V1}, {INFO}}}"),
            )
            .file("reply", &reply(TOKEN)),
        Case::new("exec: an extension without cluster information")
            .api(TRUSTED)
            .config(&format!("{TRUSTED_CLUSTER}, {EXTENSION}"), &format!("exec: {{{V1}, {NEVER}}}"))
            .file("reply", &reply(TOKEN)),
        of_v1beta1("exec: v1beta1, cluster information", ", provideClusterInfo: true"),
        token("exec: a kuberc that allows all", NEVER).file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: AllowAll")),
        token("exec: a kuberc that denies all", NEVER).file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: DenyAll")),
        token("exec: a kuberc that denies all, for a user with a token", NEVER)
            .file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: DenyAll"))
            .flags(["--token=<secret.token>"]),
        token("exec: a kuberc whose allowlist has it", NEVER)
            .file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: <dir>/credentials}]")),
        token("exec: a kuberc whose allowlist has another", NEVER)
            .file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: <dir>/other}]")),
        token("exec: --kuberc", NEVER)
            .file("rc", &kuberc("credentialPluginPolicy: DenyAll"))
            .flags(["--kuberc=<dir>/rc"]),
        token("exec: KUBERC", NEVER)
            .file("rc", &kuberc("credentialPluginPolicy: DenyAll"))
            .variable("KUBERC", "<dir>/rc"),
        token("exec: KUBERC is off", NEVER)
            .file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: DenyAll"))
            .variable("KUBERC", "off"),
        token("exec: KUBECTL_KUBERC is false", NEVER)
            .file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: DenyAll"))
            .variable("KUBECTL_KUBERC", "false"),
        token("exec: a kuberc of an unknown policy", NEVER).file("home/.kube/kuberc", &kuberc("credentialPluginPolicy: Sometimes")),
    ]
}

fn kuberc(policy: &str) -> String {
    format!("apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n{policy}\n")
}
