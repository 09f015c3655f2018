use std::borrow::Cow;

use super::*;
use crate::drivers::awaiting::send_and_forget;
use crate::drivers::sqlstate;
use crate::drivers::sqlstate::TRY_TRANSACTION;
use ::sqlx::postgres::{PgDatabaseError, PgRow, Postgres};
use ::sqlx::{Connection, Error as ClientError, Executor, PgConnection, Row};

targets!(Postgres, PgConnection);

/// What is kept in mind during a run.
#[derive(Default)]
pub(super) struct Notes {
    /// Nobody awaits the run any more.
    is_left: bool,
}

/// Everything goes as text in one message: sqlx prepares a statement before it binds values to it.
impl Speaks for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;

    type Notes = Notes;

    async fn execute(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Result<(), Failed> {
        let sql = text(sql, values);
        let executed = match on.notes.is_left {
            true => queue(on.connection, sql.into_owned()).await,
            false => execute(on.connection, &sql).await,
        };
        executed.map_err(|error| failed(error, purpose))
    }

    async fn query(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        if on.notes.is_left {
            Self::execute(on, sql, values, purpose).await?;
            return Ok(Vec::new());
        }
        let rows = rows(on.connection, &text(sql, values)).await;
        rows.map(|rows| rows.iter().map(texts).collect())
            .map_err(|error| failed(error, purpose))
    }

    async fn look_for_transaction(on: On<'_, Self>, purpose: Purpose<'_>) -> Result<(), Failed> {
        let tried = execute(on.connection, TRY_TRANSACTION).await;
        tried.map_err(|error| failed(error, purpose))
    }

    fn let_go(driver: &mut Sqlx<'_, Self>, session: &mut Session) {
        driver.notes.is_left = true;
        driver.held.give_up();
        send_and_forget(driver, session);
    }

    fn leave_unheard(driver: &mut Sqlx<'_, Self>) {
        driver.held.give_up();
    }
}

fn text<'s>(sql: &'s str, values: &[Value]) -> Cow<'s, str> {
    match values {
        [] => sql.into(),
        _ => Dialect::Postgres.inlined(sql, values).into(),
    }
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), ClientError> {
    connection.execute(raw(sql)).await.map(drop)
}

async fn rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>, ClientError> {
    connection.fetch_all(raw(sql)).await
}

/// Sends SQL when it is first polled, even if the answer to another message is still to come. Of all that sqlx does with a connection
/// only the beginning of a transaction is like that; what it begins with is free.
async fn queue(connection: &mut PgConnection, sql: String) -> Result<(), ClientError> {
    match connection.begin_with(trusted!(sql)).await {
        Ok(transaction) => std::mem::forget(transaction),
        Err(ClientError::BeginFailed) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The values of a row that came as text.
fn texts(row: &PgRow) -> Vec<Value> {
    let text = |index| row.try_get_unchecked::<Option<&str>, _>(index);
    (0..row.len())
        .map(|index| Value::from(text(index).unwrap_or(None)))
        .collect()
}

/// What a failure is to a run.
fn failed(error: ClientError, purpose: Purpose<'_>) -> Failed {
    let Some(refused) = refused(&error) else {
        return Postgres::lost(error);
    };
    Failed {
        class: sqlstate::class(refused.code(), purpose),
        message: sqlstate::message(
            refused.message(),
            Some(refused.code()),
            refused.detail(),
            refused.hint(),
        ),
        error: Some(error.into()),
    }
}

fn refused(error: &ClientError) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}
