use sqlite3_parser::ast;

use super::Walk;
use super::expression::Names;
use crate::syntax::ir::{
    AlterAction, Body, CreateIndex, CreateTrigger, CreateView, Expr, Ident, Insert, ObjectKind,
    ObjectName, Table, TransactionControl, Update,
};
use crate::syntax::token::TokenKind;

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

    fn create(&mut self, statement: &ast::Stmt<'_>) -> Body {
        self.cursor.expect("create");
        if !self.cursor.eat("temp") {
            self.cursor.eat("temporary");
        }
        match statement {
            ast::Stmt::CreateTable {
                temporary,
                if_not_exists,
                tbl_name,
                body,
            } => {
                self.cursor.expect("table");
                self.if_not_exists(*if_not_exists);
                let create = self.create_table(tbl_name, *temporary, *if_not_exists, body);
                Body::CreateTable(Box::new(create))
            }
            ast::Stmt::CreateVirtualTable {
                if_not_exists,
                tbl_name,
                module_name,
                ..
            } => {
                self.cursor.expect_all(&["virtual", "table"]);
                self.if_not_exists(*if_not_exists);
                let name = self.qualified_name(tbl_name);
                self.cursor.expect("using");
                Body::CreateVirtualTable {
                    name,
                    module: self.cursor.name(module_name.0),
                    if_not_exists: *if_not_exists,
                }
            }
            ast::Stmt::CreateIndex { .. } => self.create_index(statement),
            ast::Stmt::CreateView { .. } => self.create_view(statement),
            _ => self.create_trigger(statement),
        }
    }

    fn create_index(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::CreateIndex {
            unique,
            if_not_exists,
            idx_name,
            tbl_name,
            columns,
            where_clause,
        } = statement
        else {
            return unexpected();
        };
        if *unique {
            self.cursor.expect("unique");
        }
        self.cursor.expect("index");
        self.if_not_exists(*if_not_exists);
        let name = self.qualified_name(idx_name);
        self.cursor.expect("on");
        let table = ObjectName {
            // An index lives where its table does.
            schema: name.schema.clone().map(|schema| Ident {
                span: crate::Span::default(),
                ..schema
            }),
            name: self.cursor.name(tbl_name.0),
        };
        self.cursor.expect_kind(TokenKind::LeftParen);
        let mut expressions = Vec::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                self.cursor.expect_kind(TokenKind::Comma);
            }
            expressions.push(self.indexed(column));
        }
        self.cursor.expect_kind(TokenKind::RightParen);
        Body::CreateIndex(Box::new(CreateIndex {
            name: Some(name),
            table,
            unique: *unique,
            if_not_exists: *if_not_exists,
            concurrently: false,
            columns: expressions,
            filter: self.filter(where_clause.as_ref()),
        }))
    }

    fn create_view(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::CreateView {
            temporary,
            if_not_exists,
            view_name,
            columns,
            select,
        } = statement
        else {
            return unexpected();
        };
        self.cursor.expect("view");
        self.if_not_exists(*if_not_exists);
        let name = self.qualified_name(view_name);
        let columns = columns.map_or_else(Vec::new, |columns| self.indexed_list(columns));
        self.cursor.expect("as");
        Body::CreateView(Box::new(CreateView {
            name,
            if_not_exists: *if_not_exists,
            temporary: *temporary,
            columns,
            query: self.query(select),
        }))
    }

    fn create_trigger(&mut self, statement: &ast::Stmt<'_>) -> Body {
        let ast::Stmt::CreateTrigger {
            temporary,
            if_not_exists,
            trigger_name,
            time,
            event,
            tbl_name,
            when_clause,
            commands,
            ..
        } = statement
        else {
            return unexpected();
        };
        self.cursor.expect("trigger");
        self.if_not_exists(*if_not_exists);
        let name = self.qualified_name(trigger_name);
        match time {
            Some(ast::TriggerTime::InsteadOf) => self.cursor.expect_all(&["instead", "of"]),
            Some(_) => {
                self.cursor.take();
            }
            None => {}
        }
        self.cursor.take();
        if let ast::TriggerEvent::UpdateOf(columns) = event {
            self.cursor.expect("of");
            self.bare_name_list(columns);
        }
        self.cursor.expect("on");
        let table = self.qualified_name(tbl_name);
        self.cursor.eat_all(&["for", "each", "row"]);
        let mut names = Names::default();
        if let Some(when) = when_clause {
            self.cursor.expect("when");
            self.expression(when, &mut names);
        }
        self.cursor.expect("begin");
        for command in *commands {
            self.trigger_command(command, &mut names);
            self.cursor.expect_kind(TokenKind::Semicolon);
        }
        Body::CreateTrigger(Box::new(CreateTrigger {
            name,
            table,
            if_not_exists: *if_not_exists,
            temporary: *temporary,
            tables: names.tables,
        }))
    }

    fn trigger_command(&mut self, command: &ast::TriggerCmd<'_>, names: &mut Names) {
        match command {
            ast::TriggerCmd::Select(select) => self.select(select, names, None),
            ast::TriggerCmd::Insert {
                or_conflict,
                tbl_name,
                col_names,
                select,
                upsert,
            } => {
                self.insert_into(*or_conflict);
                let table = self.qualified_name(tbl_name);
                names.tables.push(table);
                if let Some(columns) = col_names {
                    self.name_list(columns);
                }
                self.select(select, names, None);
                self.upsert(*upsert, names);
            }
            ast::TriggerCmd::Update {
                tbl_name,
                sets,
                from,
                where_clause,
                ..
            } => {
                self.cursor.expect("update");
                self.or_conflict();
                let table = self.qualified_name(tbl_name);
                names.tables.push(table);
                self.assignments(sets, names);
                self.from(from.as_ref(), names);
                self.trigger_filter(where_clause.as_ref(), names);
            }
            ast::TriggerCmd::Delete {
                tbl_name,
                where_clause,
            } => {
                self.cursor.expect_all(&["delete", "from"]);
                let table = self.qualified_name(tbl_name);
                names.tables.push(table);
                self.trigger_filter(where_clause.as_ref(), names);
            }
        }
    }

    fn trigger_filter(&mut self, expr: Option<&ast::Expr<'_>>, names: &mut Names) {
        if let Some(expr) = expr {
            self.cursor.expect("where");
            self.expression(expr, names);
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
                }
            }
            ast::AlterTableBody::DropColumn(name) => {
                self.cursor.eat("column");
                AlterAction::DropColumn {
                    column: self.cursor.name(name.0),
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
            table,
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
        }
    }

    fn insert(&mut self, statement: &ast::Stmt<'_>) -> Body {
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
        let replaces_by_verb = self.cursor.at("replace");
        self.insert_into(*or_conflict);
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
            replace: replaces_by_verb || *or_conflict == Some(ast::ResolveType::Replace),
        }))
    }

    fn update(&mut self, statement: &ast::Stmt<'_>) -> Body {
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

    fn delete(&mut self, statement: &ast::Stmt<'_>) -> Body {
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

    /// `SET` and what follows it, up to the last assignment.
    fn assignments(&mut self, sets: &[ast::Set<'_>], names: &mut Names) -> Vec<(Ident, Expr)> {
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

    fn upsert(&mut self, mut upsert: Option<&ast::Upsert<'_>>, names: &mut Names) {
        while let Some(clause) = upsert {
            self.cursor.expect_all(&["on", "conflict"]);
            if let Some(index) = &clause.index {
                self.cursor.expect_kind(TokenKind::LeftParen);
                self.sorted(index.targets, names);
                self.cursor.expect_kind(TokenKind::RightParen);
                self.trigger_filter(index.where_clause.as_ref(), names);
            }
            self.cursor.expect("do");
            match &clause.do_clause {
                ast::UpsertDo::Nothing => self.cursor.expect("nothing"),
                ast::UpsertDo::Set { sets, where_clause } => {
                    self.cursor.expect("update");
                    self.assignments(sets, names);
                    self.trigger_filter(where_clause.as_ref(), names);
                }
            }
            upsert = clause.next;
        }
    }

    /// `INSERT [OR ...] INTO` or `REPLACE INTO`.
    fn insert_into(&mut self, or_conflict: Option<ast::ResolveType>) {
        self.cursor.take();
        if or_conflict.is_some() {
            self.or_conflict();
        }
        self.cursor.expect("into");
    }

    /// `OR REPLACE` and its like.
    fn or_conflict(&mut self) {
        if self.cursor.eat("or") {
            self.cursor.take();
        }
    }

    fn if_not_exists(&mut self, written: bool) {
        if written {
            self.cursor.expect_all(&["if", "not", "exists"]);
        }
    }

    fn filter(&mut self, expr: Option<&ast::Expr<'_>>) -> Option<Expr> {
        expr.map(|expr| {
            self.cursor.expect("where");
            self.condition(expr)
        })
    }

    fn within(
        &mut self,
        with: Option<&ast::With<'_>>,
        walk: impl FnOnce(&mut Self) -> Body,
    ) -> Body {
        self.with(with, &mut Names::default(), |within, _| walk(within))
    }
}

fn is_values(select: &ast::Select<'_>) -> bool {
    matches!(select.body.select, ast::OneSelect::Values(_)) && select.body.compounds.is_none()
}

/// Each of these functions is called for the statement it takes apart.
fn unexpected() -> Body {
    Body::Unknown {
        reason: "it is not the statement it was taken for".to_owned(),
    }
}
