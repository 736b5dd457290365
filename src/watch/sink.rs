//! Where the reports of a watch go.

use std::{
    io::{self, Write},
    path::Path,
};

use tokio::task::spawn_blocking;

use super::outage::Outage;
use crate::{
    client::Messages,
    error::Error,
    record::{Found, LastRows, Layout, Recorder},
    screen::Screen,
};

/// A place for reports.
pub enum Sink {
    /// One report after the other; `None` while one is being written.
    Stream(Option<Box<dyn Write + Send>>),
    /// A file.
    File(File),
    /// The other screen of the terminal.
    Screen(Screen),
}

/// A recording, and what became of it. The recorder is `None` while it is at work.
pub struct File {
    recorder: Option<Recorder>,
    outage: Outage,
    /// How many readings could not even wait.
    lost: usize,
}

impl Sink {
    /// A file to record to, and the rows that it ends with.
    ///
    /// # Errors
    ///
    /// As [`Recorder::open`].
    pub fn file(path: &Path, layout: Layout, messages: &Messages) -> Result<(Self, LastRows), Error> {
        let (recorder, found) = Recorder::open(path, layout)?;
        found.say(path, messages);
        let outage = Outage::new("nothing can be recorded", "recording goes on");
        Ok((Self::File(File { recorder: Some(recorder), outage, lost: 0 }), found.last))
    }

    /// Writes a report, on a thread that may wait. A file that can't be written is said, and written later.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] where the reports go to a stream.
    pub async fn write(&mut self, report: Vec<u8>, messages: &Messages) -> Result<(), Error> {
        match self {
            Self::Screen(_) => Ok(()),
            Self::Stream(out) => {
                let Some(mut stream) = out.take() else { return Ok(()) };
                let writing = spawn_blocking(move || {
                    let outcome = stream.write_all(&report).and_then(|()| stream.flush());
                    (stream, outcome)
                });
                let (stream, outcome) =
                    writing.await.map_err(|error| Error::Output(io::Error::other(error)))?;
                *out = Some(stream);
                outcome.map_err(Error::Output)
            }
            Self::File(file) => match file.append(report, messages).await {
                Err(error @ Error::Output(_)) => Err(error),
                // It is tried again with the next report.
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }

    /// Writes what still waits for room.
    ///
    /// # Errors
    ///
    /// Why that is lost.
    pub async fn finish(&mut self, messages: &Messages) -> Result<(), Error> {
        match self {
            Self::File(file) if file.recorder.as_ref().is_some_and(Recorder::is_behind) => {
                file.append(Vec::new(), messages).await
            }
            _ => Ok(()),
        }
    }

    /// Goes on in the file that has the path now.
    pub fn reopen(&mut self, messages: &Messages) {
        if let Self::File(File { recorder: Some(recorder), outage, .. }) = self
            && let Err(error) = recorder.reopen()
        {
            outage.failed(&error, messages);
        }
    }
}

impl File {
    /// Appends rows, and says when that begins to fail and when it works again.
    async fn append(&mut self, rows: Vec<u8>, messages: &Messages) -> Result<(), Error> {
        let Some(mut recorder) = self.recorder.take() else { return Ok(()) };
        let writing = spawn_blocking(move || {
            let outcome = recorder.append(&rows);
            (recorder, outcome)
        });
        let (recorder, (lost, outcome)) =
            writing.await.map_err(|error| Error::Output(io::Error::other(error)))?;
        self.recorder = Some(recorder);
        self.lost += usize::from(lost);
        if let Err(error) = outcome {
            self.outage.failed(&error, messages);
            return Err(error);
        }
        self.outage.ended(messages);
        if self.lost > 0 {
            let lost = std::mem::take(&mut self.lost);
            messages.say(&format!("warning: {lost} readings are lost, since too many waited for room"));
        }
        Ok(())
    }
}

impl Found {
    /// Says what was done to a file when it was opened.
    pub fn say(&self, path: &Path, messages: &Messages) {
        if self.torn > 0 {
            let path = path.display();
            messages.say(&format!("note: the torn last row of {path}, {} bytes, was dropped", self.torn));
        }
    }
}
