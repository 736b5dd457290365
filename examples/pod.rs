//! A pod that reads the use of its cluster's nodes. Its ServiceAccount needs no right but to list nodes of metrics.k8s.io.
//!
//! Outside of a pod it asks the server that kubectl would: `cargo run --example pod`

use std::io::{self, Write};

use nodeusage::{
    client::{Client, Messages, Surroundings},
    error::Error,
    kubeconfig::{self, ConnectionFlags, System},
    source::{self, Query, Received, Selection, Served},
    usage::{self, Base},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = kubeconfig::resolve(&ConnectionFlags::default(), &System)?;
    let client = Client::new(&connection, &Surroundings::of_process(0, Messages::to(io::stderr())))?;
    let query =
        Query { selection: Selection::All, field_selector: None, label_keys: Vec::new(), pods: false };
    let snapshot = source::read(&client, &query, &Served::default(), &Received::default()).await?;
    for node in usage::join(&snapshot, None, Base::Allocatable) {
        let use_of_it = match node.cpu().used.zip(node.memory().used) {
            Some((cpu, memory)) => format!("{} millicores, {} bytes", cpu.millis(), memory.whole()),
            None => node.unknown().map(|reason| reason.word().to_owned()).unwrap_or_default(),
        };
        writeln!(io::stdout(), "{}: {use_of_it}", node.name()).map_err(Error::Output)?;
    }
    Ok(())
}
