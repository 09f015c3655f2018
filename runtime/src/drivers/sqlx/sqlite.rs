use std::pin::pin;
use std::task::{Context, Waker};

use ::sqlx::sqlite::{Sqlite, SqliteRow};
use ::sqlx::{Error as ClientError, Executor, Row, SqliteConnection, TypeInfo, ValueRef};
use migratory_core::Class;

use super::*;
use crate::drivers::awaiting::send_and_forget;
use crate::drivers::sqlite_codes::{self, ENDED, WITHIN_TRANSACTION, may_end_transaction};

targets!(Sqlite, SqliteConnection);

/// What is kept in mind during a run.
#[derive(Default)]
pub(super) struct Notes {
    /// The run has opened a transaction.
    has_begun: bool,
    /// It has opened one before, so the connection came without.
    came_free: bool,
    /// The busy timeout in milliseconds that the connection had, while it has another.
    patience: Option<i64>,
}

impl Speaks for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;

    type Notes = Notes;

    async fn execute(
        On { connection, notes }: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Result<(), Failed> {
        let executed = match (purpose, values) {
            (Purpose::Begin, _) => return begin(connection, notes, sql).await,
            (_, []) => execute(connection, sql).await,
            _ => rows(connection, sql, values).await.map(drop),
        };
        executed.map_err(|error| failed(error, sql))?;
        match purpose {
            Purpose::Commit | Purpose::Rollback => notes.has_begun = false,
            Purpose::Statement(_) if notes.has_begun && may_end_transaction(sql) => {
                return see_transaction(connection).await;
            }
            _ => {}
        }
        Ok(())
    }

    async fn query(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        _: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        let rows = rows(on.connection, sql, values).await;
        rows.map(|rows| rows.iter().map(typed).collect())
            .map_err(|error| failed(error, sql))
    }

    async fn look_for_transaction(on: On<'_, Self>, _: Purpose<'_>) -> Result<(), Failed> {
        see_transaction(on.connection).await
    }

    /// What is sent goes to the thread of the connection, which keeps to the order. So a connection of a pool goes back to it: to
    /// close it would be the end of a database in memory.
    fn let_go(driver: &mut Sqlx<'_, Self>, session: &mut Session) {
        send_and_forget(driver, session);
        let patience = driver.notes.patience.take().map(set_patience);
        if let Some(connection) = driver.held.at_once() {
            // What a migration began by itself as well.
            let last = driver.notes.came_free.then(|| ROLLBACK.to_owned());
            for sql in last.into_iter().chain(patience) {
                let sent = pin!(execute(connection, &sql));
                let _ = sent.poll(&mut Context::from_waker(Waker::noop()));
            }
        }
    }
}

const ROLLBACK: &str = "ROLLBACK";

/// Tries for the write lock without SQLite's own waiting, so that the run's lock timeout counts and its wait is told.
async fn begin(
    connection: &mut SqliteConnection,
    notes: &mut Notes,
    sql: &str,
) -> Result<(), Failed> {
    let result = begin_at_once(connection, notes, sql).await;
    match result {
        Ok(()) => {
            (notes.has_begun, notes.came_free) = (true, true);
            Ok(())
        }
        Err(error) if message(&error) == WITHIN_TRANSACTION => {
            if notes.came_free {
                execute(connection, ROLLBACK)
                    .await
                    .map_err(|error| failed(error, ROLLBACK))?;
            }
            Err(told(
                Class::OpenTransaction,
                "a transaction was open already",
            ))
        }
        Err(error) => Err(failed(error, sql)),
    }
}

async fn begin_at_once(
    connection: &mut SqliteConnection,
    notes: &mut Notes,
    sql: &str,
) -> Result<(), ClientError> {
    let read = rows(connection, "PRAGMA busy_timeout", &[]).await?;
    notes.patience = read
        .first()
        .and_then(|row| typed(row).first()?.integer())
        .filter(|patience| *patience != 0);
    let Some(patience) = notes.patience else {
        return execute(connection, sql).await;
    };
    let result = match execute(connection, &set_patience(0)).await {
        Ok(()) => execute(connection, sql).await,
        Err(error) => Err(error),
    };
    execute(connection, &set_patience(patience)).await?;
    notes.patience = None;
    result
}

fn set_patience(milliseconds: i64) -> String {
    format!("PRAGMA busy_timeout = {milliseconds}")
}

/// Fails if the transaction of the run is gone. sqlx has no way to ask; but to begin one fails within another, and does nothing.
async fn see_transaction(connection: &mut SqliteConnection) -> Result<(), Failed> {
    if execute(connection, "BEGIN").await.is_err() {
        return Ok(());
    }
    execute(connection, ROLLBACK)
        .await
        .map_err(|error| failed(error, ROLLBACK))?;
    Err(told(Class::NoTransaction, "no transaction is active"))
}

async fn execute(connection: &mut SqliteConnection, sql: &str) -> Result<(), ClientError> {
    connection.execute(raw(sql)).await.map(drop)
}

async fn rows(
    connection: &mut SqliteConnection,
    sql: &str,
    values: &[Value],
) -> Result<Vec<SqliteRow>, ClientError> {
    let mut query = ::sqlx::query(trusted!(sql)).persistent(false);
    for value in values {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Integer(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.as_str()),
        };
    }
    connection.fetch_all(query).await
}

/// The values of a row; what no history holds is read as NULL, and the run then says which column it is.
fn typed(row: &SqliteRow) -> Vec<Value> {
    let value = |index| {
        let value = row.try_get_raw(index).ok()?;
        match value.type_info().name() {
            _ if value.is_null() => None,
            "INTEGER" => Some(Value::Integer(row.try_get_unchecked(index).ok()?)),
            "TEXT" => Some(Value::Text(row.try_get_unchecked(index).ok()?)),
            _ => None,
        }
    };
    (0..row.len())
        .map(|index| value(index).unwrap_or(Value::Null))
        .collect()
}

/// What a failure is to a run.
fn failed(error: ClientError, sql: &str) -> Failed {
    let message = message(&error);
    let code = error.as_database_error().and_then(|error| error.code());
    let class = match code.and_then(|code| code.parse().ok()) {
        _ if ENDED.contains(&message.as_str()) => Class::NoTransaction,
        Some(code) => sqlite_codes::class(code, &message, sql),
        None => Class::Other,
    };
    Failed {
        class,
        message,
        error: Some(error.into()),
    }
}

/// The library's words.
fn message(error: &ClientError) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// A failure that the client does not see as one.
fn told(class: Class, message: &str) -> Failed {
    Failed {
        class,
        message: message.into(),
        error: None,
    }
}
