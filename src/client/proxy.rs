//! Which proxy a server is reached through: `proxy-url`, or the proxy variables as Go reads them
//! (`golang.org/x/net/http/httpproxy`).

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use super::no_proxy::NoProxy;
use crate::{error::Error, kubeconfig::secret::Secret};

/// The proxy variables of the environment, read once.
#[derive(Debug, Clone, Default)]
pub struct ProxyVariables {
    https: Option<Secret>,
    http: Option<Secret>,
    no_proxy: String,
    is_cgi: bool,
}

impl ProxyVariables {
    /// Asks for the variables by name. Upper case comes first, and an empty variable is as good as none.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let any = |name: &str| set(name).or_else(|| set(&name.to_lowercase()));
        Self {
            https: any("HTTPS_PROXY").map(Secret::from),
            http: any("HTTP_PROXY").map(Secret::from),
            no_proxy: any("NO_PROXY").unwrap_or_default(),
            is_cgi: set("REQUEST_METHOD").is_some(),
        }
    }

    fn choose(&self, server: &Uri) -> Result<Option<Proxy>, Error> {
        let is_https = server.scheme_str() == Some("https");
        let Some(value) = (if is_https { &self.https } else { &self.http }) else { return Ok(None) };
        if !is_https && self.is_cgi {
            return Err(Error::Unusable(
                "HTTP_PROXY is not heeded in a CGI program, since a client could set it by a header"
                    .to_owned(),
            ));
        }
        let port = server.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        if !NoProxy::parse(&self.no_proxy).wants_proxy(server.host().unwrap_or_default(), port) {
            return Ok(None);
        }
        let name = if is_https { "HTTPS_PROXY" } else { "HTTP_PROXY" };
        let uri = parse(value.expose())
            .ok_or_else(|| Error::Unusable(format!("invalid proxy address in the variable {name}")))?;
        match uri.scheme_str() {
            Some("http" | "https" | "socks5" | "socks5h") => Proxy::new(&uri),
            // Go speaks HTTP to a proxy of a scheme that it does not know.
            _ => Proxy::of_kind(ProxyKind::Http, "http", 80, &uri),
        }
        .map(Some)
    }
}

/// A full URL, or host and port without a scheme.
fn parse(value: &str) -> Option<Uri> {
    let has_sound_port = |uri: &Uri| {
        // The library takes a port that is no number for none.
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let behind_host = authority.rsplit(['@', ']']).next().and_then(|host| host.split_once(':'));
        behind_host.is_none_or(|(_, port)| port.is_empty() || port.parse::<u16>().is_ok())
    };
    let is_url = |uri: &Uri| {
        uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty()) && has_sound_port(uri)
    };
    let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    url.parse().ok().filter(is_url)
}

/// A proxy, its address apart from its password.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// Scheme, host and port; no user information.
    pub address: Uri,
    /// Name and password.
    pub user: Option<(String, Secret)>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// CONNECT for https, whole URLs for http.
    Http,
    /// The same within TLS.
    Https,
    /// SOCKS 5; names are resolved by the proxy.
    Socks5,
}

impl Proxy {
    /// The proxy for a server: `proxy-url` whatever the server is, else what the variables say.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] for a scheme that is not spoken.
    pub fn choose(
        configured: Option<&Uri>,
        variables: &ProxyVariables,
        server: &Uri,
    ) -> Result<Option<Self>, Error> {
        match configured {
            Some(uri) => Self::new(uri).map(Some),
            None => variables.choose(server),
        }
    }

    fn new(uri: &Uri) -> Result<Self, Error> {
        let (kind, scheme, port) = match uri.scheme_str() {
            Some("http") => (ProxyKind::Http, "http", 80),
            Some("https") => (ProxyKind::Https, "https", 443),
            Some("socks5" | "socks5h") => (ProxyKind::Socks5, "socks5", 1080),
            other => {
                return Err(Error::Unusable(format!(
                    "a proxy with the scheme {:?} is not supported; it must be http, https or socks5",
                    other.unwrap_or_default()
                )));
            }
        };
        Self::of_kind(kind, scheme, port, uri)
    }

    fn of_kind(kind: ProxyKind, scheme: &str, port: u16, uri: &Uri) -> Result<Self, Error> {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let user = authority.rsplit_once('@').map(|(user, _)| {
            let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (decoded(name), Secret::from(decoded(password)))
        });
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(port);
        let address = format!("{scheme}://{host}:{port}")
            .parse()
            .map_err(|error| Error::Unusable(format!("the proxy {host}:{port} can't be used: {error}")))?;
        Ok(Self { kind, address, user })
    }

    /// Host and port.
    #[must_use]
    pub fn name(&self) -> String {
        self.address.authority().map(ToString::to_string).unwrap_or_default()
    }

    /// The value of `Proxy-Authorization`.
    #[must_use]
    pub fn authorization(&self) -> Option<HeaderValue> {
        let (name, password) = self.user.as_ref()?;
        let mut value = HeaderValue::from_str(&basic(name, password)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The value of an `Authorization` header for a name and password.
pub fn basic(name: &str, password: &Secret) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{}", password.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)], server: &str) -> Option<String> {
        let variables = ProxyVariables::of(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        let proxy = Proxy::choose(None, &variables, &server.parse().unwrap()).unwrap();
        proxy.map(|proxy| proxy.address.to_string())
    }

    #[test]
    fn the_variables_are_read_as_go_reads_them() {
        for (variables, server, proxy) in [
            (&[("HTTPS_PROXY", "http://p:1")][..], "https://a.example", Some("http://p:1/")),
            (&[("HTTPS_PROXY", "http://p:1")], "http://a.example", None),
            (&[("HTTP_PROXY", "http://p:1")], "http://a.example", Some("http://p:1/")),
            (&[("HTTP_PROXY", "http://p:1")], "https://a.example", None),
            (&[("https_proxy", "http://p:1")], "https://a.example", Some("http://p:1/")),
            (&[("https_proxy", "p:1"), ("HTTPS_PROXY", "q:2")], "https://a.example", Some("http://q:2/")),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "p:1")], "https://a.example", Some("http://p:1/")),
            (&[("HTTPS_PROXY", "p")], "https://a.example", Some("http://p:80/")),
            (&[("HTTPS_PROXY", "p:3128")], "https://a.example", Some("http://p:3128/")),
            (&[("HTTPS_PROXY", "https://p")], "https://a.example", Some("https://p:443/")),
            (&[("HTTPS_PROXY", "socks5h://p")], "https://a.example", Some("socks5://p:1080/")),
            (&[("HTTPS_PROXY", "p:1"), ("NO_PROXY", "example")], "https://a.example", None),
            (&[("HTTPS_PROXY", "p:1"), ("no_proxy", "b.example")], "https://a.example", Some("http://p:1/")),
            (&[("HTTPS_PROXY", "p:1")], "https://127.0.0.1:6443", None),
            (&[("HTTPS_PROXY", "p:1")], "https://localhost:6443", None),
            (&[("HTTPS_PROXY", "socks4://p:1")], "https://a.example", Some("http://p:1/")),
        ] {
            assert_eq!(chosen(variables, server).as_deref(), proxy, "{variables:?} {server}");
        }
    }

    #[test]
    fn a_variable_that_makes_no_sense_is_not_repeated() {
        for value in ["::not a proxy::", "http://jane:s3cret@p:port"] {
            let variables = ProxyVariables::of(|name| (name == "HTTPS_PROXY").then(|| value.to_owned()));
            let error = Proxy::choose(None, &variables, &"https://a.example".parse().unwrap()).unwrap_err();
            assert_eq!(error.to_string(), "invalid proxy address in the variable HTTPS_PROXY");
        }
    }

    #[test]
    fn a_proxy_url_is_used_even_for_loopback() {
        let variables = ProxyVariables::of(|_| Some("*".to_owned()));
        let configured = "http://p:1".parse().unwrap();
        let server = "https://127.0.0.1".parse().unwrap();
        assert_eq!(Proxy::choose(Some(&configured), &variables, &server).unwrap().unwrap().name(), "p:1");
    }

    #[test]
    fn the_password_is_decoded_and_never_shown() {
        let proxy = Proxy::new(&"http://jane:p%40ss@p:1".parse().unwrap()).unwrap();
        assert_eq!(proxy.authorization().unwrap(), "Basic amFuZTpwQHNz");
        assert!(!format!("{proxy:?}").contains("p@ss"), "{proxy:?}");
        assert_eq!(proxy.name(), "p:1");
    }

    #[test]
    fn a_strange_scheme_is_refused() {
        let error = Proxy::new(&"ftp://p:1".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("\"ftp\""), "{error}");
    }
}
