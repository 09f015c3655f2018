#![doc = include_str!("sqlite_add_column_nonconstant_default.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::{Expr, ExprKind};
use migratory_core::Dialect;

/// A column is added whose default is no constant.
pub(super) struct SqliteAddColumnNonconstantDefault;

impl Rule for SqliteAddColumnNonconstantDefault {
    fn name(&self) -> &'static str {
        "sqlite-add-column-nonconstant-default"
    }

    fn group(&self) -> Group {
        Group::DataDependent
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_add_column_nonconstant_default.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::AddColumn { table, column, .. } = change else {
            return;
        };
        let Some(default) = column.default.as_ref().filter(|default| !constant(default)) else {
            return;
        };
        if context.created_here(table) {
            return;
        }
        report
            .at(default.span)
            .message(format!("adding `{}` fails where `{}` has rows", column.name.text, table.name.text))
            .label("not a constant")
            .note("on an empty table SQLite accepts it; on one with rows it says \"Cannot add a column with non-constant default\"")
            .help("add the column without this default, then fill it with `UPDATE`")
            .help("or rebuild the table, where new rows need the default");
    }
}

/// Whether SQLite knows the value without running anything. What it folds is a literal with signs, casts and parentheses.
fn constant(default: &Expr) -> bool {
    match default.kind {
        ExprKind::Literal | ExprKind::Null | ExprKind::AlwaysTrue | ExprKind::Column => true,
        ExprKind::CurrentTime => false,
        ExprKind::Other => {
            let text = default
                .text
                .trim_matches(|c: char| c == '(' || c == ')' || c.is_whitespace());
            text.get(..4)
                .is_some_and(|word| word.eq_ignore_ascii_case("cast"))
        }
    }
}
