//! Statements as golden files show them.
//!
//! Each name stands as the source spells it, with its line and column, and each expression between bars; what is not said is left out.

mod alter;
mod create;
mod names;
mod scopes;

use std::fmt::Write;

use migratory_core::Dialect;

use crate::Span;
use crate::syntax::ir::{Body, Insert, Query, Statement, Update};

/// What a statement says. Fails where a name does not stand where its span says.
pub(super) fn dump(dialect: Dialect, text: &str, statement: &Statement) -> String {
    let mut dump = Dump {
        dialect,
        text,
        out: String::new(),
    };
    dump.body(&statement.body);
    dump.scopes(&statement.scopes);
    dump.out
}

struct Dump<'a> {
    dialect: Dialect,
    text: &'a str,
    out: String,
}

impl Dump<'_> {
    fn body(&mut self, body: &Body) {
        match body {
            Body::AlterTable {
                kind,
                table,
                if_exists,
                only,
                actions,
            } => {
                let head = format!("Alter {kind} {}", self.object(table));
                self.line(0, &head, &[("if exists", *if_exists), ("only", *only)]);
                for action in actions {
                    self.alter_action(action);
                }
            }
            Body::AlterType { name, changes } => {
                let head = format!("AlterType {}", self.object(name));
                self.line(0, &head, &[]);
                for change in changes {
                    self.type_change(change);
                }
            }
            Body::Insert(_) | Body::Update(_) | Body::Delete { .. } | Body::Query(_) => {
                self.rows(body);
            }
            Body::Drop { .. }
            | Body::Rename { .. }
            | Body::RenameTables(_)
            | Body::Comment { .. } => self.object_statement(body),
            _ if self.create(body) => {}
            other => self.other(other),
        }
    }

    fn object_statement(&mut self, body: &Body) {
        match body {
            Body::Drop {
                kind,
                names,
                if_exists,
                cascade,
                concurrently,
                table,
                arguments,
            } => {
                let mut head = format!("Drop {kind} {}", self.objects(names));
                if let Some(arguments) = arguments {
                    let _ = write!(head, " ({})", self.data_types(arguments));
                }
                if let Some(table) = table {
                    let _ = write!(head, " on {}", self.object(table));
                }
                let flags = [
                    ("if exists", *if_exists),
                    ("cascade", *cascade),
                    ("concurrently", *concurrently),
                ];
                self.line(0, &head, &flags);
            }
            Body::Rename {
                kind,
                name,
                table,
                arguments,
                to,
            } => {
                let mut head = format!("Rename {kind} {}", self.object(name));
                if let Some(arguments) = arguments {
                    let _ = write!(head, " ({})", self.data_types(arguments));
                }
                if let Some(table) = table {
                    let _ = write!(head, " on {}", self.object(table));
                }
                let _ = write!(head, " to {}", self.ident(to));
                self.line(0, &head, &[]);
            }
            Body::RenameTables(pairs) => {
                for (from, to) in pairs {
                    let line = format!("Rename table {} to {}", self.object(from), self.object(to));
                    self.line(0, &line, &[]);
                }
            }
            Body::Comment { kind, name, part } => {
                let mut head = format!("Comment on {kind} {}", self.object(name));
                if let Some(part) = part {
                    let _ = write!(head, " part {}", self.ident(part));
                }
                self.line(0, &head, &[]);
            }
            _ => unreachable!("told apart by the caller"),
        }
    }

    fn rows(&mut self, body: &Body) {
        match body {
            Body::Insert(insert) => self.insert(insert),
            Body::Update(update) => self.update(update),
            Body::Delete {
                table,
                filter,
                limited,
            } => {
                let head = format!("Delete {}", self.object(table));
                self.line(0, &head, &[("limited", *limited)]);
                self.exprs("filter", filter);
            }
            Body::Query(query) => self.query(query),
            _ => unreachable!("told apart by the caller"),
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let mut head = format!(
            "Insert {} ({})",
            self.object(&insert.table),
            self.idents(&insert.columns)
        );
        if let Some(width) = insert.width {
            let _ = write!(head, " width {width}");
        }
        self.line(0, &head, &[("replace", insert.replace)]);
        if let Some(query) = &insert.query {
            self.query(query);
        }
    }

    fn update(&mut self, update: &Update) {
        let head = format!("Update {}", self.object(&update.table));
        self.line(0, &head, &[("limited", update.limited)]);
        for (column, value) in &update.assignments {
            let line = format!("{} = {}", self.ident(column), self.expr(value));
            self.line(1, &line, &[]);
        }
        self.exprs("filter", &update.filter);
    }

    fn other(&mut self, body: &Body) {
        let line = match body {
            Body::Truncate { tables, cascade } => {
                let head = format!("Truncate {}", self.objects(tables));
                return self.line(0, &head, &[("cascade", *cascade)]);
            }
            Body::Pragma { name, value } => {
                let value = value.as_deref().unwrap_or("-");
                format!("Pragma {} {value}", self.ident(name))
            }
            Body::Use { schema } => format!("Use {}", self.ident(schema)),
            Body::Block { body } => format!("Block {}", self.source(*body)),
            other => format!("{other:?}"),
        };
        self.line(0, &line, &[]);
    }

    fn query(&mut self, query: &Query) {
        let mut head = format!("query of {}", self.objects(&query.tables));
        if let Some(scope) = query.scope {
            let _ = write!(head, " in scope {scope}");
        }
        self.line(
            1,
            &head,
            &[("star", query.star), ("filtered", query.filtered)],
        );
        if let Some(outputs) = &query.outputs {
            self.exprs("output", outputs);
        }
        if !query.columns.is_empty() {
            let columns = self.column_refs(&query.columns);
            self.line(2, &format!("mentions {columns}"), &[]);
        }
    }

    fn source(&self, span: Span) -> String {
        let (line, column) = span.line_column(self.text);
        format!("|{}|@{line}:{column}", span.of(self.text))
    }

    fn line(&mut self, depth: usize, line: &str, flags: &[(&str, bool)]) {
        let _ = write!(self.out, "{}{line}", "  ".repeat(depth + 1));
        for (flag, _) in flags.iter().filter(|(_, set)| *set) {
            let _ = write!(self.out, " [{flag}]");
        }
        self.out.push('\n');
    }
}
