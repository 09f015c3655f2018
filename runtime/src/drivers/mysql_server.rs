//! What the clients of MySQL and MariaDB have in common: the texts of a step, values and errors.
//!
//! Everything goes as text in one message: to bind values would take a message more for each new statement, and a migration that
//! changes the session's character set would change what they mean.

#[cfg(any(feature = "mysql", feature = "mysql_async", feature = "sqlx-mysql"))]
use std::borrow::Cow;
use std::error::Error as StdError;

use migratory_core::{Class, Purpose, Value};

use super::Failed;
#[cfg(any(feature = "mysql", feature = "mysql_async", feature = "sqlx-mysql"))]
use crate::Dialect;

/// Both succeed within a transaction. Outside of one a savepoint is gone with its own statement, and the second fails.
pub(super) const TRY_TRANSACTION: [&str; 2] =
    ["SAVEPOINT migratory", "RELEASE SAVEPOINT migratory"];

/// The number of the error that the second of [`TRY_TRANSACTION`] then is: `ER_SP_DOES_NOT_EXIST`.
pub(super) const NO_SAVEPOINT: u16 = 1305;

/// A statement with its values in it, none of their characters among them.
#[cfg(any(feature = "mysql", feature = "mysql_async", feature = "sqlx-mysql"))]
pub(super) fn text<'s>(sql: &'s str, values: &[Value]) -> Cow<'s, str> {
    match values {
        [] => sql.into(),
        _ => Dialect::Mysql.inlined(sql, values).into(),
    }
}

/// A value of a row that came as text.
pub(super) fn value(bytes: Option<&[u8]>) -> Value {
    Value::from(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// Whether an answer to the step that takes the lock leaves open if the connection is in a transaction: MySQL has no variable that
/// says so, MariaDB has.
pub(super) fn leaves_transaction_open(purpose: Purpose<'_>, rows: &[Vec<Value>]) -> bool {
    purpose == Purpose::Lock && matches!(rows, [row] if row.get(1) == Some(&Value::Null))
}

/// Whether a failure is that this server has nothing to do: the statement is a comment to it, as `/*!80000 ... */` is to an older one
/// (`ER_EMPTY_QUERY`).
pub(super) fn is_comment(code: u16, purpose: Purpose<'_>) -> bool {
    code == 1065 && purpose.statement().is_some()
}

/// What a failure that the server tells is to a run. The message is the server's, without the statement.
pub(super) fn refused(
    code: u16,
    message: &str,
    error: impl StdError + Send + Sync + 'static,
    purpose: Purpose<'_>,
) -> Failed {
    Failed {
        class: class(code, purpose),
        message: format!("{message} (error {code})"),
        error: Some(error.into()),
    }
}

/// What a failure of the client itself is to a run.
pub(super) fn lost(error: impl StdError + Send + Sync + 'static) -> Failed {
    Failed {
        class: Class::Other,
        message: error.to_string(),
        error: Some(error.into()),
    }
}

/// The numbers are those of <https://mariadb.com/kb/en/mariadb-error-code-reference/> and
/// <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>.
fn class(code: u16, purpose: Purpose<'_>) -> Class {
    match code {
        // Only the history may be missing, or the database that it is to be in. A migration that reads a table which does not
        // exist is wrong.
        1049 | 1146 if purpose.may_lack_its_table() => Class::MissingTable,
        1205 | 3572 => Class::LockTimeout,
        1213 => Class::Deadlock,
        // Of a cluster: the transaction met one of another node.
        1020 | 3101 => Class::Serialization,
        _ => Class::Other,
    }
}
