#![doc = include_str!("rename_column.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;

/// A column gets another name while the application uses the old one.
pub(super) struct RenameColumn;

impl Rule for RenameColumn {
    fn name(&self) -> &'static str {
        "rename-column"
    }

    fn group(&self) -> Group {
        Group::Breaking
    }

    fn page(&self) -> &'static str {
        include_str!("rename_column.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::RenameColumn { table, from, to } = change else {
            return;
        };
        if context.created_here(table)
            || context.is_temporary(table)
            || context.column_added_here(table, &from.text)
            || context.column_comes_back(table, &from.text)
        {
            return;
        }
        report
            .at(from.span)
            .message(format!(
                "column `{}` of `{}` is renamed to `{}`",
                from.text, table.name.text, to.text
            ))
            .label("running code asks for the old name")
            .help("add the new column, write both, copy the values, read the new one, drop the old one in a later migration")
            .help("or keep the name in the database and change it in the code only");
    }
}
