use alloc::format;
use alloc::string::String;
use core::time::Duration;

use super::{SessionState, Table, fnv1a};
use crate::Dialect;

/// The one row of a table that stands for the lock: whose it is, and until when.
///
/// A lock of the session is none where a connection is not one session of one server: behind a pooler that hands out another
/// server connection for each transaction, and on a cluster each node of which has locks of its own. A row is the same for all.
/// It is held for a time and held longer with each step of its holder, so the lock of a process that died ends by itself. All
/// times are the server's, in seconds.
///
/// Every text goes to the server as it is: the only value in it is the owner, a number in hexadecimal digits.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    dialect: Dialect,
    lock: Table,
    /// Its name as it stands in a statement.
    table: String,
    owner: String,
    seconds: u64,
}

impl Lease {
    /// The lock of a history table for one run; `None` on SQLite, whose write transaction is the lock.
    pub(crate) fn new(table: &Table, owner: u128, lease: Duration) -> Option<Self> {
        if table.dialect == Dialect::Sqlite {
            return None;
        }
        let lock = Table {
            name: name_of_lock(&table.name),
            ..table.clone()
        };
        Some(Self {
            dialect: table.dialect,
            table: lock.quoted(),
            lock,
            owner: format!("{owner:032x}"),
            // The server counts whole seconds, and a second that has begun is over at once.
            seconds: lease.as_secs().saturating_add(2),
        })
    }

    /// The table that it is in.
    pub(crate) fn lock(&self) -> &Table {
        &self.lock
    }

    /// The same lock, whatever a migration does to where names are looked up.
    pub(crate) fn within(&self, state: &SessionState) -> Self {
        let lock = Table {
            schema: self.lock.schema.clone().or(state.lock_schema.clone()),
            ..self.lock.clone()
        };
        Self {
            table: lock.quoted(),
            lock,
            ..self.clone()
        }
    }

    /// Creates the table unless it is there.
    pub(crate) fn create(&self) -> String {
        let table = &self.table;
        match self.dialect {
            // A claim inserts the row. Where nobody may wait for the lock of a row, the row has to be there before.
            Dialect::Mysql => format!(
                "CREATE TABLE IF NOT EXISTS {table} (id INTEGER NOT NULL PRIMARY KEY, owner VARCHAR(32) NOT NULL, holder VARCHAR(300) NOT NULL, \
                 since VARCHAR(30) NOT NULL, expires BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
            ),
            _ => format!(
                "CREATE TABLE IF NOT EXISTS {table} (id INTEGER NOT NULL PRIMARY KEY, owner TEXT NOT NULL, holder TEXT NOT NULL, \
                 since TEXT NOT NULL, expires BIGINT NOT NULL); \
                 INSERT INTO {table} VALUES (1, '', '', '', 0) ON CONFLICT DO NOTHING"
            ),
        }
    }

    /// Takes the lock if it is free. `None` where the question does it, too.
    pub(crate) fn claim(&self) -> Option<String> {
        let Self { table, owner, .. } = self;
        let (now, expires) = (self.now(), self.expires());
        let is_free = format!("expires <= {now} OR owner = '{owner}'");
        // Set from left to right: what comes after `owner` sees the new one.
        (self.dialect == Dialect::Mysql).then(|| {
            format!(
                "INSERT INTO {table} (id, owner, holder, since, expires) VALUES (1, '{owner}', {}, {}, {expires}) \
                 ON DUPLICATE KEY UPDATE holder = IF({is_free}, VALUES(holder), holder), since = IF({is_free}, VALUES(since), since), \
                 owner = IF({is_free}, VALUES(owner), owner), expires = IF(owner = '{owner}', VALUES(expires), expires)",
                self.holder(),
                self.since()
            )
        })
    }

    /// Asks whether the lock is ours: at most one row, 1 if it is, and 1 beside it if the connection is in a transaction.
    pub(crate) fn is_taken(&self) -> String {
        let Self { table, owner, .. } = self;
        match self.dialect {
            Dialect::Mysql => format!(
                "SELECT CASE WHEN owner = '{owner}' THEN 1 ELSE 0 END, {} FROM {table} WHERE id = 1",
                super::locks::MYSQL_IN_TRANSACTION
            ),
            // Nobody waits for a row that a migration of another run keeps locked: it is not free.
            _ => format!(
                "UPDATE {table} SET owner = '{owner}', holder = {}, since = {}, expires = {} \
                 WHERE id = (SELECT id FROM {table} WHERE id = 1 AND (expires <= {} OR owner = '{owner}') FOR UPDATE SKIP LOCKED) \
                 RETURNING 1, {}",
                self.holder(),
                self.since(),
                self.expires(),
                self.now(),
                super::locks::POSTGRES_IN_TRANSACTION
            ),
        }
    }

    /// Holds the lock longer if it is still ours. `None` where the question does it, too.
    pub(crate) fn renew(&self) -> Option<String> {
        let Self { table, owner, .. } = self;
        (self.dialect == Dialect::Mysql).then(|| {
            let expires = self.expires();
            format!("UPDATE {table} SET expires = {expires} WHERE id = 1 AND owner = '{owner}'")
        })
    }

    /// Asks whether the lock is still ours: at most one row, 1 if it is. In a transaction of PostgreSQL nobody can take it before
    /// that ends, however long it lasts.
    pub(crate) fn is_kept(&self) -> String {
        let Self { table, owner, .. } = self;
        match self.dialect {
            Dialect::Mysql => format!(
                "SELECT CASE WHEN owner = '{owner}' THEN 1 ELSE 0 END FROM {table} WHERE id = 1"
            ),
            _ => format!(
                "UPDATE {table} SET expires = {} WHERE id = 1 AND owner = '{owner}' RETURNING 1",
                self.expires()
            ),
        }
    }

    /// Gives the lock back if it is ours.
    pub(crate) fn give_back(&self) -> String {
        let Self { table, owner, .. } = self;
        format!("UPDATE {table} SET owner = '', expires = 0 WHERE id = 1 AND owner = '{owner}'")
    }

    /// Says in one text who holds the lock.
    pub(crate) fn who_holds(&self) -> String {
        let Self { table, .. } = self;
        format!(
            "SELECT CONCAT(holder, ', since ', since, ', for the next ', GREATEST(expires - {}, 0), ' s unless it goes on') \
             FROM {table} WHERE id = 1 AND expires > 0",
            self.now()
        )
    }

    fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Mysql => "UNIX_TIMESTAMP()",
            _ => "floor(extract(epoch FROM clock_timestamp()))::bigint",
        }
    }

    fn expires(&self) -> String {
        format!("{} + {}", self.now(), self.seconds)
    }

    /// Who asks, as the server knows it.
    fn holder(&self) -> &'static str {
        match self.dialect {
            Dialect::Mysql => "LEFT(USER(), 300)",
            _ => {
                "concat('user ', session_user, ', application \"', current_setting('application_name'), '\", address ', \
                 coalesce(host(inet_client_addr()), 'local'))"
            }
        }
    }

    fn since(&self) -> &'static str {
        match self.dialect {
            Dialect::Mysql => "DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')",
            _ => "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
        }
    }
}

/// The history table's name and `_lock`. PostgreSQL would cut a longer one down to the history table's own.
fn name_of_lock(table: &str) -> String {
    const LONGEST: usize = 63;
    let name = format!("{table}_lock");
    match name.len() {
        0..=LONGEST => name,
        _ => format!("migratory_{:016x}_lock", fnv1a(table.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_has_a_table_of_its_own() {
        assert_eq!(name_of_lock("migratory_history"), "migratory_history_lock");
        for length in 59..70 {
            let (one, other) = ("a".repeat(length), "b".repeat(length));
            assert_ne!(name_of_lock(&one), name_of_lock(&other));
            assert!(name_of_lock(&one).len() <= 63);
        }
    }

    #[test]
    fn the_lock_is_found_where_it_was() {
        let table = Table::new(Dialect::Postgres, None, "h");
        let lease = Lease::new(&table, 1, Duration::from_secs(60)).unwrap();
        let state = SessionState {
            schema: Some("elsewhere".into()),
            lock_schema: Some("here".into()),
            ..SessionState::default()
        };
        assert!(
            lease
                .within(&state)
                .is_kept()
                .contains("\"here\".\"h_lock\"")
        );
    }

    #[test]
    fn sqlite_needs_no_lease() {
        let table = Table::new(Dialect::Sqlite, None, "history");
        assert!(Lease::new(&table, 1, Duration::from_secs(60)).is_none());
    }
}
