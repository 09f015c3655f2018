use sqlite3_parser::ast;

use super::Walk;
use super::expression::Names;
use super::statement::unexpected;
use crate::Span;
use crate::syntax::ir::{Body, CreateIndex, CreateTrigger, CreateView, Ident, ObjectName};
use crate::syntax::token::TokenKind;

impl Walk<'_> {
    /// Any `CREATE`.
    pub(super) fn create(&mut self, statement: &ast::Stmt<'_>) -> Body {
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
                span: Span::default(),
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
            columns: expressions,
            filter: self.filter(where_clause.as_ref()),
            ..CreateIndex::default()
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
            ..CreateView::default()
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
            ..CreateTrigger::default()
        }))
    }

    fn trigger_command(&mut self, command: &ast::TriggerCmd<'_>, names: &mut Names) {
        match command {
            ast::TriggerCmd::Select(select) => self.select(select, names, None),
            ast::TriggerCmd::Insert {
                tbl_name,
                col_names,
                select,
                upsert,
                ..
            } => {
                self.insert_into();
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
                self.clause("where", where_clause.as_ref(), names);
            }
            ast::TriggerCmd::Delete {
                tbl_name,
                where_clause,
            } => {
                self.cursor.expect_all(&["delete", "from"]);
                let table = self.qualified_name(tbl_name);
                names.tables.push(table);
                self.clause("where", where_clause.as_ref(), names);
            }
        }
    }

    fn if_not_exists(&mut self, written: bool) {
        if written {
            self.cursor.expect_all(&["if", "not", "exists"]);
        }
    }
}
