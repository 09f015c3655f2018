use crate::Span;
use crate::diagnostic::{Diagnostic, Fix, Level, Place, Reference};

/// Takes the findings of one rule on one script.
#[derive(Debug)]
pub struct Reporter<'a> {
    pub(super) file: &'a str,
    pub(super) rule: &'static str,
    pub(super) level: Level,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Reporter<'_> {
    /// Opens a finding at that stretch of the file; what it says follows by the methods of [`Finding`].
    pub fn at(&mut self, span: Span) -> Finding<'_> {
        let finding = Diagnostic::new(self.level, self.rule, "").at(self.file, span, "");
        self.found.push(finding);
        let last = self.found.len() - 1;
        Finding(&mut self.found[last])
    }

    /// Opens a finding about the file as a whole.
    pub fn at_file(&mut self) -> Finding<'_> {
        let finding = Diagnostic::new(self.level, self.rule, "").at(self.file, None, "");
        self.found.push(finding);
        let last = self.found.len() - 1;
        Finding(&mut self.found[last])
    }
}

/// A finding on its way: each method says one more thing.
#[derive(Debug)]
pub struct Finding<'a>(&'a mut Diagnostic);

impl Finding<'_> {
    /// Says what is wrong, lower case, without a final full stop.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Says a few words under the caret.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// Adds a fact.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Adds facts, as many as there are.
    pub fn notes(self, notes: impl IntoIterator<Item = String>) -> Self {
        self.0.notes.extend(notes);
        self
    }

    /// Adds a way out.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.0.helps.push(help.into());
        self
    }

    /// Adds a further place that explains the finding.
    pub fn related(self, file: &str, span: Span, label: impl Into<String>) -> Self {
        let place = Place {
            file: file.to_owned(),
            span: Some(span),
        };
        self.0.related.push((place, label.into()));
        self
    }

    /// Adds an edit that mends it.
    pub fn fix(self, span: Span, replacement: impl Into<String>) -> Self {
        let file = self.0.place.as_ref().map(|place| place.file.clone());
        self.0.fix = file.map(|file| Fix {
            place: Place {
                file,
                span: Some(span),
            },
            replacement: replacement.into(),
        });
        self
    }

    /// Says which foreign keys it is about: should all of them have their target again at the end of the history, it is told
    /// as a warning.
    pub fn pending(self, references: impl IntoIterator<Item = Reference>) -> Self {
        self.0.pending.extend(references);
        self
    }

    /// Lowers its voice to a warning: the case is less certain or less grave than the rule's others.
    pub fn warning(self) -> Self {
        self.0.level = self.0.level.min(Level::Warn);
        self
    }
}
