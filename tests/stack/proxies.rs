//! Servers behind proxies.

use std::sync::{Arc, Mutex};

use nodeusage::{
    client::{Client, ProxyVariables},
    kubeconfig::connection::{Connection, Tls},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
};

use crate::{
    Said, connection, get, no_such_host, outcome,
    pki::Authority,
    server::{Seen, Server, fine, head, listen, parse, with},
    surroundings,
};

/// A proxy that tunnels to a port whatever it is asked for; gives its port and what it was asked.
async fn tunnel(
    to: u16,
    tls: Option<rustls::ServerConfig>,
    refusal: Option<&'static str>,
) -> (u16, Arc<Mutex<Vec<Seen>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let tls = tls.map(|config| tokio_rustls::TlsAcceptor::from(Arc::new(config)));
    let port = listen(move |tcp| {
        let (noted, tls) = (Arc::clone(&noted), tls.clone());
        async move {
            match tls {
                Some(tls) => {
                    if let Ok(stream) = tls.accept(tcp).await {
                        relay(stream, to, refusal, &noted).await;
                    }
                }
                None => relay(tcp, to, refusal, &noted).await,
            }
        }
    })
    .await;
    (port, asked)
}

async fn relay(
    mut io: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    to: u16,
    refusal: Option<&str>,
    noted: &Mutex<Vec<Seen>>,
) {
    let Some(head) = head(&mut io).await else { return };
    noted.lock().unwrap().push(parse(&head, &Seen::default()));
    if let Some(refusal) = refusal {
        let _ = io.write_all(refusal.as_bytes()).await;
        return;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    let _ = io.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
    let _ = copy_bidirectional(&mut io, &mut server).await;
}

fn behind(authority: &Authority, proxy: &str) -> Connection {
    let tls = Tls { authority: Some(authority.material()), ..Tls::default() };
    let proxy = Some(proxy.parse::<http::Uri>().unwrap().into());
    Connection { tls, proxy, ..connection("https://a.example:6443") }
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let server = Server::https(authority.server(&["a.example"]).server(None), fine()).await;
    let (http, asked_http) = tunnel(server.port, None, None).await;
    let config = authority.server(&["127.0.0.1"]).server(None);
    let (https, asked_https) = tunnel(server.port, Some(config), None).await;
    for (proxy, asked) in [
        (format!("http://jane:p%40ss@127.0.0.1:{http}"), asked_http),
        (format!("https://jane:p%40ss@127.0.0.1:{https}"), asked_https),
    ] {
        let mut connection = behind(&authority, &proxy);
        connection.credentials.token = Some("t0ken".to_owned().into());
        assert_eq!(outcome(&connection).await, "ok", "{proxy}");
        let asked = asked.lock().unwrap().pop().unwrap();
        assert_eq!(asked.line, "CONNECT a.example:6443 HTTP/1.1");
        assert_eq!(asked.header("proxy-authorization"), Some("Basic amFuZTpwQHNz"));
        assert_eq!(asked.header("authorization"), None, "the token is not for the proxy");
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.sni.as_deref(), Some("a.example"));
        assert_eq!(seen.header("proxy-authorization"), None, "the password is not for the server");
        assert_eq!(seen.header("authorization"), Some("Bearer t0ken"));
    }
}

#[tokio::test]
async fn http_is_forwarded() {
    let server = Server::http(fine()).await;
    let mut connection = connection("http://a.example/prefix/");
    connection.proxy =
        Some(format!("http://jane:pw@127.0.0.1:{}", server.port).parse::<http::Uri>().unwrap().into());
    assert_eq!(outcome(&connection).await, "ok");
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.line, "GET http://a.example/prefix/version HTTP/1.1");
    assert_eq!(seen.header("host"), Some("a.example"));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic amFuZTpwdw=="));
}

#[tokio::test]
async fn socks_resolves_names_itself() {
    let server = Server::http(fine()).await;
    let to = server.port;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let port = listen(move |mut tcp| {
        let noted = Arc::clone(&noted);
        async move {
            let mut greeting = [0; 3];
            tcp.read_exact(&mut greeting).await.unwrap();
            tcp.write_all(&[5, greeting[2]]).await.unwrap();
            let mut user = Vec::new();
            if greeting[2] == 2 {
                let mut login = [0; 9];
                tcp.read_exact(&mut login).await.unwrap();
                user.extend_from_slice(&login);
                tcp.write_all(&[1, 0]).await.unwrap();
            }
            let mut request = [0; 5];
            tcp.read_exact(&mut request).await.unwrap();
            let mut name = vec![0; usize::from(request[4]) + 2];
            tcp.read_exact(&mut name).await.unwrap();
            noted.lock().unwrap().push((user, request[3], name));
            tcp.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let _ = copy_bidirectional(&mut tcp, &mut server).await;
        }
    })
    .await;
    for (user, login) in [("", &b""[..]), ("jane:p%40", b"\x01\x04jane\x02p@")] {
        let separator = if user.is_empty() { "" } else { "@" };
        let mut connection = connection("http://a.example");
        connection.proxy =
            Some(format!("socks5://{user}{separator}127.0.0.1:{port}").parse::<http::Uri>().unwrap().into());
        assert_eq!(outcome(&connection).await, "ok");
        let asked = asked.lock().unwrap().pop().unwrap();
        assert_eq!(asked, (login.to_vec(), 3, b"a.example\x00\x50".to_vec()));
        assert_eq!(server.seen().pop().unwrap().line, "GET /version HTTP/1.1");
    }
}

#[tokio::test]
async fn the_variables_decide_where_the_kubeconfig_does_not() {
    let server = Server::http(fine()).await;
    let proxy = format!("127.0.0.1:{}", server.port);
    let variables = |name: &str| match name {
        "http_proxy" => Some(proxy.clone()),
        "NO_PROXY" => Some(no_such_host()),
        _ => None,
    };
    let surroundings =
        crate::Surroundings { proxies: ProxyVariables::of(variables), ..surroundings(&Said::default(), 0) };
    let client = Client::new(&connection("http://a.invalid"), &surroundings).unwrap();
    get(&client, "/version").await.unwrap();
    assert_eq!(server.seen().pop().unwrap().line, "GET http://a.invalid/version HTTP/1.1");
    let client = Client::new(&connection(&format!("http://{}", no_such_host())), &surroundings).unwrap();
    assert_eq!(get(&client, "/version").await.unwrap_err().class(), "no-such-host");
}

#[tokio::test]
async fn a_proxy_that_does_not_help_is_told_from_the_server() {
    let authority = Authority::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (asks, _) = tunnel(1, None, Some("HTTP/1.1 407 Who?\r\ncontent-length: 0\r\n\r\n")).await;
    let (forbids, _) = tunnel(1, None, Some("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")).await;
    let (babbles, _) = tunnel(1, None, Some("hello\r\n\r\n")).await;
    let (hangs_up, _) = tunnel(1, None, None).await;
    let chatters = listen(|mut tcp| async move {
        let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = head(&mut tcp).await;
    })
    .await;
    for (proxy, said) in [
        (format!("http://jane:s3cret@127.0.0.1:{free}"), "was refused"),
        (format!("https://jane:s3cret@127.0.0.1:{free}"), "was refused"),
        (format!("socks5://jane:s3cret@127.0.0.1:{free}"), "was refused"),
        (format!("http://jane:s3cret@{}:1", no_such_host()), "no such host"),
        (format!("http://jane:s3cret@127.0.0.1:{asks}"), "407"),
        (format!("http://jane:s3cret@127.0.0.1:{forbids}"), "403"),
        (format!("http://jane:s3cret@127.0.0.1:{babbles}"), "not HTTP"),
        (format!("http://jane:s3cret@127.0.0.1:{hangs_up}"), "closed"),
        (format!("https://jane:s3cret@127.0.0.1:{chatters}"), "InvalidContentType"),
    ] {
        let error = get(&crate::client(&behind(&authority, &proxy)).unwrap(), "/").await.unwrap_err();
        assert_eq!(error.class(), "proxy", "{proxy}: {error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(said) && !text.contains("s3cret"), "{proxy}: {text}");
    }
    let asks = Server::http(Arc::new(|_| with(407, "", ""))).await;
    let mut connection = connection("http://a.example");
    connection.proxy = Some(format!("http://127.0.0.1:{}", asks.port).parse::<http::Uri>().unwrap().into());
    assert_eq!(outcome(&connection).await, "proxy");
}
