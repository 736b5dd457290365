//! Names that nothing has.

use super::{TRUSTED, TRUSTED_CLUSTER, WITH_TOKEN, trusted};
use crate::case::{Case, kubeconfig};

fn with(name: &str, change: (&str, &str)) -> Case {
    let text = kubeconfig(TRUSTED_CLUSTER, WITH_TOKEN).replace(change.0, change.1);
    Case::new(name).api(TRUSTED).file("config", &text).variable("KUBECONFIG", "<dir>/config")
}

pub fn cases() -> Vec<Case> {
    vec![
        trusted("missing: --context", WITH_TOKEN).flags(["--context=nope"]),
        trusted("missing: --cluster", WITH_TOKEN).flags(["--cluster=nope"]),
        trusted("missing: --user", WITH_TOKEN).flags(["--user=nope"]),
        trusted("missing: --context and --cluster", WITH_TOKEN).flags([
            "--context=nope",
            "--cluster=c",
            "--user=u",
        ]),
        trusted("missing: --cluster with --server", WITH_TOKEN).flags(["--cluster=nope", "--server=<url>"]),
        trusted("missing: --user with --token", WITH_TOKEN)
            .flags(["--user=nope", "--token=<secret.other-token>"]),
        with("missing: current-context", ("current-context: main", "current-context: nope")),
        with("missing: current-context, with --context", ("current-context: main", "current-context: nope"))
            .flags(["--context=main"]),
        with("missing: current-context, with --server", ("current-context: main", "current-context: nope"))
            .flags(["--server=<url>"]),
        with("missing: the context's user", ("user: u}", "user: nope}"))
            .flags(["--token=<secret.other-token>"]),
        with("missing: the context's cluster, with --server", ("cluster: c,", "cluster: nope,"))
            .flags(["--server=<url>", "--certificate-authority=<path.ca.crt>"]),
        with("missing: the context's cluster, and KUBERNETES_MASTER", ("cluster: c,", "cluster: nope,"))
            .variable("KUBERNETES_MASTER", "http://127.0.0.1:1"),
        with("missing: the context has no user", (", user: u}", "}")).flags(["--token=<secret.other-token>"]),
        with("missing: the context has no cluster", ("cluster: c, ", ""))
            .variable("KUBERNETES_MASTER", "http://127.0.0.1:1"),
        with(
            "missing: --context without its cluster",
            (
                "current-context: main\ncontexts: [",
                "current-context: main\ncontexts: [{name: other, context: {cluster: nope, user: u}}, ",
            ),
        )
        .flags(["--context=other"])
        .variable("KUBERNETES_MASTER", "http://127.0.0.1:1"),
        trusted("missing: a context's name in other letters", WITH_TOKEN).flags(["--context=MAIN"]),
        Case::new("missing: --context without any file").flags(["--context=nope", "--server=<url>"]),
        Case::new("missing: --user without any file").flags(["--user=nope", "--server=<url>"]),
    ]
}
