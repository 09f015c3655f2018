#![doc = include_str!("constraint_checks_left_off.md")]

use super::session::{states, switch};
use super::{Group, Reporter, Rule, ScriptContext};
use crate::Span;
use crate::catalog::Change;
use std::collections::BTreeMap;

/// A script switches checks off and leaves them off.
pub(super) struct ConstraintChecksLeftOff;

impl Rule for ConstraintChecksLeftOff {
    fn name(&self) -> &'static str {
        "constraint-checks-left-off"
    }

    fn group(&self) -> Group {
        Group::Transactional
    }

    fn page(&self) -> &'static str {
        include_str!("constraint_checks_left_off.md")
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let mut off: BTreeMap<&'static str, Span> = BTreeMap::new();
        for (step, state) in script.steps.iter().zip(states(script)) {
            let Change::Pragma { name, value } = &step.change else {
                continue;
            };
            let Some(&(pragma, good)) = CHECKS.iter().find(|(pragma, _)| name.is(pragma)) else {
                continue;
            };
            // Inside a transaction this one does nothing.
            if pragma == "foreign_keys" && state.in_transaction {
                continue;
            }
            match switch(*value) {
                Some(on) if on == good => {
                    off.remove(pragma);
                }
                Some(_) => {
                    off.insert(pragma, step.span);
                }
                None => {}
            }
        }
        for (pragma, span) in off {
            let good = CHECKS.contains(&(pragma, true));
            let value = if good { "ON" } else { "OFF" };
            report
                .at(span)
                .message(format!("`{pragma}` is not set back"))
                .label("still so at the end of the script")
                .note("the setting stays on the connection, for later migrations and for the application")
                .help(format!("end the script with `PRAGMA {pragma} = {value}`"));
        }
    }
}

/// Pragmas that weaken what the database guarantees, each with its safe value.
const CHECKS: &[(&str, bool)] = &[
    ("foreign_keys", true),
    ("ignore_check_constraints", false),
    ("writable_schema", false),
    ("legacy_alter_table", false),
];
