use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Engine, Later, Outcome, Partial, Place, explain_commit, explain_dangling};
use crate::catalog::{Catalog, Key, Origin, changes};
use crate::diagnostic::Diagnostic;
use crate::rules::Step;
use crate::syntax::ir::{AlterAction, Body, ObjectKind, Statement};

/// One script that is to run: a migration's way up or down.
#[derive(Clone, Copy)]
pub struct Script<'a> {
    /// The file, relative to the migrations directory.
    pub file: &'a Rc<str>,
    /// The file's text.
    pub text: &'a str,
    /// Its statements.
    pub statements: &'a [Statement],
    /// Indices of statements that were declared opaque: what they fail at is no error.
    pub opaque: &'a [usize],
    /// Whether the runtime puts a transaction around it.
    pub in_transaction: bool,
    /// Where an object of that name is made later in the history.
    pub later: Option<&'a Later<'a>>,
}

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Replayed<'a> {
    /// Every change that was made, in order.
    pub steps: Vec<Step<'a>>,
    /// What the engine refused.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be proven.
    pub partial: Vec<Partial>,
    /// The objects that were made, changed or taken away.
    pub touched: BTreeSet<Key>,
}

/// Runs a script as the runtime would: in a transaction where that is asked for, with foreign keys switched off around a
/// table rebuild, and every setting back afterwards.
///
/// A script in our transaction that holds `BEGIN`, `COMMIT` or `ROLLBACK` of its own cannot work; the rule
/// `transaction-nesting` says so, and here they are passed over. Elsewhere they are executed as they come.
pub fn replay_script<'a>(
    engine: &mut Engine,
    catalog: &mut Catalog,
    script: &Script<'a>,
) -> Replayed<'a> {
    let mut replayed = Replayed::default();
    let start = catalog.clone();
    engine.take_touched();
    let rebuild = is_rebuild(script.statements);
    engine.open_script(script.in_transaction, rebuild);
    for (index, statement) in script.statements.iter().enumerate() {
        let passed_over =
            script.in_transaction && Engine::is_transaction_boundary(statement, script.text);
        let before = catalog.clone();
        let outcome = if passed_over {
            Outcome::Done
        } else {
            engine.run(script.place(), statement, catalog)
        };
        let done = match outcome {
            Outcome::Done => true,
            Outcome::Partial(partial) => {
                replayed.partial.push(partial);
                true
            }
            Outcome::Failed(finding) if script.opaque.contains(&index) => {
                replayed.partial.push(Partial {
                    at: script.origin(statement),
                    reason: format!("opaque, and refused here: {}", finding.message),
                });
                true
            }
            Outcome::Failed(finding) => {
                replayed.diagnostics.push(*finding);
                false
            }
        };
        if done {
            replayed.steps.extend(
                changes(statement, &before)
                    .into_iter()
                    .map(|(change, span)| Step {
                        change,
                        span,
                        statement: index,
                        before: before.clone(),
                        after: catalog.clone(),
                    }),
            );
        }
        if script.in_transaction && engine.transaction_was_lost() {
            catalog.mark_incomplete();
        }
    }
    replayed
        .diagnostics
        .extend(engine.broken_readers(script, catalog));
    if rebuild
        && replayed.diagnostics.is_empty()
        && let Some((child, parent)) = engine.dangling_row()
    {
        let found = explain_dangling(script, &child, &parent);
        replayed.diagnostics.push(found);
    }
    if let Err(message) = engine.close_script(has_pragma(script.statements) || rebuild) {
        *catalog = start;
        catalog.mark_incomplete();
        if replayed.diagnostics.is_empty() {
            replayed.diagnostics.push(explain_commit(script, &message));
        }
    }
    replayed.touched = engine.take_touched();
    replayed
}

impl<'a> Script<'a> {
    pub(super) fn place(&self) -> Place<'a> {
        Place {
            file: self.file,
            text: self.text,
            later: self.later,
        }
    }

    fn origin(&self, statement: &Statement) -> Origin {
        Origin {
            file: self.file.clone(),
            line: statement.line,
            span: statement.span,
        }
    }
}

/// Whether a table is dropped and another takes its name: the runtime runs such a script with foreign keys off.
fn is_rebuild(statements: &[Statement]) -> bool {
    let dropped: Vec<&str> = statements
        .iter()
        .filter_map(|statement| match &statement.body {
            Body::Drop {
                kind: ObjectKind::Table,
                names,
                ..
            } => names.first().map(|name| name.name.text.as_str()),
            _ => None,
        })
        .collect();
    let takes_name = |action: &AlterAction| match action {
        AlterAction::RenameTable { to } => dropped.iter().any(|name| to.is(name)),
        _ => false,
    };
    statements.iter().any(|statement| match &statement.body {
        Body::AlterTable { actions, .. } => actions.iter().any(takes_name),
        _ => false,
    })
}

fn has_pragma(statements: &[Statement]) -> bool {
    let mut bodies = statements.iter().map(|statement| &statement.body);
    bodies.any(|body| matches!(body, Body::Pragma { .. } | Body::Unknown { .. }))
}
