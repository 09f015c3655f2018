use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::expression::{is_expression, is_query};
use super::query::rows;
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::{
    Body, ColumnRef, Expr, Ident, Insert, NameSource, NameSourceKind, ObjectName, Output, Query,
    Update,
};

impl Walk<'_> {
    /// `INSERT`. Its own scope is that of `ON CONFLICT` and `RETURNING`.
    pub(super) fn insert(&mut self, node: &SyntaxNode) -> Option<Body> {
        let scope = self.open(None);
        let insert = self.insert_into(node, scope)?;
        Some(Body::Insert(Box::new(insert)))
    }

    pub(super) fn insert_into(&mut self, node: &SyntaxNode, scope: usize) -> Option<Insert> {
        let parent = self.scopes[scope].parent;
        let mark = self.with(node, parent);
        let table = self
            .source
            .child_object(node, SyntaxKind::RELATION_NAME_REF)?;
        let target = self.target_source(&table, node);
        self.scopes[scope].sources.push(target);
        let columns = child(node, SyntaxKind::COLUMN_TARGET_LIST)
            .map(|list| self.column_targets(&list))
            .unwrap_or_default();
        let mut insert = Insert {
            columns,
            ..Insert::default()
        };
        if let Some(source) = node.children().find(|child| is_query(child.kind())) {
            if source.kind() == SyntaxKind::VALUES {
                insert.width = width(&source);
                let inner = self.open(parent);
                self.query_into(&source, inner);
            } else {
                insert.query = Some(self.query(&source, parent));
            }
        }
        if let Some(conflict) = child(node, SyntaxKind::ON_CONFLICT_CLAUSE) {
            self.on_conflict(&conflict, &table, scope);
        }
        self.returning(node, scope);
        self.forget(mark);
        insert.table = table;
        Some(insert)
    }

    fn on_conflict(&mut self, clause: &SyntaxNode, table: &ObjectName, scope: usize) {
        self.scopes[scope].sources.push(NameSource {
            alias: Some(Ident::unwritten("excluded")),
            columns: Vec::new(),
            kind: NameSourceKind::Table(table.clone()),
        });
        for part in clause.descendants() {
            match part.kind() {
                SyntaxKind::CONFLICT_INDEX_ITEM => self.look_up_children(&part, scope),
                SyntaxKind::CONFLICT_ON_INDEX
                | SyntaxKind::CONFLICT_DO_UPDATE_SET
                | SyntaxKind::CONFLICT_DO_SELECT => {
                    for condition in children(&part, SyntaxKind::WHERE_CLAUSE) {
                        self.look_up_children(&condition, scope);
                    }
                    let target = self.scopes[scope].sources[0].alias.clone();
                    let qualifier = target.map(|alias| Ident::unwritten(alias.text));
                    for (name, _) in self.assignments(&part, scope) {
                        let qualifier = qualifier.clone();
                        self.look_up_column(ColumnRef { qualifier, name }, scope, false);
                    }
                }
                _ => {}
            }
        }
    }

    /// `UPDATE`.
    pub(super) fn update(&mut self, node: &SyntaxNode) -> Option<Body> {
        let scope = self.open(None);
        let update = self.update_into(node, scope)?;
        Some(Body::Update(Box::new(update)))
    }

    pub(super) fn update_into(&mut self, node: &SyntaxNode, scope: usize) -> Option<Update> {
        let mark = self.with(node, self.scopes[scope].parent);
        let table = self.source.child_object(node, SyntaxKind::RELATION_NAME)?;
        let target = self.target_source(&table, node);
        self.scopes[scope].sources.push(target);
        if let Some(from) = child(node, SyntaxKind::FROM_CLAUSE) {
            self.from(&from, scope);
        }
        let assignments = self.assignments(node, scope);
        let filter = self.filter(node);
        if let Some(clause) = child(node, SyntaxKind::WHERE_CLAUSE) {
            self.look_up_children(&clause, scope);
        }
        self.returning(node, scope);
        self.forget(mark);
        Some(Update {
            table,
            assignments,
            filter,
            limited: has(node, SyntaxKind::FROM_CLAUSE) || has(node, SyntaxKind::WHERE_CURRENT_OF),
        })
    }

    /// `DELETE`.
    pub(super) fn delete(&mut self, node: &SyntaxNode) -> Option<Body> {
        let scope = self.open(None);
        self.delete_into(node, scope)
    }

    pub(super) fn delete_into(&mut self, node: &SyntaxNode, scope: usize) -> Option<Body> {
        let mark = self.with(node, self.scopes[scope].parent);
        let table = self.source.child_object(node, SyntaxKind::RELATION_NAME)?;
        let target = self.target_source(&table, node);
        self.scopes[scope].sources.push(target);
        if let Some(using) = child(node, SyntaxKind::USING_CLAUSE) {
            self.from(&using, scope);
        }
        let filter = self.filter(node);
        if let Some(clause) = child(node, SyntaxKind::WHERE_CLAUSE) {
            self.look_up_children(&clause, scope);
        }
        self.returning(node, scope);
        self.forget(mark);
        Some(Body::Delete {
            table,
            filter,
            limited: has(node, SyntaxKind::USING_CLAUSE) || has(node, SyntaxKind::WHERE_CURRENT_OF),
        })
    }

    /// `MERGE`: an update that its join bounds.
    pub(super) fn merge(&mut self, node: &SyntaxNode) -> Option<Body> {
        let scope = self.open(None);
        let update = self.merge_into(node, scope)?;
        Some(Body::Update(Box::new(update)))
    }

    pub(super) fn merge_into(&mut self, node: &SyntaxNode, scope: usize) -> Option<Update> {
        let mark = self.with(node, self.scopes[scope].parent);
        let table = self
            .source
            .child_object(node, SyntaxKind::TABLE_RELATION_NAME)?;
        let target = self.target_source(&table, node);
        let qualifier = target
            .alias
            .as_ref()
            .map(|alias| Ident::unwritten(&alias.text));
        self.scopes[scope].sources.push(target);
        if let Some(using) = child(node, SyntaxKind::USING_ON_CLAUSE) {
            self.from(&using, scope);
            for on in children(&using, SyntaxKind::ON_CLAUSE) {
                self.look_up_children(&on, scope);
            }
        }
        let mut assignments = Vec::new();
        for part in node.descendants() {
            match part.kind() {
                SyntaxKind::MERGE_CONDITION => self.look_up_children(&part, scope),
                SyntaxKind::MERGE_UPDATE => assignments.extend(self.assignments(&part, scope)),
                SyntaxKind::MERGE_INSERT => {
                    for list in children(&part, SyntaxKind::COLUMN_TARGET_LIST) {
                        for name in self.column_targets(&list) {
                            let qualifier = qualifier.clone();
                            self.look_up_column(ColumnRef { qualifier, name }, scope, false);
                        }
                    }
                    for row in children(&part, SyntaxKind::VALUES).flat_map(|it| rows(&it)) {
                        self.look_up_children(&row, scope);
                    }
                }
                _ => {}
            }
        }
        self.returning(node, scope);
        self.forget(mark);
        Some(Update {
            table,
            assignments,
            filter: None,
            limited: true,
        })
    }

    /// `COPY`: rows that come in are inserted, rows that go out are read.
    pub(super) fn copy(&mut self, node: &SyntaxNode) -> Option<Body> {
        if let Some(copied) = child(node, SyntaxKind::COPY_QUERY) {
            let statement = copied.children().next()?;
            if is_query(statement.kind()) {
                return Some(Body::Query(self.query(&statement, None)));
            }
            return self.statement(&statement);
        }
        let copied = child(node, SyntaxKind::COPY_TABLE)?;
        let table = self
            .source
            .child_object(&copied, SyntaxKind::TABLE_NAME_REF)?;
        let columns = child(&copied, SyntaxKind::COLUMN_REF_LIST)
            .map(|list| self.source.idents(&list, SyntaxKind::COLUMN_NAME_REF))
            .unwrap_or_default();
        if has(node, SyntaxKind::COPY_FROM) {
            return Some(Body::Insert(Box::new(Insert {
                table,
                columns,
                ..Insert::default()
            })));
        }
        let scope = self.open(None);
        self.scopes[scope].sources.push(NameSource {
            alias: Some(table.name.clone()),
            columns: Vec::new(),
            kind: NameSourceKind::Table(table.clone()),
        });
        for name in columns {
            let column = ColumnRef {
                qualifier: None,
                name,
            };
            self.look_up_column(column, scope, false);
        }
        self.scopes[scope].outputs = vec![Output::Star(None)];
        Some(Body::Query(Query {
            span: self.source.span(node),
            tables: vec![table],
            star: true,
            scope: Some(scope),
            ..Query::default()
        }))
    }

    /// The columns that a list in parentheses names; of `a.b` and `a[1]` that is `a`.
    fn column_targets(&self, list: &SyntaxNode) -> Vec<Ident> {
        children(list, SyntaxKind::COLUMN_TARGET)
            .filter_map(|target| {
                self.source
                    .child_ident(&target, SyntaxKind::COLUMN_NAME_REF)
            })
            .collect()
    }

    /// The columns of a `SET` with their new values, whose names are put up for looking up.
    fn assignments(&mut self, node: &SyntaxNode, scope: usize) -> Vec<(Ident, Expr)> {
        let mut assignments = Vec::new();
        let clauses: Vec<SyntaxNode> = children(node, SyntaxKind::SET_CLAUSE)
            .flat_map(|clause| children(&clause, SyntaxKind::SET_COLUMN_LIST))
            .flat_map(|list| list.children())
            .collect();
        for clause in clauses {
            match clause.kind() {
                SyntaxKind::SET_SINGLE_COLUMN => {
                    let column = child(&clause, SyntaxKind::COLUMN_TARGET)
                        .and_then(|it| self.source.child_ident(&it, SyntaxKind::COLUMN_NAME_REF));
                    if let (Some(column), Some(value)) =
                        (column, child(&clause, SyntaxKind::SET_EXPR))
                    {
                        let value = self.assigned(&value, scope);
                        assignments.push((column, value));
                    }
                }
                SyntaxKind::SET_MULTIPLE_COLUMNS => {
                    self.assign_several(&clause, scope, &mut assignments);
                }
                _ => {}
            }
        }
        assignments
    }

    fn assign_several(
        &mut self,
        clause: &SyntaxNode,
        scope: usize,
        assignments: &mut Vec<(Ident, Expr)>,
    ) {
        let columns = child(clause, SyntaxKind::COLUMN_TARGET_LIST)
            .map(|list| self.column_targets(&list))
            .unwrap_or_default();
        if let Some(query) = child(clause, SyntaxKind::PAREN_SELECT) {
            let value = self.expr(&query);
            self.look_up(&query, scope);
            assignments.extend(columns.into_iter().map(|column| (column, value.clone())));
            return;
        }
        let values: Vec<SyntaxNode> = children(clause, SyntaxKind::SET_EXPR_LIST)
            .flat_map(|list| children(&list, SyntaxKind::SET_EXPR))
            .collect();
        for (column, value) in columns.into_iter().zip(values) {
            let value = self.assigned(&value, scope);
            assignments.push((column, value));
        }
    }

    fn assigned(&mut self, value: &SyntaxNode, scope: usize) -> Expr {
        self.look_up(value, scope);
        match value.children().find(|child| is_expression(child.kind())) {
            Some(expr) => self.expr(&expr),
            None => self.expr(value),
        }
    }

    fn returning(&mut self, node: &SyntaxNode, scope: usize) {
        let Some(clause) = child(node, SyntaxKind::RETURNING_CLAUSE) else {
            return;
        };
        let table = self.scopes[scope].sources.first().map(|it| it.kind.clone());
        let mut names = vec![Ident::unwritten("old"), Ident::unwritten("new")];
        names.extend(
            clause
                .descendants()
                .filter(|it| {
                    matches!(
                        it.kind(),
                        SyntaxKind::RETURNING_OLD | SyntaxKind::RETURNING_NEW
                    )
                })
                .filter_map(|it| self.source.child_ident(&it, SyntaxKind::TABLE_ALIAS)),
        );
        if mentions_any(&clause, &names) {
            for name in names {
                self.scopes[scope].sources.push(NameSource {
                    alias: Some(name),
                    columns: Vec::new(),
                    kind: table.clone().unwrap_or(NameSourceKind::Opaque),
                });
            }
        }
        self.targets(&clause, scope);
    }
}

/// Whether one of the names stands before a dot.
fn mentions_any(clause: &SyntaxNode, names: &[Ident]) -> bool {
    clause
        .descendants()
        .filter(|node| node.kind() == SyntaxKind::FIELD_EXPR)
        .filter_map(|node| node.children().next())
        .any(|base| {
            names
                .iter()
                .any(|name| base.text().to_string().eq_ignore_ascii_case(&name.text))
        })
}

/// How many values each row has, where all rows agree.
fn width(values: &SyntaxNode) -> Option<usize> {
    let mut widths = rows(values).map(|row| {
        let commas = row
            .children_with_tokens()
            .filter(|element| element.kind() == SyntaxKind::COMMA)
            .count();
        commas
            + usize::from(
                row.children().next().is_some() || has_token(&row, SyntaxKind::DEFAULT_KW),
            )
    });
    let first = widths.next()?;
    widths.all(|width| width == first).then_some(first)
}
