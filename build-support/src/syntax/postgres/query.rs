use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::column_name::ColumnName;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::expression::{Mention, Path, is_expression, is_query, mentions, qualified};
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::{ColumnRef, Ident, NameSource, NameSourceKind, ObjectName, Output, Query};

impl Walk<'_> {
    /// A query, summed up, with its scopes added to the statement's.
    pub(super) fn query(&mut self, node: &SyntaxNode, parent: Option<usize>) -> Query {
        let scope = self.open(parent);
        self.query_into(node, scope);
        let mut query = Query {
            span: self.source.span(node),
            scope: Some(scope),
            ..Query::default()
        };
        for scope in &self.scopes[scope..] {
            for source in &scope.sources {
                if let NameSourceKind::Table(name) = &source.kind
                    && !query.tables.contains(name)
                {
                    query.tables.push(name.clone());
                }
            }
            let columns = scope.columns.iter().map(|scoped| scoped.column.clone());
            query.columns.extend(columns);
        }
        if let Some(select) = first_select(node).filter(|_| !self.is_nested) {
            let mark = self.with_in_sight(node);
            self.sum_up(&select, &mut query);
            self.forget(mark);
        }
        query.filtered |= has_tail(node);
        query
    }

    /// Common table expressions by name only, for what is summed up behind them.
    fn with_in_sight(&mut self, node: &SyntaxNode) -> usize {
        let mark = self.common.len();
        let clauses = std::iter::successors(Some(node.clone()), |node| {
            node.children().find(|child| is_operand(child.kind()))
        });
        for clause in clauses.filter_map(|node| child(&node, SyntaxKind::WITH_CLAUSE)) {
            for table in children(&clause, SyntaxKind::WITH_TABLE) {
                self.announce(&table, NameSourceKind::Opaque);
            }
        }
        mark
    }

    /// Results and filters of a query's first `SELECT`.
    fn sum_up(&mut self, select: &SyntaxNode, query: &mut Query) {
        query.filtered |= has(select, SyntaxKind::WHERE_CLAUSE)
            || has(select, SyntaxKind::GROUP_BY_CLAUSE)
            || has(select, SyntaxKind::HAVING_CLAUSE)
            || has_tail(select);
        if select.kind() == SyntaxKind::TABLE {
            query.star = true;
            return;
        }
        let Some(clause) = child(select, SyntaxKind::SELECT_CLAUSE) else {
            return;
        };
        query.filtered |= has(&clause, SyntaxKind::DISTINCT_CLAUSE);
        let mut outputs = Vec::new();
        for target in targets(&clause) {
            match target.children().find(|child| is_expression(child.kind())) {
                Some(expr) if !is_star(self, &expr) => outputs.push(self.expr(&expr)),
                _ => query.star = true,
            }
        }
        query.outputs = (!query.star).then_some(outputs);
    }

    /// Fills a scope with what a query says.
    pub(super) fn query_into(&mut self, node: &SyntaxNode, scope: usize) {
        if !self.descend() {
            return;
        }
        let was_nested = std::mem::replace(&mut self.is_nested, true);
        match node.kind() {
            SyntaxKind::SELECT | SyntaxKind::SELECT_INTO => self.select_into(node, scope),
            SyntaxKind::COMPOUND_SELECT => self.compound_into(node, scope),
            SyntaxKind::VALUES => self.values_into(node, scope),
            SyntaxKind::TABLE => self.table_into(node, scope),
            SyntaxKind::PAREN_SELECT | SyntaxKind::PAREN_EXPR => {
                let mark = self.with(node, self.scopes[scope].parent);
                if let Some(inner) = node.children().find(|child| is_operand(child.kind())) {
                    self.query_into(&inner, scope);
                }
                self.tail(node, scope);
                self.forget(mark);
            }
            SyntaxKind::INSERT => drop(self.insert_into(node, scope)),
            SyntaxKind::UPDATE => drop(self.update_into(node, scope)),
            SyntaxKind::DELETE => drop(self.delete_into(node, scope)),
            SyntaxKind::MERGE => drop(self.merge_into(node, scope)),
            _ => {}
        }
        self.is_nested = was_nested;
        self.ascend();
    }

    fn select_into(&mut self, node: &SyntaxNode, scope: usize) {
        let mark = self.with(node, self.scopes[scope].parent);
        if let Some(from) = child(node, SyntaxKind::FROM_CLAUSE) {
            self.from(&from, scope);
        }
        if let Some(clause) = child(node, SyntaxKind::SELECT_CLAUSE) {
            self.targets(&clause, scope);
            let distinct = child(&clause, SyntaxKind::DISTINCT_CLAUSE);
            if let Some(on) = distinct.and_then(|clause| child(&clause, SyntaxKind::DISTINCT_ON)) {
                on.children()
                    .for_each(|expr| self.look_up_or_output(&expr, scope));
            }
        }
        for clause in node.children() {
            match clause.kind() {
                SyntaxKind::WHERE_CLAUSE | SyntaxKind::HAVING_CLAUSE => {
                    self.look_up_children(&clause, scope);
                }
                SyntaxKind::GROUP_BY_CLAUSE => self.group_by(&clause, scope),
                SyntaxKind::WINDOW_CLAUSE => self.look_up(&clause, scope),
                _ => {}
            }
        }
        self.tail(node, scope);
        self.forget(mark);
    }

    /// Operands of `UNION` and its like, however many, from the left.
    fn compound_into(&mut self, node: &SyntaxNode, scope: usize) {
        let parent = self.scopes[scope].parent;
        let mark = self.common.len();
        let chain: Vec<SyntaxNode> = std::iter::successors(Some(node.clone()), |node| {
            let first = node.children().find(|child| is_operand(child.kind()))?;
            (first.kind() == SyntaxKind::COMPOUND_SELECT).then_some(first)
        })
        .collect();
        let operands = |node: &SyntaxNode| {
            let operands: Vec<SyntaxNode> = node
                .children()
                .filter(|child| is_operand(child.kind()))
                .collect();
            operands
        };
        let first = chain
            .last()
            .and_then(|node| operands(node).into_iter().next());
        // A `WITH` before the first operand holds for all of them.
        let leading = first
            .iter()
            .filter(|it| it.kind() != SyntaxKind::PAREN_SELECT);
        for holder in chain.iter().chain(leading) {
            if let Some(clause) = child(holder, SyntaxKind::WITH_CLAUSE) {
                self.with(holder, parent);
                self.finished = Some(clause.text_range().start().into());
            }
        }
        if let Some(first) = first {
            self.query_into(&first, scope);
        }
        for node in chain.iter().rev() {
            for operand in operands(node).iter().skip(1) {
                let inner = self.open(parent);
                self.query_into(operand, inner);
            }
            self.tail(node, scope);
        }
        self.forget(mark);
    }

    fn values_into(&mut self, node: &SyntaxNode, scope: usize) {
        let mark = self.with(node, self.scopes[scope].parent);
        let rows: Vec<SyntaxNode> = rows(node).collect();
        for row in &rows {
            self.look_up_children(row, scope);
        }
        let width = rows.first().map_or(0, |row| row.children().count());
        let names = (1..=width).map(|index| {
            let name = Ident::unwritten(format!("column{index}"));
            Output::Other(Some(name))
        });
        self.scopes[scope].outputs = names.collect();
        self.tail(node, scope);
        self.forget(mark);
    }

    fn table_into(&mut self, node: &SyntaxNode, scope: usize) {
        let mark = self.with(node, self.scopes[scope].parent);
        if let Some(name) = self.source.child_object(node, SyntaxKind::RELATION_NAME) {
            let source = self.named_source(name, None);
            self.scopes[scope].sources.push(source);
        }
        self.scopes[scope].outputs = vec![Output::Star(None)];
        self.tail(node, scope);
        self.forget(mark);
    }

    /// The results of a `SELECT` or `RETURNING`.
    pub(super) fn targets(&mut self, clause: &SyntaxNode, scope: usize) {
        let mut outputs = Vec::new();
        for target in targets(clause) {
            let alias = child(&target, SyntaxKind::AS_NAME)
                .and_then(|name| self.source.child_ident(&name, SyntaxKind::COLUMN_NAME));
            let Some(expr) = target.children().find(|child| is_expression(child.kind())) else {
                outputs.push(Output::Star(None));
                continue;
            };
            outputs.push(self.output(&target, &expr, alias, scope));
            self.look_up(&expr, scope);
        }
        self.scopes[scope].outputs = outputs;
    }

    fn output(
        &mut self,
        target: &SyntaxNode,
        expr: &SyntaxNode,
        alias: Option<Ident>,
        scope: usize,
    ) -> Output {
        if has_token(expr, SyntaxKind::STAR) && expr.kind() == SyntaxKind::FIELD_EXPR {
            return Output::Star(self.star_qualifier(expr, scope));
        }
        let is_column = match expr.kind() {
            SyntaxKind::NAME_REF => true,
            SyntaxKind::FIELD_EXPR => matches!(qualified(self.source, expr), Path::Column(_)),
            _ => false,
        };
        if is_column
            && let Some(Mention::Column(column)) = mentions(self.source, expr).pop()
            && self.is_looked_up(&column, scope)
        {
            return Output::Column { column, alias };
        }
        Output::Other(alias.or_else(|| inferred_name(target)))
    }

    /// `t` of `t.*`. The fields of a row come from a source of their own, of which nothing is known.
    fn star_qualifier(&mut self, expr: &SyntaxNode, scope: usize) -> Option<Ident> {
        let base = expr.children().next()?;
        match base.kind() {
            SyntaxKind::NAME_REF => self.source.ident(&base),
            SyntaxKind::FIELD_EXPR => self.source.ident(&base.children().nth(1)?),
            _ => {
                let alias = Some(Ident::unwritten(""));
                self.scopes[scope].sources.push(NameSource {
                    alias: alias.clone(),
                    columns: Vec::new(),
                    kind: NameSourceKind::Opaque,
                });
                alias
            }
        }
    }

    fn group_by(&mut self, clause: &SyntaxNode, scope: usize) {
        let is_plain = |kind| {
            !matches!(
                kind,
                SyntaxKind::GROUP_BY_LIST
                    | SyntaxKind::GROUPING_EXPR
                    | SyntaxKind::GROUPING_ROLLUP
                    | SyntaxKind::GROUPING_SETS
                    | SyntaxKind::GROUPING_CUBE
            )
        };
        let mut open: Vec<SyntaxNode> = clause.children().collect();
        while let Some(node) = open.pop() {
            if is_plain(node.kind()) {
                self.look_up_or_output(&node, scope);
            } else {
                open.extend(node.children());
            }
        }
    }

    /// `ORDER BY`, `LIMIT` and what else stands behind a query.
    fn tail(&mut self, node: &SyntaxNode, scope: usize) {
        for clause in node.children() {
            match clause.kind() {
                SyntaxKind::ORDER_BY_CLAUSE => {
                    for list in children(&clause, SyntaxKind::SORT_BY_LIST) {
                        for sort in children(&list, SyntaxKind::SORT_BY) {
                            for expr in sort.children().filter(|it| is_expression(it.kind())) {
                                self.look_up_or_output(&expr, scope);
                            }
                        }
                    }
                }
                SyntaxKind::LIMIT_CLAUSE | SyntaxKind::OFFSET_CLAUSE | SyntaxKind::FETCH_CLAUSE => {
                    self.look_up_children(&clause, scope)
                }
                _ => {}
            }
        }
    }

    /// The sources of a `FROM` or `USING`.
    pub(super) fn from(&mut self, clause: &SyntaxNode, scope: usize) {
        for item in clause.children() {
            self.source_item(&item, scope);
        }
    }

    fn source_item(&mut self, item: &SyntaxNode, scope: usize) {
        if !self.descend() {
            return;
        }
        match item.kind() {
            SyntaxKind::JOIN_EXPR => self.join(item, scope),
            SyntaxKind::RELATION_FROM_ITEM => {
                let (alias, columns) = self.alias(item);
                if let Some(name) = self
                    .source
                    .child_object(item, SyntaxKind::RELATION_NAME_REF)
                {
                    let mut source = self.named_source(name, alias);
                    if !columns.is_empty() {
                        source.columns = columns;
                    }
                    self.scopes[scope].sources.push(source);
                }
            }
            SyntaxKind::PAREN_FROM_ITEM => self.paren_from_item(item, scope),
            SyntaxKind::FUNCTION_FROM_ITEM
            | SyntaxKind::EXPR_FROM_ITEM
            | SyntaxKind::ROWS_FROM_ITEM => {
                let calls: Vec<SyntaxNode> = item
                    .descendants()
                    .filter(|node| node.kind() == SyntaxKind::ROWS_FROM_ARG)
                    .chain([item.clone()])
                    .collect();
                for call in calls {
                    self.look_up_children(&call, scope);
                }
                self.opaque(item, scope);
            }
            SyntaxKind::JSON_TABLE_FROM_ITEM
            | SyntaxKind::XML_TABLE_FROM_ITEM
            | SyntaxKind::GRAPH_TABLE_FROM_ITEM => self.opaque(item, scope),
            _ => {}
        }
        self.ascend();
    }

    /// A source of which nothing but the name is known. Without an alias a function lends its own name.
    fn opaque(&mut self, item: &SyntaxNode, scope: usize) {
        let (alias, columns) = self.alias(item);
        let called = || {
            let call = child(item, SyntaxKind::CALL_EXPR)?;
            let name = call.children().next()?;
            match name.kind() {
                SyntaxKind::FIELD_EXPR => self.source.ident(&name.children().nth(1)?),
                _ => self.source.ident(&name),
            }
        };
        let alias = alias.or_else(called);
        self.scopes[scope].sources.push(NameSource {
            alias,
            columns,
            kind: NameSourceKind::Opaque,
        });
    }

    fn paren_from_item(&mut self, item: &SyntaxNode, scope: usize) {
        let Some(inner) =
            child(item, SyntaxKind::PAREN_SELECT).or_else(|| child(item, SyntaxKind::PAREN_EXPR))
        else {
            return;
        };
        let (alias, columns) = self.alias(item);
        if innermost_is_query(&inner) {
            let parent = if has_token(item, SyntaxKind::LATERAL_KW) {
                Some(scope)
            } else {
                self.scopes[scope].parent
            };
            let query = self.open(parent);
            self.query_into(&inner, query);
            self.scopes[scope].sources.push(NameSource {
                alias,
                columns,
                kind: NameSourceKind::Query(query),
            });
            return;
        }
        if alias.is_none() {
            for join in inner.children() {
                self.source_item(&join, scope);
            }
            return;
        }
        // A join with an alias hides the names within.
        let within = self.open(self.scopes[scope].parent);
        for join in inner.children() {
            self.source_item(&join, within);
        }
        self.scopes[scope].sources.push(NameSource {
            alias,
            columns,
            kind: NameSourceKind::Opaque,
        });
    }

    /// A join, and the joins on its left, from the left.
    fn join(&mut self, item: &SyntaxNode, scope: usize) {
        let mut chain: Vec<SyntaxNode> = std::iter::successors(Some(item.clone()), |node| {
            (node.kind() == SyntaxKind::JOIN_EXPR)
                .then(|| node.children().next())
                .flatten()
        })
        .collect();
        if let Some(first) = chain.pop() {
            self.source_item(&first, scope);
        }
        for link in chain.iter().rev() {
            for join in children(link, SyntaxKind::JOIN) {
                self.join_right(&join, scope);
            }
        }
    }

    fn join_right(&mut self, join: &SyntaxNode, scope: usize) {
        for part in join.children() {
            match part.kind() {
                SyntaxKind::ON_CLAUSE => self.look_up_children(&part, scope),
                SyntaxKind::JOIN_USING_CLAUSE => {
                    for list in children(&part, SyntaxKind::COLUMN_REF_LIST) {
                        for name in self.source.idents(&list, SyntaxKind::COLUMN_NAME_REF) {
                            let column = ColumnRef {
                                qualifier: None,
                                name,
                            };
                            self.look_up_column(column, scope, false);
                        }
                    }
                    if let Some(alias) = child(&part, SyntaxKind::REQUIRED_AS_ALIAS) {
                        let alias = self.source.child_ident(&alias, SyntaxKind::TABLE_ALIAS);
                        self.scopes[scope].sources.push(NameSource {
                            alias,
                            columns: Vec::new(),
                            kind: NameSourceKind::Opaque,
                        });
                    }
                }
                _ => self.source_item(&part, scope),
            }
        }
    }

    /// The alias of a source, and the column names in it.
    fn alias(&self, item: &SyntaxNode) -> (Option<Ident>, Vec<Ident>) {
        let Some(alias) = child(item, SyntaxKind::FROM_ALIAS) else {
            return (None, Vec::new());
        };
        let columns = match child(&alias, SyntaxKind::COLUMN_LIST) {
            Some(list) => self.source.idents(&list, SyntaxKind::COLUMN_NAME),
            None => children(&alias, SyntaxKind::COLUMN_DEF_LIST)
                .flat_map(|list| children(&list, SyntaxKind::COLUMN_DEF))
                .filter_map(|column| self.source.child_ident(&column, SyntaxKind::COLUMN_NAME))
                .collect(),
        };
        (
            self.source.child_ident(&alias, SyntaxKind::TABLE_ALIAS),
            columns,
        )
    }

    /// The name of the table that a statement writes to, with its alias.
    pub(super) fn target_source(&self, table: &ObjectName, node: &SyntaxNode) -> NameSource {
        let alias = child(node, SyntaxKind::REQUIRED_AS_ALIAS)
            .or_else(|| child(node, SyntaxKind::OPTIONAL_AS_ALIAS))
            .and_then(|alias| self.source.child_ident(&alias, SyntaxKind::TABLE_ALIAS));
        NameSource {
            alias: alias.or_else(|| Some(table.name.clone())),
            columns: Vec::new(),
            kind: NameSourceKind::Table(table.clone()),
        }
    }
}

/// The rows of `VALUES`.
pub(super) fn rows(values: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> + use<> {
    children(values, SyntaxKind::ROW_LIST).flat_map(|list| children(&list, SyntaxKind::ROW))
}

fn targets(clause: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> + use<> {
    children(clause, SyntaxKind::TARGET_LIST).flat_map(|list| children(&list, SyntaxKind::TARGET))
}

/// Whether a node can be one side of `UNION`.
fn is_operand(kind: SyntaxKind) -> bool {
    is_query(kind) || kind == SyntaxKind::PAREN_EXPR
}

/// Whether parentheses hold a query, and not a join.
fn innermost_is_query(node: &SyntaxNode) -> bool {
    let mut node = node.clone();
    while node.kind() == SyntaxKind::PAREN_EXPR {
        let Some(inner) = node.children().next() else {
            return false;
        };
        node = inner;
    }
    is_query(node.kind())
}

/// The first `SELECT`, `TABLE` or `VALUES` of a query.
fn first_select(node: &SyntaxNode) -> Option<SyntaxNode> {
    let mut node = node.clone();
    loop {
        match node.kind() {
            SyntaxKind::SELECT | SyntaxKind::SELECT_INTO | SyntaxKind::TABLE => return Some(node),
            SyntaxKind::COMPOUND_SELECT | SyntaxKind::PAREN_SELECT | SyntaxKind::PAREN_EXPR => {
                node = node.children().find(|child| is_operand(child.kind()))?;
            }
            _ => return None,
        }
    }
}

fn has_tail(node: &SyntaxNode) -> bool {
    has(node, SyntaxKind::LIMIT_CLAUSE)
        || has(node, SyntaxKind::OFFSET_CLAUSE)
        || has(node, SyntaxKind::FETCH_CLAUSE)
}

fn is_star(walk: &Walk<'_>, expr: &SyntaxNode) -> bool {
    expr.kind() == SyntaxKind::FIELD_EXPR
        && (has_token(expr, SyntaxKind::STAR) || matches!(qualified(walk.source, expr), Path::Star))
}

/// The name that PostgreSQL gives a result column without an alias.
fn inferred_name(target: &SyntaxNode) -> Option<Ident> {
    let target = ast::Target::cast(target.clone())?;
    match ColumnName::inferred_from_target(target)?.0 {
        ColumnName::Star => None,
        name => name.to_string().map(Ident::unwritten),
    }
}
