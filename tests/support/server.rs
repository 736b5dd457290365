//! A server on the loopback interface that answers each path as a test wants it to.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What to answer: an HTTP status and a body.
pub type Answer = (u16, String);

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server; it ends with the process.
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { url, requests }
    }

    #[allow(dead_code, reason = "not every test needs them")]
    /// The paths that were asked for so far, with their parameters.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: &dyn Fn(&str) -> Answer) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let request = lines.next()?;
    let target = request.split(' ').nth(1)?.to_owned();
    lines.find(String::is_empty)?;
    let path = target.split('?').next()?.to_owned();
    let is_watch = target.contains("watch=true");
    seen.lock().ok()?.push(target);
    if is_watch {
        // Nothing happens in it until the client goes.
        stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").ok()?;
        return lines.next().map(drop);
    }
    let (status, body) = answer(&path);
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).ok()
}
