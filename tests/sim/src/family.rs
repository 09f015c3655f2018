//! The kinds of database that differ in what a run can notice.

use std::fmt;

use migratory_core::Dialect;

/// A dialect, and what keeps two runs apart there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// What it speaks.
    pub dialect: Dialect,
    /// Whether the lock is a row of a table, and not one of the session.
    pub locks_a_row: bool,
}

/// All of them. SQLite's lock is always its transaction.
pub const FAMILIES: [Family; 5] = [
    Family::of(Dialect::Sqlite, false),
    Family::of(Dialect::Postgres, false),
    Family::of(Dialect::Postgres, true),
    Family::of(Dialect::Mysql, false),
    Family::of(Dialect::Mysql, true),
];

impl Family {
    const fn of(dialect: Dialect, locks_a_row: bool) -> Self {
        Self {
            dialect,
            locks_a_row,
        }
    }
}

/// As a test's table names it.
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = if self.locks_a_row { "-row" } else { "" };
        write!(f, "{}{row}", self.dialect)
    }
}
