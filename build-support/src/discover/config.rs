use std::collections::BTreeMap;

use migratory_core::Dialect;

use crate::diagnostic::Level;

/// `migratory.toml`: dialect and policy of one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The dialect the files are written in.
    pub dialect: Dialect,
    /// The oldest server or library version that has to run them, as major, minor, patch.
    pub minimum_version: Option<(u16, u16, u16)>,
    /// Whether old and new code run at the same time.
    pub deployment: Deployment,
    /// The history's scope: several crates of one application each have their own.
    pub scope: String,
    /// Name of the history table.
    pub table: String,
    /// Schema of the history table, where the dialect has schemas.
    pub schema: Option<String>,
    /// Levels by rule or group name, over the defaults.
    pub levels: BTreeMap<String, Level>,
    /// Whether files without a directive run in a transaction; `false` fits histories of tools that opened none.
    pub transactions: bool,
    /// SQL that the environment provides before the first migration, such as tables another tool owns.
    pub prelude: String,
}

/// How a release reaches the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// The application stops, migrates and starts.
    Single,
    /// Old and new code run at once.
    Rolling,
}

impl Config {
    /// The defaults for a dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            minimum_version: None,
            deployment: match dialect {
                Dialect::Sqlite => Deployment::Single,
                _ => Deployment::Rolling,
            },
            scope: "main".to_owned(),
            table: "migratory_history".to_owned(),
            schema: None,
            levels: BTreeMap::new(),
            transactions: true,
            prelude: String::new(),
        }
    }
}
