use sqlite3_parser::ast;

use super::Walk;
use crate::Span;
use crate::syntax::ir::{
    Check, Column, CreateTable, Expr, ExprKind, ForeignKey, Generated, Ident, Key, ObjectName,
    Quote, ReferenceAction, Table,
};
use crate::syntax::token::TokenKind;

impl Walk<'_> {
    /// `CREATE TABLE`, from its name on.
    pub(super) fn create_table(
        &mut self,
        name: &ast::QualifiedName<'_>,
        temporary: bool,
        if_not_exists: bool,
        body: &ast::CreateTableBody<'_>,
    ) -> CreateTable {
        let mut create = CreateTable {
            name: self.qualified_name(name),
            if_not_exists,
            temporary,
            ..CreateTable::default()
        };
        match body {
            ast::CreateTableBody::AsSelect(select) => {
                self.cursor.expect("as");
                create.query = Some(self.query(select));
            }
            ast::CreateTableBody::ColumnsAndConstraints {
                columns,
                constraints,
                flags,
            } => {
                create.table.strict = flags.contains(ast::TabFlags::Strict);
                create.table.without_rowid = flags.contains(ast::TabFlags::WithoutRowid);
                self.cursor.expect_kind(TokenKind::LeftParen);
                for (index, column) in columns.iter().enumerate() {
                    if index > 0 {
                        self.cursor.expect_kind(TokenKind::Comma);
                    }
                    self.column(column, &mut create.table);
                }
                for constraint in constraints.unwrap_or_default() {
                    self.table_constraint(&constraint.constraint, &mut create.table);
                }
            }
        }
        create
    }

    /// A column definition; its constraints go to the table.
    pub(super) fn column(&mut self, definition: &ast::ColumnDefinition<'_>, table: &mut Table) {
        let name = self.cursor.name(definition.col_name.0);
        let type_name = self.type_name(definition.col_type.as_ref());
        let mut column = Column::new(name, type_name);
        for constraint in definition.constraints {
            self.column_constraint(&constraint.constraint, &mut column, table);
        }
        // A name without a constraint, or `DEFERRABLE` without a key, is taken and means nothing.
        self.constraint_name();
        table.columns.push(column);
    }

    /// A type's words, and the numbers in its parentheses.
    pub(super) fn type_name(&mut self, type_name: Option<&ast::Type<'_>>) -> String {
        let Some(type_name) = type_name else {
            return String::new();
        };
        let mut words = String::new();
        let mut rest = type_name.name;
        while !rest.is_empty() {
            let word = self.cursor.any_name();
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&word.text);
            let length = word.span.end - word.span.start;
            rest = rest
                .get(length..)
                .unwrap_or_default()
                .trim_start_matches(' ');
            if length == 0 {
                break;
            }
        }
        if type_name.size.is_some() {
            self.cursor.expect_kind(TokenKind::LeftParen);
            let mark = self.cursor.mark();
            self.cursor.close();
            words.push('(');
            words.push_str(&self.cursor.print(mark).replace(", ", ","));
        }
        words
    }

    fn column_constraint(
        &mut self,
        constraint: &ast::ColumnConstraint<'_>,
        column: &mut Column,
        table: &mut Table,
    ) {
        if matches!(constraint, ast::ColumnConstraint::Defer(_)) {
            // Taken with what stands before the next constraint.
            return;
        }
        let name = self.constraint_name();
        match constraint {
            ast::ColumnConstraint::NotNull { nullable, .. } => {
                if !nullable {
                    self.cursor.expect("not");
                    column.not_null = true;
                }
                self.cursor.expect("null");
                self.on_conflict();
            }
            ast::ColumnConstraint::Default(value) => {
                self.cursor.expect("default");
                column.default = Some(self.default_value(value));
            }
            ast::ColumnConstraint::PrimaryKey { auto_increment, .. } => {
                let mark = self.cursor.mark();
                self.cursor.expect_all(&["primary", "key"]);
                self.order();
                let span = self.cursor.since(mark);
                self.on_conflict();
                table.autoincrement |= auto_increment;
                self.cursor.eat("autoincrement");
                table.primary_key = Some(inline_key(name, column, span));
            }
            ast::ColumnConstraint::Unique(_) => {
                let span = self.cursor.take();
                self.on_conflict();
                table.uniques.push(inline_key(name, column, span));
            }
            ast::ColumnConstraint::Check(expr) => {
                let expr = self.check(expr);
                table.checks.push(Check {
                    name,
                    expr,
                    column: Some(column.name.clone()),
                    not_valid: false,
                });
            }
            ast::ColumnConstraint::ForeignKey { clause, .. } => {
                let mut key = self.references(clause);
                key.name = name;
                key.columns = vec![column.name.clone()];
                key.inline = true;
                table.foreign_keys.push(key);
            }
            ast::ColumnConstraint::Collate { collation_name } => {
                self.cursor.expect("collate");
                column.collation = Some(self.cursor.name(collation_name.0));
            }
            ast::ColumnConstraint::Generated { expr, typ } => {
                column.generated = Some(self.generated(expr, typ.as_ref()));
            }
            ast::ColumnConstraint::Defer(_) => {}
        }
    }

    /// A default; a bare name is a string there, whatever the grammar calls it.
    fn default_value(&mut self, value: &ast::Expr<'_>) -> Expr {
        let mut default = self.summary(value);
        if matches!(value, ast::Expr::Id(_)) {
            default.kind = ExprKind::Literal;
            // What is quoted may have been meant as a column; a bare word cannot.
            default
                .columns
                .retain(|column| column.name.quote != Quote::None);
        }
        default
    }

    fn generated(&mut self, expr: &ast::Expr<'_>, storage: Option<&ast::Id<'_>>) -> Generated {
        self.cursor.eat_all(&["generated", "always"]);
        self.cursor.expect("as");
        self.cursor.expect_kind(TokenKind::LeftParen);
        let expr = self.summary(expr);
        self.cursor.expect_kind(TokenKind::RightParen);
        if let Some(storage) = storage {
            self.cursor.name(storage.0);
        }
        Generated {
            expr,
            stored: storage.is_some_and(|storage| storage.0.eq_ignore_ascii_case("stored")),
        }
    }

    pub(super) fn table_constraint(
        &mut self,
        constraint: &ast::TableConstraint<'_>,
        table: &mut Table,
    ) {
        let mut name = self.constraint_name();
        while self.cursor.eat_kind(TokenKind::Comma) {
            name = self.constraint_name();
        }
        let mark = self.cursor.mark();
        match constraint {
            ast::TableConstraint::PrimaryKey {
                columns,
                auto_increment,
                ..
            } => {
                self.cursor.expect_all(&["primary", "key"]);
                table.autoincrement |= auto_increment;
                let columns = self.key_columns(columns);
                let span = self.cursor.since(mark);
                table.primary_key = Some(Key {
                    name,
                    columns,
                    span,
                    ..Key::default()
                });
            }
            ast::TableConstraint::Unique { columns, .. } => {
                self.cursor.expect("unique");
                let columns = self.key_columns(columns);
                let span = self.cursor.since(mark);
                table.uniques.push(Key {
                    name,
                    columns,
                    span,
                    ..Key::default()
                });
            }
            ast::TableConstraint::Check(expr, _) => {
                let expr = self.check(expr);
                table.checks.push(Check {
                    name,
                    expr,
                    column: None,
                    not_valid: false,
                });
            }
            ast::TableConstraint::ForeignKey {
                columns, clause, ..
            } => {
                self.cursor.expect_all(&["foreign", "key"]);
                let columns = self.indexed_list(columns);
                let mut key = self.references(clause);
                key.name = name;
                key.columns = columns;
                key.span = self.cursor.since(mark);
                table.foreign_keys.push(key);
            }
        }
        self.on_conflict();
    }

    /// The name before a constraint, with the leftovers of the constraint before it.
    fn constraint_name(&mut self) -> Option<Ident> {
        let mut name = None;
        loop {
            if self.cursor.eat("constraint") {
                name = Some(self.cursor.any_name());
            } else if self.cursor.at("deferrable") || self.cursor.at_all(&["not", "deferrable"]) {
                self.cursor.eat("not");
                self.cursor.take();
                if self.cursor.eat("initially") {
                    self.cursor.take();
                }
            } else {
                return name;
            }
        }
    }

    fn key_columns(&mut self, list: &[ast::SortedColumn<'_>]) -> Vec<Ident> {
        self.cursor.expect_kind(TokenKind::LeftParen);
        let mut names = Vec::with_capacity(list.len());
        for (index, column) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            let column = self.indexed(column).columns.into_iter().next();
            names.extend(column.map(|column| column.name));
        }
        self.cursor.eat("autoincrement");
        self.cursor.expect_kind(TokenKind::RightParen);
        names
    }

    fn check(&mut self, expr: &ast::Expr<'_>) -> Expr {
        self.cursor.expect("check");
        self.cursor.expect_kind(TokenKind::LeftParen);
        let expr = self.condition(expr);
        self.cursor.expect_kind(TokenKind::RightParen);
        self.on_conflict();
        expr
    }

    fn references(&mut self, clause: &ast::ForeignKeyClause<'_>) -> ForeignKey {
        let mark = self.cursor.mark();
        self.cursor.expect("references");
        let parent = ObjectName {
            schema: None,
            name: self.cursor.name(clause.tbl_name.0),
        };
        let parent_columns = clause
            .columns
            .map_or_else(Vec::new, |columns| self.indexed_list(columns));
        let mut key = ForeignKey {
            parent,
            parent_columns,
            span: self.cursor.since(mark),
            ..ForeignKey::default()
        };
        for argument in clause.args {
            match argument {
                ast::RefArg::OnDelete(action) => key.on_delete = self.reference_action(*action),
                ast::RefArg::OnUpdate(action) => key.on_update = self.reference_action(*action),
                ast::RefArg::OnInsert(action) => {
                    self.reference_action(*action);
                }
                ast::RefArg::Match(name) => {
                    self.cursor.expect("match");
                    self.cursor.name(name.0);
                }
            }
        }
        key.span = self.cursor.since(mark);
        key
    }

    fn reference_action(&mut self, action: ast::RefAct) -> ReferenceAction {
        self.cursor.expect("on");
        self.cursor.take();
        let (action, words) = match action {
            ast::RefAct::SetNull => (ReferenceAction::SetNull, 2),
            ast::RefAct::SetDefault => (ReferenceAction::SetDefault, 2),
            ast::RefAct::NoAction => (ReferenceAction::NoAction, 2),
            ast::RefAct::Cascade => (ReferenceAction::Cascade, 1),
            ast::RefAct::Restrict => (ReferenceAction::Restrict, 1),
        };
        for _ in 0..words {
            self.cursor.take();
        }
        action
    }

    /// `ON CONFLICT ...` after a constraint.
    pub(super) fn on_conflict(&mut self) {
        if self.cursor.eat_all(&["on", "conflict"]) {
            self.cursor.take();
        }
    }
}

fn inline_key(name: Option<Ident>, column: &Column, span: Span) -> Key {
    Key {
        name,
        columns: vec![column.name.clone()],
        span,
        inline: true,
        using_index: None,
    }
}
