//! `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. The names are of the case's own `hosts` file and lead to 127.0.0.1.

use super::WITH_TOKEN;
use crate::{
    case::Case,
    recorder::{Https, Kind},
};

const HOSTS: &str = "127.0.0.1 localhost kube.example.test example.test kube-api kube.other.test\n";

fn https(name: &str, variables: &[(&str, &str)]) -> Case {
    to(name, "https://kube.example.test:<port>", variables)
        .api(Kind::Https(Https::with("wildcard")))
        .flags(["--certificate-authority=<path.ca.crt>", "--token=<secret.token>"])
}

fn http(name: &str, variables: &[(&str, &str)]) -> Case {
    to(name, "http://kube.example.test:<port>", variables)
}

fn to(name: &str, server: &str, variables: &[(&str, &str)]) -> Case {
    let case = Case::new(name)
        .file("hosts", HOSTS)
        .server("proxy", Kind::HttpProxy)
        .flags([&format!("--server={server}")]);
    variables.iter().fold(case, |case, (name, value)| case.variable(name, value))
}

/// The proxy is for all but what this value of `NO_PROXY` tells.
fn without(name: &str, server: &str, no_proxy: &str) -> Case {
    to(name, server, &[("HTTP_PROXY", "<proxy.url>"), ("NO_PROXY", no_proxy)])
}

const NAME: &str = "http://kube.example.test:<port>";
const ADDRESS: &str = "http://0.0.0.0:<port>";

pub fn cases() -> Vec<Case> {
    let password = "http://jane:<urlsecret.proxy-password>@127.0.0.1:<proxy.port>";
    vec![
        http("proxy variables: none", &[]),
        http("proxy variables: HTTP_PROXY", &[("HTTP_PROXY", "<proxy.url>")]),
        http("proxy variables: http_proxy", &[("http_proxy", "<proxy.url>")]),
        http(
            "proxy variables: HTTP_PROXY before http_proxy",
            &[("HTTP_PROXY", "<proxy.url>"), ("http_proxy", "http://127.0.0.1:1")],
        ),
        http(
            "proxy variables: an empty HTTP_PROXY and http_proxy",
            &[("HTTP_PROXY", ""), ("http_proxy", "<proxy.url>")],
        ),
        https("proxy variables: HTTPS_PROXY", &[("HTTPS_PROXY", "<proxy.url>")]),
        https("proxy variables: https_proxy", &[("https_proxy", "<proxy.url>")]),
        https(
            "proxy variables: HTTPS_PROXY before https_proxy",
            &[("HTTPS_PROXY", "<proxy.url>"), ("https_proxy", "http://127.0.0.1:1")],
        ),
        http("proxy variables: HTTPS_PROXY is not for http", &[("HTTPS_PROXY", "http://127.0.0.1:1")]),
        https("proxy variables: HTTP_PROXY is not for https", &[("HTTP_PROXY", "http://127.0.0.1:1")]),
        http(
            "proxy variables: ALL_PROXY is not heeded",
            &[("ALL_PROXY", "http://127.0.0.1:1"), ("all_proxy", "http://127.0.0.1:1")],
        ),
        http("proxy variables: REQUEST_METHOD", &[("HTTP_PROXY", "<proxy.url>"), ("REQUEST_METHOD", "GET")]),
        http("proxy variables: no scheme", &[("HTTP_PROXY", "127.0.0.1:<proxy.port>")]),
        http("proxy variables: a name without a scheme", &[("HTTP_PROXY", "localhost:<proxy.port>")]),
        https("proxy variables: no scheme, https", &[("HTTPS_PROXY", "127.0.0.1:<proxy.port>")]),
        http("proxy variables: a password", &[("HTTP_PROXY", password)]),
        https("proxy variables: a password, https", &[("HTTPS_PROXY", password)]),
        https("proxy variables: an https proxy", &[("HTTPS_PROXY", "<tls.url>")])
            .server("tls", Kind::HttpsProxy(Https::with("server"))),
        https("proxy variables: socks5", &[("HTTPS_PROXY", "socks5://127.0.0.1:<socks.port>")])
            .server("socks", Kind::SocksProxy),
        https("proxy variables: socks5h", &[("HTTPS_PROXY", "socks5h://127.0.0.1:<socks.port>")])
            .server("socks", Kind::SocksProxy),
        http("proxy variables: socks5, http", &[("HTTP_PROXY", "socks5://127.0.0.1:<socks.port>")])
            .server("socks", Kind::SocksProxy),
        https("proxy variables: socks4", &[("HTTPS_PROXY", "socks4://127.0.0.1:<proxy.port>")]),
        http("proxy variables: a URL that is none", &[("HTTP_PROXY", "http://127.0.0.1:port")]),
        http("proxy variables: nobody listens", &[("HTTP_PROXY", "http://127.0.0.1:1")]),
        https("proxy variables: 407", &[("HTTPS_PROXY", "<refusing.url>")])
            .server("refusing", Kind::RefusingProxy(407)),
        to(
            "proxy variables: localhost is never proxied",
            "http://localhost:<port>",
            &[("HTTP_PROXY", "http://127.0.0.1:1")],
        ),
        to("proxy variables: loopback is never proxied", "<url>", &[("HTTP_PROXY", "http://127.0.0.1:1")]),
        to(
            "proxy variables: another loopback address is never proxied",
            "http://127.0.0.2:1",
            &[("HTTP_PROXY", "<proxy.url>")],
        ),
        to(
            "proxy variables: another name of loopback is proxied",
            "http://kube-api:<port>",
            &[("HTTP_PROXY", "<proxy.url>")],
        ),
        without("proxy variables: NO_PROXY", NAME, "kube.example.test"),
        http(
            "proxy variables: no_proxy",
            &[("HTTP_PROXY", "<proxy.url>"), ("no_proxy", "kube.example.test")],
        ),
        http(
            "proxy variables: NO_PROXY before no_proxy",
            &[("HTTP_PROXY", "<proxy.url>"), ("NO_PROXY", "other.test"), ("no_proxy", "kube.example.test")],
        ),
        without("proxy variables: NO_PROXY, a suffix", NAME, "example.test"),
        without("proxy variables: NO_PROXY, a suffix with a dot", NAME, ".example.test"),
        without("proxy variables: NO_PROXY, a suffix with a star", NAME, "*.example.test"),
        without(
            "proxy variables: NO_PROXY, a dot and the name itself",
            "http://example.test:<port>",
            ".example.test",
        ),
        without("proxy variables: NO_PROXY, a suffix in the middle of a word", NAME, "xample.test"),
        without("proxy variables: NO_PROXY, a star", NAME, "*"),
        without("proxy variables: NO_PROXY, a star among others", NAME, "other.test,*"),
        without("proxy variables: NO_PROXY, another name", NAME, "kube.other.test"),
        without("proxy variables: NO_PROXY, capitals", NAME, "KUBE.EXAMPLE.TEST"),
        without("proxy variables: NO_PROXY, a list with blanks", NAME, "other.test , kube.example.test ,"),
        without("proxy variables: NO_PROXY, a list without commas", NAME, "other.test kube.example.test"),
        without("proxy variables: NO_PROXY, the port", NAME, "kube.example.test:<port>"),
        without("proxy variables: NO_PROXY, another port", NAME, "kube.example.test:1"),
        without("proxy variables: NO_PROXY, a URL", NAME, "http://kube.example.test"),
        without("proxy variables: NO_PROXY, an address", ADDRESS, "0.0.0.0"),
        without("proxy variables: NO_PROXY, another address", ADDRESS, "0.0.0.1"),
        without("proxy variables: NO_PROXY, an address and the port", ADDRESS, "0.0.0.0:<port>"),
        without("proxy variables: NO_PROXY, a network", ADDRESS, "0.0.0.0/8"),
        without("proxy variables: NO_PROXY, another network", ADDRESS, "10.0.0.0/8"),
        without("proxy variables: NO_PROXY, the beginning of an address", ADDRESS, "0.0."),
        without("proxy variables: NO_PROXY, a network of a name's address", NAME, "127.0.0.0/8"),
        https(
            "proxy variables: NO_PROXY, https",
            &[("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "kube.example.test")],
        ),
        to("proxy variables: a name that nobody knows", "http://nobody.example.test:<port>", &[]),
        to(
            "proxy variables: a proxy that nobody knows",
            NAME,
            &[("HTTP_PROXY", "http://nobody.example.test:3128")],
        ),
        Case::new("proxy variables: of a kubeconfig's server")
            .file("hosts", HOSTS)
            .api(Kind::Https(Https::with("wildcard")))
            .server("proxy", Kind::HttpProxy)
            .config(
                r#"server: "https://kube.example.test:<port>", certificate-authority: "<path.ca.crt>""#,
                WITH_TOKEN,
            )
            .variable("HTTPS_PROXY", "<proxy.url>"),
    ]
}
