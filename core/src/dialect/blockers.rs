use super::{Dialect, Table};

impl Table {
    /// Names the transactions of others that are open, oldest first, a text for each: one of them had the lock that was waited for.
    ///
    /// The servers forget who it was when the wait is over. Who may not see the transactions of others gets none, or an error.
    pub(crate) fn open_transactions(&self) -> Option<&'static str> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(
                "SELECT concat('process ', pid, ' (user ', usename, ', application \"', application_name, '\", ', state, \
                 ', transaction since ', to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ')') \
                 FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                 AND xact_start IS NOT NULL AND usename IS NOT NULL ORDER BY xact_start LIMIT 3",
            ),
            Dialect::Mysql => Some(
                "SELECT CONCAT('connection ', p.id, ' (', p.user, '@', p.host, ', ', LOWER(p.command), ' for ', p.time, \
                 ' s, transaction since ', t.trx_started, ')') \
                 FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
                 WHERE p.id <> CONNECTION_ID() AND p.db = DATABASE() ORDER BY t.trx_started LIMIT 3",
            ),
        }
    }
}
