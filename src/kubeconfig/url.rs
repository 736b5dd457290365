//! Addresses of servers and proxies, read as Go's net/url reads them.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{paths::Platform, secret::Secret};

/// What Go writes out in a path (`net/url encodePath`).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b'/')
    .remove(b':')
    .remove(b';')
    .remove(b'=')
    .remove(b'@');

/// What Go writes out in user information (`net/url encodeUserPassword`).
const USER: &AsciiSet = &PATH.add(b'/').add(b':').add(b'@');

/// The address of an API server.
pub(super) struct Server {
    /// `http` or `https`, without user information, query or fragment.
    pub uri: Uri,
    /// The user information in front of the host, which Go sends as Basic authentication.
    pub basic: Option<(String, Secret)>,
}

impl Server {
    /// Whether credentials may be sent (`client-go rest.IsConfigTransportTLS`).
    pub(super) fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Reads a URL, a `host` or a `host:port`; `http://` where there is no scheme (`client-go rest/url_utils.go`).
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = match Url::parse(text) {
            Ok(url) if !url.scheme.is_empty() && !url.host.is_empty() => url,
            _ => {
                let prefixed = format!("http://{text}");
                let url = Url::parse(&prefixed)?;
                if !matches!(url.path.as_str(), "" | "/") {
                    return Err("it must be a URL or a host:port pair".to_owned());
                }
                url
            }
        };
        if !matches!(url.scheme.as_str(), "http" | "https") {
            return Err("its scheme must be http or https".to_owned());
        }
        let decoded = percent_decode_str(&url.path).decode_utf8_lossy();
        let path = Platform::Unix.clean(&format!("/{decoded}"));
        let uri = format!("{}://{}{}", url.scheme, url.host, utf8_percent_encode(&path, PATH));
        let uri = uri.parse::<Uri>().map_err(|_| "its host is not one".to_owned())?;
        if uri.host().is_none_or(str::is_empty) {
            return Err("it has no host".to_owned());
        }
        Ok(Self { uri, basic: url.basic })
    }
}

/// Reads `proxy-url` (`client-go tools/clientcmd/helpers.go parseProxyURL`).
pub(super) fn parse_proxy(text: &str) -> Result<Uri, String> {
    let url = Url::parse(text)?;
    if !matches!(url.scheme.as_str(), "http" | "https" | "socks5") {
        return Err("its scheme must be http, https or socks5".to_owned());
    }
    // Written anew, so that no reader takes another part of it for the password.
    let escaped = |text: &str| utf8_percent_encode(text, USER).to_string();
    let user = match &url.basic {
        Some((user, password)) if password.is_empty() => escaped(user) + "@",
        Some((user, password)) => format!("{}:{}@", escaped(user), escaped(password.expose())),
        None => String::new(),
    };
    let uri = format!("{}://{user}{}", url.scheme, url.host).parse::<Uri>();
    uri.ok()
        .filter(|uri| uri.host().is_some_and(|host| !host.is_empty()))
        .ok_or_else(|| "it has no host".to_owned())
}

/// The parts of a URL that count here.
struct Url {
    scheme: String,
    basic: Option<(String, Secret)>,
    host: String,
    /// As written, percent signs included.
    path: String,
}

impl Url {
    /// `net/url parse`, which says why a text is none.
    fn parse(text: &str) -> Result<Self, String> {
        if text.contains(|c: char| c.is_ascii_control()) {
            return Err("it holds a control character".to_owned());
        }
        // clientcmd reads the address as a request's, which has no fragment: behind a slash, # is a letter of the path.
        let authority = text.find("://").map_or(0, |at| at + 3);
        let text = match text.find('#') {
            Some(at) if text.get(authority..at).is_some_and(|before| before.contains('/')) => {
                text.replace('#', "%23")
            }
            Some(at) => text[..at].to_owned(),
            None => text.to_owned(),
        };
        let (scheme, rest) = split_scheme(&text)?;
        let scheme = scheme.to_ascii_lowercase();
        let rest = rest.split('?').next().unwrap_or(rest);
        let mut url = Self { scheme, basic: None, host: String::new(), path: String::new() };
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("its first path segment holds a colon".to_owned());
            }
        }
        let has_authority = !url.scheme.is_empty() || !rest.starts_with("///");
        let mut path = rest;
        if let (true, Some(after)) = (has_authority, rest.strip_prefix("//")) {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, tail) = after.split_at(end);
            path = tail;
            let host = match authority.rsplit_once('@') {
                Some((user, host)) => {
                    url.basic = Some(user_information(user)?);
                    host
                }
                None => authority,
            };
            check_host(host, matches!(url.scheme.as_str(), "http" | "https"))?;
            host.clone_into(&mut url.host);
        }
        check_escapes(path)?;
        path.clone_into(&mut url.path);
        Ok(url)
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
    match end {
        Some(0) if text.starts_with(':') => Err("its scheme is missing".to_owned()),
        Some(end) if text[end..].starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Ok((&text[..end], &text[end + 1..]))
        }
        _ => Ok(("", text)),
    }
}

fn user_information(text: &str) -> Result<(String, Secret), String> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)) {
        return Err("its user information holds a character that must be escaped".to_owned());
    }
    check_escapes(text)?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Ok((decoded(user), Secret::from(decoded(password))))
}

fn check_escapes(text: &str) -> Result<(), String> {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let is_sound = |(index, _): (usize, &u8)| is_hex(bytes.get(index + 1)) && is_hex(bytes.get(index + 2));
    if bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(is_sound) {
        Ok(())
    } else {
        Err("it holds a percent sign that escapes nothing".to_owned())
    }
}

/// `net/url parseHost`: brackets hold an IPv6 address, a port has digits alone.
fn check_host(host: &str, is_strict: bool) -> Result<(), String> {
    let port = match (host.rfind('['), host.rfind(']')) {
        (Some(0), Some(end)) => {
            let address = host[1..end].split('%').next().unwrap_or_default();
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what stands in brackets is no IPv6 address".to_owned());
            }
            &host[end + 1..]
        }
        (Some(_), _) => return Err("its brackets hold no IPv6 address".to_owned()),
        (None, _) => {
            let colon = if is_strict { host.find(':') } else { host.rfind(':') };
            colon.map_or("", |index| &host[index..])
        }
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || (!port.is_empty() && !port.starts_with(':')) {
        return Err("its port is not a number".to_owned());
    }
    let is_allowed =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:[]<>\"%".contains(c);
    if host.chars().all(is_allowed) {
        check_escapes(host)
    } else {
        Err("its host holds a character that no host has".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_as_client_go_reads_them() {
        for (name, text, expected) in [
            ("a URL", "https://h:6443", Some("https://h:6443/")),
            ("no scheme", "h", Some("http://h/")),
            ("host and port", "localhost:8080", Some("http://localhost:8080/")),
            ("an address and port", "127.0.0.1:8080", Some("http://127.0.0.1:8080/")),
            ("IPv6", "[::1]:6443", Some("http://[::1]:6443/")),
            ("upper case", "HTTPS://h", Some("https://h/")),
            ("a path", "https://h/k8s/clusters/c-1", Some("https://h/k8s/clusters/c-1")),
            ("a path's end", "https://h/a/", Some("https://h/a")),
            ("a path to be cleaned", "https://h//a/./b/../c", Some("https://h/a/c")),
            ("query and fragment go", "https://h/a?b=c#d", Some("https://h/a")),
            ("a fragment behind a path", "https://h/#d", Some("https://h/%23d")),
            ("a fragment alone", "https://h#d", Some("https://h/")),
            ("user information goes", "https://u:p@h", Some("https://h/")),
            ("a space in the path", "https://h/a b", Some("https://h/a%20b")),
            ("a path without a scheme", "h/a", None),
            ("a socket", "unix:///var/run/x.sock", None),
            ("another scheme", "ftp://h", None),
            ("a port that is none", "https://h:port", None),
            ("two ports", "https://h:1:2", None),
            ("no host", "https://", None),
            ("a bad escape", "https://h/%zz", None),
            ("a line break", "https://h\n", None),
            ("a blank host", "https://a b", None),
        ] {
            let server = Server::parse(text).ok().map(|server| server.uri.to_string());
            assert_eq!(server.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn user_information_becomes_basic_authentication() {
        for (text, user, password) in
            [("https://u:p%40ss@h", "u", "p@ss"), ("https://u@h", "u", ""), ("https://:p@h", "", "p")]
        {
            let basic = Server::parse(text).ok().and_then(|server| server.basic);
            assert_eq!(basic, Some((user.to_owned(), Secret::from(password.to_owned()))), "{text}");
        }
    }

    #[test]
    fn proxies_are_http_https_or_socks5() {
        for (text, is_proxy) in [
            ("http://p:3128", true),
            ("https://u:p@p", true),
            ("socks5://p:1080", true),
            ("socks5h://p:1080", false),
            ("p:3128", false),
            ("", false),
            ("http://p:x", false),
            ("http://", false),
        ] {
            assert_eq!(parse_proxy(text).is_ok(), is_proxy, "{text}");
        }
        let proxy = parse_proxy("http://u:p@ss@p:3128/x").map(|proxy| proxy.to_string());
        assert_eq!(proxy.as_deref(), Ok("http://u:p%40ss@p:3128/"));
    }
}
