use alloc::string::String;
use core::time::Duration;

use crate::{Goal, Policy, Table, Timeouts};

/// What a run is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is to end.
    pub goal: Goal,
    /// What to do about a history that does not fit.
    pub policy: Policy,
    /// The name of the history table.
    pub table: String,
    /// Its schema; `None` for where the connection looks first.
    pub schema: Option<String>,
    /// The part of the history table; `None` for the list's own.
    pub scope: Option<String>,
    /// What keeps two runs apart.
    pub lock: Lock,
    /// How long to wait for others, in sum at each point where there is something to wait for.
    pub lock_timeout: Duration,
    /// How long the statements of a migration may wait for locks and run, where it does not say so itself.
    pub timeouts: Timeouts,
    /// How often a migration is tried that meets another transaction, before it is given up.
    pub attempts: u32,
    /// Whether only to say what would be done.
    pub dry_run: bool,
    /// Who applies, as the client describes itself: `user@host`. Empty for whom the driver finds.
    pub applied_by: String,
    /// Which version of the library applies.
    pub tool_version: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            goal: Goal::Latest,
            policy: Policy::default(),
            table: Table::DEFAULT_NAME.into(),
            schema: None,
            scope: None,
            lock: Lock::Session,
            lock_timeout: Duration::from_secs(60),
            timeouts: Timeouts::NONE,
            attempts: 5,
            dry_run: false,
            applied_by: String::new(),
            tool_version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// What keeps two runs apart on PostgreSQL and MySQL. On SQLite it is the write transaction, whatever is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    /// A lock of the server that the connection holds for the run: PostgreSQL's advisory locks, MySQL's named ones.
    Session,
    /// A row in a table beside the history, which is held for a time: for connections that are no session of one server.
    Table {
        /// What tells this run from every other one.
        owner: u128,
        /// How long the lock lasts when nothing more is heard of its holder. Each statement is heard of, whatever its transaction lasts.
        lease: Duration,
    },
}
