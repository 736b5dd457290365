//! Each way to fail has its class, and words that help.

use std::sync::Arc;

use nodeusage::kubeconfig::connection::Tls;
use rcgen::date_time_ymd;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

use crate::{
    client, connection, get, no_such_host,
    pki::{Authority, params},
    server::{Server, fine, listen, with},
};

#[tokio::test]
async fn servers_that_are_not_there() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (server, class, said) in [
        (format!("http://127.0.0.1:{free}"), "refused", format!("127.0.0.1:{free}")),
        (format!("https://127.0.0.1:{free}"), "refused", format!("127.0.0.1:{free}")),
        (format!("https://{}", no_such_host()), "no-such-host", no_such_host()),
    ] {
        let error = get(&client(&connection(&server)).unwrap(), "/").await.unwrap_err();
        assert_eq!(error.class(), class, "{error}");
        assert!(error.to_string().contains(&said), "{error}");
        assert!(error.hint().is_some());
    }
}

#[tokio::test]
async fn tls_and_its_absence_are_told_apart() {
    let port = listen(|mut tcp| async move {
        let _ = tcp.read_u8().await;
        let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await;
        let _ = tcp.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let error = get(&client(&connection(&format!("https://127.0.0.1:{port}"))).unwrap(), "/").await;
    assert_eq!(error.unwrap_err().class(), "no-tls");
    let said = "Client sent an HTTP request to an HTTPS server.\n";
    let go = Server::http(Arc::new(|_| with(400, "", said))).await;
    let error = get(&client(&connection(&format!("http://127.0.0.1:{}", go.port))).unwrap(), "/").await;
    assert_eq!(error.unwrap_err().class(), "tls-expected");
}

#[tokio::test]
async fn a_certificate_s_dates_and_names_are_said() {
    let authority = Authority::new();
    let mut old = params(&["127.0.0.1"]);
    old.not_after = date_time_ymd(2020, 2, 3);
    let mut early = params(&["127.0.0.1"]);
    early.not_before = date_time_ymd(2150, 2, 3);
    for (params, said) in [
        (old, "it expired at 2020-02-03T00:00:00Z, and this machine's clock says 20"),
        (early, "it is valid only from 2150-02-03T00:00:00Z, and this machine's clock says 20"),
        (params(&["a.example", "10.0.0.1"]), "it is for a.example, 10.0.0.1, not for 127.0.0.1"),
        (params(&[]), "it is not for 127.0.0.1, nor for any other name"),
    ] {
        let server = Server::https(authority.identity(&params).server(None), fine()).await;
        let mut connection = connection(&format!("https://127.0.0.1:{}", server.port));
        connection.tls = Tls { authority: Some(authority.material()), ..Tls::default() };
        let error = get(&client(&connection).unwrap(), "/").await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn refusals_have_the_class_of_their_status() {
    for (status, class) in
        [(401, "unauthorized"), (403, "forbidden"), (404, "not-found"), (503, "unavailable"), (500, "status")]
    {
        let server = Server::http(Arc::new(move |_| with(status, "", "{}"))).await;
        let outcome =
            get(&client(&connection(&format!("http://127.0.0.1:{}", server.port))).unwrap(), "/").await;
        assert_eq!(outcome.unwrap_err().class(), class);
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_asked_again() {
    let attempts = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let port = listen(move |mut tcp| {
        let attempt = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            // The first is closed with the request unread: a reset.
            if attempt > 0 {
                let _ = crate::server::head(&mut tcp).await;
                let _ = tcp.write_all(&with(200, "", "{}")).await;
            }
        }
    })
    .await;
    get(&client(&connection(&format!("http://127.0.0.1:{port}"))).unwrap(), "/").await.unwrap();
    assert_eq!(attempts.load(std::sync::atomic::Ordering::Relaxed), 2);
}

#[tokio::test]
async fn babble_is_not_http() {
    let port = listen(|mut tcp| async move {
        let _ = tcp.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await;
        let _ = crate::server::head(&mut tcp).await;
    })
    .await;
    let error =
        get(&client(&connection(&format!("http://127.0.0.1:{port}"))).unwrap(), "/").await.unwrap_err();
    assert_eq!(error.class(), "connection");
    assert!(error.to_string().contains("not HTTP"), "{error}");
}

#[tokio::test]
async fn a_connection_that_nobody_takes_ends_in_time() {
    // A listener whose queue is full takes no more.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let waiting: Vec<_> = (0..4).map(|_| tokio::spawn(tokio::net::TcpStream::connect(address))).collect();
    let mut connection = connection(&format!("http://{address}"));
    connection.timeout = Some(std::time::Duration::from_millis(300));
    let error = get(&client(&connection).unwrap(), "/").await.unwrap_err();
    assert_eq!(error.class(), "timeout", "{error}");
    drop(waiting);
}
