//! Configuration, server, certificate, clock: whether there is somebody to talk to.

use jiff::{SignedDuration, Timestamp};

use super::{Blocked, Diagnosis, Name};
use crate::{
    client::{Client, Greeting, Surroundings, Validity},
    error::Error,
    kubeconfig::{
        self, Connection, ConnectionFlags, Field, Origins, System,
        connection::{Credentials, Impersonation},
    },
};

/// A clock that is further off makes samples look old, or tokens and certificates invalid.
const MOST_SKEW: SignedDuration = SignedDuration::from_secs(10);

/// Whom to ask, and how.
pub struct Configured {
    /// What the configuration came to.
    pub connection: Connection,
    /// As the user.
    pub client: Client,
}

/// Resolves the configuration as the main job does.
pub fn configuration(
    diagnosis: &mut Diagnosis,
    flags: &ConnectionFlags,
    surroundings: &Surroundings,
) -> Result<Configured, Blocked> {
    let configured =
        kubeconfig::explain(flags, &System).map_err(Error::from).and_then(|(connection, origins)| {
            let client = Client::new(&connection, surroundings)?;
            Ok((Configured { connection, client }, origins))
        });
    match configured {
        Ok((configured, origins)) => {
            diagnosis.passed(Name::Configuration, &described(&configured.connection, &origins));
            Ok(configured)
        }
        Err(error) => {
            diagnosis.met(Name::Configuration, &error);
            Err(Blocked(Name::Configuration))
        }
    }
}

fn described(connection: &Connection, origins: &Origins) -> String {
    let server = format!("server {} ({})", connection.server, origins.describe(Field::Server));
    match &connection.context {
        Some(context) => format!("context {context} ({}), {server}", origins.describe(Field::Context)),
        None => format!("no context, {server}"),
    }
}

/// Meets the server; what it says, and why the user has no credentials to show, where that is so.
pub async fn server(
    diagnosis: &mut Diagnosis,
    Configured { connection, client }: &Configured,
    surroundings: &Surroundings,
) -> Result<(Greeting, Option<Error>), Blocked> {
    let (met, no_credentials) = match client.greet().await {
        // Without credentials there is no user, and there may be a server all the same.
        Err(error @ (Error::Exec { .. } | Error::File { .. } | Error::Unusable(_))) => {
            match nobody(connection, surroundings) {
                Ok(nobody) => (nobody.greet().await, Some(error)),
                Err(_) => (Err(error), None),
            }
        }
        met => (met, None),
    };
    let server = client.server();
    let (culprit, error) = match met {
        Ok(greeting) => match &greeting.version {
            Err(error) if !matches!(error, Error::Unauthorized | Error::Forbidden(_)) => {
                diagnosis.met(Name::Server, error);
                return Err(Blocked(Name::Server));
            }
            version => {
                let version = version.as_ref().map(|version| format!(", Kubernetes {version}"));
                let version = version.unwrap_or_default();
                diagnosis.passed(Name::Server, &format!("{server} answers{version}"));
                return Ok((greeting, no_credentials));
            }
        },
        Err(error @ Error::Certificate { .. }) => (Name::Certificate, error),
        // It comes to that only after the server's own certificate was accepted.
        Err(error @ Error::ClientCertificate { .. }) => {
            diagnosis.unseen(Name::Certificate, "it is trusted; its dates were not seen");
            (Name::Identity, error)
        }
        Err(error) => (Name::Server, error),
    };
    if culprit != Name::Server {
        diagnosis.passed(Name::Server, &format!("{server} answers"));
    }
    diagnosis.met(culprit, &error);
    Err(Blocked(culprit))
}

/// The same server, asked by nobody.
fn nobody(connection: &Connection, surroundings: &Surroundings) -> Result<Client, Error> {
    let connection = Connection {
        credentials: Credentials::default(),
        impersonation: Impersonation::default(),
        ..connection.clone()
    };
    Client::new(&connection, surroundings)
}

/// Until when the server's certificate is valid. That it is now, the connection has shown.
pub fn certificate(
    diagnosis: &mut Diagnosis,
    connection: &Connection,
    seen: Option<Validity>,
    now: Timestamp,
) {
    match seen {
        Some(Validity { not_after, .. }) if connection.tls.insecure => diagnosis.passed(
            Name::Certificate,
            &format!("not checked, by insecure-skip-tls-verify; it is valid until {not_after}"),
        ),
        Some(Validity { not_after, .. }) => {
            let days = not_after.duration_since(now).as_hours() / 24;
            diagnosis.passed(Name::Certificate, &format!("valid until {not_after}, {days} days from now"));
        }
        None if connection.server.scheme_str() == Some("http") => {
            diagnosis.unseen(Name::Certificate, "http has none");
        }
        None => diagnosis.unseen(Name::Certificate, "it is trusted; its dates were not seen"),
    }
}

/// How far this machine's clock is ahead of the server's, which tells whole seconds; zero where it tells nothing.
pub fn clock(diagnosis: &mut Diagnosis, server_time: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    let Some(server_time) = server_time else {
        diagnosis.unseen(Name::Clock, "the server does not tell its time");
        return SignedDuration::ZERO;
    };
    let ahead = skew(server_time, now);
    if ahead.abs() <= MOST_SKEW {
        diagnosis.passed(Name::Clock, &format!("{} s from the server's", ahead.as_secs().abs()));
    } else {
        let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
        diagnosis.failed(
            Name::Clock,
            &format!("this machine's is {} s {direction} the server's", ahead.as_secs().abs()),
            "set the clock that is wrong; this machine's: timedatectl status",
        );
    }
    ahead
}

fn skew(server_time: Timestamp, now: Timestamp) -> SignedDuration {
    let ahead = now.duration_since(server_time);
    if ahead.is_negative() { ahead } else { (ahead - SignedDuration::from_secs(1)).max(SignedDuration::ZERO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_second_is_not_blamed_on_the_clock() {
        let at = |milliseconds: i64| Timestamp::from_millisecond(1_000_000_000_000 + milliseconds).unwrap();
        for (now, milliseconds) in [(0, 0), (999, 0), (1_000, 0), (3_500, 2_500), (-200, -200)] {
            assert_eq!(skew(at(0), at(now)), SignedDuration::from_millis(milliseconds));
        }
    }
}
