use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Dialect, Timeouts, Value};

/// SQLite's settings that a run reads and writes.
pub(crate) const READ_MARKER: &str = "PRAGMA user_version";
pub(crate) const READ_FOREIGN_KEYS: &str = "PRAGMA foreign_keys";
pub(crate) const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
pub(crate) const FOREIGN_KEYS_ON: &str = "PRAGMA foreign_keys = ON";

/// Counts the rows without a parent, per child and parent table, and gives the first rowid of each.
pub(crate) const FOREIGN_KEY_VIOLATIONS: &str = "SELECT \"table\", \"parent\", count(*), min(\"rowid\") \
     FROM pragma_foreign_key_check GROUP BY \"table\", \"parent\" ORDER BY \"table\", \"parent\"";

pub(crate) fn write_marker(value: i64) -> String {
    format!("PRAGMA user_version = {value}")
}

impl Dialect {
    /// Reads the session's timeouts, for [`Dialect::restore_timeouts`].
    pub(crate) fn read_timeouts(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            }
            Self::Mysql => Some(
                "SELECT CAST(@@SESSION.lock_wait_timeout AS CHAR), CAST(@@SESSION.innodb_lock_wait_timeout AS CHAR)",
            ),
        }
    }

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

    /// Sets the timeouts back to what [`Dialect::read_timeouts`] answered. Only digits and units come back from there,
    /// and nothing else goes into the text.
    pub(crate) fn restore_timeouts(self, read: &[String]) -> Option<String> {
        let [lock, second] = read else { return None };
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!(
                "SET SESSION lock_timeout = '{lock}'; SET SESSION statement_timeout = '{second}'"
            )),
            Self::Mysql => Some(format!(
                "SET SESSION lock_wait_timeout = {lock}, SESSION innodb_lock_wait_timeout = {second}"
            )),
        }
    }
}

/// The texts of a row of settings, if every one is made of letters and digits.
pub(crate) fn plain_texts(row: &[Value]) -> Option<Vec<String>> {
    let plain = |value: &Value| {
        let text = value.text()?;
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| text.into())
    };
    row.iter().map(plain).collect()
}
