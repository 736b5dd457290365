//! A token in a file that others renew (client-go `transport/token_source.go`).

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::surroundings::Messages;
use crate::{error::Error, kubeconfig::secret::Secret};

/// How long a token is used before the file is read again: client-go's minute, less its leeway of ten seconds.
const FRESH: Duration = Duration::from_secs(50);

/// The file, and the last token that it held with the time until which it is not read again.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    held: Mutex<Option<(Secret, Instant)>>,
    messages: Messages,
}

impl TokenFile {
    /// A file that was not read yet.
    pub fn new(path: PathBuf, messages: Messages) -> Self {
        Self { path, held: Mutex::new(None), messages }
    }

    /// The token: a fresh one, or where the file can't be read (any more) the last one.
    ///
    /// # Errors
    ///
    /// [`Error::File`] or [`Error::Unusable`] when there was no token so far.
    pub fn token(&self) -> Result<Secret, Error> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, fresh_until)) = &*held
            && Instant::now() < *fresh_until
        {
            return Ok(token.clone());
        }
        match (self.read(), &*held) {
            (Ok(token), _) => {
                *held = Some((token.clone(), Instant::now() + FRESH));
                Ok(token)
            }
            (Err(error), None) => Err(error),
            (Err(error), Some((token, _))) => {
                self.messages.say(&format!("warning: the token can't be renewed: {error}"));
                Ok(token.clone())
            }
        }
    }

    /// Reads the file again the next time, since the server did not take the token. client-go waits for the minute to
    /// pass; a recorder would lose samples in it.
    pub fn refused(&self) {
        if let Some((_, fresh_until)) = &mut *self.held.lock().unwrap_or_else(PoisonError::into_inner) {
            *fresh_until = Instant::now();
        }
    }

    fn read(&self) -> Result<Secret, Error> {
        let text = fs::read_to_string(&self.path)
            .map_err(|source| Error::File { path: self.path.clone(), source })?;
        match text.trim() {
            "" => Err(Error::Unusable(format!("{}: it holds no token", self.path.display()))),
            token => Ok(Secret::from(token.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_read_again_within_the_minute() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "  first\n").unwrap();
        let source = TokenFile::new(file.path().to_owned(), Messages::to(std::io::sink()));
        assert_eq!(source.token().unwrap().expose(), "first");
        fs::write(&file, "second").unwrap();
        tokio::time::advance(Duration::from_secs(49)).await;
        assert_eq!(source.token().unwrap().expose(), "first");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(source.token().unwrap().expose(), "second");
        for lost in [Some(""), None] {
            match lost {
                Some(text) => fs::write(&file, text).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            tokio::time::advance(Duration::from_mins(1)).await;
            assert_eq!(source.token().unwrap().expose(), "second", "the last one is kept");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_was_refused_is_read_again_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "first").unwrap();
        let source = TokenFile::new(file.path().to_owned(), Messages::to(std::io::sink()));
        assert_eq!(source.token().unwrap().expose(), "first");
        fs::write(&file, "second").unwrap();
        source.refused();
        assert_eq!(source.token().unwrap().expose(), "second");
    }

    #[test]
    fn a_file_without_a_token_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let messages = Messages::to(std::io::sink());
        let source = TokenFile::new(file.path().to_owned(), messages.clone());
        assert!(matches!(source.token(), Err(Error::Unusable(_))));
        let source = TokenFile::new("/nonexistent/token".into(), messages);
        assert!(matches!(source.token(), Err(Error::File { .. })));
    }
}
