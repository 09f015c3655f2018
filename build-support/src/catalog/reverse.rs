use std::collections::BTreeSet;

use super::{Catalog, Line, Partial, Replayed, Reversed, Script, difference_among};
use crate::Span;
use crate::diagnostic::Diagnostic;

/// A way down that is tried, and how its findings speak of it.
#[derive(Clone, Copy)]
pub struct Trial<'t, 'a> {
    /// The schema before the way up.
    pub before: &'t Catalog,
    /// The schema after it.
    pub after: &'t Catalog,
    /// The way up, and what came of it.
    pub up: (&'t Script<'a>, &'t Replayed<'a>),
    /// The way down.
    pub down: &'t Script<'a>,
    /// The place to point at: the head of the way down's first statement.
    pub headline: Option<Span>,
    /// How it is done: `executed on SQLite 3.50`.
    pub manner: &'t str,
}

/// Goes down from where `catalog` stands, and up again where that brought the schema back; `replay` runs one script.
pub fn reverse<'a>(
    catalog: &mut Catalog,
    trial: Trial<'_, 'a>,
    mut replay: impl FnMut(&mut Catalog, &Script<'a>) -> Replayed<'a>,
) -> Reversed<'a> {
    let (up, went_up) = trial.up;
    let mut went_down = replay(catalog, trial.down);
    let after_down = catalog.clone();
    let mut diagnostics = Vec::new();
    if went_down.diagnostics.is_empty() && went_up.diagnostics.is_empty() {
        let touched: BTreeSet<_> = went_up.touched.union(&went_down.touched).cloned().collect();
        let lines = difference_among(trial.before, &after_down, &touched);
        if lines.is_empty() {
            let again = replay(catalog, up);
            diagnostics.extend(trial.not_repeatable(&again, catalog));
            went_down.partial.extend(unproven(&again, went_up));
        } else {
            let message = "the way down does not restore the schema".to_owned();
            let found = trial.not_inverse(message);
            diagnostics.push(with_lines(found, "the schema before", &lines));
        }
    }
    Reversed {
        down: went_down,
        after: after_down,
        diagnostics,
    }
}

impl Trial<'_, '_> {
    fn not_repeatable(&self, again: &Replayed<'_>, catalog: &Catalog) -> Option<Diagnostic> {
        if let Some(first) = again.diagnostics.first() {
            let message = "after the way down, the way up cannot be gone again".to_owned();
            let found = self
                .not_inverse(message)
                .note(format!("going up again: {}", first.message));
            let place = first.place.as_ref().and_then(|place| place.span);
            return Some(found.related(self.up.0.file, place, "fails the second time"));
        }
        let lines = difference_among(self.after, catalog, &again.touched);
        if lines.is_empty() {
            return None;
        }
        let message = "after the way down, the way up gives another schema".to_owned();
        Some(with_lines(
            self.not_inverse(message),
            "the schema after the first time",
            &lines,
        ))
    }

    fn not_inverse(&self, message: String) -> Diagnostic {
        Diagnostic::error("down-not-inverse", message)
            .at(self.down.file, self.headline, "the way down begins here")
            .note(format!("{}: up, down, up", self.manner))
    }
}

/// What the second way up left open and the first did not.
fn unproven(again: &Replayed<'_>, first: &Replayed<'_>) -> Vec<Partial> {
    let known = |partial: &&Partial| !first.partial.contains(partial);
    again.partial.iter().filter(known).cloned().collect()
}

fn with_lines(found: Diagnostic, against: &str, lines: &[Line]) -> Diagnostic {
    let mut note = format!("against {against}:");
    for line in lines {
        note.push_str("\n  ");
        note.push_str(&line.to_string());
    }
    found.note(note)
}
