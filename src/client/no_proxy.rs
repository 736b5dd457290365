//! `NO_PROXY`: which servers are reached without a proxy, by Go's rules (`golang.org/x/net/http/httpproxy`).

use std::net::IpAddr;

use ipnet::IpNet;

/// The rules of one `NO_PROXY`.
#[derive(Debug, Default)]
pub struct NoProxy(Vec<Rule>);

#[derive(Debug)]
enum Rule {
    All,
    Network(IpNet),
    Address(IpAddr, Option<u16>),
    /// A domain with a dot before it, whether it stands for itself too, and a port.
    Domain(String, bool, Option<u16>),
}

impl NoProxy {
    /// Reads the list; entries that make no sense are left out.
    pub fn parse(list: &str) -> Self {
        let mut rules = Vec::new();
        for entry in list.split(',') {
            let entry = entry.trim().to_lowercase();
            match entry.as_str() {
                "" => {}
                // Whatever else is listed no longer matters.
                "*" => return Self(vec![Rule::All]),
                _ => rules.extend(rule(&entry)),
            }
        }
        Self(rules)
    }

    /// Whether a proxy is used for this host (without a port) and port.
    pub fn wants_proxy(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
        let address: Option<IpAddr> = host.parse().ok().map(|address: IpAddr| address.to_canonical());
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return false;
        }
        let at = |wanted: &Option<u16>| wanted.is_none_or(|wanted| wanted == port);
        !self.0.iter().any(|rule| match (rule, address) {
            (Rule::All, _) => true,
            (Rule::Network(network), Some(address)) => network.contains(&address),
            (Rule::Address(listed, wanted), Some(address)) => *listed == address && at(wanted),
            (Rule::Domain(domain, itself, wanted), None) => {
                (host.ends_with(domain.as_str()) || (*itself && host == domain[1..])) && at(wanted)
            }
            _ => false,
        })
    }
}

fn rule(entry: &str) -> Option<Rule> {
    if let Ok(network) = entry.parse() {
        return Some(Rule::Network(network));
    }
    let (host, port) = split_port(entry)?;
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(Rule::Address(address.to_canonical(), port));
    }
    let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
    match host.chars().next()? {
        '.' => Some(Rule::Domain(host.to_owned(), false, port)),
        _ => Some(Rule::Domain(format!(".{host}"), true, port)),
    }
}

/// Host and port; an IPv6 address without a port has no brackets.
fn split_port(entry: &str) -> Option<(&str, Option<u16>)> {
    if let Some((host, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok()?))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') => Some((host, Some(port.parse().ok()?))),
        _ => Some((entry, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_entry_matches_what_go_matches() {
        for (list, host, port, proxied) in [
            ("", "a.example", 443, true),
            ("*", "a.example", 443, false),
            ("b, * ,c", "10.0.0.1", 443, false),
            ("a.example", "a.example", 443, false),
            ("a.example", "A.Example", 443, false),
            ("A.EXAMPLE", "x.a.example", 443, false),
            ("a.example", "ba.example", 443, true),
            (".example", "a.example", 443, false),
            (".example", "example", 443, true),
            ("*.example", "a.example", 443, false),
            ("*.example", "example", 443, true),
            ("example:443", "a.example", 443, false),
            ("example:6443", "a.example", 443, true),
            ("example:x", "a.example", 443, true),
            ("10.0.0.0/8", "10.1.2.3", 443, false),
            ("10.0.0.0/8", "11.1.2.3", 443, true),
            ("10.0.0.0/8", "10.example", 443, true),
            ("10.1.2.3", "10.1.2.3", 443, false),
            ("10.1.2.3:6443", "10.1.2.3", 443, true),
            ("10.1.2.3:443", "10.1.2.3", 443, false),
            ("fd00::/8", "[fd00::1]", 443, false),
            ("fd00::1", "[fd00::1]", 443, false),
            ("[fd00::1]:443", "[fd00::1]", 443, false),
            ("[fd00::1]:6443", "[fd00::1]", 443, true),
            (":443,,", "a.example", 443, true),
            ("", "localhost", 443, false),
            ("", "127.8.9.1", 443, false),
            ("", "[::1]", 443, false),
        ] {
            assert_eq!(NoProxy::parse(list).wants_proxy(host, port), proxied, "{list:?} {host}:{port}");
        }
    }
}
