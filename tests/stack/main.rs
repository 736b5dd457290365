//! The HTTP client stack against servers on the loopback interface, each made by its test. Every wait is bounded.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "../support/diagnosis.rs"]
mod diagnosis;
mod doctor;
mod exec;
mod failures;
mod oidc;
mod pki;
mod proxies;
mod requests;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

use nodeusage::{
    client::{Client, Messages, ProxyVariables, Surroundings},
    error::Error,
    kubeconfig::connection::{Connection, Credentials, Impersonation, Tls},
};
use serde_json::Value;

/// A name that no resolver asks anybody for: its label is longer than any may be.
fn no_such_host() -> String {
    format!("{}.invalid", "x".repeat(64))
}

/// A connection without credentials.
fn connection(server: &str) -> Connection {
    Connection {
        server: server.parse().unwrap(),
        context: None,
        namespace: "default".to_owned(),
        tls: Tls::default(),
        credentials: Credentials::default(),
        impersonation: Impersonation::default(),
        proxy: None,
        disable_compression: false,
        timeout: None,
        in_cluster: false,
    }
}

/// What was said on stderr.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    /// All of it.
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Surroundings without an environment.
fn surroundings(said: &Said, verbosity: u8) -> Surroundings {
    Surroundings {
        proxies: ProxyVariables::default(),
        messages: Messages::to(said.clone()),
        verbosity,
        stdin_is_terminal: false,
    }
}

/// A client that says what it has to say to nobody.
fn client(connection: &Connection) -> Result<Client, Error> {
    Client::new(connection, &surroundings(&Said::default(), 0))
}

/// Gets an object, within a time that no test needs.
async fn get(client: &Client, path: &str) -> Result<Value, Error> {
    let received = AtomicU64::new(0);
    let getting = client.get(path, &received);
    tokio::time::timeout(Duration::from_mins(1), getting).await.expect("an answer in time")
}

/// Gets once; the class of the error, or `ok`.
async fn outcome(connection: &Connection) -> &'static str {
    match client(connection) {
        Ok(client) => get(&client, "/version").await.map_or_else(|error| error.class(), |_| "ok"),
        Err(error) => error.class(),
    }
}
