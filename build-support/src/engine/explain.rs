//! A refusal of the engine, in our words: where, why, and the way out.

use std::rc::Rc;

use super::complaint::{self, Complaint};
use super::mentions::tables_of;
use super::words::{Target, Verb, Words};
use super::{Engine, Place};
use crate::Span;
use crate::catalog::{Catalog, Object, Origin};
use crate::diagnostic::Diagnostic;
use crate::nearest;
use crate::rules;
use crate::syntax::ir::{Body, ObjectKind, Statement};

/// A refused statement with all that explains it.
pub(super) struct Refused<'a> {
    pub(super) engine: &'a Engine,
    /// The schema before the statement.
    pub(super) catalog: &'a Catalog,
    pub(super) place: Place<'a>,
    pub(super) statement: &'a Statement,
    pub(super) words: &'a Words<'a>,
    pub(super) message: &'a str,
    pub(super) offset: Option<usize>,
    pub(super) interrupted: bool,
}

/// The finding for a refused statement.
pub(super) fn explain(refused: &Refused<'_>) -> Diagnostic {
    if refused.interrupted {
        return refused.endless();
    }
    let mut found = refused.explain(refused.message);
    let statement = refused.statement.span.of(refused.place.text);
    if let Some((rule, help)) = rules::rejection(refused.message, statement) {
        found.code = rule.name().to_owned();
        if found.helps.is_empty() {
            found.helps.push(help.to_owned());
        }
    }
    found
}

impl Refused<'_> {
    fn explain(&self, message: &str) -> Diagnostic {
        match complaint::read(message) {
            Complaint::UnknownTable { schema, name } => self.unknown_table(schema, name),
            Complaint::UnknownColumn {
                table,
                qualifier,
                name,
            } => self.unknown_column(table, qualifier, name),
            Complaint::UnknownObject { kind, name } => self.unknown_object(kind, name),
            Complaint::UnknownSchema { name } => self.unknown_schema(name),
            Complaint::UnknownFunction { name } => self.misspelt(
                "function",
                "unknown-function",
                name,
                self.engine.nearest_function(name),
            ),
            Complaint::UnknownCollation { name } => self.misspelt(
                "collation",
                "unknown-collation",
                name,
                self.engine.nearest_collation(name),
            ),
            Complaint::UnknownModule { name } => self.misspelt(
                "module",
                "unknown-module",
                name,
                self.engine.nearest_module(name),
            ),
            Complaint::DuplicateObject { name } => self.duplicate_object(name),
            Complaint::DuplicateColumn { name } => self.duplicate_column(name),
            Complaint::OtherKind { name } => self.other_kind(name),
            Complaint::Syntax { near } => self.syntax(near),
            Complaint::Constraint => self.constraint(message),
            Complaint::InObject {
                kind: "table",
                inner,
                ..
            } => self.explain(inner),
            Complaint::InObject { kind, name, inner } => self.in_object(kind, name, inner),
            Complaint::Other => self.rejected(message),
        }
    }

    fn error(
        &self,
        code: &str,
        message: String,
        span: Option<Span>,
        label: impl Into<String>,
    ) -> Diagnostic {
        let span = span.unwrap_or_else(|| self.words.headline());
        Diagnostic::error(code, message).at(self.place.file, span, label)
    }

    fn unknown_table(&self, schema: Option<&str>, name: &str) -> Diagnostic {
        let written = self.words.table(name);
        let message = match schema.filter(|schema| !schema.eq_ignore_ascii_case("main")) {
            Some(schema) => format!("table `{name}` does not exist in the schema `{schema}`"),
            None => format!("table `{name}` does not exist"),
        };
        let label = if written.is_some() {
            "unknown table"
        } else {
            "this needs a table that does not exist"
        };
        let mut found = self.error("unknown-table", message, written, label);
        if written.is_none() {
            found = self.with_readers(found, name);
        }
        found = self.with_fate(found, schema, ObjectKind::Table, name);
        match self.catalog.nearest_table(name) {
            Some(near) => found.help(format!("a table with a similar name exists: `{near}`")),
            None => found,
        }
    }

    fn unknown_object(&self, kind: ObjectKind, name: &str) -> Diagnostic {
        let message = format!("{kind} `{name}` does not exist");
        let span = self.words.name(name);
        let mut found = self.error("unknown-object", message, span, format!("unknown {kind}"));
        if let Some(other) = self.catalog.find(None, name, kind) {
            let article = other.kind.article();
            found = found.help(format!("`{name}` is {article} {}", other.kind));
            return self.with_origin(found, other);
        }
        found = self.with_fate(found, None, kind, name);
        match self.catalog.nearest_object(kind, name) {
            Some(near) => {
                let article = kind.article();
                found.help(format!(
                    "{article} {kind} with a similar name exists: `{near}`"
                ))
            }
            None => found,
        }
    }

    fn unknown_schema(&self, name: &str) -> Diagnostic {
        let message = format!("schema `{name}` does not exist");
        self.error(
            "unknown-schema",
            message,
            self.words.name(name),
            "unknown schema",
        )
    }

    fn unknown_column(
        &self,
        table: Option<&str>,
        qualifier: Option<&str>,
        name: &str,
    ) -> Diagnostic {
        let tables = self.tables_with(table, qualifier);
        let new = self.new_table();
        let message = match (&tables[..], &new) {
            ([], Some((table, _))) => {
                format!("column `{name}` does not exist in the new table `{table}`")
            }
            ([], None) => match qualifier {
                Some(qualifier) => format!("column `{qualifier}.{name}` does not exist"),
                None => format!("column `{name}` does not exist"),
            },
            ([table], _) => {
                let kind = table.kind;
                format!("column `{name}` does not exist in {kind} `{}`", table.name)
            }
            (tables, _) => {
                let names: Vec<_> = tables
                    .iter()
                    .map(|table| format!("`{}`", table.name))
                    .collect();
                format!(
                    "column `{name}` does not exist in any of {}",
                    names.join(", ")
                )
            }
        };
        let start = self.statement.span.start;
        let span = self
            .offset
            .and_then(|offset| self.words.dotted_at(start + offset))
            .or_else(|| self.words.name(name));
        let label = if span.is_some() {
            "unknown column"
        } else {
            "this needs a column that does not exist"
        };
        let mut found = self.error("unknown-column", message, span, label);
        if span.is_none() {
            found = self.with_readers(found, name);
        }
        for table in &tables {
            found = self.with_origin(found, table);
            if let Some(gone) = self.catalog.gone_column(table, name) {
                found = found.note(gone.to_string());
            }
        }
        let mut columns: Vec<String> = tables
            .iter()
            .flat_map(|table| self.engine.columns_of(&table.name))
            .collect();
        if tables.is_empty() {
            columns.extend(new.into_iter().flat_map(|(_, columns)| columns));
        }
        match nearest(name, columns.iter().map(String::as_str)) {
            Some(near) => found.help(format!("a column with a similar name exists: `{near}`")),
            None => found,
        }
    }

    fn misspelt(&self, what: &str, code: &str, name: &str, near: Option<String>) -> Diagnostic {
        let message = format!("{what} `{name}` does not exist");
        let span = self.words.last_name(name);
        let found = self.error(code, message, span, format!("unknown {what}"));
        match near {
            Some(near) => found.help(format!("SQLite has a {what} with a similar name: `{near}`")),
            None => found,
        }
    }

    fn duplicate_object(&self, name: &str) -> Diagnostic {
        let wanted = match self.words.verb() {
            Verb::Create(target) => Some(target.kind),
            _ => None,
        };
        let existing = self
            .catalog
            .find(None, name, wanted.unwrap_or(ObjectKind::Table));
        let kind = existing.map(|object| object.kind).or(wanted);
        let message = match (kind, wanted) {
            (Some(kind), Some(wanted)) if kind != wanted => {
                format!("the name `{name}` is taken by {} {kind}", kind.article())
            }
            (Some(kind), _) => format!("{kind} `{name}` already exists"),
            (None, _) => format!("`{name}` already exists"),
        };
        let span = self.words.last_name(name).filter(|_| wanted.is_none());
        let span = span.or_else(|| self.words.table(name));
        let found = self.error("duplicate-object", message, span, "this name is taken");
        match existing {
            Some(object) => self.with_origin(found, object),
            None => found,
        }
    }

    fn duplicate_column(&self, name: &str) -> Diagnostic {
        let span = self.words.last_name(name);
        match self.words.verb() {
            Verb::Alter(Target { name: table, .. }, _) => {
                let message = format!("column `{name}` already exists in table `{table}`");
                let found = self.error("duplicate-column", message, span, "this name is taken");
                match self.catalog.find(None, &table, ObjectKind::Table) {
                    Some(table) => self.with_origin(found, table),
                    None => found,
                }
            }
            _ => {
                let message = format!("column `{name}` is defined twice");
                self.error("duplicate-column", message, span, "defined again")
            }
        }
    }

    fn other_kind(&self, name: &str) -> Diagnostic {
        let Some(object) = self.catalog.find(None, name, ObjectKind::Table) else {
            return self.rejected(self.message);
        };
        let kind = object.kind;
        let message = format!("`{name}` is {} {kind}", kind.article());
        let span = self.words.name(name);
        let found = self.error(
            "unknown-object",
            message,
            span,
            format!("{} {kind}", kind.article()),
        );
        let upper = kind.to_string().to_ascii_uppercase();
        self.with_origin(found, object)
            .help(format!("take it away with `DROP {upper} {name}`"))
    }

    fn syntax(&self, near: Option<&str>) -> Diagnostic {
        let Some(near) = near else {
            let message = "the statement ends too early".to_owned();
            let end = Some(self.words.end());
            return self.error("syntax-error", message, end, "more is expected after this");
        };
        let start = self.statement.span.start;
        let span = self
            .offset
            .and_then(|offset| self.words.token_at(start + offset))
            .or_else(|| self.words.last_name(near));
        let message = format!("syntax error near `{near}`");
        self.error("syntax-error", message, span, "not expected here")
    }

    fn constraint(&self, message: &str) -> Diagnostic {
        let what = match message.split_once(" constraint failed") {
            Some((kind, rest)) => match rest.strip_prefix(": ") {
                Some(columns) => format!("the {kind} constraint on `{columns}`"),
                None => format!("a {kind} constraint"),
            },
            None => "a constraint".to_owned(),
        };
        let message = format!("the statement breaks {what}");
        self.error(
            "constraint-failed",
            message,
            None,
            "refused because of the rows that the history makes",
        )
        .note(format!(
            "{} executed it on rows that earlier statements wrote",
            engine_name()
        ))
    }

    fn in_object(&self, kind: &str, name: &str, inner: &str) -> Diagnostic {
        let reason = match complaint::read(inner) {
            Complaint::UnknownTable { name, .. } => format!("table `{name}` does not exist"),
            Complaint::UnknownColumn { name, .. } => format!("column `{name}` does not exist"),
            _ => inner.to_owned(),
        };
        let code = match complaint::read(inner) {
            Complaint::UnknownTable { .. } => "unknown-table",
            Complaint::UnknownColumn { .. } => "unknown-column",
            _ => "rejected-by-engine",
        };
        let message = format!("{kind} `{name}` does not work with this: {reason}");
        let label = format!("breaks {kind} `{name}`, or finds it broken");
        let found = self.error(code, message, None, label);
        let kinds = [ObjectKind::Table, ObjectKind::Trigger];
        let mut objects = kinds
            .iter()
            .filter_map(|&space| self.catalog.find(None, name, space))
            .filter(|object| object.kind.to_string() == kind);
        match objects.next() {
            Some(object) => self.with_origin(found, object).help(format!(
                "drop the {kind} before this statement; where it is still of use, make it anew after it"
            )),
            None => found,
        }
    }

    fn rejected(&self, message: &str) -> Diagnostic {
        let start = self.statement.span.start;
        let span = self
            .offset
            .and_then(|offset| self.words.dotted_at(start + offset));
        let found = self.error(
            "rejected-by-engine",
            format!("SQLite refuses the statement: {message}"),
            span,
            "refused",
        );
        match self.tables_with(None, None).as_slice() {
            [table] if table.origin.is_some() => self.with_origin(found, table),
            _ => found.note(format!("executed on {}", engine_name())),
        }
    }

    fn endless(&self) -> Diagnostic {
        let message = "the statement does not come to an end".to_owned();
        self.error(
            "endless-statement",
            message,
            None,
            "stopped after 30 million instructions",
        )
        .note(format!(
            "executed on {}, on no more rows than the history makes",
            engine_name()
        ))
        .help("end its recursion, or let `-- migratory: opaque` pass it on unread")
    }

    /// The tables that a column may be meant of; those of which nothing is known do not count.
    fn tables_with(&self, table: Option<&str>, qualifier: Option<&str>) -> Vec<Rc<Object>> {
        let find = |name: &str| {
            let object = self.catalog.find(None, name, ObjectKind::Table)?;
            matches!(object.kind, ObjectKind::Table | ObjectKind::View).then(|| object.clone())
        };
        if let Some(table) = table {
            return find(table).into_iter().collect();
        }
        if let (Body::CreateTrigger(trigger), Some(row)) = (&self.statement.body, qualifier)
            && ["new", "old"]
                .iter()
                .any(|word| row.eq_ignore_ascii_case(word))
        {
            return self
                .catalog
                .table(&trigger.table)
                .into_iter()
                .cloned()
                .collect();
        }
        let mut tables: Vec<Rc<Object>> = Vec::new();
        for name in tables_of(&self.statement.body) {
            if let Some(object) = self.catalog.table(name)
                && !tables.iter().any(|table| Rc::ptr_eq(table, object))
            {
                tables.push(object.clone());
            }
        }
        let Some(qualifier) = qualifier else {
            return tables;
        };
        let named = self.words.aliased(qualifier);
        tables.retain(|table| {
            table.name.eq_ignore_ascii_case(qualifier)
                || named
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&table.name))
        });
        tables
    }

    /// The table that the statement makes, with its columns.
    fn new_table(&self) -> Option<(String, Vec<String>)> {
        let Body::CreateTable(create) = &self.statement.body else {
            return None;
        };
        let columns = create.table.columns.iter();
        let columns = columns.map(|column| column.name.text.clone()).collect();
        Some((create.name.name.text.clone(), columns))
    }

    fn with_origin(&self, found: Diagnostic, object: &Object) -> Diagnostic {
        match &object.origin {
            Some(origin) => found.note(format!(
                "`{}` was created in {} (executed on {})",
                object.name,
                origin,
                engine_name()
            )),
            None => found,
        }
    }

    /// Says whether a missing object was there earlier, or comes later.
    fn with_fate(
        &self,
        found: Diagnostic,
        schema: Option<&str>,
        kind: ObjectKind,
        name: &str,
    ) -> Diagnostic {
        if let Some(gone) = self.catalog.gone(schema, name, kind) {
            return found.note(gone.to_string());
        }
        let is_main = schema.is_none_or(|schema| schema.eq_ignore_ascii_case("main"));
        let later = self.place.later.filter(|_| is_main);
        let later = later.and_then(|later| later(name));
        match later.filter(|origin| is_later(origin, self.place.file, self.statement)) {
            Some(origin) => found.help(format!("`{name}` is created later, in {}", origin)),
            None => found,
        }
    }

    /// Names the triggers and views through which the statement comes to a name that it does not mention.
    fn with_readers(&self, found: Diagnostic, name: &str) -> Diagnostic {
        let mut found = found;
        let readers = self.catalog.objects().filter(|object| {
            matches!(object.kind, ObjectKind::View | ObjectKind::Trigger) && object.mentions(name)
        });
        for reader in readers.take(3) {
            let spot = reader
                .origin
                .as_ref()
                .map_or(String::new(), |origin| format!(", created in {},", origin));
            found = found.note(format!(
                "{} `{}`{spot} refers to it",
                reader.kind, reader.name
            ));
        }
        found
    }
}

fn engine_name() -> String {
    format!("SQLite {}", Engine::version())
}

fn is_later(origin: &Origin, file: &Rc<str>, statement: &Statement) -> bool {
    origin.file != *file || origin.span.start > statement.span.start
}
