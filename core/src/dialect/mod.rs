mod blockers;
mod indexes;
mod inline;
mod lease;
mod locks;
mod session;
pub(crate) mod settings;
mod table;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

pub(crate) use lease::Lease;
pub(crate) use locks::fnv1a;
pub(crate) use session::SessionState;
pub use table::Table;

/// The database family whose SQL a history is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// The name in configuration files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// What the family can do.
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Sqlite => Capabilities {
                transactional_ddl: true,
                joins_statements: false,
                lock: LockKind::Transaction,
                has_marker: true,
                has_foreign_key_switch: true,
                has_lock_timeout: false,
                has_statement_timeout: false,
            },
            Self::Postgres => Capabilities {
                transactional_ddl: true,
                joins_statements: true,
                lock: LockKind::Advisory,
                has_marker: false,
                has_foreign_key_switch: false,
                has_lock_timeout: true,
                has_statement_timeout: true,
            },
            Self::Mysql => Capabilities {
                transactional_ddl: false,
                joins_statements: true,
                lock: LockKind::Named,
                has_marker: false,
                has_foreign_key_switch: false,
                has_lock_timeout: true,
                has_statement_timeout: false,
            },
        }
    }

    /// An identifier as this family quotes it, whatever characters it holds.
    pub fn quote(self, identifier: &str) -> String {
        let mark = match self {
            Self::Mysql => '`',
            Self::Sqlite | Self::Postgres => '"',
        };
        let mut quoted = String::with_capacity(identifier.len() + 2);
        quoted.push(mark);
        for character in identifier.chars() {
            if character == mark {
                quoted.push(mark);
            }
            quoted.push(character);
        }
        quoted.push(mark);
        quoted
    }

    /// The placeholder of the n-th bound value, counted from 1.
    pub fn placeholder(self, number: usize) -> Cow<'static, str> {
        match self {
            Self::Postgres => alloc::format!("${number}").into(),
            Self::Sqlite | Self::Mysql => "?".into(),
        }
    }

    /// Opens a transaction. On SQLite it is the lock, too.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
            Self::Mysql => "START TRANSACTION",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a database family can do, as far as a run depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Whether a transaction covers `CREATE`, `ALTER` and `DROP`.
    ///
    /// Where it does not, every SQL migration is run statement by statement with its progress recorded.
    pub transactional_ddl: bool,
    /// Whether any client can send several statements in one message, of which those behind one that fails are not run.
    ///
    /// A migration in a transaction then takes as many messages as it has statements: the first opens it, and the last writes the row
    /// and commits. Without one, the message of a statement records first what is known so far.
    pub joins_statements: bool,
    /// What keeps two runs apart.
    pub lock: LockKind,
    /// Whether the database header holds a number for us that is cheaper to read than a row.
    pub has_marker: bool,
    /// Whether foreign keys can be, and for a rebuild must be, switched off.
    pub has_foreign_key_switch: bool,
    /// Whether the wait for a lock can be limited for a session.
    pub has_lock_timeout: bool,
    /// Whether the time of any statement can be limited for a session.
    pub has_statement_timeout: bool,
}

/// What keeps two runs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockKind {
    /// The write transaction itself: it is taken before the history is read, and given back with every commit.
    Transaction,
    /// A lock of the session that is tried until it is free.
    Advisory,
    /// A lock of the session that the server waits for, up to a number of seconds.
    Named,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_identifier_stays_one_identifier() {
        // F29
        let hostile = "x\"; DROP TABLE y; -- `";
        assert_eq!(
            Dialect::Sqlite.quote(hostile),
            "\"x\"\"; DROP TABLE y; -- `\""
        );
        assert_eq!(
            Dialect::Postgres.quote(hostile),
            "\"x\"\"; DROP TABLE y; -- `\""
        );
        assert_eq!(Dialect::Mysql.quote(hostile), "`x\"; DROP TABLE y; -- ```");
    }
}
