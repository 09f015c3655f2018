//! What running a script takes and gives, whether an engine runs it or the model follows it.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Catalog, Change, Key, Origin};
use crate::Span;
use crate::diagnostic::Diagnostic;
use crate::syntax::ir::Statement;

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

/// Tells where an object of that name is first made in the history.
pub type Later<'a> = dyn Fn(&str) -> Option<Origin> + 'a;

/// A change that was made, with the schema before and after it.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// What was done.
    pub change: Change<'a>,
    /// Where it stands in the file.
    pub span: Span,
    /// Index of its statement in [`Script::statements`].
    pub statement: usize,
    /// The schema before it.
    pub before: Catalog,
    /// The schema after it.
    pub after: Catalog,
}

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Replayed<'a> {
    /// Every change that was made, in order.
    pub steps: Vec<Step<'a>>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be proven.
    pub partial: Vec<Partial>,
    /// The objects that were made, changed or taken away.
    pub touched: BTreeSet<Key>,
}

/// A statement that could not be proven.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Partial {
    /// The statement.
    pub at: Origin,
    /// Why, for a person.
    pub reason: String,
}

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

impl Script<'_> {
    /// The place of one of its statements.
    pub fn origin(&self, statement: &Statement) -> Origin {
        Origin {
            file: self.file.clone(),
            line: statement.line,
            span: statement.span,
        }
    }
}
