use ::diesel::SqliteConnection;
use ::diesel::connection::SimpleConnection;
use ::diesel::deserialize::FromSql;
use ::diesel::sql_types::{BigInt, Text};
use ::diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use super::*;
use crate::drivers::sqlite_codes::{WITHIN_TRANSACTION, class_by_words, may_end_transaction};

target!(SqliteConnection);

impl Speaks for SqliteConnection {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn execute(on: &mut Diesel<'_, Self>, sql: &str, purpose: Purpose<'_>) -> Result<(), Failed> {
        let executed = match purpose {
            Purpose::Begin => begin_at_once(on.connection, sql),
            _ => on.connection.batch_execute(sql),
        };
        match executed {
            Err(error) if message(&error) == WITHIN_TRANSACTION && purpose == Purpose::Begin => {
                if on.came_free {
                    let rolled_back = on.connection.batch_execute(ROLLBACK);
                    rolled_back.map_err(|error| failed(error, ROLLBACK))?;
                }
                Err(told(
                    Class::OpenTransaction,
                    "a transaction was open already",
                ))
            }
            executed => executed.map_err(|error| failed(error, sql)),
        }
    }

    fn query(
        on: &mut Diesel<'_, Self>,
        sql: &str,
        _: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        rows(on.connection, sql).map_err(|error| failed(error, sql))
    }

    /// diesel has no way to ask; but to begin a transaction fails within another, and does nothing.
    fn has_lost_its_transaction(
        on: &mut Diesel<'_, Self>,
        statement: Option<&str>,
    ) -> Result<bool, Failed> {
        let is_kept = statement.is_some_and(|sql| !may_end_transaction(sql));
        if is_kept || on.connection.batch_execute("BEGIN").is_err() {
            return Ok(false);
        }
        let rolled_back = on.connection.batch_execute(ROLLBACK);
        rolled_back
            .map(|()| true)
            .map_err(|error| failed(error, ROLLBACK))
    }

    fn leave(on: &mut Diesel<'_, Self>) {
        if on.came_free {
            // It fails if there is nothing to roll back.
            let _ = on.connection.batch_execute(ROLLBACK);
            on.forget();
        }
    }
}

const ROLLBACK: &str = "ROLLBACK";

/// Tries for the write lock without SQLite's own waiting, so that the run's lock timeout counts and its wait is told.
fn begin_at_once(connection: &mut SqliteConnection, sql: &str) -> QueryResult<()> {
    let read = rows(connection, "PRAGMA busy_timeout")?;
    let patience = read.first().and_then(|row| row.first()?.integer());
    let Some(patience @ 1..) = patience else {
        return connection.batch_execute(sql);
    };
    connection.batch_execute("PRAGMA busy_timeout = 0")?;
    let result = connection.batch_execute(sql);
    connection.batch_execute(&format!("PRAGMA busy_timeout = {patience}"))?;
    result
}

/// What a failure is to a run.
fn failed(error: ClientError, sql: &str) -> Failed {
    let message = message(&error);
    Failed {
        class: class_by_words(&message, sql),
        message,
        error: Some(error.into()),
    }
}

impl Reads for Sqlite {
    fn value(raw: SqliteValue<'_, '_, '_>) -> Value {
        let value = match raw.value_type() {
            Some(SqliteType::Long | SqliteType::Integer | SqliteType::SmallInt) => {
                <i64 as FromSql<BigInt, Self>>::from_sql(raw).map(Value::from)
            }
            Some(SqliteType::Text) => {
                <String as FromSql<Text, Self>>::from_sql(raw).map(Value::from)
            }
            _ => Ok(Value::Null),
        };
        value.unwrap_or(Value::Null)
    }
}
