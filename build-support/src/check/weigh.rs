//! What reading and running a script found, brought together before the rules judge it.

use migratory_core::Dialect;

use super::Coverage;
use crate::Span;
use crate::catalog::Replayed;
use crate::diagnostic::Diagnostic;
use crate::discover::Source;
use crate::syntax::ir::Body;
use crate::syntax::{Sql, unknown_statement};

/// What is known of a script before the rules see it.
pub(super) struct Weighed {
    /// What was found in it.
    pub(super) found: Vec<Diagnostic>,
    /// How much of it was looked at.
    pub(super) coverage: Coverage,
    /// Why its proof is not complete, where it is not.
    pub(super) doubt: Option<String>,
}

/// Takes what was `read` in the script, and adds what came of running it; on what the parser refused the engine has the last word.
pub(super) fn weigh(
    source: &Source,
    sql: &Sql,
    read: &mut Vec<Diagnostic>,
    replayed: &Replayed<'_>,
) -> Weighed {
    let file = source.file(sql.file).path.as_str();
    let of_script = |found: &mut Diagnostic| {
        let place = found.place.as_ref().filter(|place| place.file == file);
        place.is_some_and(|place| place.span.is_none_or(|span| sql.range.contains(span)))
    };
    let mut found: Vec<Diagnostic> = read.extract_if(.., of_script).collect();
    let executed = replayed.diagnostics.iter();
    let executed: Vec<Diagnostic> = executed
        .filter(|finding| !told(&found, finding, sql))
        .cloned()
        .collect();
    found.extend(executed);
    for (index, refusal) in &sql.refused {
        if source.config.dialect != Dialect::Sqlite {
            // The parser's word is the last one.
            found.push(refusal.clone());
            continue;
        }
        let statement = &sql.statements[*index];
        let engine_agrees = replayed.diagnostics.iter().any(|diagnostic| {
            let place = diagnostic.place.as_ref();
            place
                .and_then(|place| place.span)
                .is_some_and(|span| statement.span.contains(span))
        });
        if !engine_agrees {
            found.push(unknown_statement(file, statement.span, &refusal.message));
        }
    }
    let unknown = sql
        .statements
        .iter()
        .enumerate()
        .filter(|(index, statement)| {
            matches!(statement.body, Body::Unknown { .. }) && !sql.opaque.contains(index)
        });
    let doubt = replayed.partial.first().map(|partial| {
        format!(
            "{}:{}: {}",
            partial.at.file, partial.at.line, partial.reason
        )
    });
    Weighed {
        found,
        coverage: Coverage {
            statements: sql.statements.len(),
            unknown: unknown.count(),
            partial: replayed.partial.len(),
        },
        doubt,
    }
}

/// Whether the engine stumbles over a statement that could not be cut out of its file in the first place, such as one whose quote is
/// never closed: `read` is what was found in the same file before it ran.
fn told(read: &[Diagnostic], finding: &Diagnostic, sql: &Sql) -> bool {
    let within = |finding: &Diagnostic, statement: Span| {
        let span = finding.place.as_ref().and_then(|place| place.span);
        finding.code == "syntax-error" && span.is_some_and(|span| statement.contains(span))
    };
    let mut statements = sql.statements.iter().map(|statement| statement.span);
    statements.any(|statement| {
        within(finding, statement) && read.iter().any(|read| within(read, statement))
    })
}
