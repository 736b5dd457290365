//! The file that a recording goes to: whole rows, one header, synced; repaired, rotated, never shared.

mod last;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use same_file::Handle;

pub use last::{LastRows, Layout};

use crate::error::Error;

/// The most that waits for room on the disk.
const MOST_PENDING: usize = 64 << 20;

/// How much of the end of a file is read to know what was recorded last. A server has only its latest samples, so that
/// what lies further back can't come again.
const READ_BACK: u64 = 64 << 20;

/// How much of the end of a file is searched for the end of its last whole row.
const LONGEST_ROW: u64 = 64 << 20;

/// A file that rows are appended to.
pub struct Recorder {
    path: PathBuf,
    layout: Layout,
    file: File,
    /// Rows that could not be written yet.
    pending: Vec<u8>,
}

/// What was found in a file when it was opened.
#[derive(Debug, Default)]
pub struct Found {
    /// How many bytes of a torn last row were dropped.
    pub torn: u64,
    /// The last row of each node.
    pub last: LastRows,
}

impl Recorder {
    /// Opens the file, or makes it. A torn last row is dropped; the header is written with the first rows.
    ///
    /// # Errors
    ///
    /// [`Error::FileInUse`] when somebody else records to it, [`Error::ForeignFile`] when it holds something else, which
    /// stays as it is, [`Error::Record`] when it can't be read or written.
    pub fn open(path: &Path, layout: Layout) -> Result<(Self, Found), Error> {
        let file = lock(path)?;
        let mut recorder = Self { path: path.to_owned(), layout, file, pending: Vec::new() };
        let torn = recorder.repair()?;
        let last = recorder.last().map_err(|source| recorder.failed(source))?;
        Ok((recorder, Found { torn, last }))
    }

    /// Appends whole rows and waits until they are on the disk. What can't be written stays and goes first the next time.
    /// Says whether these rows were lost, since too many are waiting already.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] and the other errors of [`Recorder::open`]; the file then ends with the last whole row.
    pub fn append(&mut self, rows: &[u8]) -> (bool, Result<(), Error>) {
        let fits = self.pending.len() + rows.len() <= MOST_PENDING;
        if fits {
            self.pending.extend_from_slice(rows);
        }
        (!fits, self.flush())
    }

    /// Whether rows wait to be written.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Goes on in the file that has the path now, since this one may have been moved away.
    ///
    /// # Errors
    ///
    /// As [`Recorder::open`].
    pub fn reopen(&mut self) -> Result<(), Error> {
        let is_same = Handle::from_path(&self.path)
            .and_then(|now| Ok(now == Handle::from_file(self.file.try_clone()?)?))
            .unwrap_or(false);
        if is_same {
            return Ok(());
        }
        let former = std::mem::replace(&mut self.file, lock(&self.path)?);
        self.repair().map(drop).inspect_err(|_| {
            // What is not ours must not pass for ours the next time.
            self.file = former;
        })
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.reopen()?;
        let length = self.length()?;
        if self.pending.is_empty() {
            return Ok(());
        }
        let header = self.layout.header().filter(|_| length == 0);
        let written = header
            .map_or(Ok(()), |header| self.file.write_all(header.as_bytes()))
            .and_then(|()| self.file.write_all(&self.pending))
            .and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // Half a row is worse than none. What can't be cut off now is repaired when the file is opened again.
            let _ = self.file.set_len(length);
            return Err(self.failed(source));
        }
        self.pending.clear();
        Ok(())
    }

    /// Checks that the file is one of ours, and drops what stands behind its last whole row.
    fn repair(&mut self) -> Result<u64, Error> {
        let length = self.length()?;
        let start = self.layout.start();
        let mut beginning = Vec::new();
        let read = self
            .file
            .rewind()
            .and_then(|()| (&self.file).take(start.len() as u64).read_to_end(&mut beginning));
        read.map_err(|source| self.failed(source))?;
        if !start.as_bytes().starts_with(&beginning) {
            return Err(Error::ForeignFile { path: self.path.clone() });
        }
        let whole = if beginning.len() < start.len() {
            0
        } else {
            self.end_of_rows(length).map_err(|source| self.failed(source))?
        };
        if whole < length {
            self.file.set_len(whole).map_err(|source| self.failed(source))?;
        }
        Ok(length - whole)
    }

    /// Where the last whole row ends.
    fn end_of_rows(&mut self, length: u64) -> io::Result<u64> {
        const STEP: u64 = 64 << 10;
        let mut end = length;
        let mut part = Vec::new();
        while end > 0 && length - end < LONGEST_ROW {
            let begin = end.saturating_sub(STEP);
            part.clear();
            self.file.seek(SeekFrom::Start(begin))?;
            (&self.file).take(end - begin).read_to_end(&mut part)?;
            if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
                return Ok(begin + at as u64 + 1);
            }
            end = begin;
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "its last row has no end"))
    }

    fn last(&mut self) -> io::Result<LastRows> {
        let length = self.file.metadata()?.len();
        let begin = length.saturating_sub(READ_BACK);
        self.file.seek(SeekFrom::Start(begin))?;
        self.layout.last_rows(&self.file, begin == 0)
    }

    fn length(&self) -> Result<u64, Error> {
        self.file.metadata().map(|file| file.len()).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Record { path: self.path.clone(), source }
    }
}

/// Opens a file for one writer alone.
fn lock(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::Record { path: path.to_owned(), source };
    let file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::FileInUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HEADER: &str = "timestamp,context,node\n";
    const ROW: &str = "2026-11-01T12:00:00Z,,a\n";

    fn csv() -> Layout {
        Layout::Csv { delimiter: b',', header: HEADER.to_owned() }
    }

    fn open(path: &Path) -> (Recorder, Found) {
        Recorder::open(path, csv()).unwrap()
    }

    fn append(recorder: &mut Recorder, rows: &str) {
        let (lost, outcome) = recorder.append(rows.as_bytes());
        outcome.unwrap();
        assert!(!lost);
    }

    #[test]
    fn a_file_gets_one_header_however_often_it_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use.csv");
        for _ in 0..3 {
            append(&mut open(&path).0, ROW);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}{ROW}{ROW}{ROW}"));
    }

    #[test]
    fn a_torn_end_is_dropped_and_the_rest_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use.csv");
        for (before, torn, after) in [
            (format!("{HEADER}{ROW}2026-11-01T12:0"), 15, format!("{HEADER}{ROW}{ROW}")),
            (format!("{HEADER}{ROW}\0\0\0"), 3, format!("{HEADER}{ROW}{ROW}")),
            ("timest".to_owned(), 6, format!("{HEADER}{ROW}")),
            (HEADER.trim_end().to_owned(), HEADER.len() as u64 - 1, format!("{HEADER}{ROW}")),
            (format!("{HEADER}{}", "x".repeat(200_000)), 200_000, format!("{HEADER}{ROW}")),
            (String::new(), 0, format!("{HEADER}{ROW}")),
        ] {
            fs::write(&path, before).unwrap();
            let (mut recorder, found) = open(&path);
            assert_eq!(found.torn, torn);
            append(&mut recorder, ROW);
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use.csv");
        for content in ["a,b,c\n1,2,3\n", "timestamp,context,nodes\n", "x"] {
            fs::write(&path, content).unwrap();
            let outcome = Recorder::open(&path, csv()).map(drop);
            assert!(matches!(outcome, Err(Error::ForeignFile { .. })), "{outcome:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_file_of_somebody_else_that_takes_the_place_is_never_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use.csv");
        let (mut recorder, _) = open(&path);
        append(&mut recorder, ROW);
        fs::rename(&path, dir.path().join("use.csv.1")).unwrap();
        fs::write(&path, "a,b,c\n").unwrap();
        for _ in 0..2 {
            let (lost, outcome) = recorder.append(ROW.as_bytes());
            assert!(matches!(outcome, Err(Error::ForeignFile { .. })) && !lost, "{outcome:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "a,b,c\n");
        }
        fs::remove_file(&path).unwrap();
        append(&mut recorder, ROW);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}{ROW}{ROW}{ROW}"), "nothing is lost");
    }

    #[test]
    fn there_is_one_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("use.csv");
        let first = open(&path);
        assert!(matches!(Recorder::open(&path, csv()).map(drop), Err(Error::FileInUse { .. })));
        drop(first);
        open(&path);
    }

    #[test]
    fn a_file_that_is_moved_truncated_or_lost_with_its_folder_is_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("folder");
        let path = folder.join("use.csv");
        fs::create_dir(&folder).unwrap();
        let (mut recorder, _) = open(&path);
        append(&mut recorder, ROW);
        fs::rename(&path, folder.join("use.csv.1")).unwrap();
        append(&mut recorder, ROW);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}{ROW}"));

        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        append(&mut recorder, ROW);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}{ROW}"));

        fs::remove_dir_all(&folder).unwrap();
        let (lost, outcome) = recorder.append(ROW.as_bytes());
        assert!(matches!(outcome, Err(Error::Record { .. })) && !lost);
        fs::create_dir(&folder).unwrap();
        append(&mut recorder, ROW);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}{ROW}{ROW}"), "nothing is lost");
    }
}
