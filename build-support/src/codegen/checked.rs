use migratory_core::Dialect;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Written;

/// A whole directory as the build checked it: the only thing that code is generated from.
///
/// Where a migration had errors it is still listed, so that a stub has its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The directory relative to the package's `Cargo.toml`, with `/` between folders, such as `migrations`.
    pub directory: String,
    /// The database family it is written for.
    #[serde(serialize_with = "write_dialect", deserialize_with = "read_dialect")]
    pub dialect: Dialect,
    /// Its part of the history table.
    pub scope: String,
    /// Name of the history table.
    pub table: String,
    /// Schema of the history table, where it is not the default one.
    pub schema: Option<String>,
    /// Whether the lock is a row of a table.
    pub table_lock: bool,
    /// The first migrations, where they come from the cache of an earlier build: only their code is known.
    pub earlier: Written,
    /// The versioned migrations behind them, ascending.
    pub migrations: Vec<Migration>,
    /// Repeatable migrations, in the order they run.
    pub repeatables: Vec<Repeatable>,
    /// The tables and views at the end of the history.
    pub tables: Vec<Table>,
    /// Every file that had a part in the check, configuration and lock included.
    pub files: Vec<File>,
    /// How far the history was executed.
    pub proof: Proof,
    /// The migrations that are final: version and name as their files are called, and the tagged checksum over both directions as
    /// `migratory.lock` has it. A line each.
    pub locked: String,
}

/// A versioned migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// The number it is ordered by.
    pub version: u64,
    /// How many digits its file spells.
    pub width: u8,
    /// The file's name without version and extension.
    pub name: String,
    /// From its header; empty where that says nothing.
    pub description: String,
    /// The tagged checksum that the history records.
    pub checksum: String,
    /// Its share in the chain.
    pub link: u64,
    /// Whether it runs in a transaction.
    pub in_transaction: bool,
    /// Whether SQLite's foreign keys are off while it runs.
    pub foreign_keys_off: bool,
    /// Its own timeouts.
    pub timeouts: Timeouts,
    /// What brings it in.
    pub up: Script,
    /// What takes it out again.
    pub down: Down,
    /// Its safety in a word or a few, such as `safe` or `destructive (allowed: archived by 0041)`.
    pub safety: String,
    /// What it changes, a line each, such as ``adds column `users.email` ``.
    pub summary: Vec<String>,
    /// Fingerprint of the schema after it, where the whole schema is known.
    pub fingerprint: Option<u64>,
}

/// A repeatable migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeatable {
    /// What the history has for a version; negative.
    pub key: i64,
    /// The file's name without `R__` and extension.
    pub name: String,
    /// The tagged checksum that the history records.
    pub checksum: String,
    /// Its share in the chain.
    pub link: u64,
    /// Whether it runs in a transaction.
    pub in_transaction: bool,
    /// Its own timeouts.
    pub timeouts: Timeouts,
    /// What it runs.
    pub script: Script,
}

/// How long a migration may wait and run, in milliseconds; `None` leaves what the connection has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// How long a statement may wait for a lock.
    pub lock: Option<u32>,
    /// How long a statement may run.
    pub statement: Option<u32>,
}

/// What runs in one direction. Files are relative to the migrations directory, with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Script {
    /// SQL.
    Sql {
        /// Its file.
        file: String,
        /// Its statements in the form of [`migratory_core::pack`].
        packed: String,
    },
    /// The function `up` or `down` of a Rust file.
    Rust {
        /// Its file.
        file: String,
    },
}

/// The way down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// No file says how.
    Missing,
    /// Declared to have none.
    Irreversible,
    /// There is one.
    Script(Script),
}

/// A table or view: the constants of its names, written out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name as it was spelt when it was made.
    pub name: String,
    /// The module of its constants; empty where its name gives none.
    pub(super) module: String,
    /// What stands in that module.
    pub(super) code: String,
}

/// A file that had a part in the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Relative to the migrations directory, with `/` between folders.
    pub path: String,
    /// [`migratory_core::content_digest`] of its bytes as they stood on disk.
    pub digest: u64,
}

/// How far the history was executed while it was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// All of it: up, down where there is a down, and up again.
    Executed {
        /// The engine, such as `SQLite 3.50.4`.
        engine: String,
    },
    /// Not all of it.
    Partial {
        /// The engine.
        engine: String,
        /// Why, such as a function that only the application defines.
        reason: String,
    },
    /// None of it; the catalog was replayed as a model.
    Modelled,
}

const DIALECTS: [(&str, Dialect); 3] = [
    ("sqlite", Dialect::Sqlite),
    ("postgres", Dialect::Postgres),
    ("mysql", Dialect::Mysql),
];

fn write_dialect<S: Serializer>(dialect: &Dialect, serializer: S) -> Result<S::Ok, S::Error> {
    let named = DIALECTS.iter().find(|(_, known)| known == dialect);
    match named {
        Some((name, _)) => serializer.serialize_str(name),
        None => Err(serde::ser::Error::custom("a dialect without a name")),
    }
}

fn read_dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let named = DIALECTS.iter().find(|(name, _)| *name == text);
    named
        .map(|(_, dialect)| *dialect)
        .ok_or_else(|| serde::de::Error::custom(format!("no dialect is called `{text}`")))
}
