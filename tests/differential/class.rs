//! Classes of errors, by what kubectl and the plugin say. The first line that fits counts.

use crate::support::Outcome;

type Classes = [(&'static str, &'static [&'static str])];

/// Class, and texts one of which kubectl's message holds.
const KUBECTL: &Classes = &[
    ("unauthorized", &["You must be logged in to the server"]),
    ("forbidden", &["Error from server (Forbidden)"]),
    ("not-found", &["Error from server (NotFound)", "Metrics API not available"]),
    ("unavailable", &["Error from server (ServiceUnavailable)"]),
    ("internal-error", &["Error from server (InternalError)"]),
    ("too-many-requests", &["Error from server (TooManyRequests)"]),
    ("gateway-timeout", &["Error from server (Timeout)"]),
    ("bad-request", &["Error from server (BadRequest)"]),
    ("usage", &["unknown flag:", "invalid argument "]),
    ("bad-timeout", &["Invalid timeout value"]),
    ("missing-context", &["context was not found for specified context", "error: context \""]),
    ("missing-cluster", &["error: cluster \""]),
    ("missing-user", &["error: auth info \""]),
    ("bad-file", &["error loading config file", "error: stat "]),
    (
        "conflict",
        &[
            "are both specified for",
            "more than one authentication method found",
            "with the insecure flag is not allowed",
            "but not both",
            "in combination with an exec plugin",
        ],
    ),
    ("incomplete", &["must be specified for", "without impersonating a user"]),
    ("bad-exec", &["exec plugin: invalid apiVersion", "invalid interactiveMode"]),
    ("bad-proxy", &["invalid 'proxy-url'", "in CGI environment", "lookup http: no such host"]),
    ("bad-server", &["host must be a URL or a host:port pair", "unsupported protocol scheme"]),
    (
        "bad-auth-provider",
        &["auth plugin has been removed", "no Auth Provider found", "Must provide idp-issuer-url"],
    ),
    ("bad-kuberc", &["while applying preferences"]),
    ("bad-token", &["header field value for \"Authorization\"", "read empty token from file"]),
    ("bad-header", &["invalid header field"]),
    ("nobody", &["error: EOF"]),
    ("exec-forbidden", &["not allowed: policy set to", "not permitted by the credential plugin allowlist"]),
    ("exec-missing", &["exec: executable no-such-plugin not found", "exec: fork/exec"]),
    ("exec-failed", &["failed with exit code", "standard input is not a terminal"]),
    ("exec-garbage", &["getting credentials: "]),
    // Not the log's "Loading client cert failed": a goroutine writes it that kubectl doesn't wait for.
    ("bad-certificate", &["tls: failed to find ", "tls: failed to parse private key", "tls: private key "]),
    ("bad-authority", &["unable to load root certificates"]),
    ("missing-file", &["unable to read ", "error: open ", "error: read "]),
    ("unknown-authority", &["signed by unknown authority"]),
    ("certificate-expired", &[" is after "]),
    ("certificate-not-yet-valid", &[" is before "]),
    (
        "wrong-name",
        &["x509: certificate is valid for", "is not valid for any names", "doesn't contain any IP SANs"],
    ),
    ("client-certificate", &["certificate required"]),
    ("no-tls", &["gave HTTP response to HTTPS client"]),
    ("tls-expected", &["malformed HTTP response \"\\x15"]),
    ("refused", &[" was refused"]),
    ("no-such-host", &["no such host"]),
    ("timeout", &["deadline exceeded", "Client.Timeout exceeded"]),
    ("redirects", &["stopped after 10 redirects"]),
    (
        "proxy",
        &[
            "server: Proxy Authentication Required",
            "server: Forbidden",
            "server: Bad Gateway",
            "server: Not Found",
            "socks connect",
            "code 407",
        ],
    ),
    ("status", &["Error from server"]),
];

/// Class, and texts one of which the plugin's `error:` line holds.
const PLUGIN: &Classes = &[
    ("unauthorized", &["(Unauthorized)"]),
    ("forbidden", &["the server refuses (Forbidden)"]),
    ("not-found", &["(NotFound)", "the Metrics API is not installed"]),
    ("unavailable", &["is installed but not ready", "answered 503"]),
    ("internal-error", &["answered 500"]),
    ("too-many-requests", &["answered 429"]),
    ("gateway-timeout", &["answered 504"]),
    ("bad-request", &["answered 400"]),
    ("bad-timeout", &["invalid request-timeout"]),
    ("missing-context", &["context was not found for specified context", "error: context \""]),
    ("missing-cluster", &["error: cluster \""]),
    ("missing-user", &["error: auth info \""]),
    ("bad-file", &["error loading config file", "error: stat "]),
    (
        "conflict",
        &[
            "are both specified for",
            "more than one authentication method found",
            "with the insecure flag is not allowed",
            "but not both",
            "can't be combined with an exec plugin",
        ],
    ),
    ("incomplete", &["must be specified for", "without impersonating a user"]),
    ("bad-exec", &["exec plugin: invalid apiVersion", "interactiveMode of "]),
    ("bad-proxy", &["invalid proxy-url", "in a CGI program", "invalid proxy address"]),
    ("bad-server", &["the server's address can't be used"]),
    ("bad-auth-provider", &["auth-provider has been removed", "no auth-provider found", "idp-issuer-url"]),
    ("bad-kuberc", &["error: kuberc "]),
    ("bad-token", &["the token can't be used", "it holds no token", "credentials hold characters"]),
    ("bad-header", &["can't be said in a header", "to be impersonated holds characters"]),
    ("exec-forbidden", &["is not allowed: "]),
    ("exec-missing", &["the program was not found", "the program can't be started"]),
    ("exec-failed", &["it failed with exit code", "standard input is not a terminal"]),
    ("exec-garbage", &["gave no credentials"]),
    (
        "bad-certificate",
        &[
            "it holds no PEM client certificate",
            "it holds no PEM private key",
            "the key is encrypted",
            "does not belong to the certificate",
        ],
    ),
    ("bad-authority", &["it holds no PEM certificate"]),
    ("missing-file", &["unable to read ", "Is a directory"]),
    ("unknown-authority", &["signed by an unknown authority"]),
    ("certificate-expired", &["it expired at", "it has expired"]),
    ("certificate-not-yet-valid", &["it is valid only from", "it is not valid yet"]),
    ("wrong-name", &["it is for ", "it is not for "]),
    ("client-certificate", &["does not accept the client's certificate"]),
    ("no-tls", &["answers https with something that is not TLS"]),
    ("tls-expected", &["speaks https and was asked by http", "what it says is not HTTP"]),
    ("refused", &["refused"]),
    ("no-such-host", &["no such host"]),
    ("timeout", &["took too long"]),
    ("redirects", &["redirects"]),
    ("proxy", &["the proxy ", "answered 407"]),
    ("status", &["the server answered "]),
];

pub fn of_kubectl(outcome: &Outcome) -> String {
    of(outcome, KUBECTL, &outcome.stderr)
}

pub fn of_plugin(outcome: &Outcome) -> String {
    match outcome.code {
        2 => return "usage".to_owned(),
        101 => return format!("panic: {}", outcome.stderr),
        _ => {}
    }
    let error = outcome.stderr.lines().find(|line| line.starts_with("error: "));
    of(outcome, PLUGIN, error.unwrap_or(&outcome.stderr))
}

fn of(outcome: &Outcome, classes: &Classes, text: &str) -> String {
    match outcome.code {
        0 => return "ok".to_owned(),
        // By timeout(1).
        124 => return "hangs".to_owned(),
        _ => {}
    }
    let fitting = classes.iter().find(|(_, texts)| texts.iter().any(|known| text.contains(known)));
    fitting.map_or_else(|| format!("{UNKNOWN}{text:?}"), |(class, _)| (*class).to_owned())
}

/// What the class of a text begins with that no line fits.
pub const UNKNOWN: &str = "no class: ";
