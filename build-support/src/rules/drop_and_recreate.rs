#![doc = include_str!("drop_and_recreate.md")]

use super::context::made;
use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::ObjectKind;

/// A table or column goes and comes back empty.
pub(super) struct DropAndRecreate;

impl Rule for DropAndRecreate {
    fn name(&self) -> &'static str {
        "drop-and-recreate"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("drop_and_recreate.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        match change {
            Change::Drop {
                kind: ObjectKind::Table,
                name,
                object: Some(object),
                ..
            } => {
                if context.created_here(name)
                    || object.is_temporary()
                    || context.rebuilt()
                    || !context.table_comes_back(name)
                {
                    return;
                }
                let table = &object.name;
                report
                    .at(name.span())
                    .message(format!("table `{table}` is dropped and created again, empty"))
                    .label("every row goes")
                    .notes(made(object))
                    .help("change it with `ALTER TABLE`")
                    .help("or copy its rows: create the new table under another name, `INSERT INTO ... SELECT`, drop the old one, rename the new one");
            }
            Change::DropColumn { table, column } => {
                if context.created_here(table) || !context.column_comes_back(table, &column.text) {
                    return;
                }
                report
                    .at(column.span)
                    .message(format!(
                        "column `{}` of `{}` is dropped and added again, empty",
                        column.text, table.name.text
                    ))
                    .label("every value goes")
                    .help("add the new column under another name, copy the values, drop the old column, rename the new one");
            }
            _ => {}
        }
    }
}
