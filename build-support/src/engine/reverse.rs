use std::collections::BTreeSet;

use super::words::Words;
use super::{Engine, Partial, Replayed, Script, replay_script};
use crate::catalog::{Catalog, Line, difference_among};
use crate::diagnostic::Diagnostic;

/// What came of going down and up again.
#[derive(Clone, Debug)]
pub struct Reversed<'a> {
    /// The way down, with its own errors.
    pub down: Replayed<'a>,
    /// The schema after it.
    pub after: Catalog,
    /// `down-not-inverse`, where the way down does not restore the schema or the way up cannot be gone again.
    pub diagnostics: Vec<Diagnostic>,
}

/// Goes down and up again on a copy of the engine, which itself stays as it is.
///
/// `engine` and `after` are the state after the way up, `before` is the schema before it, and `up` is what came of it.
///
/// # Errors
///
/// Where SQLite cannot copy the database.
pub fn reverse_script<'a>(
    engine: &Engine,
    before: &Catalog,
    after: &Catalog,
    up: (&Script<'a>, &Replayed<'a>),
    down: &Script<'a>,
) -> rusqlite::Result<Reversed<'a>> {
    let (up_script, went_up) = up;
    let mut engine = engine.fork()?;
    let (mut before, mut after) = (before.clone(), after.clone());
    before.forget_temporary();
    after.forget_temporary();
    let mut catalog = after.clone();
    let mut went_down = replay_script(&mut engine, &mut catalog, down);
    let after_down = catalog.clone();
    let mut diagnostics = Vec::new();
    if went_down.diagnostics.is_empty() && is_proven(went_up) {
        let touched: BTreeSet<_> = went_up.touched.union(&went_down.touched).cloned().collect();
        let lines = difference_among(&before, &after_down, &touched);
        if lines.is_empty() {
            let again = replay_script(&mut engine, &mut catalog, up_script);
            diagnostics.extend(not_repeatable(down, up_script, &again, &after, &catalog));
            went_down.partial.extend(unproven(&again, went_up));
        } else {
            let message = "the way down does not restore the schema".to_owned();
            diagnostics.push(with_lines(
                not_inverse(down, message),
                "the schema before",
                &lines,
            ));
        }
    }
    Ok(Reversed {
        down: went_down,
        after: after_down,
        diagnostics,
    })
}

/// Whether nothing stands in the way of a comparison.
fn is_proven(replayed: &Replayed<'_>) -> bool {
    replayed.diagnostics.is_empty()
}

/// What the second way up left open and the first did not.
fn unproven(again: &Replayed<'_>, first: &Replayed<'_>) -> Vec<Partial> {
    let known = |partial: &&Partial| !first.partial.contains(partial);
    again.partial.iter().filter(known).cloned().collect()
}

fn not_repeatable(
    down: &Script<'_>,
    up: &Script<'_>,
    again: &Replayed<'_>,
    after: &Catalog,
    catalog: &Catalog,
) -> Option<Diagnostic> {
    if let Some(first) = again.diagnostics.first() {
        let message = "after the way down, the way up cannot be gone again".to_owned();
        let found = not_inverse(down, message).note(format!("going up again: {}", first.message));
        let place = first.place.as_ref().and_then(|place| place.span);
        return Some(found.related(up.file, place, "fails the second time"));
    }
    let lines = difference_among(after, catalog, &again.touched);
    if lines.is_empty() {
        return None;
    }
    let message = "after the way down, the way up gives another schema".to_owned();
    Some(with_lines(
        not_inverse(down, message),
        "the schema after the first time",
        &lines,
    ))
}

fn not_inverse(down: &Script<'_>, message: String) -> Diagnostic {
    let first = down.statements.first();
    let span = first.map(|first| Words::of(down.text, first.span).headline());
    Diagnostic::error("down-not-inverse", message)
        .at(down.file, span, "the way down begins here")
        .note(format!(
            "executed on SQLite {}: up, down, up",
            Engine::version()
        ))
}

fn with_lines(found: Diagnostic, against: &str, lines: &[Line]) -> Diagnostic {
    let mut note = format!("against {against}:");
    for line in lines {
        note.push_str("\n  ");
        note.push_str(&line.to_string());
    }
    found.note(note)
}
