//! In a pod: the files of its ServiceAccount, and when they count.

use super::{TRUSTED, WITH_TOKEN};
use crate::{
    case::{Case, Verb, kubeconfig},
    recorder::{Https, Kind},
};

fn without_variables(name: &str) -> Case {
    Case::new(name)
        .api(TRUSTED)
        .file("pod/token", "<secret.pod-token>")
        .file("pod/ca.crt", "<text.ca.crt>")
        .file("pod/namespace", "pod-namespace")
}

fn pod(name: &str) -> Case {
    without_variables(name)
        .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        .variable("KUBERNETES_SERVICE_PORT", "<port>")
}

/// Where it does not count, this is asked.
fn elsewhere(case: Case) -> Case {
    case.server("master", Kind::Http).variable("KUBERNETES_MASTER", "<master.url>")
}

pub fn cases() -> Vec<Case> {
    vec![
        pod("pod: nothing but its files"),
        pod("pod: top nodes").verb(Verb::Top),
        elsewhere(without_variables("pod: no variables")),
        elsewhere(
            without_variables("pod: only the host's variable")
                .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
        ),
        elsewhere(
            without_variables("pod: only the port's variable").variable("KUBERNETES_SERVICE_PORT", "<port>"),
        ),
        elsewhere(pod("pod: KUBERNETES_MASTER")),
        elsewhere(
            Case::new("pod: no token file")
                .api(TRUSTED)
                .file("pod/ca.crt", "<text.ca.crt>")
                .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .variable("KUBERNETES_SERVICE_PORT", "<port>"),
        ),
        Case::new("pod: an empty token file")
            .api(TRUSTED)
            .file("pod/ca.crt", "<text.ca.crt>")
            .file("pod/token", "")
            .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .variable("KUBERNETES_SERVICE_PORT", "<port>"),
        Case::new("pod: a token file with a line break")
            .api(TRUSTED)
            .file("pod/ca.crt", "<text.ca.crt>")
            .file("pod/token", "<secret.pod-token>\n")
            .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .variable("KUBERNETES_SERVICE_PORT", "<port>"),
        Case::new("pod: no CA")
            .api(TRUSTED)
            .file("pod/token", "<secret.pod-token>")
            .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .variable("KUBERNETES_SERVICE_PORT", "<port>"),
        Case::new("pod: a CA that is not PEM")
            .api(TRUSTED)
            .file("pod/token", "<secret.pod-token>")
            .file("pod/ca.crt", "<text.not-pem.crt>")
            .variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .variable("KUBERNETES_SERVICE_PORT", "<port>"),
        pod("pod: another server").api(Kind::Https(Https::with("self-signed"))),
        pod("pod: a kubeconfig counts more")
            .config(r#"server: "<url>/kubeconfig", certificate-authority: "<path.ca.crt>""#, WITH_TOKEN),
        pod("pod: a kubeconfig in the home folder counts more").file(
            "home/.kube/config",
            &kubeconfig(r#"server: "<url>/kubeconfig", certificate-authority: "<path.ca.crt>""#, WITH_TOKEN),
        ),
        pod("pod: an empty kubeconfig").file("config", "").variable("KUBECONFIG", "<dir>/config"),
        pod("pod: a malformed kubeconfig").file("config", "][").variable("KUBECONFIG", "<dir>/config"),
        pod("pod: a missing kubeconfig").variable("KUBECONFIG", "<dir>/nope"),
        pod("pod: a kubeconfig with an unused user")
            .file("config", "apiVersion: v1\nkind: Config\nusers: [{name: u, user: {}}]\n")
            .variable("KUBECONFIG", "<dir>/config"),
        pod("pod: a kubeconfig with a current-context alone")
            .file("config", "apiVersion: v1\nkind: Config\ncurrent-context: x\n")
            .variable("KUBECONFIG", "<dir>/config"),
        elsewhere(pod("pod: --server")).flags(["--server=<master.url>/flag"]),
        pod("pod: --token").flags(["--token=<secret.token>"]),
        pod("pod: --certificate-authority").flags(["--certificate-authority=<path.other-ca.crt>"]),
        pod("pod: --namespace").flags(["--namespace=other"]),
        pod("pod: --server, --token and --certificate-authority").flags([
            "--server=<url>/flag",
            "--token=<secret.token>",
            "--certificate-authority=<path.ca.crt>",
        ]),
        elsewhere(pod("pod: --as")).flags(["--as=jane"]),
        elsewhere(pod("pod: --request-timeout")).flags(["--request-timeout=5s"]),
        elsewhere(pod("pod: --request-timeout=0")).flags(["--request-timeout=0"]),
        elsewhere(pod("pod: --proxy-url"))
            .server("proxy", Kind::HttpProxy)
            .flags(["--proxy-url=<proxy.url>"]),
        elsewhere(pod("pod: --insecure-skip-tls-verify")).flags(["--insecure-skip-tls-verify"]),
        elsewhere(pod("pod: --tls-server-name")).flags(["--tls-server-name=localhost"]),
        elsewhere(pod("pod: --disable-compression")).flags(["--disable-compression"]),
        elsewhere(pod("pod: --client-certificate"))
            .flags(["--client-certificate=<path.p256.crt>", "--client-key=<path.p256.key>"]),
        elsewhere(pod("pod: --username")).flags(["--username=jane", "--password=<secret.password>"]),
        elsewhere(pod("pod: --context")).flags(["--context=nope"]),
        elsewhere(pod("pod: --cluster")).flags(["--cluster=nope"]),
        elsewhere(pod("pod: --user")).flags(["--user=nope"]),
    ]
}
