use std::time::Duration;

use migratory_core::{Class, Purpose, Reply, Step, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error as ClientError};

use super::blocking::Driver;
use super::{Failed, sqlite_codes};
use crate::target::{Request, Sealed, Target};
use crate::{Dialect, Error};

impl Sealed for Connection {}

impl Target for Connection {
    type Output<'c, T: 'c> = Result<T, Error>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        request.run(Rusqlite::new(self))
    }
}

struct Rusqlite<'c> {
    connection: &'c mut Connection,
    /// The transaction that is open is the run's own.
    has_begun: bool,
    /// The connection came to us without a transaction.
    came_free: bool,
}

impl<'c> Rusqlite<'c> {
    fn new(connection: &'c mut Connection) -> Self {
        Self {
            has_begun: false,
            came_free: connection.is_autocommit(),
            connection,
        }
    }
}

impl Driver for Rusqlite<'_> {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => {
                self.execute(sql, values, purpose)?;
                Ok(Reply::Done)
            }
            Step::Query { sql, values, .. } => {
                let rows = query(self.connection, sql, values);
                rows.map(Reply::Rows).map_err(|error| failed(error, sql))
            }
            Step::Call { function, .. } => {
                let result = function.call(self.connection).at_once();
                if self.has_lost_its_transaction() {
                    return Err(ended());
                }
                Failed::of_a_call(result)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }

    fn leave(&mut self) {
        if self.came_free && self.is_in_transaction() {
            // There is nobody left to tell, and nothing else to try.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Rusqlite<'_> {
    fn execute(&mut self, sql: &str, values: &[Value], purpose: Purpose<'_>) -> Result<(), Failed> {
        let ends = matches!(purpose, Purpose::Commit | Purpose::Rollback);
        if ends && self.connection.is_autocommit() {
            self.has_begun = false;
            return Err(ended());
        }
        if purpose == Purpose::Begin && !self.connection.is_autocommit() {
            return Err(self.roll_back_what_is_not_ours());
        }
        let result = match purpose {
            Purpose::Begin => {
                without_waiting(self.connection, |connection| connection.execute_batch(sql))
            }
            _ => query(self.connection, sql, values).map(drop),
        };
        result.map_err(|error| failed(error, sql))?;
        match purpose {
            Purpose::Begin => self.has_begun = true,
            Purpose::Commit | Purpose::Rollback => self.has_begun = false,
            _ if self.has_lost_its_transaction() => return Err(ended()),
            _ => {}
        }
        Ok(())
    }

    fn roll_back_what_is_not_ours(&self) -> Failed {
        match self.connection.execute_batch("ROLLBACK") {
            Ok(()) => told(Class::OpenTransaction, "a transaction was open already"),
            Err(error) => failed(error, "ROLLBACK"),
        }
    }

    fn has_lost_its_transaction(&self) -> bool {
        self.has_begun && self.connection.is_autocommit()
    }
}

/// Tries for the write lock without SQLite's own waiting, so that the run's lock timeout counts and its wait is told. A busy handler
/// of the application's own stays: it cannot be read, and shows as no timeout.
fn without_waiting<T>(
    connection: &Connection,
    attempt: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let patience: u32 = connection.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
    if patience == 0 {
        return attempt(connection);
    }
    connection.busy_timeout(Duration::ZERO)?;
    let result = attempt(connection);
    connection.busy_timeout(Duration::from_millis(patience.into()))?;
    result
}

/// Runs a statement to its last row.
fn query(
    connection: &Connection,
    sql: &str,
    values: &[Value],
) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql)?;
    for (value, place) in values.iter().zip(1..) {
        match value {
            Value::Null => statement.raw_bind_parameter(place, rusqlite::types::Null)?,
            Value::Integer(number) => statement.raw_bind_parameter(place, number)?,
            Value::Text(text) => statement.raw_bind_parameter(place, text)?,
        }
    }
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let row: rusqlite::Result<_> = (0..columns)
            .map(|index| row.get_ref(index).map(value))
            .collect();
        read.push(row?);
    }
    Ok(read)
}

/// A value of the history; what no history holds is read as NULL, and the run then says which column it is.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

fn failed(error: ClientError, sql: &str) -> Failed {
    let message = message(&error, sql);
    Failed {
        class: match error.sqlite_error() {
            Some(error) => sqlite_codes::class(error.extended_code, &message, sql),
            None => Class::Other,
        },
        message,
        error: Some(error.into()),
    }
}

/// The client's words without the statement, which the run names by its line.
fn message(error: &ClientError, sql: &str) -> String {
    let mut text = error.to_string();
    if let Some(end) = text.find(&format!(" in {sql} at offset ")) {
        text.truncate(end);
    }
    text
}

fn ended() -> Failed {
    told(Class::NoTransaction, "no transaction is active")
}

/// A failure that the client does not see as one.
fn told(class: Class, message: &str) -> Failed {
    Failed {
        class,
        message: message.into(),
        error: None,
    }
}
