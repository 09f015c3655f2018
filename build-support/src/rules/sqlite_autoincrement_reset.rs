#![doc = include_str!("sqlite_autoincrement_reset.md")]

use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use crate::diagnostic::Level;
use crate::syntax::ir::ObjectKind;
use migratory_core::Dialect;

/// A table rebuild lets ids of deleted rows be used again.
pub(super) struct SqliteAutoincrementReset;

impl Rule for SqliteAutoincrementReset {
    fn name(&self) -> &'static str {
        "sqlite-autoincrement-reset"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_autoincrement_reset.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn level(&self) -> Level {
        Level::Warn
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let counted = |catalog: &crate::catalog::Catalog, name: &str| {
            let object = catalog.find(None, name, ObjectKind::Table);
            object
                .and_then(|object| object.as_table())
                .map(|table| table.autoincrement)
        };
        for rebuild in script.rebuilds() {
            let name = &rebuild.table;
            if counted(script.before, name) != Some(true) || keeps_sequence(script) {
                continue;
            }
            let finding = report.at(script.steps[rebuild.drop].span);
            if counted(script.after, name) == Some(true) {
                finding
                    .message(format!("the rebuild of `{name}` forgets the highest id that was ever given"))
                    .label("its row in `sqlite_sequence` goes")
                    .note("the new table counts on from the highest id it holds, so the ids of deleted rows come again")
                    .help(format!("copy the counter before the drop: `INSERT INTO sqlite_sequence (name, seq) SELECT '<new table>', seq FROM sqlite_sequence WHERE name = '{name}'`"));
            } else {
                finding
                    .message(format!("the rebuild of `{name}` drops AUTOINCREMENT"))
                    .label("the new table has no AUTOINCREMENT")
                    .note("without it the ids of deleted rows come again")
                    .help("write `INTEGER PRIMARY KEY AUTOINCREMENT` in the new table");
            }
        }
    }
}

/// Whether the script looks after SQLite's table of counters itself.
fn keeps_sequence(script: &ScriptContext<'_>) -> bool {
    script.steps.iter().any(|step| match &step.change {
        Change::Insert(insert) => insert.table.name.is("sqlite_sequence"),
        Change::Update(update) => update.table.name.is("sqlite_sequence"),
        _ => false,
    })
}
