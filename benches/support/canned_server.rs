//! Serves the lists of as many nodes as the first argument says, on a free port of 127.0.0.1 that it prints, until its
//! standard input ends. Bodies are made while they are sent, so that their size is no limit.

#![allow(
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool of benches/compare"
)]

#[path = "bodies.rs"]
mod bodies;

use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use bodies::Kind;

fn main() {
    let nodes: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || while serve(&stream, nodes).is_ok() {});
        }
    });
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn serve(stream: &TcpStream, nodes: usize) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let request = lines.next().ok_or(io::ErrorKind::UnexpectedEof)?;
    lines.find(String::is_empty);
    let mut out = BufWriter::with_capacity(1 << 18, stream);
    if request.contains("/nodes") {
        let kind = if request.contains("metrics.k8s.io") { Kind::Samples } else { Kind::Nodes };
        write!(
            out,
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.kubernetes.protobuf\r\nConnection: close\r\n\r\n"
        )?;
        out.write_all(&bodies::head(kind, nodes))?;
        bodies::items(kind, nodes).try_for_each(|item| out.write_all(&item))?;
        out.flush()?;
        Err(io::ErrorKind::UnexpectedEof.into())
    } else {
        let group = r#"{"kind":"APIGroup","versions":[{"version":"v1beta1"}]}"#;
        write!(
            out,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{group}",
            group.len()
        )?;
        out.flush()
    }
}
