//! A way to a server that can be cut, and that can fall silent while its connections stay open.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

pub struct Proxy {
    pub port: u16,
    connections: Arc<Mutex<Vec<Arc<Connection>>>>,
}

struct Connection {
    client: TcpStream,
    server: TcpStream,
    is_silent: AtomicBool,
}

impl Proxy {
    /// Forwards connections to a port of this machine until the process ends.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&connections);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Where nobody listens, the client is turned away, too.
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let connection = Arc::new(Connection { client, server, is_silent: AtomicBool::new(false) });
                kept.lock().unwrap().push(Arc::clone(&connection));
                let back = Arc::clone(&connection);
                thread::spawn(move || connection.forward(&connection.client, &connection.server));
                thread::spawn(move || back.forward(&back.server, &back.client));
            }
        });
        Self { port: own_port, connections }
    }

    /// Ends the connections that there are.
    pub fn cut(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.close();
        }
    }

    /// Nothing goes through the connections that there are any more; they stay open.
    pub fn silence(&self) {
        for connection in self.connections.lock().unwrap().iter() {
            connection.is_silent.store(true, Ordering::SeqCst);
        }
    }
}

impl Connection {
    fn forward(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut part = [0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut part) {
            // What comes in silence is swallowed.
            if !self.is_silent.load(Ordering::SeqCst) && to.write_all(&part[..length]).is_err() {
                break;
            }
        }
        if !self.is_silent.load(Ordering::SeqCst) {
            self.close();
        }
    }

    fn close(&self) {
        // One that is closed already needs nothing.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}
