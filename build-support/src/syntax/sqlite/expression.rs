use sqlite3_parser::ast;

use super::Walk;
use crate::syntax::ir::{ColumnRef, Expr, ExprKind, Ident, ObjectName};
use crate::syntax::token::TokenKind;

/// The names that an expression or a query mentions.
#[derive(Default)]
pub(super) struct Names {
    /// Columns, without those of subqueries.
    pub(super) columns: Vec<ColumnRef>,
    /// Columns of subqueries.
    pub(super) inner: Vec<ColumnRef>,
    /// Functions, subqueries' included.
    pub(super) functions: Vec<Ident>,
    /// Tables that are read, subqueries' included.
    pub(super) tables: Vec<ObjectName>,
}

impl Names {
    /// Takes in what a subquery mentions.
    pub(super) fn nest(&mut self, mut inner: Self) {
        self.inner.append(&mut inner.columns);
        self.inner.append(&mut inner.inner);
        self.functions.append(&mut inner.functions);
        self.tables.append(&mut inner.tables);
    }

    fn column(&mut self, qualifier: Option<Ident>, name: Ident) {
        self.columns.push(ColumnRef { qualifier, name });
    }
}

impl Walk<'_> {
    /// An expression, summed up.
    pub(super) fn summary(&mut self, expr: &ast::Expr<'_>) -> Expr {
        let mut names = Names::default();
        self.summary_within(expr, &mut names)
    }

    /// An expression, summed up; what it mentions goes to `outer` as well.
    pub(super) fn summary_within(&mut self, expr: &ast::Expr<'_>, outer: &mut Names) -> Expr {
        let mark = self.cursor.mark();
        let mut names = Names::default();
        self.expression(expr, &mut names);
        let summary = Expr {
            span: self.cursor.since(mark),
            text: self.cursor.print(mark),
            kind: kind(expr),
            columns: names.columns.clone(),
            functions: names.functions.clone(),
            tables: names.tables.clone(),
            casts: Vec::new(),
        };
        outer.columns.append(&mut names.columns);
        names.columns = Vec::new();
        outer.nest(names);
        summary
    }

    /// A condition, summed up: the one place where a constant is told from others by being true.
    pub(super) fn condition(&mut self, expr: &ast::Expr<'_>) -> Expr {
        let mut summary = self.summary(expr);
        if is_always_true(expr) {
            summary.kind = ExprKind::AlwaysTrue;
        }
        summary
    }

    /// A column of an index or a key, where a string is a name as well.
    pub(super) fn indexed(&mut self, column: &ast::SortedColumn<'_>) -> Expr {
        let mark = self.cursor.mark();
        let mut summary = self.summary(&column.expr);
        if let ast::Expr::Literal(ast::Literal::String(raw)) = innermost(&column.expr) {
            let name = self.cursor.name_since(mark, raw);
            summary.kind = ExprKind::Column;
            summary.columns.push(ColumnRef {
                qualifier: None,
                name,
            });
        }
        self.order();
        summary
    }

    /// `ASC`, `DESC` and `NULLS FIRST` or `LAST` after a column.
    pub(super) fn order(&mut self) {
        if !self.cursor.eat("asc") {
            self.cursor.eat("desc");
        }
        if self.cursor.eat("nulls") {
            self.cursor.take();
        }
    }

    /// Expressions with commas between them.
    pub(super) fn expressions(&mut self, list: &[ast::Expr<'_>], names: &mut Names) {
        for (index, expr) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            self.expression(expr, names);
        }
    }

    /// Expressions with an order each and commas between them.
    pub(super) fn sorted(&mut self, list: &[ast::SortedColumn<'_>], names: &mut Names) {
        for (index, column) in list.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            self.expression(&column.expr, names);
            self.order();
        }
    }

    /// Walks an expression and notes what it mentions.
    pub(super) fn expression(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        if !self.descend() {
            return;
        }
        match expr {
            ast::Expr::Binary(..) => self.binary(expr, names),
            ast::Expr::Id(id) => self.identifier(id.0, names),
            ast::Expr::Name(name) => {
                let name = self.cursor.name(name.0);
                names.column(None, name);
            }
            ast::Expr::Qualified(table, column) => self.qualified(table, column, names),
            ast::Expr::DoublyQualified(schema, table, column) => {
                self.cursor.name(schema.0);
                self.cursor.expect_kind(TokenKind::Dot);
                self.qualified(table, column, names);
            }
            ast::Expr::Literal(_) | ast::Expr::Variable(_) => {
                self.cursor.take();
            }
            ast::Expr::Unary(_, operand) => {
                self.cursor.take();
                self.expression(operand, names);
            }
            ast::Expr::Parenthesized(list) => {
                self.cursor.expect_kind(TokenKind::LeftParen);
                self.expressions(list, names);
                self.cursor.expect_kind(TokenKind::RightParen);
            }
            ast::Expr::Subquery(query) => self.subquery(query, names),
            ast::Expr::Exists(query) => {
                self.cursor.expect("exists");
                self.subquery(query, names);
            }
            ast::Expr::FunctionCall { .. } | ast::Expr::FunctionCallStar { .. } => {
                self.call(expr, names)
            }
            ast::Expr::InList { .. } | ast::Expr::InSelect { .. } | ast::Expr::InTable { .. } => {
                self.membership(expr, names);
            }
            _ => self.compound(expr, names),
        }
        self.ascend();
    }

    /// A chain of binary operators leans to the left; it is walked without descending, however long it is.
    fn binary(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        let mut rights = Vec::new();
        let mut left = expr;
        while let ast::Expr::Binary(inner, operator, right) = left {
            rights.push((*operator, *right));
            left = inner;
        }
        self.expression(left, names);
        while let Some((operator, right)) = rights.pop() {
            self.cursor.take();
            match operator {
                ast::Operator::Is => {
                    self.cursor.eat_all(&["not", "distinct", "from"]);
                }
                ast::Operator::IsNot if !self.cursor.eat("not") => {
                    self.cursor.expect_all(&["distinct", "from"]);
                }
                _ => {}
            }
            self.expression(right, names);
        }
    }

    fn compound(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        match expr {
            ast::Expr::Between {
                lhs, start, end, ..
            } => {
                self.expression(lhs, names);
                self.cursor.eat("not");
                self.cursor.expect("between");
                self.expression(start, names);
                self.cursor.expect("and");
                self.expression(end, names);
            }
            ast::Expr::Like {
                lhs, rhs, escape, ..
            } => {
                self.expression(lhs, names);
                self.cursor.eat("not");
                self.cursor.take();
                self.expression(rhs, names);
                if let Some(escape) = escape {
                    self.cursor.expect("escape");
                    self.expression(escape, names);
                }
            }
            ast::Expr::Case { .. } => self.case(expr, names),
            ast::Expr::Cast { expr, type_name } => {
                self.cursor.expect("cast");
                self.cursor.expect_kind(TokenKind::LeftParen);
                self.expression(expr, names);
                self.cursor.expect("as");
                self.type_name(type_name.as_ref());
                self.cursor.expect_kind(TokenKind::RightParen);
            }
            ast::Expr::Collate(expr, collation) => {
                self.expression(expr, names);
                self.cursor.expect("collate");
                self.cursor.name(collation);
            }
            ast::Expr::IsNull(expr) => {
                self.expression(expr, names);
                self.cursor.expect("isnull");
            }
            ast::Expr::NotNull(expr) => {
                self.expression(expr, names);
                if !self.cursor.eat("notnull") {
                    self.cursor.expect_all(&["not", "null"]);
                }
            }
            ast::Expr::Raise(_, message) => {
                self.cursor.expect("raise");
                self.cursor.expect_kind(TokenKind::LeftParen);
                self.cursor.take();
                if let Some(message) = message {
                    self.cursor.expect_kind(TokenKind::Comma);
                    self.expression(message, names);
                }
                self.cursor.expect_kind(TokenKind::RightParen);
            }
            _ => {}
        }
    }

    fn case(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        let ast::Expr::Case {
            base,
            when_then_pairs,
            else_expr,
        } = expr
        else {
            return;
        };
        self.cursor.expect("case");
        if let Some(base) = base {
            self.expression(base, names);
        }
        for (when, then) in *when_then_pairs {
            self.cursor.expect("when");
            self.expression(when, names);
            self.cursor.expect("then");
            self.expression(then, names);
        }
        if let Some(other) = else_expr {
            self.cursor.expect("else");
            self.expression(other, names);
        }
        self.cursor.expect("end");
    }

    fn membership(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        let (ast::Expr::InList { lhs, .. }
        | ast::Expr::InSelect { lhs, .. }
        | ast::Expr::InTable { lhs, .. }) = expr
        else {
            return;
        };
        self.expression(lhs, names);
        self.cursor.eat("not");
        self.cursor.expect("in");
        match expr {
            ast::Expr::InSelect { rhs, .. } => self.subquery(rhs, names),
            ast::Expr::InList { rhs, .. } => self.arguments(*rhs, names),
            ast::Expr::InTable { rhs, args, .. } => {
                let table = self.qualified_name(rhs);
                if self.cursor.at_kind(TokenKind::LeftParen) {
                    names.functions.push(table.name);
                    self.arguments(*args, names);
                } else {
                    self.reads(table, names);
                }
            }
            _ => {}
        }
    }

    /// A list in parentheses, which may be empty.
    pub(super) fn arguments(&mut self, list: Option<&[ast::Expr<'_>]>, names: &mut Names) {
        self.cursor.expect_kind(TokenKind::LeftParen);
        self.expressions(list.unwrap_or_default(), names);
        self.cursor.expect_kind(TokenKind::RightParen);
    }

    fn call(&mut self, expr: &ast::Expr<'_>, names: &mut Names) {
        let (ast::Expr::FunctionCall {
            name, filter_over, ..
        }
        | ast::Expr::FunctionCallStar { name, filter_over }) = expr
        else {
            return;
        };
        let name = self.cursor.name(name.0);
        names.functions.push(name);
        self.cursor.expect_kind(TokenKind::LeftParen);
        if let ast::Expr::FunctionCall { args, order_by, .. } = expr {
            self.distinctness();
            self.expressions(args.unwrap_or_default(), names);
            if let Some(ast::FunctionCallOrder::SortList(list)) = order_by {
                self.cursor.expect_all(&["order", "by"]);
                self.sorted(list, names);
            }
        } else {
            self.cursor.take();
        }
        self.cursor.expect_kind(TokenKind::RightParen);
        if let Some(tail) = filter_over {
            self.function_tail(tail, names);
        }
    }

    /// `DISTINCT` or `ALL`.
    pub(super) fn distinctness(&mut self) {
        if !self.cursor.eat("distinct") {
            self.cursor.eat("all");
        }
    }

    fn function_tail(&mut self, tail: &ast::FunctionTail<'_>, names: &mut Names) {
        if let Some(filter) = tail.filter_clause {
            self.cursor.expect("filter");
            self.cursor.expect_kind(TokenKind::LeftParen);
            self.cursor.expect("where");
            self.expression(filter, names);
            self.cursor.expect_kind(TokenKind::RightParen);
        }
        match tail.over_clause {
            Some(ast::Over::Window(window)) => {
                self.cursor.expect("over");
                self.window(window, names);
            }
            Some(ast::Over::Name(name)) => {
                self.cursor.expect("over");
                self.cursor.name(name.0);
            }
            None => {}
        }
    }

    /// A window's definition in its parentheses.
    pub(super) fn window(&mut self, window: &ast::Window<'_>, names: &mut Names) {
        self.cursor.expect_kind(TokenKind::LeftParen);
        if let Some(base) = &window.base {
            self.cursor.name(base.0);
        }
        if let Some(list) = window.partition_by {
            self.cursor.expect_all(&["partition", "by"]);
            self.expressions(list, names);
        }
        if let Some(list) = window.order_by {
            self.cursor.expect_all(&["order", "by"]);
            self.sorted(list, names);
        }
        if let Some(frame) = &window.frame_clause {
            self.cursor.take();
            self.cursor.eat("between");
            self.frame_bound(&frame.start, names);
            if let Some(end) = &frame.end {
                self.cursor.expect("and");
                self.frame_bound(end, names);
            }
        }
        // `EXCLUDE ...` names nothing.
        self.cursor.close();
    }

    fn frame_bound(&mut self, bound: &ast::FrameBound<'_>, names: &mut Names) {
        match bound {
            ast::FrameBound::Following(expr) | ast::FrameBound::Preceding(expr) => {
                self.expression(expr, names);
                self.cursor.take();
            }
            _ => {
                self.cursor.take();
                self.cursor.take();
            }
        }
    }

    fn identifier(&mut self, raw: &str, names: &mut Names) {
        let name = self.cursor.name(raw);
        if !is_boolean(raw) {
            names.column(None, name);
        }
    }

    fn qualified(&mut self, table: &ast::Name<'_>, column: &ast::Name<'_>, names: &mut Names) {
        let qualifier = self.cursor.name(table.0);
        self.cursor.expect_kind(TokenKind::Dot);
        let name = self.cursor.name(column.0);
        names.column(Some(qualifier), name);
    }
}

/// `TRUE` and `FALSE` are names to the grammar; where no column is called so, they are constants.
fn is_boolean(raw: &str) -> bool {
    raw.eq_ignore_ascii_case("true") || raw.eq_ignore_ascii_case("false")
}

/// What an expression is at first sight.
fn kind(expr: &ast::Expr<'_>) -> ExprKind {
    match innermost(expr) {
        ast::Expr::Literal(ast::Literal::Null) => ExprKind::Null,
        ast::Expr::Literal(
            ast::Literal::CurrentDate | ast::Literal::CurrentTime | ast::Literal::CurrentTimestamp,
        ) => ExprKind::CurrentTime,
        ast::Expr::Literal(_) => ExprKind::Literal,
        ast::Expr::Unary(
            ast::UnaryOperator::Negative | ast::UnaryOperator::Positive,
            ast::Expr::Literal(ast::Literal::Numeric(_)),
        ) => ExprKind::Literal,
        ast::Expr::Id(id) if is_boolean(id.0) => ExprKind::Literal,
        ast::Expr::Id(_)
        | ast::Expr::Name(_)
        | ast::Expr::Qualified(..)
        | ast::Expr::DoublyQualified(..) => ExprKind::Column,
        _ => ExprKind::Other,
    }
}

fn is_always_true(expr: &ast::Expr<'_>) -> bool {
    match innermost(expr) {
        ast::Expr::Id(id) => id.0.eq_ignore_ascii_case("true"),
        ast::Expr::Literal(ast::Literal::Numeric(number)) => {
            number.parse().is_ok_and(|value: f64| value != 0.0)
        }
        ast::Expr::Binary(left, ast::Operator::Equals | ast::Operator::Is, right) => {
            matches!((left, right), (ast::Expr::Literal(left), ast::Expr::Literal(right))
                if left == right && *left != ast::Literal::Null)
        }
        _ => false,
    }
}

/// The expression without the parentheses and the `COLLATE` around it.
fn innermost<'a, 'bump>(mut expr: &'a ast::Expr<'bump>) -> &'a ast::Expr<'bump> {
    loop {
        expr = match expr {
            ast::Expr::Collate(inner, _) => inner,
            ast::Expr::Parenthesized(list) if list.len() == 1 => &list[0],
            _ => return expr,
        }
    }
}
