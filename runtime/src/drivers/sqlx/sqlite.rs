use std::pin::pin;
use std::task::{Context, Waker};

use ::sqlx::sqlite::{Sqlite, SqliteRow};
use ::sqlx::{Error as ClientError, Executor, Row, SqliteConnection, TypeInfo, ValueRef};
use migratory_core::Class;

use super::*;
use crate::drivers::awaiting::send_and_forget;
use crate::drivers::sqlite_codes::{
    self, ENDED, READ_BUSY_TIMEOUT, WITHIN_TRANSACTION, begin_without_waiting, may_end_transaction,
    may_set_busy_timeout, set_busy_timeout,
};

targets!(Sqlite, SqliteConnection);

/// What is kept in mind during a run.
#[derive(Default)]
pub(super) struct Notes {
    /// The run has opened a transaction.
    has_begun: bool,
    /// It has opened one before, so the connection came without.
    came_free: bool,
    /// The busy timeout of the connection in milliseconds, where it is known.
    busy_timeout: Option<i64>,
    /// The connection may be without it at the moment.
    is_set_aside: bool,
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
        if let Purpose::Statement(_) = purpose
            && may_set_busy_timeout(sql)
        {
            Self::unlearn(notes);
        }
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

    fn unlearn(notes: &mut Notes) {
        notes.busy_timeout = None;
    }

    /// What is sent goes to the thread of the connection, which keeps to the order. So a connection of a pool goes back to it: to
    /// close it would be the end of a database in memory.
    fn let_go(driver: &mut Sqlx<'_, Self>, session: &mut Session) {
        send_and_forget(driver, session);
        let notes = &driver.notes;
        let patience = notes.busy_timeout.filter(|_| notes.is_set_aside);
        if let Some(connection) = driver.held.at_once() {
            // What a migration began by itself as well.
            let last = driver.notes.came_free.then(|| ROLLBACK.to_owned());
            for sql in last.into_iter().chain(patience.map(set_busy_timeout)) {
                let sent = pin!(execute(connection, &sql));
                let _ = sent.poll(&mut Context::from_waker(Waker::noop()));
            }
        }
    }
}

const ROLLBACK: &str = "ROLLBACK";

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

/// Tries for the write lock without SQLite's own waiting. What was set aside for that comes back whatever happens.
async fn begin_at_once(
    connection: &mut SqliteConnection,
    notes: &mut Notes,
    sql: &str,
) -> Result<(), ClientError> {
    let patience = match notes.busy_timeout {
        Some(known) => known,
        None => read_busy_timeout(connection).await?,
    };
    notes.busy_timeout = Some(patience);
    if patience == 0 {
        return execute(connection, sql).await;
    }
    notes.is_set_aside = true;
    let result = execute(connection, &begin_without_waiting(sql, patience)).await;
    if result.is_err() {
        execute(connection, &set_busy_timeout(patience)).await?;
    }
    notes.is_set_aside = false;
    result
}

/// In milliseconds. A busy handler of the application's own cannot be read, and shows as no timeout.
async fn read_busy_timeout(connection: &mut SqliteConnection) -> Result<i64, ClientError> {
    let read = rows(connection, READ_BUSY_TIMEOUT, &[]).await?;
    let patience = read.first().and_then(|row| typed(row).first()?.integer());
    Ok(patience.unwrap_or(0))
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
