//! What every stage reports: plain data, rendered at the edges.

use crate::Span;

mod render;

pub use render::{Color, render, render_untitled};

/// How loud a finding is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Allow,
    /// Said quietly: a draft, a cosmetic edit.
    Note,
    /// Reported; the build goes on.
    Warn,
    /// Reported; the build fails.
    Deny,
}

/// A place in a file of the migrations directory.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Place {
    /// The file, relative to the migrations directory, with `/` between folders.
    pub file: String,
    /// The stretch of its text; `None` where the file as a whole is meant.
    pub span: Option<Span>,
}

/// One finding: what, where, why, and the way out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// How loud it is.
    pub level: Level,
    /// The rule or check that speaks, as `allow(...)` spells it.
    pub code: String,
    /// What is wrong, lower case, without a final full stop.
    pub message: String,
    /// Where; `None` where the directory as a whole is meant.
    pub place: Option<Place>,
    /// A few words under the caret.
    pub label: String,
    /// Further places that explain the finding, each with its label.
    pub related: Vec<(Place, String)>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// Ways out.
    pub helps: Vec<String>,
    /// An edit that mends it, where a machine can tell.
    pub fix: Option<Fix>,
    /// The foreign keys it is about, where a later migration may still give them their target.
    pub pending: Vec<Reference>,
}

/// A foreign key, by the tables at its ends.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reference {
    /// The table that points.
    pub child: String,
    /// The table it points at.
    pub parent: String,
}

/// An edit that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fix {
    /// Where the text is replaced.
    pub place: Place,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding about the directory as a whole; the other parts are added by the methods below.
    pub fn new(level: Level, code: &str, message: impl Into<String>) -> Self {
        Self {
            level,
            code: code.to_owned(),
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fix: None,
            pending: Vec::new(),
        }
    }

    /// A finding that fails the build.
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Deny, code, message)
    }

    /// Says where, with a few words for the caret.
    #[must_use]
    pub fn at(
        mut self,
        file: &str,
        span: impl Into<Option<Span>>,
        label: impl Into<String>,
    ) -> Self {
        self.place = Some(Place {
            file: file.to_owned(),
            span: span.into(),
        });
        self.label = label.into();
        self
    }

    /// Adds a further place that explains the finding.
    #[must_use]
    pub fn related(
        mut self,
        file: &str,
        span: impl Into<Option<Span>>,
        label: impl Into<String>,
    ) -> Self {
        self.related.push((
            Place {
                file: file.to_owned(),
                span: span.into(),
            },
            label.into(),
        ));
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// Whether it fails the build.
    pub fn is_error(&self) -> bool {
        self.level == Level::Deny
    }
}
