//! Keys, constraints and indexes, within a table's definition and elsewhere.

use super::reader::{Mark, Reader, Refusal};
use crate::syntax::ir::{
    Check, ColumnRef, CreateIndex, Expr, ExprKind, ForeignKey, Ident, Key, ObjectName,
    ReferenceAction, Table,
};

impl Reader<'_> {
    /// Whether what follows is a constraint or an index, and no column.
    pub(super) fn at_table_part(&self) -> bool {
        self.at_any(&[
            "constraint",
            "primary",
            "foreign",
            "unique",
            "check",
            "index",
            "key",
            "fulltext",
            "spatial",
        ])
    }

    /// A constraint or an index in a table's definition, or after `ADD`. Whether `IF NOT EXISTS` was written.
    pub(super) fn table_part(
        &mut self,
        owner: &ObjectName,
        table: &mut Table,
        indexes: &mut Vec<CreateIndex>,
    ) -> Result<bool, Refusal> {
        let mark = self.mark();
        let mut if_not_exists = self.at_all(&["constraint", "if", "not", "exists"]);
        let name = self.constraint_name()?;
        if self.eat_all(&["primary", "key"]) {
            if_not_exists |= self.if_not_exists();
            let (_, columns) = self.index_body()?;
            table.primary_key = Some(Key {
                name,
                columns: column_names(&columns),
                span: self.since(mark),
                ..Key::default()
            });
        } else if self.eat("unique") {
            self.eat_any(&["key", "index"]);
            if_not_exists |= self.if_not_exists();
            let index_name = self.index_name()?;
            let (_, columns) = self.index_body()?;
            let name = index_name.or(name);
            if columns.iter().any(|column| column.kind != ExprKind::Column) {
                // A unique index over an expression is no key of columns.
                indexes.push(self.index(owner, name, columns, None, true));
            } else {
                table.uniques.push(Key {
                    name,
                    columns: column_names(&columns),
                    span: self.since(mark),
                    ..Key::default()
                });
            }
        } else if self.eat_all(&["foreign", "key"]) {
            if_not_exists |= self.if_not_exists();
            let index_name = self.index_name()?;
            let key = ForeignKey {
                name: name.or(index_name),
                columns: self.ident_list()?,
                ..ForeignKey::default()
            };
            self.references(key, mark, table)?;
        } else if self.at("check") {
            self.check(name, None, table)?;
        } else if name.is_none() {
            if_not_exists |= self.plain_index(owner, indexes)?;
        } else {
            return self.refuse();
        }
        Ok(if_not_exists)
    }

    /// `INDEX`, `KEY`, `FULLTEXT` or `SPATIAL`. Whether `IF NOT EXISTS` was written.
    fn plain_index(
        &mut self,
        owner: &ObjectName,
        indexes: &mut Vec<CreateIndex>,
    ) -> Result<bool, Refusal> {
        let special = self
            .at_any(&["fulltext", "spatial"])
            .then(|| self.word().to_ascii_lowercase());
        if special.is_some() {
            self.next += 1;
            self.eat_any(&["index", "key"]);
        } else if !self.eat_any(&["index", "key"]) {
            return self.refuse();
        }
        let if_not_exists = self.if_not_exists();
        let name = self.index_name()?;
        let (method, columns) = self.index_body()?;
        let mut index = self.index(owner, name, columns, special.or(method), false);
        index.if_not_exists = if_not_exists;
        indexes.push(index);
        Ok(if_not_exists)
    }

    fn index(
        &self,
        owner: &ObjectName,
        name: Option<Ident>,
        columns: Vec<Expr>,
        method: Option<String>,
        unique: bool,
    ) -> CreateIndex {
        CreateIndex {
            name: name.map(|name| ObjectName { schema: None, name }),
            table: owner.clone(),
            unique,
            columns,
            method,
            ..CreateIndex::default()
        }
    }

    fn index_name(&mut self) -> Result<Option<Ident>, Refusal> {
        let is_name = self.is_name_ahead(0)
            && !(self.at("using")
                || self.at("type") && self.is_ahead(1, &["btree", "hash", "rtree"]));
        if is_name {
            self.ident().map(Some)
        } else {
            Ok(None)
        }
    }

    /// What follows an index's name: its method and columns.
    pub(super) fn index_body(&mut self) -> Result<(Option<String>, Vec<Expr>), Refusal> {
        let before = self.index_method()?;
        self.open()?;
        let mut columns = Vec::new();
        loop {
            columns.push(self.indexed()?);
            if !self.eat_comma() {
                break;
            }
        }
        self.close()?;
        let after = self.index_options()?;
        Ok((after.or(before), columns))
    }

    pub(super) fn index_method(&mut self) -> Result<Option<String>, Refusal> {
        if !self.eat_any(&["using", "type"]) {
            return Ok(None);
        }
        let method = self.take()?;
        Ok(Some(method.text(self.text).to_ascii_lowercase()))
    }

    /// A column of an index, with the length of its prefix, or an expression in parentheses.
    fn indexed(&mut self) -> Result<Expr, Refusal> {
        let mark = self.mark();
        let mut expr = if self.at_open() {
            let mut expr = self.summary()?;
            // Even a column alone makes an index over an expression.
            expr.kind = ExprKind::Other;
            expr
        } else {
            let name = self.ident()?;
            if self.at_open() {
                self.skip_parentheses()?;
            }
            Expr {
                kind: ExprKind::Column,
                columns: vec![ColumnRef {
                    qualifier: None,
                    name,
                }],
                ..Expr::default()
            }
        };
        expr.span = self.since(mark);
        expr.text = self.print(mark);
        self.eat_any(&["asc", "desc"]);
        Ok(expr)
    }

    /// What follows an index's columns; its method where that is there.
    fn index_options(&mut self) -> Result<Option<String>, Refusal> {
        let mut method = None;
        loop {
            if self.at("using") {
                method = self.index_method()?;
            } else if self.eat_any(&["visible", "invisible", "ignored"])
                || self.eat_all(&["not", "ignored"])
            {
            } else if self.eat_any(&["comment", "key_block_size", "engine_attribute"])
                || self.eat_any(&["clustering", "secondary_engine_attribute"])
            {
                self.eat_operator("=");
                self.take()?;
            } else if self.eat_all(&["with", "parser"]) {
                self.any_ident()?;
            } else if self.is_name_ahead(0)
                && self.is_operator_ahead(1, "=")
                && !self.at_any(&["algorithm", "lock"])
            {
                self.next += 2;
                self.take()?;
            } else {
                return Ok(method);
            }
        }
    }

    /// `CONSTRAINT` and the name, where they are written.
    pub(super) fn constraint_name(&mut self) -> Result<Option<Ident>, Refusal> {
        if !self.eat("constraint") {
            return Ok(None);
        }
        self.if_not_exists();
        if self.is_name_ahead(0) {
            self.ident().map(Some)
        } else {
            Ok(None)
        }
    }

    /// `REFERENCES` and what belongs to it.
    pub(super) fn references(
        &mut self,
        mut key: ForeignKey,
        mark: Mark,
        table: &mut Table,
    ) -> Result<(), Refusal> {
        self.expect("references")?;
        key.parent = self.object_name()?;
        if self.at_open() {
            key.parent_columns = self.ident_list()?;
        }
        loop {
            if self.eat("match") {
                self.take()?;
            } else if self.eat_all(&["on", "delete"]) {
                key.on_delete = self.reference_action()?;
            } else if self.at_all(&["on", "update"])
                && !self.is_ahead(2, &["current_timestamp", "now"])
            {
                self.next += 2;
                key.on_update = self.reference_action()?;
            } else {
                break;
            }
        }
        key.span = self.since(mark);
        table.foreign_keys.push(key);
        Ok(())
    }

    fn reference_action(&mut self) -> Result<ReferenceAction, Refusal> {
        if self.eat_all(&["no", "action"]) {
            Ok(ReferenceAction::NoAction)
        } else if self.eat("restrict") {
            Ok(ReferenceAction::Restrict)
        } else if self.eat("cascade") {
            Ok(ReferenceAction::Cascade)
        } else if self.eat_all(&["set", "null"]) {
            Ok(ReferenceAction::SetNull)
        } else if self.eat_all(&["set", "default"]) {
            Ok(ReferenceAction::SetDefault)
        } else {
            self.refuse()
        }
    }

    pub(super) fn check(
        &mut self,
        name: Option<Ident>,
        column: Option<Ident>,
        table: &mut Table,
    ) -> Result<(), Refusal> {
        self.expect("check")?;
        self.open()?;
        let expr = self.summary()?;
        self.close()?;
        if !self.eat_all(&["not", "enforced"]) {
            self.eat("enforced");
        }
        table.checks.push(Check {
            name,
            expr,
            column,
            not_valid: false,
        });
        Ok(())
    }
}

fn column_names(columns: &[Expr]) -> Vec<Ident> {
    let names = columns.iter().flat_map(|column| &column.columns);
    names.map(|column| column.name.clone()).collect()
}
