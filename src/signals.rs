//! What the system tells a program that runs for long.

use std::{future::pending, io};

#[cfg(unix)]
use rustix::process::{Signal, getpid, kill_process};
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind, signal};

/// The wish that the program ends: Ctrl-C, and SIGTERM where there is one.
pub struct Stop {
    #[cfg(unix)]
    signals: [unix::Signal; 2],
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
    signal: Option<unix::Signal>,
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

    /// That the user wants the terminal for something else (SIGTSTP), where this is asked for. Who asks must stop by
    /// [`stop_oneself`].
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn of_suspension(is_wanted: bool) -> io::Result<Self> {
        Self::listen(is_wanted, Kind::Suspension)
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
            Kind::Suspension => SignalKind::from_raw(Signal::TSTP.as_raw()),
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
    Suspension,
}

/// Stops this process until it is told to go on (SIGCONT).
///
/// # Errors
///
/// What the system says.
#[cfg(unix)]
pub async fn stop_oneself() -> io::Result<()> {
    // Another thread may be the one that is stopped first.
    let mut go_on = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    kill_process(getpid(), Signal::STOP)?;
    go_on.recv().await;
    Ok(())
}

/// Nothing here stops a process.
///
/// # Errors
///
/// None.
#[cfg(windows)]
pub fn stop_oneself() -> std::future::Ready<io::Result<()>> {
    std::future::ready(Ok(()))
}
