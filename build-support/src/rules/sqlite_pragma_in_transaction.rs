#![doc = include_str!("sqlite_pragma_in_transaction.md")]

use super::session::{State, states, switch};
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use migratory_core::Dialect;

/// A pragma that does nothing inside a transaction.
pub(super) struct SqlitePragmaInTransaction;

impl Rule for SqlitePragmaInTransaction {
    fn name(&self) -> &'static str {
        "sqlite-pragma-in-transaction"
    }

    fn group(&self) -> Group {
        Group::Transactional
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_pragma_in_transaction.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for (step, state) in script.steps.iter().zip(states(script)) {
            let Change::Pragma { name, value } = &step.change else {
                continue;
            };
            let Some(on) = switch(*value) else { continue };
            if !name.is("foreign_keys") || !state.in_transaction || holds(on, state, script) {
                continue;
            }
            let finding = report
                .at(step.span)
                .message("`PRAGMA foreign_keys` does nothing inside a transaction")
                .label("no error, and no effect");
            if script.in_transaction {
                finding
                    .help("remove it: around a table rebuild the runtime switches foreign keys off, checks them and switches them on again")
                    .help("for anything else say in the header: `-- migratory: no-transaction`");
            } else {
                finding.help("move it before `BEGIN` or behind `COMMIT`");
            }
        }
    }
}

/// Whether what the pragma asks for holds anyway: on where they are on, or both settings around a rebuild that the runtime looks after.
fn holds(on: bool, state: State, script: &ScriptContext<'_>) -> bool {
    on == state.foreign_keys || (script.in_transaction && !script.rebuilds().is_empty())
}
