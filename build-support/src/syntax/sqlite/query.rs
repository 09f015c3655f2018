use sqlite3_parser::ast;

use super::Walk;
use super::expression::Names;
use crate::syntax::ir::{ColumnRef, Expr, Ident, ObjectName, Query};
use crate::syntax::token::TokenKind;

impl Walk<'_> {
    /// A query, summed up.
    pub(super) fn query(&mut self, select: &ast::Select<'_>) -> Query {
        let mark = self.cursor.mark();
        let mut names = Names::default();
        let mut outputs = Vec::new();
        self.select(select, &mut names, Some(&mut outputs));
        let star = has_star(&select.body.select);
        let mut columns = names.columns;
        columns.append(&mut names.inner);
        Query {
            span: self.cursor.since(mark),
            tables: names.tables,
            outputs: (!star).then_some(outputs),
            star,
            columns,
            filtered: is_filtered(select),
            scope: None,
        }
    }

    /// A query in parentheses.
    pub(super) fn subquery(&mut self, select: &ast::Select<'_>, names: &mut Names) {
        self.cursor.expect_kind(TokenKind::LeftParen);
        self.inner_select(select, names);
        self.cursor.expect_kind(TokenKind::RightParen);
    }

    /// Notes that a table is read, unless a common table expression in scope has that name.
    pub(super) fn reads(&mut self, table: ObjectName, names: &mut Names) {
        let is_common =
            table.schema.is_none() && self.common.iter().any(|name| table.name.is(name));
        if !is_common {
            names.tables.push(table);
        }
    }

    /// Runs `walk` with the common table expressions of `with` in scope, after having walked them.
    pub(super) fn with<T>(
        &mut self,
        with: Option<&ast::With<'_>>,
        names: &mut Names,
        walk: impl FnOnce(&mut Self, &mut Names) -> T,
    ) -> T {
        let scope = self.common.len();
        if let Some(with) = with {
            self.cursor.expect("with");
            if with.recursive {
                self.cursor.expect("recursive");
            }
            // They see each other, whatever their order, and themselves.
            for common in with.ctes {
                self.common.push(unquoted(&common.tbl_name));
            }
            self.common_tables(with.ctes, names);
        }
        let result = walk(self, names);
        self.common.truncate(scope);
        result
    }

    /// A list of result columns, as `RETURNING` has it too. Their expressions go to `outputs` where it is given.
    pub(super) fn results(
        &mut self,
        columns: &[ast::ResultColumn<'_>],
        names: &mut Names,
        mut outputs: Option<&mut Vec<Expr>>,
    ) {
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            match column {
                ast::ResultColumn::Expr(expr, alias) => {
                    if let Some(outputs) = outputs.as_deref_mut() {
                        let summary = self.summary_within(expr, names);
                        outputs.push(summary);
                    } else {
                        self.expression(expr, names);
                    }
                    self.alias(alias.as_ref());
                }
                ast::ResultColumn::Star => {
                    self.cursor.take();
                }
                ast::ResultColumn::TableStar(table) => {
                    self.cursor.name(table.0);
                    self.cursor.expect_kind(TokenKind::Dot);
                    self.cursor.take();
                }
            }
        }
    }

    /// A `FROM` clause, its keyword included.
    pub(super) fn from(&mut self, from: Option<&ast::FromClause<'_>>, names: &mut Names) {
        if let Some(from) = from {
            self.cursor.expect("from");
            self.sources(from, names);
        }
    }

    /// `ORDER BY` and `LIMIT`.
    pub(super) fn order_and_limit(
        &mut self,
        order_by: Option<&[ast::SortedColumn<'_>]>,
        limit: Option<&ast::Limit<'_>>,
        names: &mut Names,
    ) {
        if let Some(list) = order_by {
            self.cursor.expect_all(&["order", "by"]);
            self.sorted(list, names);
        }
        if let Some(limit) = limit {
            self.cursor.expect("limit");
            self.expression(&limit.expr, names);
            if let Some(offset) = &limit.offset {
                // `OFFSET` or a comma.
                self.cursor.take();
                self.expression(offset, names);
            }
        }
    }

    /// A name with the schema before it.
    pub(super) fn qualified_name(&mut self, name: &ast::QualifiedName<'_>) -> ObjectName {
        let schema = name.db_name.as_ref().map(|schema| {
            let schema = self.cursor.name(schema.0);
            self.cursor.expect_kind(TokenKind::Dot);
            schema
        });
        let object = ObjectName {
            schema,
            name: self.cursor.name(name.name.0),
        };
        if let Some(alias) = &name.alias {
            self.cursor.expect("as");
            self.cursor.name(alias.0);
        }
        object
    }

    /// Names with commas between them, in parentheses.
    pub(super) fn name_list(&mut self, list: &[ast::Name<'_>]) -> Vec<Ident> {
        self.cursor.expect_kind(TokenKind::LeftParen);
        let names = self.bare_name_list(list);
        self.cursor.expect_kind(TokenKind::RightParen);
        names
    }

    /// Names with commas between them.
    pub(super) fn bare_name_list(&mut self, list: &[ast::Name<'_>]) -> Vec<Ident> {
        let mut names = Vec::with_capacity(list.len());
        for (index, name) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            names.push(self.cursor.name(name.0));
        }
        names
    }

    /// Columns of a key, a view or a common table expression, in parentheses.
    pub(super) fn indexed_list(&mut self, list: &[ast::IndexedColumn<'_>]) -> Vec<Ident> {
        self.cursor.expect_kind(TokenKind::LeftParen);
        let mut names = Vec::with_capacity(list.len());
        for (index, column) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            names.push(self.cursor.name(column.col_name.0));
            if let Some(collation) = &column.collation_name {
                self.cursor.expect("collate");
                self.cursor.name(collation.0);
            }
            self.order();
        }
        self.cursor.expect_kind(TokenKind::RightParen);
        names
    }

    /// `INDEXED BY name` or `NOT INDEXED`.
    pub(super) fn indexed_by(&mut self, indexed: Option<&ast::Indexed<'_>>) {
        match indexed {
            Some(ast::Indexed::IndexedBy(name)) => {
                self.cursor.expect_all(&["indexed", "by"]);
                self.cursor.name(name.0);
            }
            Some(ast::Indexed::NotIndexed) => self.cursor.expect_all(&["not", "indexed"]),
            None => {}
        }
    }

    fn inner_select(&mut self, select: &ast::Select<'_>, names: &mut Names) {
        if !self.descend() {
            return;
        }
        let mut inner = Names::default();
        self.select(select, &mut inner, None);
        names.nest(inner);
        self.ascend();
    }

    pub(super) fn select(
        &mut self,
        select: &ast::Select<'_>,
        names: &mut Names,
        outputs: Option<&mut Vec<Expr>>,
    ) {
        self.with(select.with.as_ref(), names, |walk, names| {
            walk.one_select(&select.body.select, names, outputs);
            for compound in select.body.compounds.iter().flatten() {
                walk.cursor.take();
                if compound.operator == ast::CompoundOperator::UnionAll {
                    walk.cursor.expect("all");
                }
                walk.one_select(&compound.select, names, None);
            }
            walk.order_and_limit(select.order_by, select.limit, names);
        });
    }

    fn common_tables(&mut self, list: &[ast::CommonTableExpr<'_>], names: &mut Names) {
        for (index, common) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            self.cursor.name(common.tbl_name.0);
            if let Some(columns) = common.columns {
                self.indexed_list(columns);
            }
            self.cursor.expect("as");
            self.cursor.eat("not");
            self.cursor.eat("materialized");
            self.subquery(common.select, names);
        }
    }

    fn one_select(
        &mut self,
        select: &ast::OneSelect<'_>,
        names: &mut Names,
        outputs: Option<&mut Vec<Expr>>,
    ) {
        match select {
            ast::OneSelect::Select {
                columns,
                from,
                where_clause,
                group_by,
                having,
                window_clause,
                ..
            } => {
                self.cursor.expect("select");
                self.distinctness();
                self.results(columns, names, outputs);
                self.from(from.as_ref(), names);
                self.clause("where", *where_clause, names);
                if let Some(list) = group_by {
                    self.cursor.expect_all(&["group", "by"]);
                    self.expressions(list, names);
                }
                self.clause("having", *having, names);
                self.windows(window_clause.unwrap_or_default(), names);
            }
            ast::OneSelect::Values(rows) => self.values(rows, names, outputs),
        }
    }

    /// A keyword and the expression after it, where they are written.
    pub(super) fn clause(
        &mut self,
        keyword: &str,
        expr: Option<&ast::Expr<'_>>,
        names: &mut Names,
    ) {
        if let Some(expr) = expr {
            self.cursor.expect(keyword);
            self.expression(expr, names);
        }
    }

    fn windows(&mut self, windows: &[ast::WindowDef<'_>], names: &mut Names) {
        for (index, window) in windows.iter().enumerate() {
            if index == 0 {
                self.cursor.expect("window");
            } else {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            self.cursor.name(window.name.0);
            self.cursor.expect("as");
            self.window(&window.window, names);
        }
    }

    /// `VALUES` rows; the first row's expressions are the outputs.
    fn values<'r, 'bump: 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r sqlite3_parser::Vec<'bump, ast::Expr<'bump>>>,
        names: &mut Names,
        mut outputs: Option<&mut Vec<Expr>>,
    ) {
        self.cursor.expect("values");
        for (index, row) in rows.into_iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            let Some(outputs) = outputs.take() else {
                self.arguments(Some(row), names);
                continue;
            };
            self.cursor.expect_kind(TokenKind::LeftParen);
            for (index, expr) in row.iter().enumerate() {
                if index > 0 {
                    self.cursor.expect_kind(TokenKind::Comma);
                }
                let summary = self.summary_within(expr, names);
                outputs.push(summary);
            }
            self.cursor.expect_kind(TokenKind::RightParen);
        }
    }

    fn sources(&mut self, from: &ast::FromClause<'_>, names: &mut Names) {
        if let Some(first) = from.select {
            self.source(first, names);
        }
        for join in from.joins.iter().flatten() {
            match join.operator {
                ast::JoinOperator::Comma => self.cursor.expect_kind(TokenKind::Comma),
                ast::JoinOperator::TypedJoin(_) => {
                    while !self.cursor.eat("join") && self.cursor.peek().is_some() {
                        self.cursor.take();
                    }
                }
            }
            self.source(&join.table, names);
            match &join.constraint {
                Some(ast::JoinConstraint::On(expr)) => self.clause("on", Some(expr), names),
                Some(ast::JoinConstraint::Using(columns)) => {
                    self.cursor.expect("using");
                    let columns = self.name_list(columns).into_iter();
                    names.columns.extend(columns.map(|name| ColumnRef {
                        qualifier: None,
                        name,
                    }));
                }
                None => {}
            }
        }
    }

    fn source(&mut self, source: &ast::SelectTable<'_>, names: &mut Names) {
        match source {
            ast::SelectTable::Table(table, alias, indexed) => {
                let table = self.qualified_name(table);
                self.reads(table, names);
                self.alias(alias.as_ref());
                self.indexed_by(indexed.as_ref());
            }
            ast::SelectTable::TableCall(function, arguments, alias) => {
                let function = self.qualified_name(function);
                names.functions.push(function.name);
                self.arguments(*arguments, names);
                self.alias(alias.as_ref());
            }
            ast::SelectTable::Select(select, alias) => {
                self.subquery(select, names);
                self.alias(alias.as_ref());
            }
            ast::SelectTable::Sub(from, alias) => {
                if self.descend() {
                    self.cursor.expect_kind(TokenKind::LeftParen);
                    self.sources(from, names);
                    self.cursor.expect_kind(TokenKind::RightParen);
                    self.ascend();
                }
                self.alias(alias.as_ref());
            }
        }
    }

    fn alias(&mut self, alias: Option<&ast::As<'_>>) {
        match alias {
            Some(ast::As::As(name)) => {
                self.cursor.expect("as");
                self.cursor.name(name.0);
            }
            Some(ast::As::Elided(name)) => {
                self.cursor.name(name.0);
            }
            None => {}
        }
    }
}

fn unquoted(name: &ast::Name<'_>) -> String {
    super::cursor::ident(name.0, crate::Span::default()).text
}

fn has_star(select: &ast::OneSelect<'_>) -> bool {
    let ast::OneSelect::Select { columns, .. } = select else {
        return false;
    };
    columns
        .iter()
        .any(|column| !matches!(column, ast::ResultColumn::Expr(..)))
}

/// Whether anything may drop rows of what is read.
fn is_filtered(select: &ast::Select<'_>) -> bool {
    let one = |select: &ast::OneSelect<'_>| match select {
        ast::OneSelect::Select {
            distinctness,
            where_clause,
            group_by,
            having,
            ..
        } => {
            *distinctness == Some(ast::Distinctness::Distinct)
                || where_clause.is_some()
                || group_by.is_some()
                || having.is_some()
        }
        ast::OneSelect::Values(_) => false,
    };
    select.limit.is_some()
        || one(&select.body.select)
        || select.body.compounds.iter().flatten().any(|compound| {
            compound.operator != ast::CompoundOperator::UnionAll || one(&compound.select)
        })
}
