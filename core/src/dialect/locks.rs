use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Table;
use crate::{Dialect, Value};

/// The locks that keep two runs over one history table apart. They answer with one integer, 1 for success.
///
/// The lock belongs to the table and not to a scope: two scopes share the table, and one may be creating it.
impl Table {
    /// Tries to take the lock; the server itself may wait for it up to so many seconds where it can.
    ///
    /// SQLite has none: its write transaction is the lock.
    pub fn lock(&self, wait_seconds: u64) -> Option<(String, Vec<Value>)> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => {
                let sql = format!(
                    "SELECT CASE WHEN pg_try_advisory_lock({}) THEN 1 ELSE 0 END, {POSTGRES_IN_TRANSACTION}",
                    self.lock_key()
                );
                Some((sql, vec![]))
            }
            Dialect::Mysql => {
                let (name, mut values) = self.lock_name();
                // MariaDB answers NULL to more than it can count; nobody waits a year.
                values.push(Value::Integer(wait_seconds.min(YEAR) as i64));
                let sql = format!(
                    "SELECT GET_LOCK({name}, ?), {MYSQL_IN_TRANSACTION}, {MYSQL_IN_CLUSTER}"
                );
                Some((sql, values))
            }
        }
    }

    /// Gives the lock back.
    pub fn unlock(&self) -> Option<(String, Vec<Value>)> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some((
                "SELECT CASE WHEN pg_advisory_unlock($1) THEN 1::bigint ELSE 0::bigint END".into(),
                vec![self.lock_key().into()],
            )),
            Dialect::Mysql => {
                let (name, values) = self.lock_name();
                // NULL if nobody has it.
                Some((format!("SELECT COALESCE(RELEASE_LOCK({name}), 0)"), values))
            }
        }
    }

    /// Says in one text who holds the lock.
    pub fn lock_holder(&self) -> Option<(String, Vec<Value>)> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => {
                let key = self.lock_key() as u64;
                // The lock table shows a 64-bit key as two halves, with objsubid 1.
                let sql = "SELECT concat('process ', l.pid, ' (user ', a.usename, ', application \"', \
                           a.application_name, '\", address ', coalesce(host(a.client_addr), 'local'), ', connected since ', \
                           to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ', ', a.state, ' since ', \
                           to_char(a.state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ')') \
                           FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
                           WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
                           AND l.classid::bigint = $1 AND l.objid::bigint = $2 \
                           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())";
                let half = |bits: u64| Value::Integer(i64::from(bits as u32));
                Some((sql.into(), vec![half(key >> 32), half(key)]))
            }
            Dialect::Mysql => {
                let (name, values) = self.lock_name();
                // Who is behind another user's connection is seen with the right to.
                let sql = format!(
                    "SELECT CONCAT('connection ', holder.id, COALESCE(\
                     (SELECT CONCAT(' (', user, '@', host, ', ', LOWER(command), ' for ', time, ' s)') FROM information_schema.processlist WHERE id = holder.id), '')) \
                     FROM (SELECT IS_USED_LOCK({name}) AS id) holder"
                );
                Some((sql, values))
            }
        }
    }

    /// PostgreSQL keeps advisory locks per database, so schema and table are enough.
    fn lock_key(&self) -> i64 {
        let schema = self.schema.as_deref().unwrap_or("");
        fnv1a(format!("migratory\0{schema}\0{}", self.name).as_bytes()) as i64
    }

    /// MySQL keeps named locks per server, so the database is part of the name; a name has at most 64 characters.
    fn lock_name(&self) -> (&'static str, Vec<Value>) {
        match &self.schema {
            Some(schema) => (
                "CONCAT('migratory:', LEFT(SHA2(?, 256), 40))",
                vec![format!("{schema}.{}", self.name).into()],
            ),
            None => (
                "CONCAT('migratory:', LEFT(SHA2(CONCAT(COALESCE(DATABASE(), ''), '.', ?), 256), 40))",
                vec![self.name.as_str().into()],
            ),
        }
    }
}

/// A transaction's time is that of its first message, so within the first both are the same.
pub(super) const POSTGRES_IN_TRANSACTION: &str =
    "CASE WHEN now() = statement_timestamp() THEN 0 ELSE 1 END";

/// Without autocommit every statement is in a transaction. MariaDB reads the comment and knows; to MySQL it is one, and its answer
/// is NULL.
pub(super) const MYSQL_IN_TRANSACTION: &str =
    "CASE WHEN @@autocommit = 0 THEN 2 /*M! ELSE @@in_transaction */ END";

/// A node of Galera has named locks of its own, which hold nobody at another node. Builds without Galera have no such variable.
const MYSQL_IN_CLUSTER: &str = "0 /*M! + COALESCE((SELECT MAX(variable_value = 'ON') FROM information_schema.global_variables \
     WHERE variable_name = 'WSREP_ON'), 0) */";

/// In seconds.
const YEAR: u64 = 365 * 24 * 60 * 60;

/// The 64-bit FNV-1a hash: nothing here needs more than that two tables rarely share a lock.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // Test vectors of the FNV authors, <http://www.isthe.com/chongo/tech/comp/fnv/>.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn two_tables_have_two_locks() {
        let table = |schema, name| Table::new(Dialect::Postgres, schema, name).lock(0);
        let locks = [
            table(None, "a"),
            table(None, "b"),
            table(Some("a"), "b"),
            table(Some("b"), "a"),
        ];
        for (index, lock) in locks.iter().enumerate() {
            assert!(!locks[index + 1..].contains(lock), "{lock:?}");
        }
    }
}
