//! What the two clients of the rust-postgres project have in common: values, rows and errors.

use migratory_core::{Class, Purpose, Value};

#[cfg(not(feature = "tokio-postgres"))]
use ::postgres as client;
#[cfg(feature = "tokio-postgres")]
use ::tokio_postgres as client;

use client::types::{ToSql, Type};
use client::{Error as ClientError, Row, SimpleQueryMessage};

use super::{Failed, described, sqlstate};

/// Values with their types: so that a statement and its values go out in one message, and no statement is prepared on the server.
pub(super) fn bound(values: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    const NULL: &Option<&str> = &None;
    let bound = values.iter().map(|value| -> (&(dyn ToSql + Sync), Type) {
        match value {
            Value::Null => (NULL, Type::TEXT),
            Value::Integer(number) => (number, Type::INT8),
            Value::Text(text) => (text, Type::TEXT),
        }
    });
    bound.collect()
}

/// The values of rows with types. What no history holds is read as NULL, and the run then says which column it is.
pub(super) fn typed(rows: &[Row]) -> Vec<Vec<Value>> {
    let value = |row: &Row, index: usize| match *row.columns()[index].type_() {
        Type::INT8 => Value::from(row.try_get::<_, Option<i64>>(index).unwrap_or(None)),
        Type::INT4 => {
            let number: Option<i32> = row.try_get(index).unwrap_or(None);
            Value::from(number.map(i64::from))
        }
        _ => Value::from(row.try_get::<_, Option<&str>>(index).unwrap_or(None)),
    };
    let values = |row: &Row| (0..row.len()).map(|index| value(row, index)).collect();
    rows.iter().map(values).collect()
}

/// The values of rows that came as text.
pub(super) fn texts(messages: &[SimpleQueryMessage]) -> Vec<Vec<Value>> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        (0..row.len())
            .map(|index| Value::from(row.try_get(index).unwrap_or(None)))
            .collect()
    })
    .collect()
}

/// What a failure is to a run.
pub(super) fn failed(error: ClientError, purpose: Purpose<'_>) -> Failed {
    Failed {
        class: match error.code() {
            Some(code) => sqlstate::class(code.code(), purpose),
            None => Class::Other,
        },
        message: message(&error),
        error: Some(error.into()),
    }
}

/// The server's words, or else the client's with what they come from.
fn message(error: &ClientError) -> String {
    let Some(error) = error.as_db_error() else {
        return described(error);
    };
    sqlstate::message(
        error.message(),
        Some(error.code().code()),
        error.detail(),
        error.hint(),
    )
}
