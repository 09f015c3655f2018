#![doc = include_str!("sqlite_rebuild_loses_objects.md")]

use super::{Group, Rebuild, Reporter, Rule, ScriptContext};
use crate::catalog::{Change, Object};
use crate::syntax::ir::{CreateIndex, ObjectKind, Table};
use migratory_core::Dialect;
use std::rc::Rc;

/// A table rebuild leaves indexes or triggers behind.
pub(super) struct SqliteRebuildLosesObjects;

impl Rule for SqliteRebuildLosesObjects {
    fn name(&self) -> &'static str {
        "sqlite-rebuild-loses-objects"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_rebuild_loses_objects.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for rebuild in script.rebuilds() {
            let lost = lost(&rebuild, script);
            let Some(first) = lost.first() else { continue };
            let step = &script.steps[rebuild.drop];
            let names: Vec<String> = lost
                .iter()
                .map(|object| format!("{} `{}`", object.kind, object.name))
                .collect();
            let finding = report
                .at(step.span)
                .message(format!(
                    "the rebuild of `{}` loses {}",
                    first.table,
                    names.join(", ")
                ))
                .label("indexes and triggers go with the old table")
                .notes(
                    lost.iter()
                        .filter_map(|object| super::context::made(object)),
                );
            lost.iter().fold(finding, |finding, object| {
                finding.help(format!(
                    "make it again at the end: `{};`",
                    one_line(&object.sql)
                ))
            });
        }
    }
}

/// The indexes and triggers of the old table that are gone at the end, and that nobody dropped by name.
fn lost<'a>(rebuild: &Rebuild, script: &ScriptContext<'a>) -> Vec<&'a Rc<Object>> {
    let before = script.before;
    let Some(old) = before.find(None, &rebuild.table, ObjectKind::Table) else {
        return Vec::new();
    };
    let indexes = before.indexes_of(old).filter(|object| {
        !object.sql.is_empty()
            && object
                .as_index()
                .is_none_or(|index| !replaced(index, rebuild, script))
    });
    let triggers = before.triggers_of(old);
    indexes
        .chain(triggers)
        .filter(|object| script.after.get(&object.key()).is_none() && !dropped(object, script))
        .collect()
}

fn dropped(object: &Object, script: &ScriptContext<'_>) -> bool {
    script.steps.iter().any(|step| {
        matches!(&step.change, Change::Drop { kind, name, .. }
            if *kind == object.kind && name.name.is(&object.name))
    })
}

/// Whether the new table does without the index: a column of it is gone, another index does the same, or a key of the table does.
fn replaced(index: &CreateIndex, rebuild: &Rebuild, script: &ScriptContext<'_>) -> bool {
    let Some(new) = script.after.find(None, &rebuild.table, ObjectKind::Table) else {
        return true;
    };
    let Some(table) = new.as_table() else {
        return false;
    };
    let columns = columns(index);
    let gone = columns.iter().any(|column| table.column(column).is_none());
    let same = || {
        let mut others = script
            .after
            .indexes_of(new)
            .filter_map(|object| object.as_index());
        others.any(|other| other.unique == index.unique && self::columns(other) == columns)
    };
    gone || (index.filter.is_none() && key(table, &columns)) || same()
}

fn columns(index: &CreateIndex) -> Vec<String> {
    let columns = index.columns.iter().flat_map(|expr| &expr.columns);
    columns
        .map(|column| column.name.text.to_ascii_lowercase())
        .collect()
}

fn key(table: &Table, columns: &[String]) -> bool {
    table.primary_key.iter().chain(&table.uniques).any(|key| {
        key.columns.len() == columns.len()
            && key
                .columns
                .iter()
                .zip(columns)
                .all(|(name, column)| name.is(column))
    })
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
