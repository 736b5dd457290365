//! What holds where nothing is said.

use super::{TRUSTED, WITH_TOKEN};
use crate::case::{Case, Verb, kubeconfig};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("defaults: KUBERNETES_MASTER").variable("KUBERNETES_MASTER", "<url>"),
        Case::new("defaults: KUBERNETES_MASTER without a scheme").variable("KUBERNETES_MASTER", "127.0.0.1:<port>"),
        Case::new("defaults: --server over KUBERNETES_MASTER")
            .variable("KUBERNETES_MASTER", "http://127.0.0.1:1")
            .flags(["--server=<url>"]),
        Case::new("defaults: a kubeconfig over KUBERNETES_MASTER")
            .variable("KUBERNETES_MASTER", "http://127.0.0.1:1")
            .config(r#"server: "<url>""#, ""),
        Case::new("defaults: a cluster without a server, and KUBERNETES_MASTER")
            .variable("KUBERNETES_MASTER", "<url>")
            .config("", ""),
        Case::new("defaults: an empty server, and KUBERNETES_MASTER")
            .variable("KUBERNETES_MASTER", "<url>")
            .config(r#"server: """#, ""),
        Case::new("defaults: no current-context, and KUBERNETES_MASTER")
            .variable("KUBERNETES_MASTER", "<url>")
            .file("config", &kubeconfig(r#"server: "http://127.0.0.1:1""#, "").replace("current-context: main", ""))
            .variable("KUBECONFIG", "<dir>/config"),
        Case::new("defaults: no current-context, and --cluster")
            .file("config", &kubeconfig(r#"server: "<url>""#, "").replace("current-context: main", ""))
            .variable("KUBECONFIG", "<dir>/config")
            .flags(["--cluster=c"]),
        Case::new("defaults: --server without scheme or kubeconfig").flags(["--server=127.0.0.1:<port>"]),
        Case::new("defaults: --server localhost without a scheme").flags(["--server=localhost:<port>"]),
        Case::new("defaults: a server of the kubeconfig without a scheme").config(r#"server: "127.0.0.1:<port>""#, ""),
        Case::new("defaults: a path prefix").config(r#"server: "<url>/k8s/clusters/c-1""#, ""),
        Case::new("defaults: a path prefix that ends in a slash").config(r#"server: "<url>/k8s/clusters/c-1/""#, ""),
        Case::new("defaults: a path prefix with an escaped letter").config(r#"server: "<url>/k8s%2Fclusters/c%201""#, ""),
        Case::new("defaults: a server with a query").config(r#"server: "<url>/?a=b""#, ""),
        Case::new("defaults: a server with a fragment").verb(Verb::Top).config(r#"server: "<url>/#there""#, ""),
        Case::new("defaults: a server that ends in a slash").config(r#"server: "<url>/""#, ""),
        Case::new("defaults: a server of another scheme").config(r#"server: "unix:///tmp/no.sock""#, ""),
        Case::new("defaults: ftp").config(r#"server: "ftp://127.0.0.1:<port>""#, ""),
        Case::new("defaults: a scheme in capitals").config(r#"server: "HTTP://127.0.0.1:<port>""#, ""),
        Case::new("defaults: a host in capitals").config(r#"server: "http://LOCALHOST:<port>""#, ""),
        Case::new("defaults: a server with a space").config(r#"server: "http://127.0.0.1 :<port>""#, ""),
        Case::new("defaults: a port that is none").config(r#"server: "http://127.0.0.1:http""#, ""),
        Case::new("defaults: nobody listens").config(r#"server: "http://127.0.0.1:1""#, ""),
        Case::new("defaults: nobody listens, https").config(r#"server: "https://127.0.0.1:1""#, WITH_TOKEN),
        Case::new("defaults: http sends no token").config(r#"server: "<url>""#, WITH_TOKEN),
        Case::new("defaults: http sends no token of a flag").config(r#"server: "<url>""#, "").flags(["--token=<secret.token>"]),
        Case::new("defaults: http sends no password").config(r#"server: "<url>""#, r#"username: jane, password: "<secret.password>""#),
        Case::new("defaults: http runs no exec plugin").config(
            r#"server: "<url>""#,
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: <dir>/credentials, interactiveMode: Never}",
        ),
        Case::new("defaults: http reads no certificate that is given").config(
            r#"server: "<url>""#,
            r#"client-certificate: "<path.p256.crt>", client-key: "<path.p256.key>""#,
        ),
        Case::new("defaults: http, and a CA that is not PEM")
            .config(r#"server: "<url>", certificate-authority: "<path.not-pem.crt>""#, ""),
        Case::new("defaults: user information in the server, http")
            .flags(["--server=http://jane:<urlsecret.password>@127.0.0.1:<port>"]),
        Case::new("defaults: user information in the server, https")
            .api(TRUSTED)
            .flags(["--server=https://jane:<urlsecret.password>@127.0.0.1:<port>", "--certificate-authority=<path.ca.crt>", "--token=<secret.token>"]),
        Case::new("defaults: nobody is asked for, over https").api(TRUSTED).flags(["--server=<url>", "--certificate-authority=<path.ca.crt>"]),
        Case::new("defaults: an https server that is spoken to in http").api(TRUSTED).flags(["--server=http://127.0.0.1:<port>"]),
        Case::new("defaults: an http server that is spoken to in https").flags(["--server=https://127.0.0.1:<port>", "--token=<secret.token>"]),
        Case::new("defaults: top nodes").verb(Verb::Top).config(r#"server: "<url>/prefix""#, ""),
        super::trusted("defaults: top nodes, https", WITH_TOKEN).verb(Verb::Top),
        super::trusted("defaults: top nodes as someone", WITH_TOKEN).verb(Verb::Top).flags(["--as=jane"]),
    ]
}
