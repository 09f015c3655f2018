use ::diesel::SqliteConnection;
use ::diesel::connection::SimpleConnection;
use ::diesel::deserialize::FromSql;
use ::diesel::sql_types::{BigInt, Text};
use ::diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use super::*;
use crate::drivers::sqlite_codes::{
    READ_BUSY_TIMEOUT, WITHIN_TRANSACTION, begin_without_waiting, class_by_words,
    may_end_transaction, may_set_busy_timeout, set_busy_timeout,
};

target!(SqliteConnection);

impl Speaks for SqliteConnection {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn execute(on: &mut Diesel<'_, Self>, sql: &str, purpose: Purpose<'_>) -> Result<(), Failed> {
        if let Purpose::Statement(_) = purpose
            && may_set_busy_timeout(sql)
        {
            Self::unlearn(on);
        }
        let executed = match purpose {
            Purpose::Begin => begin_at_once(on, sql),
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

    fn unlearn(on: &mut Diesel<'_, Self>) {
        on.busy_timeout = None;
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

/// Tries for the write lock without SQLite's own waiting. What was set aside for that comes back whatever happens.
fn begin_at_once(on: &mut Diesel<'_, SqliteConnection>, sql: &str) -> QueryResult<()> {
    let patience = match on.busy_timeout {
        Some(known) => known,
        None => read_busy_timeout(on.connection)?,
    };
    on.busy_timeout = Some(patience);
    if patience == 0 {
        return on.connection.batch_execute(sql);
    }
    let begin = begin_without_waiting(sql, patience);
    let result = on.connection.batch_execute(&begin);
    if result.is_err() {
        let back = set_busy_timeout(patience);
        on.connection.batch_execute(&back)?;
    }
    result
}

/// In milliseconds. A busy handler of the application's own cannot be read, and shows as no timeout.
fn read_busy_timeout(connection: &mut SqliteConnection) -> QueryResult<i64> {
    let read = rows(connection, READ_BUSY_TIMEOUT)?;
    let patience = read.first().and_then(|row| row.first()?.integer());
    Ok(patience.unwrap_or(0))
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
