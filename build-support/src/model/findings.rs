use std::rc::Rc;

use super::{Work, manner};
use crate::Span;
use crate::catalog::{Definition, Object};
use crate::diagnostic::Diagnostic;
use crate::syntax::ir::{Ident, ObjectKind, ObjectName};
use crate::{nearest, rules};

impl Work<'_, '_> {
    /// Takes note of an error at a place of the file.
    pub(super) fn error(&mut self, code: &str, message: String, span: Span, label: &str) {
        let found = self.finding(code, message, span, label);
        self.found.push(found);
    }

    pub(super) fn unknown_table(&mut self, name: &ObjectName) {
        let message = format!("table `{name}` does not exist");
        let mut found = self.finding("unknown-table", message, name.span(), "unknown table");
        found = self.with_fate(found, ObjectKind::Table, name);
        if let Some(near) = self.catalog.nearest_table(&name.name.text) {
            found = found.help(format!("a table with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    pub(super) fn unknown_object(&mut self, kind: ObjectKind, name: &ObjectName) {
        let message = format!("{kind} `{name}` does not exist");
        let label = format!("unknown {kind}");
        let mut found = self.finding("unknown-object", message, name.span(), &label);
        found = self.with_fate(found, kind, name);
        if let Some(near) = self.catalog.nearest_object(kind, &name.name.text) {
            let article = kind.article();
            found = found.help(format!(
                "{article} {kind} with a similar name exists: `{near}`"
            ));
        }
        self.found.push(found);
    }

    /// A name that stands for something else than the statement takes it for.
    pub(super) fn other_kind(&mut self, name: &ObjectName, object: &Object) {
        let kind = object.kind;
        let what = format!("{} {kind}", kind.article());
        let message = format!("`{name}` is {what}");
        let found = self.finding("unknown-object", message, name.span(), &what);
        let found = self.with_origin(found, object);
        self.found.push(found);
    }

    pub(super) fn unknown_column(&mut self, object: &Object, column: &Ident) {
        let message = format!(
            "column `{}` does not exist in {} `{}`",
            column.text, object.kind, object.name
        );
        let found = self.finding("unknown-column", message, column.span, "unknown column");
        let mut found = self.with_origin(found, object);
        if let Some(gone) = self.catalog.gone_column(object, &column.text) {
            found = found.note(gone.to_string());
        }
        if let Some(near) = self.catalog.nearest_column(object, &column.text) {
            found = found.help(format!("a column with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    /// A column that is in none of the tables it could be in; `columns` are all those tables have.
    pub(super) fn unknown_column_of(
        &mut self,
        tables: &[Rc<Object>],
        columns: &[String],
        column: &Ident,
    ) {
        if let [table] = tables {
            return self.unknown_column(table, column);
        }
        let names: Vec<String> = tables
            .iter()
            .map(|table| format!("`{}`", table.name))
            .collect();
        let message = match names.is_empty() {
            true => format!("column `{}` does not exist", column.text),
            false => format!(
                "column `{}` does not exist in any of {}",
                column.text,
                names.join(", ")
            ),
        };
        let mut found = self.finding("unknown-column", message, column.span, "unknown column");
        for table in tables {
            found = self.with_origin(found, table);
        }
        if let Some(near) = nearest(&column.text, columns.iter().map(String::as_str)) {
            found = found.help(format!("a column with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    /// `existing` has the name already that something of that kind was to get.
    pub(super) fn duplicate_object(
        &mut self,
        kind: ObjectKind,
        name: &str,
        span: Span,
        existing: &Object,
    ) {
        // Where code that nobody read may have dropped it, nobody can tell.
        let is_doubtful =
            self.catalog.is_incomplete() || matches!(existing.definition(), Definition::Unknown);
        if existing.incomplete && is_doubtful {
            return;
        }
        let message = match existing.kind == kind {
            true => format!("{kind} `{name}` already exists"),
            false => format!(
                "the name `{name}` is taken by {} {}",
                existing.kind.article(),
                existing.kind
            ),
        };
        let found = self.finding("duplicate-object", message, span, "this name is taken");
        let found = self.with_origin(found, existing);
        self.found.push(found);
    }

    pub(super) fn duplicate_column(&mut self, table: Option<&Object>, column: &Ident) {
        let message = match table {
            Some(table) => format!(
                "column `{}` already exists in {} `{}`",
                column.text, table.kind, table.name
            ),
            None => format!("column `{}` is defined twice", column.text),
        };
        let mut found = self.finding(
            "duplicate-column",
            message,
            column.span,
            "this name is taken",
        );
        if let Some(table) = table {
            found = self.with_origin(found, table);
        }
        self.found.push(found);
    }

    /// A finding at a place of the file; the whole statement where the name is not written out.
    pub(super) fn finding(
        &self,
        code: &str,
        message: String,
        span: Span,
        label: &str,
    ) -> Diagnostic {
        debug_assert!(rules::known(code).is_some(), "`{code}` has no level");
        let span = if span.is_empty() {
            self.statement.span
        } else {
            span
        };
        Diagnostic::error(code, message)
            .at(self.script.file, span, label)
            .note(manner(self.dialect))
    }

    /// Says where an object was made.
    pub(super) fn with_origin(&self, found: Diagnostic, object: &Object) -> Diagnostic {
        match &object.origin {
            Some(origin) => found.note(format!("`{}` was created in {origin}", object.name)),
            None => found,
        }
    }

    /// Says whether a missing object was there earlier, or comes later.
    fn with_fate(&self, found: Diagnostic, kind: ObjectKind, name: &ObjectName) -> Diagnostic {
        let schema = name.schema.as_ref().map(|schema| schema.text.as_str());
        if let Some(gone) = self.catalog.gone(schema, &name.name.text, kind) {
            return found.note(gone.to_string());
        }
        let later = self.script.later.and_then(|later| later(&name.name.text));
        match later {
            Some(origin) => found.help(format!("`{name}` is created later, in {origin}")),
            None => found,
        }
    }
}
