#![doc = include_str!("non_transactional_statement.md")]

use migratory_core::Dialect;

use super::session::states;
use super::{Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use crate::catalog::Step;
use crate::syntax::refuses_transaction;

/// A statement that its database refuses inside a transaction.
pub(super) struct NonTransactionalStatement;

impl Rule for NonTransactionalStatement {
    fn name(&self) -> &'static str {
        "non-transactional-statement"
    }

    fn group(&self) -> Group {
        Group::Transactional
    }

    fn page(&self) -> &'static str {
        include_str!("non_transactional_statement.md")
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for (step, state) in script.steps.iter().zip(states(script)) {
            if !state.in_transaction {
                continue;
            }
            let Some(what) = refused(step, script) else {
                continue;
            };
            let finding = report
                .at(step.span)
                .message(format!("{what} does not work inside a transaction"))
                .label("a transaction is open here");
            if script.in_transaction {
                finding.help("move it to a migration of its own that says in its header: `-- migratory: no-transaction`");
            } else {
                finding.help("move it before `BEGIN` or behind `COMMIT`");
            }
        }
    }

    fn rejection(&self, words: &str, _statement: &str) -> Option<&'static str> {
        (words.contains("from within a transaction") || words.contains("inside a transaction"))
            .then_some("move it to a migration of its own that says in its header: `-- migratory: no-transaction`")
    }
}

fn refused(step: &Step<'_>, script: &ScriptContext<'_>) -> Option<String> {
    if script.dialect != Dialect::Sqlite {
        return refuses_transaction(script.dialect, script.text_of(step));
    }
    match &step.change {
        Change::Vacuum => Some("`VACUUM`".to_owned()),
        // The tree has one node for both; ATTACH itself is accepted.
        Change::Attach if detaches(script.text_of(step)) => Some("`DETACH`".to_owned()),
        Change::Pragma {
            name,
            value: Some(_),
        } if name.is("journal_mode") || name.is("synchronous") => {
            Some(format!("setting `{}`", name.text.to_ascii_lowercase()))
        }
        _ => None,
    }
}

fn detaches(statement: &str) -> bool {
    statement
        .split_ascii_whitespace()
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("detach"))
}
