#![doc = include_str!("sqlite_rebuild_cascades.md")]

use super::rebuild::dropped;
use super::session::states;
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::{Catalog, Change, Object};
use crate::syntax::ir::{ForeignKey, ObjectKind, ReferenceAction};
use std::rc::Rc;

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
            let mut children = step.before.children_of(table);
            children.retain(|(child, _)| child.key() != table.key());
            let (mut hit, mut blocking): (Vec<_>, Vec<_>) =
                children.into_iter().partition(|(_, key)| acts(key));
            hit.retain(|(child, _)| !goes_too(child, script, index));
            // What stays behind and points at nothing is told by `sqlite-dangling-foreign-key`, what is put off by `sqlite-defer-fk-not-enough`.
            blocking.retain(|(child, _)| {
                let comes_back = || {
                    script
                        .after
                        .find(None, &table.name, ObjectKind::Table)
                        .is_some()
                };
                !defers(script) && (goes_too(child, script, index) || comes_back())
            });
            if hit.is_empty() && blocking.is_empty() {
                continue;
            }
            let name = &table.name;
            let finding = report.at(step.span);
            let finding = if hit.is_empty() {
                finding.message(format!(
                    "dropping `{name}` fails where {} has rows",
                    names(&blocking)
                ))
            } else {
                finding.message(format!(
                    "dropping `{name}` deletes or changes rows of {}",
                    names(&hit)
                ))
            };
            let notes = hit.iter().chain(&blocking).map(|(child, key)| {
                let column = key.columns.first().map_or("", |column| &column.text);
                let (child, action) = (&child.name, key.on_delete);
                format!("`{child}.{column}` references `{name}` with `ON DELETE {action}`, and foreign keys are on")
            });
            finding
                .label("deletes every row first, as `DELETE` would")
                .notes(notes)
                .help(way_out(script, hit.is_empty()));
        }
    }
}

/// The children's names, each once.
fn names(children: &[(&Rc<Object>, ForeignKey)]) -> String {
    let mut names: Vec<String> = children
        .iter()
        .map(|(child, _)| format!("`{}`", child.name))
        .collect();
    names.dedup();
    names.join(", ")
}

fn acts(key: &ForeignKey) -> bool {
    !matches!(
        key.on_delete,
        ReferenceAction::NoAction | ReferenceAction::Restrict
    )
}

/// Whether the child goes later in the same script and never comes back.
fn goes_too(child: &Object, script: &ScriptContext<'_>, index: usize) -> bool {
    let gone = |after: &Catalog| after.find(None, &child.name, ObjectKind::Table).is_none();
    script.dropped_later(&child.name, index) && gone(script.after)
}

/// Whether the script puts the check of foreign keys off.
fn defers(script: &ScriptContext<'_>) -> bool {
    script.steps.iter().any(|step| {
        matches!(&step.change, Change::Pragma { name, value: Some(_) } if name.is("defer_foreign_keys"))
    })
}

fn way_out(script: &ScriptContext<'_>, fails: bool) -> &'static str {
    if !script.in_transaction {
        "remove `no-transaction`: around a table rebuild the runtime switches foreign keys off, checks them and switches them on again"
    } else if fails {
        "drop the table that references it first"
    } else {
        "write the whole rebuild in one script, from CREATE to RENAME: then the runtime switches foreign keys off around it; where the table goes for good, take the references out first"
    }
}
