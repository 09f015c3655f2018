#![doc = include_str!("sqlite_missing_fk_check.md")]

use super::session::{states, switch};
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use crate::diagnostic::Level;
use migratory_core::Dialect;

/// Foreign keys are switched off for a while and never checked.
pub(super) struct SqliteMissingFkCheck;

impl Rule for SqliteMissingFkCheck {
    fn name(&self) -> &'static str {
        "sqlite-missing-fk-check"
    }

    fn group(&self) -> Group {
        Group::DataDependent
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_missing_fk_check.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn level(&self) -> Level {
        Level::Warn
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        if script.in_transaction {
            return;
        }
        let mut off = None;
        for (step, state) in script.steps.iter().zip(states(script)) {
            let Change::Pragma { name, value } = &step.change else {
                continue;
            };
            // Inside a transaction the pragma does nothing, and another rule says so.
            if name.is("foreign_keys") && switch(*value) == Some(false) && !state.in_transaction {
                off = off.or(Some(step.span));
            } else if name.is("foreign_key_check") {
                off = None;
            }
        }
        let Some(span) = off else { return };
        report
            .at(span)
            .message("foreign keys are switched off and never checked")
            .label("rows that point nowhere go unnoticed")
            .note("switching them on again does not look at the rows that are there")
            .help("remove `no-transaction` and this pragma: around a table rebuild the runtime does both, and fails where a row points nowhere")
            .help("or run `PRAGMA foreign_key_check` before `COMMIT`");
    }
}
