use sqlite3_parser::ast;

use super::Walk;
use super::expression::Names;
use super::statement::unexpected;
use crate::syntax::ir::{Body, Expr, Ident, Insert, Update};
use crate::syntax::token::TokenKind;

impl Walk<'_> {
    pub(super) fn insert(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::Insert {
            or_conflict,
            tbl_name,
            columns,
            body,
            ..
        } = statement
        else {
            return unexpected();
        };
        self.insert_into();
        let table = self.qualified_name(tbl_name);
        let columns = columns
            .as_ref()
            .map_or_else(Vec::new, |columns| self.name_list(columns));
        // Rows of values may be many, and nobody asks what they hold.
        let query = match body {
            ast::InsertBody::Select(select, _) if !is_values(select) => Some(self.query(select)),
            _ => None,
        };
        Body::Insert(Box::new(Insert {
            table,
            columns,
            query,
            replace: *or_conflict == Some(ast::ResolveType::Replace),
            width: None,
        }))
    }

    pub(super) fn update(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::Update {
            tbl_name,
            indexed,
            sets,
            from,
            where_clause,
            limit,
            ..
        } = statement
        else {
            return unexpected();
        };
        self.cursor.expect("update");
        self.or_conflict();
        let table = self.qualified_name(tbl_name);
        self.indexed_by(indexed.as_ref());
        let mut names = Names::default();
        let assignments = self.assignments(sets, &mut names);
        self.from(from.as_ref(), &mut names);
        Body::Update(Box::new(Update {
            table,
            assignments,
            filter: self.filter(where_clause.as_ref()),
            limited: from.is_some() || limit.is_some(),
        }))
    }

    pub(super) fn delete(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::Delete {
            tbl_name,
            indexed,
            where_clause,
            limit,
            ..
        } = statement
        else {
            return unexpected();
        };
        self.cursor.expect_all(&["delete", "from"]);
        let table = self.qualified_name(tbl_name);
        self.indexed_by(indexed.as_ref());
        Body::Delete {
            table,
            filter: self.filter(where_clause.as_ref()),
            limited: limit.is_some(),
        }
    }

    /// `SET` and what follows it, up to the last assignment.
    pub(super) fn assignments(
        &mut self,
        sets: &[ast::Set<'_>],
        names: &mut Names,
    ) -> Vec<(Ident, Expr)> {
        self.cursor.expect("set");
        let mut assignments = Vec::with_capacity(sets.len());
        for (index, set) in sets.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            let columns = if self.cursor.at_kind(TokenKind::LeftParen) {
                self.name_list(&set.col_names)
            } else {
                self.bare_name_list(&set.col_names)
            };
            // The equals sign.
            self.cursor.take();
            let value = self.summary_within(&set.expr, names);
            assignments.extend(columns.into_iter().map(|name| (name, value.clone())));
        }
        assignments
    }

    pub(super) fn upsert(&mut self, mut upsert: Option<&ast::Upsert<'_>>, names: &mut Names) {
        while let Some(clause) = upsert {
            self.cursor.expect_all(&["on", "conflict"]);
            if let Some(index) = &clause.index {
                self.cursor.expect_kind(TokenKind::LeftParen);
                self.sorted(index.targets, names);
                self.cursor.expect_kind(TokenKind::RightParen);
                self.clause("where", index.where_clause.as_ref(), names);
            }
            self.cursor.expect("do");
            match &clause.do_clause {
                ast::UpsertDo::Nothing => self.cursor.expect("nothing"),
                ast::UpsertDo::Set { sets, where_clause } => {
                    self.cursor.expect("update");
                    self.assignments(sets, names);
                    self.clause("where", where_clause.as_ref(), names);
                }
            }
            upsert = clause.next;
        }
    }

    /// `INSERT [OR ...] INTO` or `REPLACE INTO`.
    pub(super) fn insert_into(&mut self) {
        self.cursor.take();
        self.or_conflict();
        self.cursor.expect("into");
    }

    /// `OR REPLACE` and its like.
    pub(super) fn or_conflict(&mut self) {
        if self.cursor.eat("or") {
            self.cursor.take();
        }
    }

    pub(super) fn filter(&mut self, expr: Option<&ast::Expr<'_>>) -> Option<Expr> {
        expr.map(|expr| {
            self.cursor.expect("where");
            self.condition(expr)
        })
    }
}

fn is_values(select: &ast::Select<'_>) -> bool {
    matches!(select.body.select, ast::OneSelect::Values(_)) && select.body.compounds.is_none()
}
