use super::*;
use crate::drivers::mysql_server::{
    NO_SAVEPOINT, TRY_TRANSACTION, is_comment, leaves_transaction_open, lost, refused, text, value,
};
use ::sqlx::mysql::{MySql, MySqlDatabaseError, MySqlRow};
use ::sqlx::{Error as ClientError, Executor, MySqlConnection, Row};

targets!(MySql, MySqlConnection);

impl Speaks for MySql {
    const DIALECT: Dialect = Dialect::Mysql;

    type Notes = ();

    async fn execute(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Result<(), Failed> {
        match execute(on.connection, &text(sql, values)).await {
            Err(error) if number(&error).is_some_and(|it| is_comment(it, purpose)) => Ok(()),
            executed => executed.map_err(|error| failed(error, purpose)),
        }
    }

    async fn query(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        let rows = rows(on.connection, &text(sql, values), purpose).await;
        rows.map_err(|error| failed(error, purpose))
    }

    /// No migration is called within a transaction: most of what it does would end it.
    async fn look_for_transaction(_: On<'_, Self>, _: Purpose<'_>) -> Result<(), Failed> {
        Ok(())
    }

    /// The client takes one message at a time, and nothing can be sent before the answer to the last one was awaited. So a pool's
    /// connection is closed: the server ends it behind what it is doing, which releases the lock and rolls back. One that is no
    /// pool's keeps what the run held until it ends.
    fn let_go(driver: &mut Sqlx<'_, Self>, _: &mut Session) {
        driver.held.give_up();
    }

    fn leave_unheard(driver: &mut Sqlx<'_, Self>) {
        driver.held.give_up();
    }
}

async fn execute(connection: &mut MySqlConnection, sql: &str) -> Result<(), ClientError> {
    connection.execute(raw(sql)).await.map(drop)
}

async fn rows(
    connection: &mut MySqlConnection,
    sql: &str,
    purpose: Purpose<'_>,
) -> Result<Vec<Vec<Value>>, ClientError> {
    let rows = connection.fetch_all(raw(sql)).await?;
    let mut rows: Vec<Vec<Value>> = rows.iter().map(texts).collect();
    if leaves_transaction_open(purpose, &rows) {
        let is_open = is_in_transaction(connection).await?;
        rows[0][1] = i64::from(is_open).into();
    }
    Ok(rows)
}

async fn is_in_transaction(connection: &mut MySqlConnection) -> Result<bool, ClientError> {
    for sql in TRY_TRANSACTION {
        match execute(connection, sql).await {
            Err(error) if number(&error) == Some(NO_SAVEPOINT) => return Ok(false),
            result => result?,
        }
    }
    Ok(true)
}

/// The values of a row that came as text.
fn texts(row: &MySqlRow) -> Vec<Value> {
    let bytes = |index| row.try_get_unchecked::<Option<&[u8]>, _>(index);
    (0..row.len())
        .map(|index| value(bytes(index).unwrap_or(None)))
        .collect()
}

/// What a failure is to a run.
fn failed(error: ClientError, purpose: Purpose<'_>) -> Failed {
    match server(&error).map(|it| (it.number(), it.message().to_owned())) {
        Some((number, message)) => refused(number, &message, error, purpose),
        None => lost(error),
    }
}

fn number(error: &ClientError) -> Option<u16> {
    server(error).map(MySqlDatabaseError::number)
}

fn server(error: &ClientError) -> Option<&MySqlDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}
