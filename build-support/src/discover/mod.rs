//! The first stage: a folder to a list of migrations by version.
//!
//! [`fs::read_directory`](crate::fs::read_directory) takes the bytes in; everything here is a function of those bytes.
//!
//! A directory has these files; anything else in it is a finding.
//!
//! | name | is |
//! |---|---|
//! | `<version>_<description>.sql` | a migration; its way down may stand behind a `-- migratory: down` line |
//! | `<version>_<description>.up.sql`, `.down.sql` | a migration of two files; the second may be missing |
//! | `<version>_<description>.rs` | a migration in Rust |
//! | `R__<description>.sql` | a repeatable migration |
//! | `seeds/*.sql`, `seeds/<environment>/*.sql` | seeds |
//! | `migratory.toml`, `migratory.lock` | policy, and the record of what is final |
//! | `README`, `README.*`, names with a leading dot | tolerated, not read |
//!
//! A version has 1 to 19 digits and fits a signed 64-bit number; a description has ASCII letters, digits and `_`, and starts with
//! a letter or a digit. Extensions are written in small letters.

mod check;
mod config;
mod directory;
mod name;
mod proposal;
mod raw;
mod style;
mod text;
mod versions;

pub use check::{CHECKS, Check};
pub use config::{COMPILED, Config, DIALECTS, Deployment, KEYS, Key};
pub use directory::discover;
pub use raw::{Raw, RawFile, RawFolder, Unreadable, has_content};

pub(crate) use style::is_sequential;

/// The policy file's name.
pub const CONFIG_FILE: &str = "migratory.toml";
/// The lock file's name.
pub const LOCK_FILE: &str = "migratory.lock";
/// The folder of the seeds.
pub const SEEDS: &str = "seeds";

use std::cell::OnceCell;

use migratory_core::{Version, content_digest};

/// Index of a file in [`Source::files`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct FileId(pub usize);

/// A file of the directory: its path and its text.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the migrations directory, with `/` between folders.
    pub path: String,
    /// The whole text, as it stands on disk.
    pub text: String,
    digest: OnceCell<u64>,
}

impl File {
    /// A file of that path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            digest: OnceCell::new(),
        }
    }

    /// The [`content_digest`] of its text.
    pub fn digest(&self) -> u64 {
        *self
            .digest
            .get_or_init(|| content_digest(self.text.as_bytes()))
    }

    /// Saves the work where the digest of the same text is known.
    pub(crate) fn know_digest(&self, digest: u64) {
        // One that is there already is the same.
        let _ = self.digest.set(digest);
    }
}

/// The directory as found: what the later stages work on.
#[derive(Clone, Debug)]
pub struct Source {
    /// The directory as messages print it, such as `migrations`.
    pub root: String,
    /// `migratory.toml`, or its defaults.
    pub config: Config,
    /// Every file with a part in the history; [`FileId`] points here.
    pub files: Vec<File>,
    /// Versioned migrations, sorted by version.
    pub migrations: Vec<Entry>,
    /// Repeatable migrations, sorted by name.
    pub repeatables: Vec<Repeatable>,
    /// Files of `seeds/`, sorted by path.
    pub seeds: Vec<FileId>,
    /// `migratory.lock`, where there is one.
    pub lock: Option<FileId>,
}

impl Source {
    /// The file behind an index.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0]
    }

    /// The text of the file at a path of the directory, such as a diagnostic names.
    pub fn text(&self, path: &str) -> Option<&str> {
        let file = self.files.iter().find(|file| file.path == path)?;
        Some(&file.text)
    }

    /// The path of the file that brings a migration in.
    pub fn path_of(&self, entry: &Entry) -> &str {
        &self.file(entry.layout.up()).path
    }
}

/// A versioned migration as its files' names tell it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// From the file's name, with its spelling.
    pub version: Version,
    /// From the file's name: `add_email` of `0002_add_email.up.sql`.
    pub name: String,
    /// How its files lie.
    pub layout: EntryLayout,
}

/// How the files of one migration lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryLayout {
    /// One SQL file, with its down half behind a `-- migratory: down` line or without one.
    Single(FileId),
    /// `.up.sql` and `.down.sql`.
    Pair {
        /// The file that goes up.
        up: FileId,
        /// The file that goes down.
        down: FileId,
    },
    /// `.up.sql` alone.
    UpOnly(FileId),
    /// A Rust file with `pub fn up` and perhaps `pub fn down`.
    Rust(FileId),
}

impl EntryLayout {
    /// The file that goes up.
    pub fn up(self) -> FileId {
        match self {
            Self::Single(file) | Self::UpOnly(file) | Self::Rust(file) => file,
            Self::Pair { up, .. } => up,
        }
    }
}

/// A repeatable migration: `R__name.sql`.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// From the file's name.
    pub name: String,
    /// Its file.
    pub file: FileId,
}

#[cfg(test)]
pub(crate) mod tests;
