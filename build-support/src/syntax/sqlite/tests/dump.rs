use std::fmt::Write;

use crate::Span;
use crate::syntax::ir::{
    AlterAction, Body, Column, ColumnRef, CreateTable, CreateTrigger, CreateView, Expr, Ident, Key,
    ObjectName, Query, Quote, Statement, Table,
};
use crate::syntax::{TokenKind, tokenize};

/// A statement as golden files show it: each name as it stands in the source, with its line and column; each expression
/// between bars.
pub(super) fn dump(text: &str, statement: &Statement) -> String {
    let mut dump = Dump {
        text,
        out: String::new(),
    };
    dump.body(&statement.body);
    dump.out
}

struct Dump<'a> {
    text: &'a str,
    out: String,
}

impl Dump<'_> {
    fn body(&mut self, body: &Body) {
        match body {
            Body::CreateTable(create) => self.create_table(create),
            Body::CreateVirtualTable {
                name,
                module,
                if_not_exists,
            } => {
                let (name, module) = (self.object(name), self.ident(module));
                self.line(
                    0,
                    &format!("CreateVirtualTable {name} using {module}"),
                    &[("if not exists", *if_not_exists)],
                );
            }
            Body::CreateIndex(create) => {
                let name = create
                    .name
                    .as_ref()
                    .map_or_else(|| "?".to_owned(), |name| self.object(name));
                let head = format!("CreateIndex {name} on {}", self.object(&create.table));
                self.line(
                    0,
                    &head,
                    &[
                        ("unique", create.unique),
                        ("if not exists", create.if_not_exists),
                    ],
                );
                self.exprs("column", &create.columns);
                self.exprs("filter", &create.filter);
            }
            Body::CreateView(create) => self.create_view(create),
            Body::CreateTrigger(create) => self.create_trigger(create),
            Body::AlterTable { table, actions, .. } => {
                let head = format!("AlterTable {}", self.object(table));
                self.line(0, &head, &[]);
                for action in actions {
                    self.alter_action(action);
                }
            }
            Body::Drop {
                kind,
                names,
                if_exists,
                cascade,
                ..
            } => {
                let names: Vec<String> = names.iter().map(|name| self.object(name)).collect();
                let head = format!("Drop {kind} {}", names.join(", "));
                self.line(
                    0,
                    &head,
                    &[("if exists", *if_exists), ("cascade", *cascade)],
                );
            }
            _ => self.data(body),
        }
    }

    fn data(&mut self, body: &Body) {
        match body {
            Body::Insert(insert) => {
                let head = format!(
                    "Insert {} ({})",
                    self.object(&insert.table),
                    self.idents(&insert.columns)
                );
                self.line(0, &head, &[("replace", insert.replace)]);
                if let Some(query) = &insert.query {
                    self.query(query);
                }
            }
            Body::Update(update) => {
                let head = format!("Update {}", self.object(&update.table));
                self.line(0, &head, &[("limited", update.limited)]);
                for (column, value) in &update.assignments {
                    let line = format!("{} = {}", self.ident(column), self.expr(value));
                    self.line(1, &line, &[]);
                }
                self.exprs("filter", &update.filter);
            }
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
            Body::Pragma { name, value } => {
                let head = format!(
                    "Pragma {} {}",
                    self.ident(name),
                    value.as_deref().unwrap_or("-")
                );
                self.line(0, &head, &[]);
            }
            other => self.line(0, &format!("{other:?}"), &[]),
        }
    }

    fn create_table(&mut self, create: &CreateTable) {
        let head = format!("CreateTable {}", self.object(&create.name));
        let flags = [
            ("if not exists", create.if_not_exists),
            ("temporary", create.temporary),
        ];
        self.line(0, &head, &flags);
        self.table(&create.table);
        if let Some(query) = &create.query {
            self.query(query);
        }
    }

    fn create_view(&mut self, create: &CreateView) {
        let head = format!(
            "CreateView {} ({})",
            self.object(&create.name),
            self.idents(&create.columns)
        );
        let flags = [
            ("if not exists", create.if_not_exists),
            ("temporary", create.temporary),
        ];
        self.line(0, &head, &flags);
        self.query(&create.query);
    }

    fn create_trigger(&mut self, create: &CreateTrigger) {
        let head = format!(
            "CreateTrigger {} on {}",
            self.object(&create.name),
            self.object(&create.table)
        );
        let flags = [
            ("if not exists", create.if_not_exists),
            ("temporary", create.temporary),
        ];
        self.line(0, &head, &flags);
        let tables = self.objects(&create.tables);
        self.line(1, &format!("touches {tables}"), &[]);
    }

    fn alter_action(&mut self, action: &AlterAction) {
        match action {
            AlterAction::RenameTable { to } => {
                let to = self.ident(to);
                self.line(1, &format!("RenameTable to {to}"), &[]);
            }
            AlterAction::AddColumn { table, .. } => {
                self.line(1, "AddColumn", &[]);
                self.table(table);
            }
            AlterAction::DropColumn { column, .. } => {
                let column = self.ident(column);
                self.line(1, &format!("DropColumn {column}"), &[]);
            }
            AlterAction::RenameColumn { from, to } => {
                let line = format!("RenameColumn {} to {}", self.ident(from), self.ident(to));
                self.line(1, &line, &[]);
            }
            AlterAction::Other { text, span } => {
                let line = format!("Other {text} {}", self.source(*span));
                self.line(1, &line, &[]);
            }
            other => self.line(1, &format!("{other:?}"), &[]),
        }
    }

    fn table(&mut self, table: &Table) {
        for column in &table.columns {
            self.column(column);
        }
        if let Some(key) = &table.primary_key {
            self.key("primary key", key);
        }
        for key in &table.uniques {
            self.key("unique", key);
        }
        for key in &table.foreign_keys {
            let line = format!(
                "foreign key {} ({}) to {} ({}) on delete {:?} on update {:?} {}",
                self.maybe(key.name.as_ref()),
                self.idents(&key.columns),
                self.object(&key.parent),
                self.idents(&key.parent_columns),
                key.on_delete,
                key.on_update,
                self.source(key.span),
            );
            self.line(1, &line, &[("inline", key.inline)]);
        }
        for check in &table.checks {
            let name = self.maybe(check.name.as_ref());
            let line = format!(
                "check {name} at {} {}",
                self.maybe(check.column.as_ref()),
                self.expr(&check.expr)
            );
            self.line(1, &line, &[]);
        }
        let flags = [
            ("autoincrement", table.autoincrement),
            ("strict", table.strict),
            ("without rowid", table.without_rowid),
        ];
        if flags.iter().any(|(_, set)| *set) {
            self.line(1, "table", &flags);
        }
    }

    fn column(&mut self, column: &Column) {
        let head = format!("{} {:?}", self.ident(&column.name), column.type_name);
        self.line(1, &head, &[("not null", column.not_null)]);
        if let Some(default) = &column.default {
            let line = format!("default {}", self.expr(default));
            self.line(2, &line, &[]);
        }
        if let Some(generated) = &column.generated {
            let line = format!("generated {}", self.expr(&generated.expr));
            self.line(2, &line, &[("stored", generated.stored)]);
        }
        if let Some(collation) = &column.collation {
            let line = format!("collate {}", self.ident(collation));
            self.line(2, &line, &[]);
        }
    }

    fn key(&mut self, what: &str, key: &Key) {
        let name = self.maybe(key.name.as_ref());
        let line = format!(
            "{what} {name} ({}) {}",
            self.idents(&key.columns),
            self.source(key.span)
        );
        self.line(1, &line, &[("inline", key.inline)]);
    }

    fn query(&mut self, query: &Query) {
        let head = format!("query of {}", self.objects(&query.tables));
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

    fn exprs<'e>(&mut self, what: &str, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            let line = format!("{what} {}", self.expr(expr));
            self.line(2, &line, &[]);
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        let mut out = format!("{} {:?}", self.source(expr.span), expr.kind);
        if expr.text != expr.span.of(self.text) {
            let _ = write!(out, " printed |{}|", expr.text);
        }
        let lists = [
            ("columns", self.column_refs(&expr.columns)),
            ("functions", self.idents(&expr.functions)),
            ("tables", self.objects(&expr.tables)),
        ];
        for (what, list) in lists {
            if !list.is_empty() {
                let _ = write!(out, " {what} ({list})");
            }
        }
        out
    }

    fn column_refs(&self, columns: &[ColumnRef]) -> String {
        let one = |column: &ColumnRef| match &column.qualifier {
            Some(qualifier) => format!("{}.{}", self.ident(qualifier), self.ident(&column.name)),
            None => self.ident(&column.name),
        };
        columns.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn objects(&self, names: &[ObjectName]) -> String {
        let names = names.iter().map(|name| self.object(name));
        names.collect::<Vec<_>>().join(", ")
    }

    fn object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.ident(schema), self.ident(&name.name)),
            None => self.ident(&name.name),
        }
    }

    fn idents(&self, names: &[Ident]) -> String {
        let names = names.iter().map(|name| self.ident(name));
        names.collect::<Vec<_>>().join(", ")
    }

    fn maybe(&self, name: Option<&Ident>) -> String {
        name.map_or_else(|| "-".to_owned(), |name| self.ident(name))
    }

    /// A name as the source spells it. That spelling must be one token that stands for the name.
    fn ident(&self, name: &Ident) -> String {
        if name.span == Span::default() {
            return format!("{}@-", name.text);
        }
        let raw = name.span.of(self.text);
        let (line, column) = name.span.line_column(self.text);
        if name.quote == Quote::None {
            assert_eq!(raw, name.text, "{line}:{column}");
            return format!("{raw}@{line}:{column}");
        }
        let tokens = tokenize(migratory_core::Dialect::Sqlite, raw);
        let is_name = |kind| matches!(kind, TokenKind::QuotedIdentifier | TokenKind::String);
        assert!(
            tokens.len() == 1 && is_name(tokens[0].kind) && tokens[0].unquote(raw) == name.text,
            "`{}` is said to stand at `{raw}`",
            name.text
        );
        format!("{raw}@{line}:{column}")
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
