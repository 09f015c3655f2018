#![doc = include_str!("drop_column.md")]

use super::context::made;
use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;

/// A column goes with its values.
pub(super) struct DropColumn;

impl Rule for DropColumn {
    fn name(&self) -> &'static str {
        "drop-column"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("drop_column.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::DropColumn { table, column } = change else {
            return;
        };
        let computed = context
            .definition(table)
            .and_then(|definition| definition.column(&column.text))
            .is_some_and(|column| column.generated.is_some());
        if computed
            || context.created_here(table)
            || context.is_temporary(table)
            || context.column_added_here(table, &column.text)
            || context.column_comes_back(table, &column.text)
        {
            return;
        }
        let name = &column.text;
        report
            .at(column.span)
            .message(format!(
                "column `{name}` of `{}` is dropped with its values",
                table.name.text
            ))
            .label("every value goes")
            .notes(context.table(table).and_then(|object| made(object)))
            .help("stop reading and writing it, release that, and drop it in a later migration")
            .help("where that has happened, say so: `-- migratory: allow(drop-column) reason=\"...\"`");
    }
}
