//! The sixth stage: what is final stays as it is.
//!
//! `migratory.lock` has a line per final migration, in the order in which they became final:
//!
//! ```text
//! 0001_initial_schema sha256:<64 digits> raw:<16 digits> up:<8 digits>,<8 digits> down:<8 digits> chain:<16 digits>
//! ```
//!
//! - `sha256:` is the checksum over the canonical statements of both directions; the tag names the algorithm.
//! - `raw:` is a digest of the files' text, line ends aside. Where it alone differs, comments or white space were edited.
//! - `up:` and `down:` have a digest per statement, to name the one that was edited; `-` stands for no statement. Without a way
//!   down there is no `down:`.
//! - `chain:` commits to name and checksum of this line and of all lines above it.
//!
//! Lines that start with `#` are comments. Repeatable migrations have no line: they are meant to change.

mod check;
mod difference;
mod digest;
mod file;
mod seal;

pub use check::{Strictness, check};
pub use digest::{checksum, raw_digest, rust_checksum};
pub use file::{parse, render, update};
pub use seal::Seal;

use migratory_core::Version;

use crate::Span;
use crate::discover::{Check, Entry, EntryLayout, Source};
use crate::syntax::{Down, Parsed, Script, Sql};

/// The record of what is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its lines, as far as they can be read.
    pub lines: Vec<Line>,
    /// Whether all of it could be read and its chain holds. Otherwise no migration can be called a draft, and it must not be rewritten.
    pub intact: bool,
}

/// A final migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its version.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// The tagged checksum over its canonical statements.
    pub checksum: String,
    /// The digest of its files' text.
    pub raw: String,
    /// The digests of the statements of the way up, with commas between; `-` for none. They are cut only where they are looked at.
    pub up: String,
    /// Those of the way down, if it has one.
    pub down: Option<String>,
    /// Its chain value as it stands in the file.
    pub chain: String,
    /// Its stretch of the file, without the line end.
    pub span: Span,
}

/// A checked migration, as far as the lock looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its version.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// The tagged checksum over both directions: [`checksum()`], or [`rust_checksum`].
    pub checksum: String,
    /// [`raw_digest`] of its files.
    pub raw: String,
    /// The way up.
    pub up: Direction,
    /// The way down, where it is SQL.
    pub down: Option<Direction>,
}

/// One direction of a checked migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direction {
    /// The file it stands in.
    pub file: String,
    /// Digest and place of each statement; none for Rust.
    pub statements: Vec<(String, Span)>,
}

impl Locked {
    /// A parsed migration as the lock looks at it.
    pub fn of(source: &Source, entry: &Entry, parsed: &Parsed) -> Self {
        let direction = |script: &Script| match script {
            Script::Sql(sql) => Some(Direction::of(source, sql)),
            Script::Rust(_) => None,
        };
        let up = source.file(entry.layout.up());
        let down = match &parsed.down {
            Down::Script(Script::Sql(sql)) => Some(sql),
            Down::Script(Script::Rust(_)) | Down::Missing | Down::Irreversible(_) => None,
        };
        let files = match entry.layout {
            EntryLayout::Pair { down, .. } => vec![up, source.file(down)],
            _ => vec![up],
        };
        Self {
            version: entry.version,
            name: entry.name.clone(),
            checksum: match &parsed.up {
                Script::Sql(sql) => checksum(&sql.checksum, down.map(|down| &*down.checksum)),
                Script::Rust(_) => rust_checksum(&up.text),
            },
            raw: raw_digest(files),
            up: direction(&parsed.up).unwrap_or_else(|| Direction {
                file: up.path.clone(),
                statements: Vec::new(),
            }),
            down: down.map(|down| Direction::of(source, down)),
        }
    }

    /// Version and name, as its files are called.
    pub fn title(&self) -> String {
        title(self.version, &self.name)
    }
}

impl Direction {
    fn of(source: &Source, sql: &Sql) -> Self {
        let spans = sql.statements.iter().map(|statement| statement.span);
        Self {
            file: source.file(sql.file).path.clone(),
            statements: sql.digests.iter().cloned().zip(spans).collect(),
        }
    }
}

impl Line {
    /// Version and name, as its files were called when it became final.
    pub fn title(&self) -> String {
        title(self.version, &self.name)
    }
}

fn title(version: Version, name: &str) -> String {
    format!("{version}_{name}")
}

/// The checks of this stage, as [`discover::CHECKS`](crate::discover::CHECKS) has those of the first.
pub const CHECKS: &[Check] = &[
    Check {
        code: "broken-lock",
        finds: "a `migratory.lock` that cannot be read or whose chain does not hold",
        adjustable: false,
    },
    Check {
        code: "cosmetic-edit",
        finds: "a final migration whose comments or white space were edited",
        adjustable: true,
    },
    Check {
        code: "draft-migration",
        finds: "a migration that is not final yet",
        adjustable: true,
    },
    Check {
        code: "edited-migration",
        finds: "a final migration whose statements were edited",
        adjustable: true,
    },
    Check {
        code: "missing-lock",
        finds: "a directory without a `migratory.lock`",
        adjustable: true,
    },
    Check {
        code: "out-of-order-migration",
        finds: "a draft that sorts before a final migration",
        adjustable: true,
    },
    Check {
        code: "removed-migration",
        finds: "a final migration without its file",
        adjustable: true,
    },
    Check {
        code: "renamed-migration",
        finds: "a final migration under another name or version",
        adjustable: true,
    },
];

#[cfg(test)]
mod tests;
