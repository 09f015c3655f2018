#![doc = include_str!("uncommitted_transaction.md")]

use super::session::states;
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use crate::syntax::ir::TransactionControl;

/// A script opens a transaction and leaves it open.
pub(super) struct UncommittedTransaction;

impl Rule for UncommittedTransaction {
    fn name(&self) -> &'static str {
        "uncommitted-transaction"
    }

    fn group(&self) -> Group {
        Group::Transactional
    }

    fn page(&self) -> &'static str {
        include_str!("uncommitted_transaction.md")
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let open = states(script)
            .last()
            .is_some_and(|state| state.in_transaction);
        if script.in_transaction || !open {
            return;
        }
        let opened = script.steps.iter().rev().find(|step| {
            matches!(
                step.change,
                Change::Transaction(TransactionControl::Begin | TransactionControl::Savepoint)
            )
        });
        let Some(step) = opened else { return };
        report
            .at(step.span)
            .message("the transaction that is opened here is never committed")
            .label("still open at the end of the script")
            .help("end it with `COMMIT`")
            .help("or remove `BEGIN` and the `no-transaction` directive: then the runtime holds a transaction around the script");
    }
}
