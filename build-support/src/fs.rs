//! The only place of this crate that opens files. Every error names its path.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::discover::{Raw, RawFile, RawFolder, SEEDS, Unreadable, has_content};

/// Takes a migrations directory into memory; `root` is the directory as messages print it.
///
/// Files are followed through symbolic links. Only the directory itself, `seeds/` and its direct subfolders are read; of any other
/// folder only the names in it are listed. A file that cannot be read does not stop the others: it is listed as unreadable.
///
/// # Errors
///
/// If the directory itself cannot be listed.
pub fn read_directory(path: &Path, root: &str) -> Result<Raw, Error> {
    let mut raw = Raw::new(root);
    for entry in list(path)? {
        let name = entry.name.clone();
        take(&mut raw, entry, name);
    }
    Ok(raw)
}

/// A file's bytes.
///
/// # Errors
///
/// If it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(Error::on("read file", path))
}

/// Writes a file where its content differs, and says whether it did. Readers see the old content or the new, never a part: the bytes
/// go to a hidden file beside it, which then takes its name.
///
/// # Errors
///
/// If the file cannot be written; the old content then still stands.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    // A link is written through, not replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let draft = draft_of(&target);
    let written = std::fs::write(&draft, bytes).and_then(|()| std::fs::rename(&draft, &target));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
        .map(|()| true)
        .map_err(Error::on("write file", path))
}

/// Makes a folder where there is none yet.
///
/// # Errors
///
/// If it cannot be made.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(Error::on("make folder", path))
}

/// Removes the files of a folder that `unwanted` picks. What cannot be removed stays: it is in nobody's way.
pub fn remove_where(folder: &Path, unwanted: &dyn Fn(&Path) -> bool) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if unwanted(&path) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// How long a file is; `None` where there is none.
pub fn length(path: &Path) -> Option<u64> {
    Some(std::fs::metadata(path).ok()?.len())
}

/// What tells the running program from an earlier build of it: the length of its file, and when that was written.
pub fn program() -> Option<(u64, std::time::SystemTime)> {
    let metadata = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// A file operation that failed: what was tried on which path. The cause is its [`source`](std::error::Error::source).
#[derive(Debug)]
pub struct Error {
    action: &'static str,
    path: PathBuf,
    cause: io::Error,
}

impl Error {
    /// The path it was tried on.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is no such file or folder.
    pub fn is_not_found(&self) -> bool {
        self.cause.kind() == io::ErrorKind::NotFound
    }

    /// What the system said.
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }

    fn on(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self {
            action,
            path: path.to_owned(),
            cause,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {} `{}`", self.action, self.path.display())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

struct Listed {
    /// Where it is on disk.
    path: PathBuf,
    /// Its own name, made printable.
    name: String,
    kind: Kind,
}

enum Kind {
    File,
    Folder,
    Unreadable(String),
}

/// Adds one entry at its path below the directory.
fn take(raw: &mut Raw, entry: Listed, relative: String) {
    match entry.kind {
        Kind::Unreadable(reason) => raw.unreadable.push(Unreadable {
            path: relative,
            reason,
        }),
        Kind::File if !has_content(&relative) => raw.files.push(RawFile {
            path: relative,
            bytes: Vec::new(),
        }),
        Kind::File => match std::fs::read(&entry.path) {
            Ok(bytes) => raw.files.push(RawFile {
                path: relative,
                bytes,
            }),
            Err(error) => raw.unreadable.push(Unreadable {
                path: relative,
                reason: error.to_string(),
            }),
        },
        Kind::Folder => take_folder(raw, &entry.path, relative),
    }
}

fn take_folder(raw: &mut Raw, path: &Path, relative: String) {
    if relative
        .rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('.'))
    {
        return;
    }
    let entries = match list(path) {
        Ok(entries) => entries,
        Err(error) => {
            return raw.unreadable.push(Unreadable {
                path: relative,
                reason: error.cause.to_string(),
            });
        }
    };
    let folders: Vec<&str> = relative.split('/').collect();
    if folders[0] == SEEDS && folders.len() <= 2 {
        for entry in entries {
            let below = format!("{relative}/{}", entry.name);
            take(raw, entry, below);
        }
    } else {
        let names = entries.into_iter().map(|entry| entry.name).collect();
        raw.folders.push(RawFolder {
            path: relative,
            names,
        });
    }
}

/// What lies in a folder, sorted by name.
fn list(path: &Path) -> Result<Vec<Listed>, Error> {
    let entries = std::fs::read_dir(path).map_err(Error::on("read folder", path))?;
    let mut listed = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::on("read folder", path))?;
        listed.push(Listed {
            path: entry.path(),
            name: entry.file_name().to_string_lossy().into_owned(),
            kind: kind(&entry),
        });
    }
    listed.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(listed)
}

/// Asks the file system only where the listing itself does not tell. Anything but a file or a folder is never opened: reading a pipe
/// would wait for ever.
fn kind(entry: &std::fs::DirEntry) -> Kind {
    let found = match entry.file_type() {
        Ok(listed) if listed.is_symlink() => {
            std::fs::metadata(entry.path()).map(|target| target.file_type())
        }
        listed => listed,
    };
    match found {
        Ok(kind) if kind.is_file() => Kind::File,
        Ok(kind) if kind.is_dir() => Kind::Folder,
        Ok(_) => Kind::Unreadable("it is neither a file nor a folder".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Kind::Unreadable("it is a link to nothing".to_owned())
        }
        Err(error) => Kind::Unreadable(error.to_string()),
    }
}

/// A name beside `target` that no other writer of any process takes; its leading dot hides it from a reader of the directory.
fn draft_of(target: &Path) -> PathBuf {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let name = target.file_name().unwrap_or(OsStr::new("file"));
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let draft = format!(
        ".{}.{}.{number}.tmp",
        name.to_string_lossy(),
        std::process::id()
    );
    target.with_file_name(draft)
}

#[cfg(test)]
mod tests;
