#![doc = include_str!("sqlite_add_column_if_not_exists.md")]

use migratory_core::Dialect;

use super::{Group, Rule};

/// A guard that SQLite does not know.
pub(super) struct SqliteAddColumnIfNotExists;

impl Rule for SqliteAddColumnIfNotExists {
    fn name(&self) -> &'static str {
        "sqlite-add-column-if-not-exists"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_add_column_if_not_exists.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn rejection(&self, words: &str, statement: &str) -> Option<&'static str> {
        let near_exists = words.to_ascii_lowercase().contains("near \"exists\"");
        let statement = statement.to_ascii_lowercase();
        let mut words = statement.split_ascii_whitespace();
        let alters =
            words.next() == Some("alter") && words.any(|word| matches!(word, "add" | "drop"));
        (near_exists && alters).then_some(
            "SQLite has no `IF EXISTS` or `IF NOT EXISTS` for columns; leave it out: the history decides whether the column is there",
        )
    }
}
