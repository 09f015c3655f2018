use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Dialect, Timeouts};

/// SQLite's settings that a run reads and writes.
pub(crate) const READ_MARKER: &str = "PRAGMA user_version";
pub(crate) const READ_FOREIGN_KEYS: &str = "PRAGMA foreign_keys";
pub(crate) const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
pub(crate) const FOREIGN_KEYS_ON: &str = "PRAGMA foreign_keys = ON";

/// Counts the rows without a parent, per child and parent table, and gives the first rowid of each.
pub(crate) const FOREIGN_KEY_VIOLATIONS: &str = "SELECT \"table\", \"parent\", count(*), min(\"rowid\") \
     FROM pragma_foreign_key_check GROUP BY \"table\", \"parent\" ORDER BY \"table\", \"parent\"";

/// Tells in a PostgreSQL transaction that failed whether it was before this or behind it, by whether it succeeds; with another
/// failure if there is no transaction any more.
pub(crate) const MARK_STATEMENTS_DONE: &str = "SAVEPOINT migratory_statements_done";
pub(crate) const LOOK_FOR_MARK: &str = "ROLLBACK TO SAVEPOINT migratory_statements_done";

/// How long PostgreSQL has been at the message at hand.
pub(crate) const SINCE_MESSAGE: &str =
    "pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp()";

pub(crate) fn write_marker(value: i64) -> String {
    format!("PRAGMA user_version = {value}")
}

impl Dialect {
    /// Sets timeouts for a transaction, or for the session; `None` where there is nothing to set.
    pub(crate) fn set_timeouts(self, timeouts: Timeouts, in_transaction: bool) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                let reach = if in_transaction { "LOCAL" } else { "SESSION" };
                let lock = timeouts.lock_ms.map(|ms| format!("SET {reach} lock_timeout = {ms}"));
                let statement = timeouts.statement_ms.map(|ms| format!("SET {reach} statement_timeout = {ms}"));
                let settings: Vec<String> = lock.into_iter().chain(statement).collect();
                (!settings.is_empty()).then(|| settings.join("; "))
            }
            Self::Mysql => timeouts.lock_ms.map(|ms| {
                // The server counts in seconds and takes at least one.
                let seconds = ms.div_ceil(1000).max(1);
                format!("SET SESSION lock_wait_timeout = {seconds}, SESSION innodb_lock_wait_timeout = {seconds}")
            }),
        }
    }
}
