//! The state of a session that a migration may change: read before, and put back after.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Dialect, Table};
use crate::Value;

/// What a session was like, and how it becomes so again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionState {
    /// One text that puts all settings back.
    pub(crate) restore: String,
    /// Another one for the database that is looked into first, where that is no setting.
    pub(crate) restore_database: Option<String>,
    /// Where the history table is, whatever a migration does to where names are looked up.
    pub(crate) schema: Option<String>,
    /// The same of the table of the lock, where it has one.
    pub(crate) lock_schema: Option<String>,
}

/// What MySQL and MariaDB have of the session's settings that files of statements set. What an assignment changes beside its own
/// variable comes behind it.
const MYSQL_SETTINGS: [&str; 13] = [
    "sql_mode",
    "foreign_key_checks",
    "unique_checks",
    "time_zone",
    "character_set_client",
    "character_set_results",
    "character_set_connection",
    "collation_connection",
    "sql_safe_updates",
    "sql_notes",
    "lock_wait_timeout",
    "innodb_lock_wait_timeout",
    "autocommit",
];

/// What PostgreSQL's view of settings does not show, and what it does show only of the transaction at hand.
const AUTHORIZATION: &str = "session_authorization";
const ROLE: &str = "role";
const SCHEMA: &str = "schema";
const LOCK_SCHEMA: &str = "lock_schema";
const OF_A_TRANSACTION: &str = "pg_catalog.left(name, 12) <> 'transaction_'";

impl Table {
    /// Reads the session's state, for [`Table::session_state`], and with it where the table of the lock is.
    pub(crate) fn read_session(&self, lock: Option<&Table>) -> Option<String> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => {
                let schema_of = |name: &str, table: &Table| {
                    let table = self.dialect.text_literal(&table.quoted());
                    format!(
                        "UNION ALL SELECT '{name}', n.nspname::text FROM pg_catalog.pg_class c \
                         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass({table})"
                    )
                };
                let mut schemas = vec![schema_of(SCHEMA, self)];
                schemas.extend(lock.map(|lock| schema_of(LOCK_SCHEMA, lock)));
                let schemas = schemas.join(" ");
                Some(format!(
                    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session' AND {OF_A_TRANSACTION} \
                     UNION ALL SELECT '{AUTHORIZATION}', session_user::text \
                     UNION ALL SELECT '{ROLE}', pg_catalog.current_setting('role') {schemas}"
                ))
            }
            Dialect::Mysql => {
                let settings = MYSQL_SETTINGS.map(|name| format!("CAST(@@SESSION.{name} AS CHAR)"));
                Some(format!("SELECT {}, DATABASE()", settings.join(", ")))
            }
        }
    }

    /// What [`Table::read_session`] answered; `None` if it is no answer to it.
    ///
    /// Every name and value of the server's goes into a text in a form that no setting about quotes matters to.
    pub(crate) fn session_state(&self, rows: &[Vec<Value>]) -> Option<SessionState> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => self.postgres_state(rows),
            Dialect::Mysql => self.mysql_state(rows.first()?),
        }
    }

    fn postgres_state(&self, rows: &[Vec<Value>]) -> Option<SessionState> {
        let set = |name: &str, value: &str| {
            let (name, value) = (
                self.dialect.text_literal(name),
                self.dialect.text_literal(value),
            );
            format!("SELECT pg_catalog.set_config({name}, {value}, false)")
        };
        let (mut first, mut last) = (Vec::new(), Vec::new());
        let (mut schema, mut lock_schema) = (None, None);
        for row in rows {
            let [name, value] = row.as_slice() else {
                return None;
            };
            match name.text()? {
                SCHEMA => schema = Some(value.text()?.into()),
                LOCK_SCHEMA => lock_schema = Some(value.text()?.into()),
                name @ (AUTHORIZATION | ROLE) => first.push(set(name, value.text()?)),
                name => last.push(set(name, value.text().unwrap_or(""))),
            }
        }
        // Settings that the application made up by itself are not in the view, so this leaves them as they are.
        first.push(format!(
            "SELECT pg_catalog.set_config(name, reset_val, false) FROM pg_catalog.pg_settings \
             WHERE source = 'session' AND {OF_A_TRANSACTION}"
        ));
        first.append(&mut last);
        Some(SessionState {
            restore: first.join("; "),
            restore_database: None,
            schema,
            lock_schema,
        })
    }

    fn mysql_state(&self, row: &[Value]) -> Option<SessionState> {
        let (database, settings) = row.split_last()?;
        if settings.len() != MYSQL_SETTINGS.len() {
            return None;
        }
        let assignments = MYSQL_SETTINGS.iter().zip(settings).map(|(name, value)| {
            let value = match value {
                Value::Text(text) if !is_number(text) => self.dialect.text_literal(text),
                Value::Text(digits) => digits.clone(),
                Value::Integer(number) => format!("{number}"),
                Value::Null => "NULL".into(),
            };
            format!("SESSION {name} = {value}")
        });
        let assignments: Vec<String> = assignments.collect();
        let database = database.text();
        Some(SessionState {
            restore: format!("SET {}", assignments.join(", ")),
            restore_database: database.map(|name| format!("USE {}", self.dialect.quote(name))),
            schema: database.map(Into::into),
            lock_schema: database.map(Into::into),
        })
    }

    /// The same table, whatever a migration does to where names are looked up.
    pub(crate) fn within(&self, state: &SessionState) -> Self {
        Self {
            schema: self.schema.clone().or(state.schema.clone()),
            ..self.clone()
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No text of a value is ever part of a statement's text.
    #[test]
    fn a_hostile_setting_is_put_back_and_not_run() {
        let hostile = "x'; DROP TABLE y; -- \\";
        let postgres = Table::new(Dialect::Postgres, None, "h");
        let row = |name: &str, value: &str| vec![name.into(), value.into()];
        let state = postgres
            .session_state(&[row("search_path", hostile), row("role", hostile)])
            .unwrap();
        assert!(!state.restore.contains("DROP"), "{}", state.restore);
        assert!(state.restore.contains("273b"), "{}", state.restore);

        let mysql = Table::new(Dialect::Mysql, None, "h");
        let mut row: Vec<Value> = MYSQL_SETTINGS.map(|_| hostile.into()).to_vec();
        row.push("a`b".into());
        let state = mysql.session_state(&[row]).unwrap();
        assert!(!state.restore.contains("DROP"), "{}", state.restore);
        assert_eq!(state.restore_database.as_deref(), Some("USE `a``b`"));
    }

    #[test]
    fn another_answer_is_none() {
        let postgres = Table::new(Dialect::Postgres, None, "h");
        assert_eq!(postgres.session_state(&[vec![Value::Null]]), None);
        let mysql = Table::new(Dialect::Mysql, None, "h");
        assert_eq!(mysql.session_state(&[]), None);
        assert_eq!(mysql.session_state(&[vec!["a".into(), "b".into()]]), None);
    }

    #[test]
    fn the_history_is_found_where_it_was() {
        let table = Table::new(Dialect::Postgres, None, "h");
        let state = SessionState {
            schema: Some("a\"b".into()),
            ..SessionState::default()
        };
        assert_eq!(table.within(&state).quoted(), "\"a\"\"b\".\"h\"");
        let own = Table::new(Dialect::Postgres, Some("s"), "h");
        assert_eq!(own.within(&state).quoted(), "\"s\".\"h\"");
    }
}
