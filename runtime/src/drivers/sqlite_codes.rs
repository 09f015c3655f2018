//! What every client of SQLite has in common: what the codes and the words of a failure are to a run.

use migratory_core::Class;

/// What kind of failure an extended result code of SQLite stands for, with the library's words and the statement.
///
/// The codes are those of <https://www.sqlite.org/rescode.html>.
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

/// Whether the table that a query reads is the one that does not exist. A view is there even if what it reads is not.
fn misses_its_table(message: &str, sql: &str) -> bool {
    let plain = |text: &str| text.replace('"', "");
    message
        .strip_prefix("no such table: ")
        .is_some_and(|name| plain(sql).contains(&format!(" FROM {} WHERE ", plain(name))))
}
