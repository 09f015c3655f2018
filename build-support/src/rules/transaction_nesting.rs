#![doc = include_str!("transaction_nesting.md")]

use super::session::to_savepoint;
use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::TransactionControl;

/// A script steers the transaction that the runtime holds.
pub(super) struct TransactionNesting;

impl Rule for TransactionNesting {
    fn name(&self) -> &'static str {
        "transaction-nesting"
    }

    fn group(&self) -> Group {
        Group::Transactional
    }

    fn page(&self) -> &'static str {
        include_str!("transaction_nesting.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::Transaction(control) = change else {
            return;
        };
        if !context.script.in_transaction {
            return;
        }
        let what = match control {
            TransactionControl::Begin => "`BEGIN` inside the migration's transaction fails",
            TransactionControl::Commit => "`COMMIT` ends the migration's transaction too early",
            TransactionControl::Rollback if !to_savepoint(context.step, context.script) => {
                "`ROLLBACK` undoes the migration's transaction"
            }
            _ => return,
        };
        report
            .at(context.step.span)
            .message(what)
            .label("a transaction is open here already")
            .note("every migration runs in a transaction, together with its row in the history")
            .help("remove it")
            .help("where the script has to hold its own transactions, say so in the header: `-- migratory: no-transaction`");
    }
}
