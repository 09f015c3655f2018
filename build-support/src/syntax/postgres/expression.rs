use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::tree::{Source, child, first_token};
use super::types::is_type;
use crate::syntax::ir::{ColumnRef, DataType, Expr, ExprKind, Ident, Query};

/// What an expression mentions, in order.
pub(super) enum Mention {
    Column(ColumnRef),
    Function(Ident),
    Cast(DataType),
    /// A subquery, with all that it mentions.
    Query(SyntaxNode),
}

impl Walk<'_> {
    /// An expression, summed up.
    pub(super) fn expr(&mut self, node: &SyntaxNode) -> Expr {
        let mut expr = Expr {
            span: self.source.span(node),
            text: self.source.text(node),
            kind: kind(node),
            ..Expr::default()
        };
        for mention in mentions(self.source, node) {
            match mention {
                Mention::Column(column) => expr.columns.push(column),
                Mention::Function(name) => expr.functions.push(name),
                Mention::Cast(data_type) => expr.casts.push(data_type),
                Mention::Query(query) if !self.is_nested => {
                    self.tables_of(&query, &mut expr.tables);
                }
                Mention::Query(_) => {}
            }
        }
        expr
    }

    /// A condition, summed up: the one place where a constant is told from others by being true.
    pub(super) fn condition(&mut self, node: &SyntaxNode) -> Expr {
        let mut expr = self.expr(node);
        if is_always_true(node) {
            expr.kind = ExprKind::AlwaysTrue;
        }
        expr
    }

    /// The expression in a clause such as `WHERE`, `USING (...)` or `DEFAULT`.
    pub(super) fn clause_expr(&mut self, clause: &SyntaxNode) -> Option<Expr> {
        let node = clause
            .children()
            .find(|child| is_expression(child.kind()))?;
        Some(self.expr(&node))
    }

    /// The condition of a `WHERE` among a node's children.
    pub(super) fn filter(&mut self, node: &SyntaxNode) -> Option<Expr> {
        let clause = child(node, SyntaxKind::WHERE_CLAUSE)?;
        let condition = clause
            .children()
            .find(|child| is_expression(child.kind()))?;
        Some(self.condition(&condition))
    }

    /// The tables that a subquery reads. What is looked up in it goes nowhere.
    fn tables_of(&mut self, query: &SyntaxNode, tables: &mut Vec<crate::syntax::ir::ObjectName>) {
        let scopes = std::mem::take(&mut self.scopes);
        let summary: Query = self.query(query, None);
        self.scopes = scopes;
        for table in summary.tables {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
}

/// Whether a node is an expression.
pub(super) fn is_expression(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CALL_EXPR
            | SyntaxKind::CAST_EXPR
            | SyntaxKind::COLLATE
            | SyntaxKind::ARRAY_EXPR
            | SyntaxKind::LITERAL
            | SyntaxKind::NAME_REF
            | SyntaxKind::BIN_EXPR
            | SyntaxKind::CASE_EXPR
            | SyntaxKind::FIELD_EXPR
            | SyntaxKind::INDEX_EXPR
            | SyntaxKind::SLICE_EXPR
            | SyntaxKind::BETWEEN_EXPR
            | SyntaxKind::PAREN_EXPR
            | SyntaxKind::TUPLE_EXPR
            | SyntaxKind::PREFIX_EXPR
            | SyntaxKind::POSTFIX_EXPR
            | SyntaxKind::NON_STANDARD_PARAM
    )
}

/// Whether a node is a query of its own.
pub(super) fn is_query(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::SELECT
            | SyntaxKind::SELECT_INTO
            | SyntaxKind::COMPOUND_SELECT
            | SyntaxKind::PAREN_SELECT
            | SyntaxKind::VALUES
            | SyntaxKind::TABLE
    )
}

/// What an expression mentions, in order. Subqueries are named and not entered.
pub(super) fn mentions(source: Source<'_>, node: &SyntaxNode) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut open = vec![node.clone()];
    while let Some(node) = open.pop() {
        match node.kind() {
            SyntaxKind::NAME_REF => found.extend(bare(source, &node).map(Mention::Column)),
            SyntaxKind::FIELD_EXPR => match qualified(source, &node) {
                Path::Column(column) => found.push(Mention::Column(column)),
                Path::Star => {}
                Path::Field(base) => open.push(base),
            },
            SyntaxKind::CALL_EXPR => {
                found.extend(callee(source, &node).map(Mention::Function));
                push(
                    &mut open,
                    node.children().filter(|child| !names_callee(&node, child)),
                );
            }
            // Their columns come from what they make themselves.
            SyntaxKind::GRAPH_TABLE_FN | SyntaxKind::JSON_TABLE | SyntaxKind::XML_TABLE => {}
            SyntaxKind::COLLATE => {
                let operand = node.children().filter(|child| is_expression(child.kind()));
                push(&mut open, operand);
            }
            kind if is_type(kind) => found.push(Mention::Cast(source.data_type(&node))),
            kind if is_query(kind) => found.push(Mention::Query(node)),
            _ => push(&mut open, node.children()),
        }
    }
    found
}

/// Puts children on the stack so that the first comes off first.
fn push(open: &mut Vec<SyntaxNode>, children: impl Iterator<Item = SyntaxNode>) {
    let start = open.len();
    open.extend(children);
    open[start..].reverse();
}

/// A column without a qualifier; `None` for `CURRENT_USER` and its like.
fn bare(source: Source<'_>, node: &SyntaxNode) -> Option<ColumnRef> {
    if is_value_keyword(first_token(node)?.kind()) {
        return None;
    }
    Some(ColumnRef {
        qualifier: None,
        name: source.ident(node)?,
    })
}

/// What a name with dots is.
pub(super) enum Path {
    /// `t.a`, `s.t.a`.
    Column(ColumnRef),
    /// `t.*`.
    Star,
    /// A field of what is no name: of a call, a row in parentheses.
    Field(SyntaxNode),
}

/// Takes a name with dots apart.
pub(super) fn qualified(source: Source<'_>, node: &SyntaxNode) -> Path {
    let Some(base) = node.children().next() else {
        return Path::Star;
    };
    let mut names = Vec::new();
    if !path(source, &base, &mut names) {
        return Path::Field(base);
    }
    let field = node
        .children()
        .nth(1)
        .and_then(|field| source.ident(&field));
    match field {
        Some(name) => Path::Column(ColumnRef {
            qualifier: names.pop(),
            name,
        }),
        None => Path::Star,
    }
}

/// The names of `a.b.c`; `false` where something else is among them.
fn path(source: Source<'_>, node: &SyntaxNode, names: &mut Vec<Ident>) -> bool {
    let links: Vec<SyntaxNode> = std::iter::successors(Some(node.clone()), |node| {
        (node.kind() == SyntaxKind::FIELD_EXPR)
            .then(|| node.children().next())
            .flatten()
    })
    .collect();
    for link in links.iter().rev() {
        let name = match link.kind() {
            SyntaxKind::NAME_REF => source.ident(link),
            SyntaxKind::FIELD_EXPR => link
                .children()
                .nth(1)
                .and_then(|field| source.ident(&field)),
            _ => None,
        };
        let Some(name) = name else { return false };
        names.push(name);
    }
    true
}

/// Whether a child of a call is the name of what is called.
fn names_callee(call: &SyntaxNode, child: &SyntaxNode) -> bool {
    matches!(child.kind(), SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR)
        && call.children().next().as_ref() == Some(child)
}

/// The function that is called, without its schema.
fn callee(source: Source<'_>, call: &SyntaxNode) -> Option<Ident> {
    let name = call.children().next()?;
    match name.kind() {
        SyntaxKind::NAME_REF => source.ident(&name),
        SyntaxKind::FIELD_EXPR => source.ident(&name.children().nth(1)?),
        _ => None,
    }
}

/// Keywords that are values of their own and stand where a name may stand.
fn is_value_keyword(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CURRENT_CATALOG_KW
            | SyntaxKind::CURRENT_ROLE_KW
            | SyntaxKind::CURRENT_SCHEMA_KW
            | SyntaxKind::CURRENT_USER_KW
            | SyntaxKind::SESSION_USER_KW
            | SyntaxKind::SYSTEM_USER_KW
            | SyntaxKind::USER_KW
    ) || is_time_keyword(kind)
}

fn is_time_keyword(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CURRENT_DATE_KW
            | SyntaxKind::CURRENT_TIME_KW
            | SyntaxKind::CURRENT_TIMESTAMP_KW
            | SyntaxKind::LOCALTIME_KW
            | SyntaxKind::LOCALTIMESTAMP_KW
    )
}

/// What a value is at first sight. A cast or parentheses around it change nothing of that.
fn kind(node: &SyntaxNode) -> ExprKind {
    let node = innermost(node);
    match node.kind() {
        SyntaxKind::LITERAL => literal_kind(&node),
        SyntaxKind::PREFIX_EXPR if is_signed_number(&node) => ExprKind::Literal,
        SyntaxKind::NAME_REF => match first_token(&node).map(|token| token.kind()) {
            Some(kind) if is_time_keyword(kind) => ExprKind::CurrentTime,
            Some(kind) if is_value_keyword(kind) => ExprKind::Other,
            _ => ExprKind::Column,
        },
        SyntaxKind::CALL_EXPR => match first_token(&node).map(|token| token.kind()) {
            Some(kind) if is_time_keyword(kind) => ExprKind::CurrentTime,
            _ => ExprKind::Other,
        },
        _ => ExprKind::Other,
    }
}

fn literal_kind(literal: &SyntaxNode) -> ExprKind {
    match first_token(literal).map(|token| token.kind()) {
        Some(SyntaxKind::NULL_KW) => ExprKind::Null,
        Some(SyntaxKind::DEFAULT_KW | SyntaxKind::POSITIONAL_PARAM) | None => ExprKind::Other,
        Some(_) => ExprKind::Literal,
    }
}

fn is_signed_number(node: &SyntaxNode) -> bool {
    let sign = first_token(node).map(|token| token.kind());
    let operand = node.children().find(|child| is_expression(child.kind()));
    matches!(sign, Some(SyntaxKind::MINUS | SyntaxKind::PLUS))
        && operand.is_some_and(|operand| {
            let operand = first_token(&operand).map(|token| token.kind());
            matches!(
                operand,
                Some(SyntaxKind::INT_NUMBER | SyntaxKind::NUMERIC_NUMBER)
            )
        })
}

/// The value within parentheses and casts. A column that is cast is a column no longer.
fn innermost(node: &SyntaxNode) -> SyntaxNode {
    let mut inner = node.clone();
    loop {
        let step = match inner.kind() {
            SyntaxKind::PAREN_EXPR | SyntaxKind::CAST_EXPR => {
                inner.children().find(|child| is_expression(child.kind()))
            }
            _ => None,
        };
        match step {
            Some(step)
                if is_constant_or_wrapped(&step) || inner.kind() == SyntaxKind::PAREN_EXPR =>
            {
                inner = step;
            }
            _ => return inner,
        }
    }
}

fn is_constant_or_wrapped(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::LITERAL
            | SyntaxKind::PREFIX_EXPR
            | SyntaxKind::PAREN_EXPR
            | SyntaxKind::CAST_EXPR
    )
}

/// `TRUE`, and a constant that is compared with itself.
fn is_always_true(node: &SyntaxNode) -> bool {
    let node = innermost(node);
    let is_literal = |node: &SyntaxNode| {
        node.kind() == SyntaxKind::LITERAL && literal_kind(node) == ExprKind::Literal
    };
    match node.kind() {
        SyntaxKind::LITERAL => {
            first_token(&node).is_some_and(|token| token.kind() == SyntaxKind::TRUE_KW)
        }
        SyntaxKind::BIN_EXPR => {
            let sides: Vec<SyntaxNode> = node.children().collect();
            super::tree::has_token(&node, SyntaxKind::EQ)
                && sides.len() == 2
                && sides.iter().all(is_literal)
                && sides[0].text() == sides[1].text()
        }
        _ => false,
    }
}
