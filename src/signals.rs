//! What the system tells a program that runs for long.

use std::{future::pending, io};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The wish that the program ends: Ctrl-C, and SIGTERM where there is one.
pub struct Stop {
    #[cfg(unix)]
    signals: [Signal; 2],
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        let stop = Self { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] };
        #[cfg(windows)]
        let stop = Self { ctrl_c: tokio::signal::windows::ctrl_c()? };
        Ok(stop)
    }

    /// Waits until it is told.
    pub async fn told(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(windows)]
        self.ctrl_c.recv().await;
    }
}

/// A signal that only Unix has; elsewhere it never comes.
pub struct Notice {
    #[cfg(unix)]
    signal: Option<Signal>,
}

impl Notice {
    /// That the file that is written was moved away (SIGHUP), where this is asked for.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn of_hangup(is_wanted: bool) -> io::Result<Self> {
        Self::listen(is_wanted, Kind::Hangup)
    }

    /// That the terminal has another size (SIGWINCH), where this is asked for.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn of_resize(is_wanted: bool) -> io::Result<Self> {
        Self::listen(is_wanted, Kind::Resize)
    }

    /// Waits for the next one.
    pub async fn come(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal {
            signal.recv().await;
            return;
        }
        pending::<()>().await;
    }

    #[cfg(unix)]
    fn listen(is_wanted: bool, kind: Kind) -> io::Result<Self> {
        let kind = match kind {
            Kind::Hangup => SignalKind::hangup(),
            Kind::Resize => SignalKind::window_change(),
        };
        Ok(Self { signal: is_wanted.then(|| signal(kind)).transpose()? })
    }

    #[cfg(windows)]
    fn listen(_: bool, _: Kind) -> io::Result<Self> {
        Ok(Self {})
    }
}

#[derive(Clone, Copy)]
#[cfg_attr(windows, allow(dead_code, reason = "there are no such signals"))]
enum Kind {
    Hangup,
    Resize,
}
