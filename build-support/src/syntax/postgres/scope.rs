use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::expression::{Mention, is_expression, is_query, mentions};
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::{
    ColumnRef, Ident, NameSource, NameSourceKind, ObjectName, Scope, ScopedColumn,
};

/// A common table expression that is in sight.
pub(super) struct Common {
    name: Ident,
    columns: Vec<Ident>,
    kind: NameSourceKind,
}

impl Walk<'_> {
    /// Opens a scope.
    pub(super) fn open(&mut self, parent: Option<usize>) -> usize {
        self.scopes.push(Scope {
            parent,
            ..Scope::default()
        });
        self.scopes.len() - 1
    }

    /// Puts the names of an expression up for looking up in a scope.
    pub(super) fn look_up(&mut self, node: &SyntaxNode, scope: usize) {
        for mention in mentions(self.source, node) {
            match mention {
                Mention::Column(column) => self.look_up_column(column, scope, false),
                Mention::Query(query) => {
                    let inner = self.open(Some(scope));
                    self.query_into(&query, inner);
                }
                Mention::Function(_) | Mention::Cast(_) => {}
            }
        }
    }

    /// The same for every expression among a node's children.
    pub(super) fn look_up_children(&mut self, node: &SyntaxNode, scope: usize) {
        for child in node.children() {
            if is_expression(child.kind()) || is_query(child.kind()) {
                self.look_up(&child, scope);
            }
        }
    }

    /// The same for an expression in `ORDER BY`, `GROUP BY` or `DISTINCT ON`, where a name alone may be that of a result column.
    pub(super) fn look_up_or_output(&mut self, node: &SyntaxNode, scope: usize) {
        if node.kind() != SyntaxKind::NAME_REF {
            return self.look_up(node, scope);
        }
        for mention in mentions(self.source, node) {
            if let Mention::Column(column) = mention {
                self.look_up_column(column, scope, true);
            }
        }
    }

    /// Puts one name up for looking up, unless it is a whole row or one of the columns that every table has.
    pub(super) fn look_up_column(&mut self, column: ColumnRef, scope: usize, may_be_output: bool) {
        if self.is_looked_up(&column, scope) {
            self.scopes[scope].columns.push(ScopedColumn {
                column,
                may_be_output,
            });
        }
    }

    /// Whether a name has to be among the columns that a definition says.
    pub(super) fn is_looked_up(&self, column: &ColumnRef, scope: usize) -> bool {
        !is_system_column(&column.name)
            && (column.qualifier.is_some() || !self.is_source(&column.name, scope))
    }

    /// Whether a source that is in sight is called that.
    fn is_source(&self, name: &Ident, scope: usize) -> bool {
        let mut within = Some(scope);
        while let Some(scope) = within {
            let scope = &self.scopes[scope];
            let mut aliases = scope
                .sources
                .iter()
                .filter_map(|source| source.alias.as_ref());
            if aliases.any(|alias| alias.text == name.text) {
                return true;
            }
            within = scope.parent;
        }
        false
    }

    /// Brings the common table expressions of a `WITH` into sight; they leave it at [`Walk::forget`].
    pub(super) fn with(&mut self, node: &SyntaxNode, parent: Option<usize>) -> usize {
        let mark = self.common.len();
        let Some(clause) = child(node, SyntaxKind::WITH_CLAUSE) else {
            return mark;
        };
        if self.finished == Some(clause.text_range().start().into()) {
            return mark;
        }
        let tables: Vec<SyntaxNode> = children(&clause, SyntaxKind::WITH_TABLE).collect();
        if has_token(&clause, SyntaxKind::RECURSIVE_KW) {
            // Each sees itself and the others, before their columns are known.
            for table in &tables {
                self.announce(table, NameSourceKind::Opaque);
            }
        }
        for table in &tables {
            self.common_table(table, parent);
        }
        mark
    }

    /// Lets the common table expressions since `mark` go out of sight.
    pub(super) fn forget(&mut self, mark: usize) {
        self.common.truncate(mark);
    }

    /// Brings a name into sight as a common table expression would be.
    pub(super) fn announce(&mut self, table: &SyntaxNode, kind: NameSourceKind) {
        if let Some(name) = self.source.child_ident(table, SyntaxKind::CTE_NAME) {
            let columns = child(table, SyntaxKind::COLUMN_LIST)
                .map(|list| self.source.idents(&list, SyntaxKind::COLUMN_NAME))
                .unwrap_or_default();
            self.common.push(Common {
                name,
                columns,
                kind,
            });
        }
    }

    /// Brings a name into sight of which nothing but the name is known.
    pub(super) fn announce_opaque(&mut self, name: Ident) {
        self.common.push(Common {
            name,
            columns: Vec::new(),
            kind: NameSourceKind::Opaque,
        });
    }

    fn common_table(&mut self, table: &SyntaxNode, parent: Option<usize>) {
        let Some(query) = table.children().find(|child| {
            is_query(child.kind())
                || matches!(
                    child.kind(),
                    SyntaxKind::INSERT
                        | SyntaxKind::UPDATE
                        | SyntaxKind::DELETE
                        | SyntaxKind::MERGE
                )
        }) else {
            return self.announce(table, NameSourceKind::Opaque);
        };
        let scope = self.open(parent);
        self.query_into(&query, scope);
        // Such clauses add columns of their own.
        let is_extended =
            has(table, SyntaxKind::SEARCH_CLAUSE) || has(table, SyntaxKind::CYCLE_CLAUSE);
        let kind = if is_extended {
            NameSourceKind::Opaque
        } else {
            NameSourceKind::Query(scope)
        };
        self.announce(table, kind);
    }

    /// The source that a table's name stands for: a common table expression where one of that name is in sight.
    pub(super) fn named_source(&self, name: ObjectName, alias: Option<Ident>) -> NameSource {
        let common = self
            .common
            .iter()
            .rev()
            .find(|common| name.schema.is_none() && common.name.text == name.name.text);
        let alias = alias.or_else(|| Some(name.name.clone()));
        match common {
            Some(common) => NameSource {
                alias,
                columns: common.columns.clone(),
                kind: common.kind.clone(),
            },
            None => NameSource {
                alias,
                columns: Vec::new(),
                kind: NameSourceKind::Table(name),
            },
        }
    }
}

/// Columns that every table has and no definition says.
fn is_system_column(name: &Ident) -> bool {
    matches!(
        name.text.as_str(),
        "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" | "oid"
    )
}
