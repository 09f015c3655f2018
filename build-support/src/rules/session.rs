use super::{ScriptContext, needs_foreign_keys_off};
use crate::catalog::Change;
use crate::catalog::Step;
use crate::syntax::ir::TransactionControl;

/// What holds on the connection while a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Whether a transaction is open.
    pub in_transaction: bool,
    /// Whether SQLite enforces foreign keys.
    pub foreign_keys: bool,
}

/// The state before each step, and after the last one.
pub(super) fn states(script: &ScriptContext<'_>) -> Vec<State> {
    let mut state = State {
        in_transaction: script.in_transaction,
        // The runtime switches them off for a script that rebuilds a referenced table, where it holds the transaction.
        foreign_keys: !(script.in_transaction && needs_foreign_keys_off(script.steps)),
    };
    let mut states = vec![state];
    for step in script.steps {
        state = after(state, step, script);
        states.push(state);
    }
    states
}

/// Whether a pragma's value switches something on; `None` where it only asks.
pub(super) fn switch(value: Option<&str>) -> Option<bool> {
    let value = value?.trim_matches(|c| matches!(c, '\'' | '"' | '`' | '[' | ']'));
    let on = ["on", "true", "yes"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    Some(on || value.parse::<i64>().is_ok_and(|number| number != 0))
}

fn after(mut state: State, step: &Step<'_>, script: &ScriptContext<'_>) -> State {
    match &step.change {
        // In a script that has a transaction around it these fail, and another rule says so.
        Change::Transaction(control) if !script.in_transaction => match control {
            TransactionControl::Begin | TransactionControl::Savepoint => {
                state.in_transaction = true;
            }
            TransactionControl::Commit => state.in_transaction = false,
            TransactionControl::Rollback if !to_savepoint(step, script) => {
                state.in_transaction = false;
            }
            TransactionControl::Rollback | TransactionControl::Release => {}
        },
        Change::Pragma { name, value } if name.is("foreign_keys") && !state.in_transaction => {
            state.foreign_keys = switch(*value).unwrap_or(state.foreign_keys);
        }
        _ => {}
    }
    state
}

/// Whether a `ROLLBACK` only goes back to a savepoint. The tree does not tell, so the text is asked.
pub(super) fn to_savepoint(step: &Step<'_>, script: &ScriptContext<'_>) -> bool {
    let mut words = script.text_of(step).split_ascii_whitespace();
    words.any(|word| word.eq_ignore_ascii_case("to"))
}
