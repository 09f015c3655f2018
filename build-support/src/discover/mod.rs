//! The first stage: a folder to a list of migrations by version.
//!
//! [`read`] (in `fs`) takes the bytes in; everything here is a function of those bytes.

mod config;

pub use config::{Config, Deployment};

use migratory_core::Version;

/// Index of a file in [`Source::files`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct FileId(pub usize);

/// A file of the directory: its path and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the migrations directory, with `/` between folders.
    pub path: String,
    /// The whole text, as it stands on disk.
    pub text: String,
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
