//! `proxy-url` and `--proxy-url`.

use super::{TRUSTED, TRUSTED_CLUSTER, WITH_TOKEN};
use crate::{
    case::Case,
    recorder::{Https, Kind},
};

const PROXIED: &str = r#"server: "<url>", certificate-authority: "<path.ca.crt>", proxy-url: "<proxy.url>""#;

fn through(name: &str, kind: Kind) -> Case {
    Case::new(name).api(TRUSTED).server("proxy", kind).config(PROXIED, WITH_TOKEN)
}

/// Through a proxy of which only the scheme and the credentials are not as usual.
fn by_url(name: &str, kind: Kind, url: &str) -> Case {
    let cluster = PROXIED.replace("<proxy.url>", url);
    Case::new(name).api(TRUSTED).server("proxy", kind).config(&cluster, WITH_TOKEN)
}

/// A server that has a name which only a proxy can find.
fn named(name: &str, kind: Kind, scheme: &str, api: Kind) -> Case {
    let cluster = format!(
        r#"server: "{scheme}://kube.example.test:8443/prefix", {}proxy-url: "<proxy.url>""#,
        if scheme == "https" { r#"certificate-authority: "<path.ca.crt>", "# } else { "" }
    );
    Case::new(name).api(api).server("proxy", kind).config(&cluster, WITH_TOKEN)
}

const WILDCARD: Kind = Kind::Https(Https::with("wildcard"));

pub fn cases() -> Vec<Case> {
    let password = "<urlsecret.proxy-password>";
    vec![
        through("proxies: http", Kind::HttpProxy),
        through("proxies: https", Kind::HttpsProxy(Https::with("server"))),
        through("proxies: https of an unknown CA", Kind::HttpsProxy(Https::with("self-signed"))),
        through("proxies: https of another name", Kind::HttpsProxy(Https::with("wrong-name"))),
        through("proxies: https, expired", Kind::HttpsProxy(Https::with("expired"))),
        through("proxies: socks5", Kind::SocksProxy),
        by_url("proxies: socks5h", Kind::SocksProxy, "socks5h://127.0.0.1:<proxy.port>"),
        by_url("proxies: socks4", Kind::SocksProxy, "socks4://127.0.0.1:<proxy.port>"),
        by_url("proxies: without a scheme", Kind::HttpProxy, "127.0.0.1:<proxy.port>"),
        by_url("proxies: without a scheme, localhost", Kind::HttpProxy, "localhost:<proxy.port>"),
        by_url("proxies: ftp", Kind::HttpProxy, "ftp://127.0.0.1:<proxy.port>"),
        by_url("proxies: a URL that is none", Kind::HttpProxy, "http://127.0.0.1:port"),
        by_url("proxies: an empty URL", Kind::HttpProxy, ""),
        by_url("proxies: a path in the URL", Kind::HttpProxy, "<proxy.url>/path"),
        by_url(
            "proxies: http with a password",
            Kind::HttpProxy,
            &format!("http://jane:{password}@127.0.0.1:<proxy.port>"),
        ),
        by_url(
            "proxies: http with a strange password",
            Kind::HttpProxy,
            "http://j%40ne:<urlsecret.strange-proxy-password>@127.0.0.1:<proxy.port>",
        ),
        by_url("proxies: http with a name alone", Kind::HttpProxy, "http://jane@127.0.0.1:<proxy.port>"),
        by_url(
            "proxies: https with a password",
            Kind::HttpsProxy(Https::with("server")),
            &format!("https://jane:{password}@127.0.0.1:<proxy.port>"),
        ),
        by_url(
            "proxies: socks5 with a password",
            Kind::SocksProxy,
            &format!("socks5://jane:{password}@127.0.0.1:<proxy.port>"),
        ),
        by_url(
            "proxies: socks5 with a strange password",
            Kind::SocksProxy,
            "socks5://jane:<urlsecret.strange-proxy-password>@127.0.0.1:<proxy.port>",
        ),
        by_url("proxies: nobody listens", Kind::HttpProxy, "http://127.0.0.1:1"),
        by_url(
            "proxies: nobody listens, with a password",
            Kind::HttpProxy,
            &format!("http://jane:{password}@127.0.0.1:1"),
        ),
        by_url("proxies: nobody listens, socks5", Kind::SocksProxy, "socks5://127.0.0.1:1"),
        through("proxies: 407", Kind::RefusingProxy(407)),
        through("proxies: 403", Kind::RefusingProxy(403)),
        through("proxies: 502", Kind::RefusingProxy(502)),
        by_url(
            "proxies: 407 with a password",
            Kind::RefusingProxy(407),
            &format!("http://jane:{password}@127.0.0.1:<proxy.port>"),
        ),
        through("proxies: a proxy that is an API server", Kind::Http),
        through("proxies: http to a socks5 proxy", Kind::HttpProxy)
            .flags(["--proxy-url=socks5://127.0.0.1:<proxy.port>"]),
        named("proxies: a name, http proxy, https", Kind::HttpProxy, "https", WILDCARD),
        named("proxies: a name, http proxy, http", Kind::HttpProxy, "http", Kind::Http),
        named(
            "proxies: a name, https proxy, https",
            Kind::HttpsProxy(Https::with("server")),
            "https",
            WILDCARD,
        ),
        named(
            "proxies: a name, https proxy, http",
            Kind::HttpsProxy(Https::with("server")),
            "http",
            Kind::Http,
        )
        .flags(["--certificate-authority=<path.ca.crt>"]),
        named("proxies: a name, socks5 proxy, https", Kind::SocksProxy, "https", WILDCARD),
        named("proxies: a name, socks5 proxy, http", Kind::SocksProxy, "http", Kind::Http),
        named("proxies: a name, http proxy with a password, http", Kind::HttpProxy, "http", Kind::Http)
            .flags([&format!("--proxy-url=http://jane:{password}@127.0.0.1:<proxy.port>")]),
        named("proxies: a name, 407, http", Kind::RefusingProxy(407), "http", Kind::Http),
        named("proxies: a name without a port", Kind::HttpProxy, "https", WILDCARD)
            .flags(["--server=https://kube.example.test"]),
        named("proxies: a name without a port, http", Kind::HttpProxy, "http", Kind::Http)
            .flags(["--server=http://kube.example.test"]),
        named("proxies: an address of IPv6", Kind::HttpProxy, "http", Kind::Http)
            .flags(["--server=http://[2001:db8::1]:8080"]),
        named("proxies: another name in the certificate", Kind::HttpProxy, "https", TRUSTED),
        named("proxies: tls-server-name", Kind::HttpProxy, "https", TRUSTED)
            .flags(["--tls-server-name=localhost"]),
        through("proxies: tls-server-name, https proxy", Kind::HttpsProxy(Https::with("server")))
            .flags(["--tls-server-name=localhost"]),
        through("proxies: a client certificate", Kind::HttpProxy)
            .flags(["--client-certificate=<path.p256.crt>", "--client-key=<path.p256.key>"]),
        through("proxies: a client certificate, https proxy", Kind::HttpsProxy(Https::with("server")))
            .flags(["--client-certificate=<path.p256.crt>", "--client-key=<path.p256.key>"]),
        through("proxies: an insecure https proxy", Kind::HttpsProxy(Https::with("self-signed")))
            .flags(["--insecure-skip-tls-verify"]),
        through("proxies: NO_PROXY is of no matter", Kind::HttpProxy).variable("NO_PROXY", "*"),
        named("proxies: NO_PROXY with the name is of no matter", Kind::HttpProxy, "https", WILDCARD)
            .variable("NO_PROXY", ".example.test"),
        through("proxies: HTTPS_PROXY is of no matter", Kind::HttpProxy)
            .variable("HTTPS_PROXY", "http://127.0.0.1:1"),
        Case::new("proxies: --proxy-url")
            .api(TRUSTED)
            .server("proxy", Kind::HttpProxy)
            .config(TRUSTED_CLUSTER, WITH_TOKEN)
            .flags(["--proxy-url=<proxy.url>"]),
        through("proxies: --proxy-url over the kubeconfig's", Kind::RefusingProxy(502))
            .server("second", Kind::HttpProxy)
            .flags(["--proxy-url=<second.url>"]),
        through("proxies: an empty --proxy-url", Kind::HttpProxy).flags(["--proxy-url="]),
        through("proxies: --server keeps the kubeconfig's proxy", Kind::HttpProxy)
            .flags(["--server=<url>/flag"]),
        Case::new("proxies: http, an API server on http").server("proxy", Kind::HttpProxy).flags([
            "--server=<url>",
            "--proxy-url=<proxy.url>",
            "--as=jane",
        ]),
        Case::new("proxies: bad proxy-url of another cluster")
            .file(
                "config",
                &crate::case::kubeconfig(r#"server: "<url>""#, "")
                    .replace("clusters: [", "clusters: [{name: x, cluster: {proxy-url: \"ftp://:x\"}}, "),
            )
            .variable("KUBECONFIG", "<dir>/config"),
    ]
}
