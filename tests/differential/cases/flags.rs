//! Each connection flag, alone and over a kubeconfig.

use super::{TRUSTED, TRUSTED_CLUSTER, WITH_TOKEN, trusted};
use crate::{
    case::{Case, kubeconfig},
    recorder::{Https, Kind},
};

/// Two contexts, and an empty second user and cluster.
const TWO: &str = r#"
apiVersion: v1
kind: Config
current-context: first
contexts:
- {name: first, context: {cluster: one, user: one, namespace: first-namespace}}
- {name: second, context: {cluster: two, user: two}}
clusters:
- {name: one, cluster: {server: "<url>/one", certificate-authority: "<path.ca.crt>"}}
- {name: two, cluster: {server: "<url>/two", certificate-authority: "<path.ca.crt>"}}
users:
- {name: one, user: {token: "<secret.token>"}}
- {name: two, user: {token: "<secret.other-token>"}}
"#;

fn two(name: &str) -> Case {
    Case::new(name).api(TRUSTED).file("config", TWO).variable("KUBECONFIG", "<dir>/config")
}

/// HTTPS with a server that only flags tell of.
fn bare(name: &str) -> Case {
    Case::new(name).api(TRUSTED).flags(["--server=<url>"])
}

/// The same, with a token: without any credential kubectl would ask for a name and a password.
fn bare_with_token(name: &str) -> Case {
    bare(name).flags(["--token=<secret.token>"])
}

pub fn cases() -> Vec<Case> {
    vec![
        two("flags: none"),
        two("flags: --context").flags(["--context=second"]),
        two("flags: --context, separate word").flags(["--context", "second"]),
        two("flags: --context, the last one counts").flags(["--context=nope", "--context=second"]),
        two("flags: an empty --context").flags(["--context="]),
        two("flags: --cluster").flags(["--cluster=two"]),
        two("flags: --user").flags(["--user=two"]),
        two("flags: --context, --cluster and --user").flags([
            "--context=second",
            "--cluster=one",
            "--user=one",
        ]),
        two("flags: --namespace").flags(["--namespace=other"]),
        two("flags: -n").flags(["-n", "other"]),
        two("flags: --server").flags(["--server=<url>/three"]),
        two("flags: -s").flags(["-s", "<url>/three"]),
        two("flags: --server without the scheme of its port").flags(["--server=127.0.0.1:<port>"]),
        two("flags: --token").flags(["--token=<secret.third-token>"]),
        two("flags: an empty --token").flags(["--token="]),
        two("flags: --kubeconfig over KUBECONFIG")
            .file("other", &kubeconfig(TRUSTED_CLUSTER, r#"token: "<secret.third-token>""#))
            .flags(["--kubeconfig=<dir>/other"]),
        two("flags: an empty --kubeconfig").flags(["--kubeconfig="]),
        two("flags: --kubeconfig takes no list").flags(["--kubeconfig=<dir>/config:<dir>/config"]),
        two("flags: --kubeconfig, relative").flags(["--kubeconfig=config"]),
        two("flags: --kubeconfig does not exist").flags(["--kubeconfig=<dir>/nope"]),
        two("flags: --cache-dir").flags(["--cache-dir=<dir>/cache"]),
        two("flags: --disable-compression").flags(["--disable-compression"]),
        two("flags: --disable-compression=true").flags(["--disable-compression=true"]),
        two("flags: --match-server-version=false").flags(["--match-server-version=false"]),
        bare("flags: --certificate-authority")
            .flags(["--certificate-authority=<path.ca.crt>", "--token=<secret.token>"]),
        bare("flags: --certificate-authority, relative")
            .file("here/ca.crt", "<text.ca.crt>")
            .in_folder("here")
            .flags(["--certificate-authority=ca.crt", "--token=<secret.token>"]),
        bare_with_token("flags: --certificate-authority does not exist")
            .flags(["--certificate-authority=<dir>/nope"]),
        bare("flags: --insecure-skip-tls-verify")
            .flags(["--insecure-skip-tls-verify", "--token=<secret.token>"]),
        bare_with_token("flags: --insecure-skip-tls-verify=true").flags(["--insecure-skip-tls-verify=true"]),
        bare_with_token("flags: --insecure-skip-tls-verify=false")
            .flags(["--insecure-skip-tls-verify=false"]),
        bare_with_token("flags: --insecure-skip-tls-verify=1").flags(["--insecure-skip-tls-verify=1"]),
        bare_with_token("flags: --insecure-skip-tls-verify=maybe")
            .flags(["--insecure-skip-tls-verify=maybe"]),
        bare_with_token("flags: a CA and --insecure-skip-tls-verify")
            .flags(["--insecure-skip-tls-verify", "--certificate-authority=<path.ca.crt>"]),
        bare("flags: --client-certificate and --client-key").flags([
            "--certificate-authority=<path.ca.crt>",
            "--client-certificate=<path.p256.crt>",
            "--client-key=<path.p256.key>",
        ]),
        bare("flags: --client-certificate alone")
            .flags(["--certificate-authority=<path.ca.crt>", "--client-certificate=<path.p256.crt>"]),
        bare_with_token("flags: --client-key beside a token")
            .flags(["--certificate-authority=<path.ca.crt>", "--client-key=<path.p256.key>"]),
        trusted(
            "flags: --client-certificate over the kubeconfig's",
            r#"client-certificate-data: "<data.rsa.crt>", client-key-data: "<data.rsa.key>""#,
        )
        .flags(["--client-certificate=<path.p256.crt>", "--client-key=<path.p256.key>"]),
        trusted(
            "flags: --token beside the kubeconfig's certificate",
            r#"client-certificate: "<path.rsa.crt>", client-key: "<path.rsa.key>""#,
        )
        .flags(["--token=<secret.token>"]),
        trusted("flags: --certificate-authority over the kubeconfig's", WITH_TOKEN)
            .flags(["--certificate-authority=<path.other-ca.crt>"]),
        trusted("flags: --insecure-skip-tls-verify over the kubeconfig's CA", WITH_TOKEN)
            .flags(["--insecure-skip-tls-verify"]),
        Case::new("flags: --certificate-authority over the kubeconfig's insecure-skip-tls-verify")
            .api(Kind::Https(Https::with("self-signed")))
            .config(r#"server: "<url>", insecure-skip-tls-verify: true"#, WITH_TOKEN)
            .flags(["--certificate-authority=<path.other-ca.crt>"]),
        Case::new("flags: --insecure-skip-tls-verify=false over the kubeconfig's")
            .api(Kind::Https(Https::with("self-signed")))
            .config(r#"server: "<url>", insecure-skip-tls-verify: true"#, WITH_TOKEN)
            .flags(["--insecure-skip-tls-verify=false"]),
        bare("flags: --tls-server-name").flags([
            "--certificate-authority=<path.ca.crt>",
            "--tls-server-name=localhost",
            "--token=<secret.token>",
        ]),
        trusted("flags: an unknown flag", WITH_TOKEN).flags(["--no-such-flag"]),
        trusted("flags: --username and --password", "")
            .flags(["--username=jane", "--password=<secret.password>"]),
    ]
}
