#![doc = include_str!("sqlite_add_column_not_null.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::ExprKind;
use migratory_core::Dialect;

/// A column is added that must not be NULL and has nothing else to be.
pub(super) struct SqliteAddColumnNotNull;

impl Rule for SqliteAddColumnNotNull {
    fn name(&self) -> &'static str {
        "sqlite-add-column-not-null"
    }

    fn group(&self) -> Group {
        Group::DataDependent
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_add_column_not_null.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::AddColumn { table, column, .. } = change else {
            return;
        };
        let null = column
            .default
            .as_ref()
            .is_none_or(|default| default.kind == ExprKind::Null);
        if !column.not_null || !null || column.generated.is_some() || context.created_here(table) {
            return;
        }
        report
            .at(column.name.span)
            .message(format!(
                "adding `{}` fails where `{}` has rows",
                column.name.text, table.name.text
            ))
            .label("NOT NULL without a default")
            .note("on an empty table SQLite accepts it; on one with rows it says \"Cannot add a NOT NULL column with default value NULL\"")
            .help("give it a constant default: `NOT NULL DEFAULT ...`")
            .help("or add it without NOT NULL and fill it with `UPDATE`");
    }
}
