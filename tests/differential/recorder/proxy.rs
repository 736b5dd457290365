//! Proxies: CONNECT, plain forwarding, and SOCKS5.

use std::io::{Read, Write};

use super::{
    Shared, Stream,
    message::{Head, respond},
};

impl Shared {
    pub(super) fn proxy(
        &self,
        mut stream: Box<dyn Stream>,
        name: &str,
        refusal: Option<u16>,
        mut via: Vec<String>,
    ) -> Option<()> {
        loop {
            let head = Head::read(&mut *stream)?;
            let authorization = head.header("proxy-authorization").unwrap_or_else(|| "nobody".to_owned());
            let is_tunnel = head.method == "CONNECT";
            let host = |url: &str| {
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                rest.split('/').next().unwrap_or_default().to_owned()
            };
            let way = if is_tunnel { "tunnel" } else { "forward" };
            let seen = format!("{name}, {way} to {} for {authorization}", host(&head.target));
            if let Some(status) = refusal {
                self.record.lock().ok()?.refused_by_proxy.insert(seen);
                let close = ("Connection".to_owned(), "close".to_owned());
                return respond(&mut *stream, status, &[close], "not through here").ok();
            }
            via.truncate(0);
            via.push(seen);
            if is_tunnel {
                write!(stream, "HTTP/1.1 200 OK\r\n\r\n").ok()?;
                stream.flush().ok()?;
                return self.serve_api(stream, via);
            }
            self.answer(&mut *stream, &head, None, &via)?;
        }
    }

    /// RFC 1928, with or without a password (RFC 1929).
    pub(super) fn socks(&self, mut stream: Box<dyn Stream>, mut via: Vec<String>) -> Option<()> {
        const VERSION: u8 = 5;
        const PASSWORD: u8 = 2;
        let [VERSION, count] = take(&mut *stream)? else { return None };
        let methods = take_text(&mut *stream, count)?;
        let user = if methods.as_bytes().contains(&PASSWORD) {
            stream.write_all(&[VERSION, PASSWORD]).ok()?;
            let [_version, length] = take(&mut *stream)?;
            let name = take_text(&mut *stream, length)?;
            let [length] = take(&mut *stream)?;
            let password = take_text(&mut *stream, length)?;
            stream.write_all(&[1, 0]).ok()?;
            format!("{name}:{password}")
        } else {
            stream.write_all(&[VERSION, 0]).ok()?;
            "nobody".to_owned()
        };
        let [_version, _connect, _reserved, kind] = take(&mut *stream)?;
        let host = match kind {
            1 => take::<4>(&mut *stream).map(|ip| std::net::Ipv4Addr::from(ip).to_string())?,
            4 => take::<16>(&mut *stream).map(|ip| std::net::Ipv6Addr::from(ip).to_string())?,
            _ => {
                let [length] = take(&mut *stream)?;
                take_text(&mut *stream, length)?
            }
        };
        let port = u16::from_be_bytes(take(&mut *stream)?);
        stream.write_all(&[VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
        via.push(format!("socks5 proxy to {host}:{port} for {user}"));
        self.serve_api(stream, via)
    }
}

fn take<const N: usize>(stream: &mut dyn Stream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).ok().map(|()| bytes)
}

fn take_text(stream: &mut dyn Stream, length: u8) -> Option<String> {
    let mut bytes = Vec::new();
    stream.take(length.into()).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
