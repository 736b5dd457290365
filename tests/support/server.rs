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

/// What to answer: a media type and a body.
pub type TypedAnswer = (&'static str, Vec<u8>);

/// A status, more lines of the head, and a body.
type Message = (u16, String, Vec<u8>);

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server; it ends with the process.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::answering(move |path| {
            let (status, body) = answer(path);
            (status, String::new(), body.into_bytes())
        })
    }

    /// Starts a server that says what its bodies are; it ends with the process.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn typed(answer: impl Fn(&str) -> TypedAnswer + Send + Sync + 'static) -> Self {
        Self::answering(move |path| {
            let (media_type, body) = answer(path);
            (200, format!("Content-Type: {media_type}\r\n"), body)
        })
    }

    fn answering(answer: impl Fn(&str) -> Message + Send + Sync + 'static) -> Self {
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

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: &dyn Fn(&str) -> Message) -> Option<()> {
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
    let (status, lines, body) = answer(&path);
    let length = body.len();
    let head = format!("HTTP/1.1 {status} x\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), &body].concat()).ok()
}
