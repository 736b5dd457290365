//! `doctor`: why the use of nodes can't be shown, check by check, and how that is mended.
//!
//! What comes first is looked at first; a check that has to fail after another has failed is not made. What the user
//! may not see is said to be unseen, and is no failure.

mod access;
mod connection;
mod diagnosis;
mod metrics;
mod nodes;
mod render;

use std::io::Write;

use clap::ValueEnum;
use jiff::Timestamp;

use crate::{
    client::{Messages, Surroundings},
    error::Error,
    kubeconfig::ConnectionFlags,
    signals::Stop,
    source::Served,
};

pub use diagnosis::{Check, Diagnosis, Name, State};

/// What to look at.
pub struct Job {
    /// Where the server is, and who asks.
    pub flags: Box<ConnectionFlags>,
    /// `-v`: how much is said of what is done.
    pub verbosity: u8,
    /// How the diagnosis is written.
    pub format: Format,
}

/// How a diagnosis is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line a check.
    #[default]
    Text,
    /// One document.
    Json,
}

/// What ended the diagnosis before its end.
struct Blocked(Name);

/// Looks at everything and writes what it found; whether the use of nodes can be shown.
///
/// # Errors
///
/// [`Error::Output`], or [`Error::Interrupted`]; whatever else is wrong stands in the diagnosis.
pub async fn run(job: &Job, out: &mut dyn Write, messages: &Messages) -> Result<bool, Error> {
    let surroundings = Surroundings::of_process(job.verbosity, messages.clone());
    let mut stop = Stop::listen().map_err(Error::Output)?;
    let diagnosis = tokio::select! {
        diagnosis = diagnose(&job.flags, &surroundings) => diagnosis,
        () = stop.told() => return Err(Error::Interrupted),
    };
    render::write(&diagnosis, job.format, out).map_err(Error::Output)?;
    Ok(diagnosis.usable)
}

/// Looks at everything.
pub async fn diagnose(flags: &ConnectionFlags, surroundings: &Surroundings) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    if let Err(Blocked(culprit)) = examine(&mut diagnosis, flags, surroundings).await {
        diagnosis.blame(culprit);
    }
    diagnosis
}

async fn examine(
    diagnosis: &mut Diagnosis,
    flags: &ConnectionFlags,
    surroundings: &Surroundings,
) -> Result<(), Blocked> {
    let configured = connection::configuration(diagnosis, flags, surroundings)?;
    let (greeting, no_credentials) = connection::server(diagnosis, &configured, surroundings).await?;
    let met_at = Timestamp::now();
    connection::certificate(diagnosis, &configured.connection, greeting.certificate, met_at);
    let ahead = connection::clock(diagnosis, greeting.time, met_at);
    // Ages are counted by the server's clock, which samples and nodes have their times of.
    let server_now = || Timestamp::now() - ahead;

    // A program that asks the user for a password must not do so twice.
    if let Some(error) = no_credentials {
        diagnosis.met(Name::Identity, &error);
        return Err(Blocked(Name::Identity));
    }
    let client = &configured.client;
    let user = access::identity(diagnosis, client).await?;
    access::rights(diagnosis, client, user.as_deref()).await;
    let served = Served::default();
    let resource = metrics::registration(diagnosis, client, &served).await?;
    let snapshot = metrics::samples(diagnosis, client, &served, &resource, server_now).await?;
    nodes::nodes(diagnosis, client, &snapshot, server_now()).await;
    Ok(())
}
