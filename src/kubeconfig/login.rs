//! The login of a user that an identity provider renews: read again from its kubeconfig, and kept there for the next program
//! (client-go `tools/clientcmd/config.go PersisterForUser`, `ModifyConfig`).
//!
//! As where kubectl does it, the file is written anew, without its comments; unlike there, fields that nobody knows stay.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use serde_json::{Map, Value};

use super::{
    connection::UserEntry,
    file::{AuthProvider, Kubeconfig},
    secret::Secret,
    yaml,
};

/// What the user's `auth-provider` says now; `None` where it is not there, or can't be read.
#[must_use]
pub fn read(entry: &UserEntry) -> Option<BTreeMap<String, Secret>> {
    let mut kubeconfig = Kubeconfig::parse(&fs::read(&entry.file).ok()?).ok()?;
    let AuthProvider { config, .. } = kubeconfig.users.remove(&entry.user)?.auth_provider?;
    Some(config)
}

/// Sets some of what the user's `auth-provider` says.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] while another program changes the file, and whatever else keeps it from being written; the
/// file is then as it was.
pub fn write(entry: &UserEntry, renewed: &[(&str, &Secret)]) -> io::Result<()> {
    let mut lock = Lock::take(entry)?;
    let document = yaml::to_json(&fs::read(&entry.file)?).and_then(|mut document| {
        let config = settings(&mut document, &entry.user).ok_or("the user is not there any more")?;
        for (key, value) in renewed {
            config.insert((*key).to_owned(), value.expose().into());
        }
        Ok(document)
    });
    let document = document.map_err(io::Error::other)?;
    let text = serde_saphyr::to_string(&document).map_err(io::Error::other)?;
    // Whoever reads it next must find what was there.
    if yaml::to_json(text.as_bytes()).as_ref() != Ok(&document) {
        return Err(io::Error::other("it holds what can't be written in YAML"));
    }
    lock.replace(entry, &text)
}

/// The settings of a user's `auth-provider`.
fn settings<'a>(document: &'a mut Value, user: &str) -> Option<&'a mut Map<String, Value>> {
    let users = document.get_mut("users")?.as_array_mut()?;
    let entry = users.iter_mut().find(|entry| entry["name"] == user)?;
    entry.get_mut("user")?.get_mut("auth-provider")?.get_mut("config")?.as_object_mut()
}

/// Keeps kubectl and others of us from changing a file at the same time (client-go `lockFile`). The new content is written to
/// it first, so that there is room for it.
struct Lock {
    path: PathBuf,
    file: File,
    is_there: bool,
}

impl Lock {
    fn take(entry: &UserEntry) -> io::Result<Self> {
        let mut path = entry.file.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(&path)?, path, is_there: true })
    }

    /// Puts the text in the place of the file, at once where that leaves the file its owner.
    fn replace(&mut self, entry: &UserEntry, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        let path = fs::canonicalize(&entry.file)?;
        let metadata = fs::metadata(&path)?;
        if has_owner_of(&self.file.metadata()?, &metadata) {
            self.file.set_permissions(metadata.permissions())?;
            self.file.sync_all()?;
            if fs::rename(&self.path, &path).is_ok() {
                self.is_there = false;
                return Ok(());
            }
        }
        fs::write(&path, text)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.is_there {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn has_owner_of(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.uid(), one.gid()) == (other.uid(), other.gid())
}

#[cfg(not(unix))]
fn has_owner_of(_: &Metadata, _: &Metadata) -> bool {
    true
}
