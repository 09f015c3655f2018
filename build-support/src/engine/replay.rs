use std::collections::BTreeSet;

use super::{Engine, Outcome, Place, explain_commit, explain_dangling};
use crate::catalog::{Catalog, Partial, Replayed, Script, Step, changes};
use crate::syntax::ir::{AlterAction, Body, ObjectKind, Statement};

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
            engine.run(script.into(), statement, catalog)
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

impl<'a> From<&Script<'a>> for Place<'a> {
    fn from(script: &Script<'a>) -> Self {
        Self {
            file: script.file,
            text: script.text,
            later: script.later,
        }
    }
}

/// Whether a table is dropped and another takes its name: the runtime runs such a script with foreign keys off.
fn is_rebuild(statements: &[Statement]) -> bool {
    let dropped: BTreeSet<String> = statements
        .iter()
        .filter_map(|statement| match &statement.body {
            Body::Drop {
                kind: ObjectKind::Table,
                names,
                ..
            } => names
                .first()
                .map(|name| name.name.text.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    let takes_name = |action: &AlterAction| match action {
        AlterAction::RenameTable { to } => dropped.contains(&to.text.to_ascii_lowercase()),
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
