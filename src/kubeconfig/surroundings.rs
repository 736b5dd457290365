//! The one way in which the resolver sees the machine: variables, files, the working directory.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, ErrorKind},
};

use super::paths::Platform;

/// What the resolver reads. Paths are texts in the platform's own notation.
pub trait Surroundings {
    /// How paths are written here.
    fn platform(&self) -> Platform;
    /// The value of an environment variable; empty where it is not set.
    fn variable(&self, name: &str) -> String;
    /// The working directory.
    ///
    /// # Errors
    ///
    /// When it can't be told.
    fn directory(&self) -> io::Result<String>;
    /// The content of a file.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// Opens a file and closes it again.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn open(&self, path: &str) -> io::Result<()>;
    /// Whether there is a file, and not a directory, at the path.
    fn is_file(&self, path: &str) -> bool;
    /// Whether there is a directory at the path.
    fn is_directory(&self, path: &str) -> bool;
    /// Whether there is a file that may be run at the path.
    fn is_executable(&self, path: &str) -> bool;
}

/// This process's own environment and files.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Surroundings for System {
    fn platform(&self) -> Platform {
        if cfg!(windows) { Platform::Windows } else { Platform::Unix }
    }

    fn variable(&self, name: &str) -> String {
        env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn directory(&self) -> io::Result<String> {
        env::current_dir().map(|directory| directory.to_string_lossy().into_owned())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn open(&self, path: &str) -> io::Result<()> {
        fs::File::open(path).map(drop)
    }

    fn is_file(&self, path: &str) -> bool {
        fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
    }

    fn is_directory(&self, path: &str) -> bool {
        fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
    }

    #[cfg(unix)]
    fn is_executable(&self, path: &str) -> bool {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|file| !file.is_dir() && file.permissions().mode() & 0o111 != 0)
    }

    #[cfg(not(unix))]
    fn is_executable(&self, path: &str) -> bool {
        self.is_file(path)
    }
}

/// Files and variables that exist in memory alone, for tests and for whoever has a kubeconfig that is not a file.
#[derive(Debug, Clone)]
pub struct Memory {
    /// How paths are written.
    pub platform: Platform,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// The working directory.
    pub directory: String,
    /// Files by absolute path. Each may be run.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            platform: Platform::Unix,
            variables: BTreeMap::new(),
            directory: "/".to_owned(),
            files: BTreeMap::new(),
        }
    }
}

impl Memory {
    fn absolute(&self, path: &str) -> String {
        self.platform.absolute(&self.directory, path)
    }
}

impl Surroundings for Memory {
    fn platform(&self) -> Platform {
        self.platform
    }

    fn variable(&self, name: &str) -> String {
        self.variables.get(name).cloned().unwrap_or_default()
    }

    fn directory(&self) -> io::Result<String> {
        Ok(self.directory.clone())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(&self.absolute(path)).cloned().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn open(&self, path: &str) -> io::Result<()> {
        self.read(path).map(drop)
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(&self.absolute(path))
    }

    fn is_directory(&self, path: &str) -> bool {
        let directory = self.absolute(path);
        self.files.keys().any(|file| {
            file.strip_prefix(directory.as_str()).is_some_and(|rest| rest.starts_with(['/', '\\']))
        })
    }

    fn is_executable(&self, path: &str) -> bool {
        self.is_file(path)
    }
}
