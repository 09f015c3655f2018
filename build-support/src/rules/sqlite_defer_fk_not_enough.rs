#![doc = include_str!("sqlite_defer_fk_not_enough.md")]

use super::rebuild::dropped;
use super::session::{states, switch};
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use migratory_core::Dialect;

/// Deferred foreign keys do not make it safe to drop a table that others point at.
pub(super) struct SqliteDeferFkNotEnough;

impl Rule for SqliteDeferFkNotEnough {
    fn name(&self) -> &'static str {
        "sqlite-defer-fk-not-enough"
    }

    fn group(&self) -> Group {
        Group::Destructive
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_defer_fk_not_enough.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let mut deferred = None;
        for (step, state) in script.steps.iter().zip(states(script)) {
            match &step.change {
                Change::Pragma { name, value } if name.is("defer_foreign_keys") => {
                    deferred = switch(*value).unwrap_or(false).then_some(step.span);
                    continue;
                }
                Change::Transaction(_) => continue,
                _ => {}
            }
            let (Some(span), Some(table)) = (deferred, dropped(step)) else {
                continue;
            };
            let children = step.before.children_of(table);
            let Some((child, _)) = children
                .iter()
                .find(|(child, _)| child.key() != table.key())
            else {
                continue;
            };
            if !state.foreign_keys {
                continue;
            }
            report
                .at(span)
                .message(format!("deferred foreign keys do not protect `{}`", child.name))
                .label("puts off the check, not the actions")
                .note(format!(
                    "`DROP TABLE {}` deletes its rows first: `ON DELETE CASCADE` and `SET NULL` act at once, and without an action `COMMIT` fails",
                    table.name
                ))
                .help("remove it and leave the transaction to the runtime: around a table rebuild it switches foreign keys off, checks them and switches them on again");
            deferred = None;
        }
    }
}
