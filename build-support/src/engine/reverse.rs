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
    /// Whether the way up had gone through, so that there was something to go down from.
    is_tried: bool,
}

/// A copy of an engine on which scripts are tried, and the catalog that belongs to it.
///
/// Making one costs a reading of the whole schema. So it is kept and goes along with the history while all is well; rows may
/// differ from the engine's by then, which is why no finding rests on a kept copy: trouble is looked at again on a fresh one.
pub(super) struct Copy {
    engine: Engine,
    catalog: Catalog,
    /// How many scripts the engine had run when the copy was in step with it.
    scripts: u64,
}

/// Goes down and up again on a copy of the engine, which itself stays as it is.
///
/// `engine` and `after` are the state after the way up, `before` is the schema before it, and `up` is what came of it.
///
/// # Errors
///
/// Where SQLite cannot copy the database.
pub fn reverse_script<'a>(
    engine: &mut Engine,
    before: &Catalog,
    after: &Catalog,
    up: (&Script<'a>, &Replayed<'a>),
    down: &Script<'a>,
) -> rusqlite::Result<Reversed<'a>> {
    if let Some(mut copy) = engine.copy_before_last_script()
        && copy.follows(after, up)
    {
        let reversed = copy.try_script(before, after, up, down);
        if reversed.is_clean() {
            engine.keep(copy);
            return Ok(reversed);
        }
    }
    let mut catalog = after.clone();
    catalog.forget_temporary();
    let mut copy = Box::new(Copy {
        engine: engine.fork()?,
        catalog,
        scripts: 0,
    });
    let reversed = copy.try_script(before, after, up, down);
    if reversed.is_clean() {
        engine.keep(copy);
    }
    Ok(reversed)
}

impl Engine {
    fn keep(&mut self, mut copy: Box<Copy>) {
        copy.scripts = self.scripts;
        self.copy = Some(copy);
    }

    fn copy_before_last_script(&mut self) -> Option<Box<Copy>> {
        let scripts = self.scripts;
        self.copy.take().filter(|copy| copy.scripts + 1 == scripts)
    }
}

impl Copy {
    /// Goes the way up that the engine went; whether it came to the same schema.
    fn follows(
        &mut self,
        after: &Catalog,
        (script, went_up): (&Script<'_>, &Replayed<'_>),
    ) -> bool {
        let replayed = replay_script(&mut self.engine, &mut self.catalog, script);
        let touched = replayed.touched.union(&went_up.touched).cloned().collect();
        replayed.diagnostics.is_empty()
            && difference_among(after, &self.catalog, &touched).is_empty()
    }

    fn try_script<'a>(
        &mut self,
        before: &Catalog,
        after: &Catalog,
        (up, went_up): (&Script<'a>, &Replayed<'a>),
        down: &Script<'a>,
    ) -> Reversed<'a> {
        let mut went_down = replay_script(&mut self.engine, &mut self.catalog, down);
        let after_down = self.catalog.clone();
        let mut diagnostics = Vec::new();
        if went_down.diagnostics.is_empty() && went_up.diagnostics.is_empty() {
            let touched: BTreeSet<_> = went_up.touched.union(&went_down.touched).cloned().collect();
            let lines = difference_among(before, &after_down, &touched);
            if lines.is_empty() {
                let again = replay_script(&mut self.engine, &mut self.catalog, up);
                diagnostics.extend(not_repeatable(down, up, &again, after, &self.catalog));
                went_down.partial.extend(unproven(&again, went_up));
            } else {
                let message = "the way down does not restore the schema".to_owned();
                let found = not_inverse(down, message);
                diagnostics.push(with_lines(found, "the schema before", &lines));
            }
        }
        Reversed {
            is_tried: went_up.diagnostics.is_empty(),
            down: went_down,
            after: after_down,
            diagnostics,
        }
    }
}

impl Reversed<'_> {
    /// Whether the copy it was tried on is back in step with the engine.
    fn is_clean(&self) -> bool {
        self.is_tried && self.diagnostics.is_empty() && self.down.diagnostics.is_empty()
    }
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
