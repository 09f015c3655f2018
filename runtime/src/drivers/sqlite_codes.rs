//! What every client of SQLite has in common: what the codes and the words of a failure are to a run.

use migratory_core::Class;

/// What kind of failure an extended result code of SQLite stands for, with the library's words and the statement.
///
/// The codes are those of <https://www.sqlite.org/rescode.html>.
#[cfg(any(feature = "rusqlite", feature = "sqlx-sqlite"))]
pub(super) fn class(code: i32, message: &str, sql: &str) -> Class {
    const ERROR: i32 = 1;
    const BUSY: i32 = 5;
    const LOCKED_SHAREDCACHE: i32 = 262;
    match code {
        // A plain SQLITE_LOCKED is a conflict within this connection, which no waiting ends.
        LOCKED_SHAREDCACHE => Class::Busy,
        _ if code & 0xff == BUSY => Class::Busy,
        ERROR if misses_its_table(message, sql) => Class::MissingTable,
        _ => Class::Other,
    }
}

/// What kind of failure SQLite's words stand for, with the statement, where the client keeps the code to itself. The words are the
/// same in every country, and others for a conflict within this connection.
#[cfg(feature = "diesel-sqlite")]
pub(super) fn class_by_words(message: &str, sql: &str) -> Class {
    const BUSY: &str = "database is locked";
    const LOCKED_SHAREDCACHE: [&str; 2] =
        ["database table is locked: ", "database schema is locked: "];
    let is_shared = LOCKED_SHAREDCACHE.iter().any(|it| message.starts_with(it));
    match message {
        BUSY => Class::Busy,
        _ if is_shared => Class::Busy,
        _ if ENDED.contains(&message) => Class::NoTransaction,
        _ if misses_its_table(message, sql) => Class::MissingTable,
        _ => Class::Other,
    }
}

/// SQLite's words for a transaction within another.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) const WITHIN_TRANSACTION: &str = "cannot start a transaction within a transaction";

/// SQLite's words for the end of a transaction that is not there.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) const ENDED: [&str; 2] = [
    "cannot commit - no transaction is active",
    "cannot rollback - no transaction is active",
];

/// Whether a statement that succeeded may have ended its transaction, to be seen without reading SQL: each that does so has one of
/// these words in it.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) fn may_end_transaction(sql: &str) -> bool {
    ["commit", "end", "rollback"]
        .iter()
        .any(|word| has(sql, word))
}

/// Whether a statement may have changed the busy timeout, to be seen in the same way.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) fn may_set_busy_timeout(sql: &str) -> bool {
    has(sql, "busy_timeout")
}

/// Begins a transaction without SQLite's own waiting, so that the run's lock timeout counts and its wait is told: in one message, of
/// which the end is not run if it cannot begin.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) fn begin_without_waiting(begin: &str, busy_timeout: i64) -> String {
    format!(
        "{}; {begin}; {}",
        set_busy_timeout(0),
        set_busy_timeout(busy_timeout)
    )
}

#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) const READ_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout";

#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
pub(super) fn set_busy_timeout(milliseconds: i64) -> String {
    format!("PRAGMA busy_timeout = {milliseconds}")
}

/// Whether a word in small letters stands anywhere in a text, in letters of any case.
#[cfg(any(feature = "diesel-sqlite", feature = "sqlx-sqlite"))]
fn has(sql: &str, word: &str) -> bool {
    let word = word.as_bytes();
    let mut places = sql.as_bytes().windows(word.len());
    places.any(|place| place[0].to_ascii_lowercase() == word[0] && place.eq_ignore_ascii_case(word))
}

/// Whether the table that a query reads is the one that does not exist. A view is there even if what it reads is not.
fn misses_its_table(message: &str, sql: &str) -> bool {
    let plain = |text: &str| text.replace('"', "");
    message
        .strip_prefix("no such table: ")
        .is_some_and(|name| plain(sql).contains(&format!(" FROM {} WHERE ", plain(name))))
}
