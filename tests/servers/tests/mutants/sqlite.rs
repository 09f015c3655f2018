//! SQLite's verdict, and ours.

use migratory_build::check::check;
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;
use rusqlite::Connection;

use crate::Verdict;

/// What SQLite says of a text in an empty database.
pub(crate) fn ask(text: &str) -> Verdict {
    let connection = Connection::open_in_memory().expect("memory");
    match connection.prepare(text) {
        Ok(_) => Verdict::Parses,
        Err(error) => {
            let message = error.to_string();
            let syntax = ["syntax error", "incomplete input", "unrecognized token"];
            match syntax.iter().any(|words| message.contains(words)) {
                true => Verdict::Syntax,
                false => Verdict::Undecided,
            }
        }
    }
}

/// What the whole check says of it.
pub(crate) fn gate(text: &str) -> Verdict {
    let scripts = [(File::new("0001_mutant.sql", text), None)];
    let source = Source::from_scripts(Config::new(Dialect::Sqlite), "migrations", scripts);
    let checkup = check(&source);
    let mut found = checkup.diagnostics.iter();
    match found.any(|diagnostic| diagnostic.is_error() && diagnostic.code == "syntax-error") {
        true => Verdict::Syntax,
        false => Verdict::Parses,
    }
}
