use std::fmt::Write;

use super::Dump;
use crate::Span;
use crate::syntax::ir::{ColumnRef, DataType, Expr, Ident, ObjectName, Quote};
use crate::syntax::{TokenKind, tokenize};

impl Dump<'_> {
    pub(super) fn exprs<'e>(&mut self, what: &str, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            let line = format!("{what} {}", self.expr(expr));
            self.line(2, &line, &[]);
        }
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        let mut out = format!("{} {:?}", self.source(expr.span), expr.kind);
        if expr.text != expr.span.of(self.text) {
            let _ = write!(out, " printed |{}|", expr.text);
        }
        let lists = [
            ("columns", self.column_refs(&expr.columns)),
            ("functions", self.idents(&expr.functions)),
            ("tables", self.objects(&expr.tables)),
            ("casts", self.data_types(&expr.casts)),
        ];
        for (what, list) in lists {
            if !list.is_empty() {
                let _ = write!(out, " {what} ({list})");
            }
        }
        out
    }

    /// A type in words of our own, with what the source says where that differs.
    pub(super) fn data_type(&self, data_type: &DataType) -> String {
        let mut out = String::new();
        if let Some(schema) = &data_type.schema {
            let _ = write!(out, "{}.", self.ident(schema));
        }
        let quote = if data_type.quoted { "\"" } else { "" };
        let _ = write!(out, "{quote}{}{quote}", data_type.name);
        if !data_type.arguments.is_empty() {
            let _ = write!(out, "({})", data_type.arguments.join(","));
        }
        let words = [
            (data_type.unsigned, " unsigned"),
            (data_type.zerofill, " zerofill"),
        ];
        for (_, word) in words.iter().filter(|(set, _)| *set) {
            out.push_str(word);
        }
        if let Some(charset) = &data_type.charset {
            let _ = write!(out, " charset {charset}");
        }
        out.push_str(&"[]".repeat(usize::from(data_type.dimensions)));
        let (line, column) = data_type.span.line_column(self.text);
        if data_type.span.of(self.text) == out {
            let _ = write!(out, "@{line}:{column}");
        } else {
            let _ = write!(out, " as {}", self.source(data_type.span));
        }
        out
    }

    pub(super) fn data_types(&self, types: &[DataType]) -> String {
        let types = types.iter().map(|data_type| self.data_type(data_type));
        types.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn column_ref(&self, column: &ColumnRef) -> String {
        match &column.qualifier {
            Some(qualifier) => format!("{}.{}", self.ident(qualifier), self.ident(&column.name)),
            None => self.ident(&column.name),
        }
    }

    pub(super) fn column_refs(&self, columns: &[ColumnRef]) -> String {
        let columns = columns.iter().map(|column| self.column_ref(column));
        columns.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn objects(&self, names: &[ObjectName]) -> String {
        let names = names.iter().map(|name| self.object(name));
        names.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.ident(schema), self.ident(&name.name)),
            None => self.ident(&name.name),
        }
    }

    pub(super) fn idents(&self, names: &[Ident]) -> String {
        let names = names.iter().map(|name| self.ident(name));
        names.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn maybe(&self, name: Option<&Ident>) -> String {
        name.map_or_else(|| "-".to_owned(), |name| self.ident(name))
    }

    /// A name as the source spells it. That spelling must be one token that stands for the name.
    pub(super) fn ident(&self, name: &Ident) -> String {
        if name.span == Span::default() {
            return format!("{}@-", name.text);
        }
        let raw = name.span.of(self.text);
        let (line, column) = name.span.line_column(self.text);
        assert!(
            self.stands_for(raw, name),
            "`{}` is said to stand at `{raw}`, {line}:{column}",
            name.text
        );
        format!("{raw}@{line}:{column}")
    }

    fn stands_for(&self, raw: &str, name: &Ident) -> bool {
        let folds = self.dialect == migratory_core::Dialect::Postgres;
        if name.quote == Quote::None {
            return if folds {
                raw.to_ascii_lowercase() == name.text
            } else {
                raw == name.text
            };
        }
        let tokens = tokenize(self.dialect, raw);
        let is_name = |kind| matches!(kind, TokenKind::QuotedIdentifier | TokenKind::String);
        let escaped = folds && raw.starts_with(['u', 'U']);
        tokens.len() == 1
            && is_name(tokens[0].kind)
            && (escaped || tokens[0].unquote(raw) == name.text)
    }
}
