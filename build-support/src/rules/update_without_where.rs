#![doc = include_str!("update_without_where.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::{Expr, Ident};

/// Every row of a table gets new values.
pub(super) struct UpdateWithoutWhere;

impl Rule for UpdateWithoutWhere {
    fn name(&self) -> &'static str {
        "update-without-where"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("update_without_where.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::Update(update) = change else {
            return;
        };
        let table = &update.table;
        if update.filter.is_some()
            || update.limited
            || context.created_here(table)
            || context.is_temporary(table)
        {
            return;
        }
        let overwritten: Vec<&(Ident, Expr)> = update
            .assignments
            .iter()
            .filter(|(column, _)| !context.column_added_here(table, &column.text))
            .collect();
        let Some((first, _)) = overwritten.first() else {
            return;
        };
        let name = &table.name.text;
        let finding = report
            .at(first.span)
            .message(format!(
                "column `{}` is overwritten in every row of `{name}`",
                first.text
            ))
            .label("no WHERE")
            .help("say which rows: `WHERE ...`")
            .help("where all are meant, write `WHERE true`");
        // A value computed from the row's own columns is a conversion, not a slip of the hand.
        if overwritten
            .iter()
            .all(|(_, value)| !value.columns.is_empty())
        {
            finding.warning();
        }
    }
}
