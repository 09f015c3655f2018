#![doc = include_str!("delete_without_where.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;

/// Every row of a table goes.
pub(super) struct DeleteWithoutWhere;

impl Rule for DeleteWithoutWhere {
    fn name(&self) -> &'static str {
        "delete-without-where"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("delete_without_where.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::Delete {
            table,
            filter: None,
            limited: false,
        } = change
        else {
            return;
        };
        let name = &table.name.text;
        if context.created_here(table)
            || context.is_temporary(table)
            || context.copied_before(table)
            || context.script.dropped_later(name, context.index)
        {
            return;
        }
        report
            .at(table.span())
            .message(format!("every row of `{name}` is deleted"))
            .label("no WHERE")
            .help("say which rows: `WHERE ...`")
            .help("where all are meant, write `WHERE true`");
    }
}
