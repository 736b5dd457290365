//! A way to a server in plain HTTP, on which a test may answer in the server's place.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

/// A request as it came: when, and its path with its parameters.
pub type Asked = (Instant, String);

#[derive(Clone)]
pub struct Front {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Option<Answer>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

/// What to answer to the next request whose path has these words in it.
struct Answer {
    words: &'static str,
    response: String,
}

impl Front {
    /// Goes on to a port of this machine until the process ends; one request a connection.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let front = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
            answer: Arc::default(),
            open: Arc::default(),
        };
        let serving = front.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let front = serving.clone();
                thread::spawn(move || front.serve(client, port));
            }
        });
        front
    }

    /// Answers the next request whose path has these words in it.
    pub fn answer_once(&self, words: &'static str, response: String) {
        *self.answer.lock().unwrap() = Some(Answer { words, response });
    }

    /// Ends the connections that there are.
    pub fn cut(&self) {
        for open in self.open.lock().unwrap().drain(..) {
            let _ = open.shutdown(Shutdown::Both);
        }
    }

    /// The requests so far whose path has these words in it.
    pub fn asked(&self, words: &str) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(_, target)| target.contains(words)).cloned().collect()
    }

    fn serve(&self, mut client: TcpStream, port: u16) -> io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push((Instant::now(), target.clone()));
        let answer = self.answer.lock().unwrap().take_if(|answer| target.contains(answer.words));
        if let Some(answer) = answer {
            return client.write_all(answer.response.as_bytes());
        }
        let mut server = TcpStream::connect(("127.0.0.1", port))?;
        self.open.lock().unwrap().extend([client.try_clone()?, server.try_clone()?]);
        server.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
        let copied = io::copy(&mut server, &mut client);
        client.shutdown(Shutdown::Both)?;
        copied.map(drop)
    }
}
