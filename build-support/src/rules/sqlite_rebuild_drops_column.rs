#![doc = include_str!("sqlite_rebuild_drops_column.md")]

use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use crate::syntax::ir::ObjectKind;
use migratory_core::Dialect;

/// A table rebuild does not copy a column.
pub(super) struct SqliteRebuildDropsColumn;

impl Rule for SqliteRebuildDropsColumn {
    fn name(&self) -> &'static str {
        "sqlite-rebuild-drops-column"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_rebuild_drops_column.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for rebuild in script.rebuilds() {
            let old = script.before.find(None, &rebuild.table, ObjectKind::Table);
            let Some(columns) = old.and_then(|old| old.as_table()) else {
                continue;
            };
            let new = script.after.find(None, &rebuild.table, ObjectKind::Table);
            let new = new.and_then(|new| new.as_table());
            for column in &columns.columns {
                let name = &column.name.text;
                let left = rebuild.leaves_behind(name, script.steps);
                let Some(step) = left.map(|step| &script.steps[step]) else {
                    continue;
                };
                if column.generated.is_some() || handled(&rebuild.table, name, script) {
                    continue;
                }
                let stays = new.is_some_and(|table| table.column(name).is_some());
                let finding = report.at(step.span);
                if stays {
                    finding
                        .message(format!(
                            "the rebuild of `{}` does not copy `{name}`",
                            rebuild.table
                        ))
                        .label("its values stay behind")
                        .help(format!(
                            "add `{name}` to both lists of `INSERT INTO ... SELECT`"
                        ));
                } else {
                    finding
                        .message(format!("the rebuild of `{}` drops column `{name}` with its values", rebuild.table))
                        .label("not copied")
                        .help(format!("copy `{name}`, or where its values may go, say so: `-- migratory: allow(sqlite-rebuild-drops-column) reason=\"...\"`"));
                }
            }
        }
    }
}

/// Whether another statement deals with the column: drops or renames it, or reads its values elsewhere.
fn handled(table: &str, column: &str, script: &ScriptContext<'_>) -> bool {
    script.steps.iter().any(|step| match &step.change {
        Change::DropColumn { column: gone, .. } => gone.is(column),
        Change::RenameColumn { from, .. } => from.is(column),
        Change::Insert(insert) => insert.query.as_ref().is_some_and(|query| {
            query.tables.iter().any(|read| read.name.is(table))
                && query.columns.iter().any(|read| read.name.is(column))
        }),
        _ => false,
    })
}
