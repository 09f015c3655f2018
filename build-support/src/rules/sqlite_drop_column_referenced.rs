#![doc = include_str!("sqlite_drop_column_referenced.md")]

use super::{Group, Rule};
use migratory_core::Dialect;

/// A column is dropped that an index, a view, a trigger or a constraint still uses.
pub(super) struct SqliteDropColumnReferenced;

impl Rule for SqliteDropColumnReferenced {
    fn name(&self) -> &'static str {
        "sqlite-drop-column-referenced"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_drop_column_referenced.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn rejection(&self, words: &str, _statement: &str) -> Option<&'static str> {
        if words.contains("after drop column") {
            Some(
                "drop the index, view or trigger first; where a CHECK or another constraint of the table uses it, rebuild the table",
            )
        } else if words.contains("cannot drop UNIQUE column")
            || words.contains("cannot drop PRIMARY KEY column")
        {
            Some("rebuild the table: a column of a key cannot be dropped from it")
        } else {
            None
        }
    }
}
