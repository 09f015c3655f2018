#![doc = include_str!("sqlite_add_column_forbidden.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::ExprKind;
use migratory_core::Dialect;

/// A column is added of a kind that SQLite cannot add.
pub(super) struct SqliteAddColumnForbidden;

impl Rule for SqliteAddColumnForbidden {
    fn name(&self) -> &'static str {
        "sqlite-add-column-forbidden"
    }

    fn group(&self) -> Group {
        Group::DataDependent
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_add_column_forbidden.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::AddColumn {
            table,
            column,
            added,
        } = change
        else {
            return;
        };
        if context.created_here(table) {
            return;
        }
        let stored = column
            .generated
            .as_ref()
            .is_some_and(|generated| generated.stored);
        let default = column
            .default
            .as_ref()
            .is_some_and(|default| default.kind != ExprKind::Null);
        let (label, words, help) = if stored {
            (
                "a STORED column",
                "cannot add a STORED column",
                "make it `VIRTUAL`, or rebuild the table",
            )
        } else if default && !added.foreign_keys.is_empty() {
            (
                "REFERENCES with a default other than NULL",
                "Cannot add a REFERENCES column with non-NULL default value",
                "add it without the default, then fill it with `UPDATE`",
            )
        } else {
            return;
        };
        report
            .at(column.name.span)
            .message(format!(
                "adding `{}` fails where `{}` has rows",
                column.name.text, table.name.text
            ))
            .label(label)
            .note(format!(
                "on an empty table SQLite accepts it; on one with rows it says \"{words}\""
            ))
            .help(help);
    }

    fn rejection(&self, words: &str, _statement: &str) -> Option<&'static str> {
        let words = words.to_ascii_lowercase();
        if words.contains("cannot add a unique column") {
            Some("add the column without UNIQUE, then `CREATE UNIQUE INDEX`")
        } else if words.contains("cannot add a primary key column") {
            Some("rebuild the table: a primary key cannot be added to it")
        } else {
            None
        }
    }
}
