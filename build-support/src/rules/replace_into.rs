#![doc = include_str!("replace_into.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::ReferenceAction;
use migratory_core::Dialect;

/// A replaced row takes its children along.
pub(super) struct ReplaceInto;

impl Rule for ReplaceInto {
    fn name(&self) -> &'static str {
        "replace-into"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("replace_into.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite, Dialect::Mysql]
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::Insert(insert) = change else {
            return;
        };
        if !insert.replace || context.created_here(&insert.table) {
            return;
        }
        let Some(table) = context.table(&insert.table) else {
            return;
        };
        let children = context.step.before.children_of(table);
        let Some((child, key)) = children.iter().find(|(_, key)| {
            !matches!(
                key.on_delete,
                ReferenceAction::NoAction | ReferenceAction::Restrict
            )
        }) else {
            return;
        };
        let (name, child, action) = (&table.name, &child.name, key.on_delete);
        report
            .at(insert.table.span())
            .message(format!("replacing rows of `{name}` reaches into `{child}`"))
            .label("deletes the old row first")
            .note(format!("`{child}` points at `{name}` with `ON DELETE {action}`, and a replaced row is a deleted row"))
            .help("update the row in place: `INSERT ... ON CONFLICT (...) DO UPDATE SET ...`");
    }
}
