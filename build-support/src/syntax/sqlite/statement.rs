use sqlite3_parser::ast;

use super::Walk;
use super::expression::Names;
use crate::syntax::ir::{AlterAction, Body, ObjectKind, Table, TransactionControl};

impl Walk<'_> {
    /// What a statement says.
    pub(super) fn statement(&mut self, statement: &ast::Stmt<'_>) -> Body {
        match statement {
            ast::Stmt::CreateTable { .. }
            | ast::Stmt::CreateVirtualTable { .. }
            | ast::Stmt::CreateIndex { .. }
            | ast::Stmt::CreateView { .. }
            | ast::Stmt::CreateTrigger { .. } => self.create(statement),
            ast::Stmt::AlterTable(table, action) => self.alter_table(table, action),
            ast::Stmt::DropTable {
                if_exists,
                tbl_name,
            } => self.drop_object(ObjectKind::Table, *if_exists, tbl_name),
            ast::Stmt::DropIndex {
                if_exists,
                idx_name,
            } => self.drop_object(ObjectKind::Index, *if_exists, idx_name),
            ast::Stmt::DropView {
                if_exists,
                view_name,
            } => self.drop_object(ObjectKind::View, *if_exists, view_name),
            ast::Stmt::DropTrigger {
                if_exists,
                trigger_name,
            } => self.drop_object(ObjectKind::Trigger, *if_exists, trigger_name),
            ast::Stmt::Insert { with, .. } => {
                self.within(with.as_ref(), |walk| walk.insert(statement))
            }
            ast::Stmt::Update { with, .. } => {
                self.within(with.as_ref(), |walk| walk.update(statement))
            }
            ast::Stmt::Delete { with, .. } => {
                self.within(with.as_ref(), |walk| walk.delete(statement))
            }
            ast::Stmt::Select(select) => Body::Query(self.query(select)),
            ast::Stmt::Pragma(name, value) => self.pragma(name, value.as_ref()),
            ast::Stmt::Begin(..) => Body::Transaction(TransactionControl::Begin),
            ast::Stmt::Commit(_) => Body::Transaction(TransactionControl::Commit),
            ast::Stmt::Rollback { .. } => Body::Transaction(TransactionControl::Rollback),
            ast::Stmt::Savepoint(_) => Body::Transaction(TransactionControl::Savepoint),
            ast::Stmt::Release(_) => Body::Transaction(TransactionControl::Release),
            ast::Stmt::Vacuum(..) => Body::Vacuum,
            ast::Stmt::Attach { .. } | ast::Stmt::Detach(_) => Body::Attach,
            ast::Stmt::Analyze(_) | ast::Stmt::Reindex { .. } => Body::Maintenance,
        }
    }

    fn alter_table(
        &mut self,
        table: &ast::QualifiedName<'_>,
        action: &ast::AlterTableBody<'_>,
    ) -> Body {
        self.cursor.expect_all(&["alter", "table"]);
        let table = self.qualified_name(table);
        let mark = self.cursor.mark();
        // `RENAME`, `ADD`, `DROP` or `ALTER`.
        self.cursor.take();
        let action = match action {
            ast::AlterTableBody::RenameTo(name) => {
                self.cursor.expect("to");
                AlterAction::RenameTable {
                    to: self.cursor.name(name.0),
                }
            }
            ast::AlterTableBody::AddColumn(definition) => {
                self.cursor.eat("column");
                let mut added = Table::default();
                self.column(definition, &mut added);
                AlterAction::AddColumn {
                    table: Box::new(added),
                    if_not_exists: false,
                    position: None,
                }
            }
            ast::AlterTableBody::DropColumn(name) => {
                self.cursor.eat("column");
                AlterAction::DropColumn {
                    column: self.cursor.name(name.0),
                    if_exists: false,
                    cascade: false,
                }
            }
            ast::AlterTableBody::RenameColumn { old, new } => {
                self.cursor.eat("column");
                let from = self.cursor.name(old.0);
                self.cursor.expect("to");
                AlterAction::RenameColumn {
                    from,
                    to: self.cursor.name(new.0),
                }
            }
            _ => {
                while self.cursor.peek().is_some() {
                    self.cursor.take();
                }
                AlterAction::Other {
                    text: self.cursor.print(mark),
                    span: self.cursor.since(mark),
                }
            }
        };
        Body::AlterTable {
            kind: ObjectKind::Table,
            table,
            if_exists: false,
            only: false,
            actions: vec![action],
        }
    }

    fn drop_object(
        &mut self,
        kind: ObjectKind,
        if_exists: bool,
        name: &ast::QualifiedName<'_>,
    ) -> Body {
        self.cursor.expect("drop");
        self.cursor.take();
        if if_exists {
            self.cursor.expect_all(&["if", "exists"]);
        }
        Body::Drop {
            kind,
            names: vec![self.qualified_name(name)],
            if_exists,
            cascade: false,
            concurrently: false,
            table: None,
            arguments: None,
        }
    }

    fn pragma(
        &mut self,
        name: &ast::QualifiedName<'_>,
        value: Option<&ast::PragmaBody<'_>>,
    ) -> Body {
        self.cursor.expect("pragma");
        let name = self.qualified_name(name).name;
        let value = value.map(|value| {
            // `=` or `(`.
            self.cursor.take();
            let mark = self.cursor.mark();
            let (ast::PragmaBody::Equals(expr) | ast::PragmaBody::Call(expr)) = value;
            self.expression(expr, &mut Names::default());
            self.cursor.print(mark)
        });
        Body::Pragma { name, value }
    }

    fn within(
        &mut self,
        with: Option<&ast::With<'_>>,
        walk: impl FnOnce(&mut Self) -> Body,
    ) -> Body {
        self.with(with, &mut Names::default(), |within, _| walk(within))
    }
}

/// Each of these functions is called for the statement it takes apart.
pub(super) fn unexpected() -> Body {
    Body::Unknown {
        reason: "it is not the statement it was taken for".to_owned(),
    }
}
