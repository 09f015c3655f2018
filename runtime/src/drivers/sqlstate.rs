//! What every client of PostgreSQL has in common: the codes and the words of a failure.

use migratory_core::{Class, Purpose};

/// Fails outside of a transaction, and does nothing within one.
#[cfg(any(
    feature = "postgres",
    feature = "tokio-postgres",
    feature = "sqlx-postgres"
))]
pub(super) const TRY_TRANSACTION: &str = "SAVEPOINT migratory; RELEASE SAVEPOINT migratory";

/// What kind of failure a code of PostgreSQL stands for.
///
/// The codes are those of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(super) fn class(code: &str, purpose: Purpose<'_>) -> Class {
    match code {
        // Only the history may be missing. A migration that reads a table which does not exist is wrong.
        "42P01" if purpose.may_lack_its_table() => Class::MissingTable,
        "25P01" => Class::NoTransaction,
        // The first read met no table, and that aborted the transaction that was open.
        "25P02" if purpose == Purpose::Lock => Class::InTransaction,
        "55P03" => Class::LockTimeout,
        "40P01" => Class::Deadlock,
        "40001" => Class::Serialization,
        _ => Class::Other,
    }
}

/// What the server says of a failure, in one line. There are clients that keep the code to themselves.
pub(super) fn message(
    text: &str,
    code: Option<&str>,
    detail: Option<&str>,
    hint: Option<&str>,
) -> String {
    let mut message = text.to_owned();
    if let Some(code) = code {
        message += &format!(" (SQLSTATE {code})");
    }
    for (name, more) in [("detail", detail), ("hint", hint)] {
        if let Some(more) = more {
            message += &format!("; {name}: {more}");
        }
    }
    message
}
