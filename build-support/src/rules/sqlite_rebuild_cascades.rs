#![doc = include_str!("sqlite_rebuild_cascades.md")]

use super::context::made;
use super::rebuild::dropped;
use super::session::states;
use super::{Group, Reporter, Rule, ScriptContext, Step};
use crate::Span;
use crate::catalog::{Catalog, Change, Object};
use crate::syntax::ir::{ForeignKey, ObjectKind, ReferenceAction};
use migratory_core::Dialect;

/// Dropping a table that others point at deletes or changes their rows in silence.
pub(super) struct SqliteRebuildCascades;

impl Rule for SqliteRebuildCascades {
    fn name(&self) -> &'static str {
        "sqlite-rebuild-cascades"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_rebuild_cascades.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for (index, (step, state)) in script.steps.iter().zip(states(script)).enumerate() {
            let Some(table) = dropped(step) else { continue };
            if !state.foreign_keys || script.original_name(&table.name, index).is_none() {
                continue;
            }
            for (child, key) in step.before.children_of(table) {
                if !acts(&key) || goes_too(child, table, script, index) {
                    continue;
                }
                let (name, child_name) = (&table.name, &child.name);
                let column = key.columns.first().map_or("", |column| &column.text);
                report
                    .at(place(step))
                    .message(match key.on_delete {
                        ReferenceAction::Cascade => {
                            format!("dropping `{name}` deletes rows of `{child_name}`")
                        }
                        _ => format!("dropping `{name}` changes `{column}` in rows of `{child_name}`"),
                    })
                    .label("deletes every row first, as `DELETE` would")
                    .note(format!(
                        "`{child_name}.{column}` references `{name}` with `ON DELETE {}`, and foreign keys are on",
                        key.on_delete
                    ))
                    .notes(made(child))
                    .help(way_out(script));
            }
        }
    }
}

fn acts(key: &ForeignKey) -> bool {
    !matches!(
        key.on_delete,
        ReferenceAction::NoAction | ReferenceAction::Restrict
    )
}

/// Whether the child's rows do not matter: it is the table itself, or goes in the same script and never comes back.
fn goes_too(child: &Object, table: &Object, script: &ScriptContext<'_>, index: usize) -> bool {
    let gone = |after: &Catalog| after.find(None, &child.name, ObjectKind::Table).is_none();
    child.key() == table.key() || (script.dropped_later(&child.name, index) && gone(script.after))
}

fn place(step: &Step<'_>) -> Span {
    match &step.change {
        Change::Drop { name, .. } => name.span(),
        _ => step.span,
    }
}

fn way_out(script: &ScriptContext<'_>) -> &'static str {
    if script.in_transaction {
        "first take the reference out of the other table, or empty the column that holds it"
    } else {
        "remove `no-transaction`: around a table rebuild the runtime switches foreign keys off, checks them and switches them on again"
    }
}
