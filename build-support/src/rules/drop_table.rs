#![doc = include_str!("drop_table.md")]

use super::context::made;
use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::ObjectKind;

/// A table goes with its rows.
pub(super) struct DropTable;

impl Rule for DropTable {
    fn name(&self) -> &'static str {
        "drop-table"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("drop_table.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::Drop {
            kind: ObjectKind::Table,
            name,
            object: Some(object),
            ..
        } = change
        else {
            return;
        };
        if context.created_here(name)
            || object.is_temporary()
            || context.rebuilt()
            || context.table_comes_back(name)
        {
            return;
        }
        let table = &object.name;
        let finding = report
            .at(name.span())
            .message(format!("table `{table}` is dropped with its rows"))
            .label("every row goes")
            .notes(made(object));
        if context.copied_before(name) {
            finding
                .note("this script copies rows of it to another table first")
                .help("check that the copy keeps all that is needed, and say so in a waiver")
                .warning();
        } else {
            finding
                .help("stop reading and writing it, release that, and drop it in a later migration")
                .help("where that has happened, say so: `-- migratory: allow(drop-table) reason=\"...\"`");
        }
    }
}
