use std::fmt::Write;

use super::Dump;
use crate::syntax::ir::{
    Body, Check, Column, CreateIndex, CreatePolicy, CreateRoutine, CreateSequence, CreateTable,
    CreateTrigger, CreateType, CreateView, Domain, ForeignKey, Key, Table, TypeKind,
};

impl Dump<'_> {
    /// Whether the statement creates something, which is then shown.
    pub(super) fn create(&mut self, body: &Body) -> bool {
        match body {
            Body::CreateTable(create) => self.create_table(create),
            Body::CreateIndex(create) => self.create_index(0, create),
            Body::CreateView(create) => self.create_view(create),
            Body::CreateTrigger(create) => self.create_trigger(create),
            Body::CreateSequence(create) => self.create_sequence(create),
            Body::CreateType(create) => self.create_type(create),
            Body::CreateRoutine(create) => self.create_routine(create),
            Body::CreatePolicy(create) => self.create_policy(create),
            _ => return self.create_small(body),
        }
        true
    }

    fn create_small(&mut self, body: &Body) -> bool {
        let (head, if_not_exists) = match body {
            Body::CreateVirtualTable {
                name,
                module,
                if_not_exists,
            } => {
                let (name, module) = (self.object(name), self.ident(module));
                let head = format!("CreateVirtualTable {name} using {module}");
                (head, if_not_exists)
            }
            Body::CreateSchema {
                name,
                if_not_exists,
            } => (format!("CreateSchema {}", self.ident(name)), if_not_exists),
            Body::CreateExtension {
                name,
                if_not_exists,
                schema,
            } => {
                let mut head = format!("CreateExtension {}", self.ident(name));
                if let Some(schema) = schema {
                    let _ = write!(head, " in {}", self.ident(schema));
                }
                (head, if_not_exists)
            }
            Body::CreateEvent {
                name,
                if_not_exists,
            } => (format!("CreateEvent {}", self.object(name)), if_not_exists),
            _ => return false,
        };
        self.line(0, &head, &[("if not exists", *if_not_exists)]);
        true
    }

    fn create_table(&mut self, create: &CreateTable) {
        let head = format!("CreateTable {}", self.object(&create.name));
        let flags = [
            ("if not exists", create.if_not_exists),
            ("or replace", create.or_replace),
            ("temporary", create.temporary),
            ("foreign", create.foreign),
        ];
        self.line(0, &head, &flags);
        self.table(&create.table);
        for like in &create.like {
            let mut line = format!("like {}", self.object(&like.table));
            for (word, list) in [
                ("including", &like.including),
                ("excluding", &like.excluding),
            ] {
                if !list.is_empty() {
                    let _ = write!(line, " {word} {}", list.join(", "));
                }
            }
            self.line(1, &line, &[]);
        }
        for index in &create.indexes {
            self.create_index(1, index);
        }
        if let Some(query) = &create.query {
            self.query(query);
        }
    }

    pub(super) fn create_index(&mut self, depth: usize, create: &CreateIndex) {
        let name = create
            .name
            .as_ref()
            .map_or_else(|| "?".to_owned(), |name| self.object(name));
        let mut head = format!("CreateIndex {name} on {}", self.object(&create.table));
        if let Some(method) = &create.method {
            let _ = write!(head, " using {method}");
        }
        let flags = [
            ("unique", create.unique),
            ("if not exists", create.if_not_exists),
            ("concurrently", create.concurrently),
            ("only", create.only),
            ("nulls not distinct", create.nulls_not_distinct),
        ];
        self.line(depth, &head, &flags);
        self.exprs("column", &create.columns);
        if !create.include.is_empty() {
            let line = format!("include {}", self.idents(&create.include));
            self.line(2, &line, &[]);
        }
        self.exprs("filter", &create.filter);
    }

    fn create_view(&mut self, create: &CreateView) {
        let head = format!(
            "CreateView {} ({})",
            self.object(&create.name),
            self.idents(&create.columns)
        );
        let flags = [
            ("if not exists", create.if_not_exists),
            ("or replace", create.or_replace),
            ("temporary", create.temporary),
            ("materialized", create.materialized),
        ];
        self.line(0, &head, &flags);
        self.query(&create.query);
    }

    fn create_trigger(&mut self, create: &CreateTrigger) {
        let mut head = format!(
            "CreateTrigger {} on {}",
            self.object(&create.name),
            self.object(&create.table)
        );
        if !create.columns.is_empty() {
            let _ = write!(head, " of {}", self.idents(&create.columns));
        }
        if let Some(function) = &create.function {
            let _ = write!(head, " calls {}", self.object(function));
        }
        let flags = [
            ("if not exists", create.if_not_exists),
            ("or replace", create.or_replace),
            ("temporary", create.temporary),
        ];
        self.line(0, &head, &flags);
        if !create.tables.is_empty() {
            let tables = self.objects(&create.tables);
            self.line(1, &format!("touches {tables}"), &[]);
        }
    }

    fn create_sequence(&mut self, create: &CreateSequence) {
        let mut head = format!("CreateSequence {}", self.object(&create.name));
        if let Some(data_type) = &create.data_type {
            let _ = write!(head, " as {}", self.data_type(data_type));
        }
        if let Some((table, column)) = &create.owner {
            let (table, column) = (self.object(table), self.ident(column));
            let _ = write!(head, " owned by {table} column {column}");
        }
        let flags = [
            ("if not exists", create.if_not_exists),
            ("temporary", create.temporary),
        ];
        self.line(0, &head, &flags);
    }

    fn create_type(&mut self, create: &CreateType) {
        let name = self.object(&create.name);
        match &create.kind {
            TypeKind::Enum(labels) => {
                self.line(0, &format!("CreateType {name} enum"), &[]);
                for (label, span) in labels {
                    let line = format!("{label} {}", self.source(*span));
                    self.line(1, &line, &[]);
                }
            }
            TypeKind::Composite(columns) => {
                self.line(0, &format!("CreateType {name} composite"), &[]);
                for column in columns {
                    self.column(column);
                }
            }
            TypeKind::Domain(domain) => self.domain(&name, domain),
            TypeKind::Other => self.line(0, &format!("CreateType {name} other"), &[]),
        }
    }

    fn domain(&mut self, name: &str, domain: &Domain) {
        let head = format!("CreateDomain {name} {}", self.data_type(&domain.data_type));
        self.line(0, &head, &[("not null", domain.not_null)]);
        self.exprs("default", &domain.default);
        for check in &domain.checks {
            self.check(check);
        }
    }

    fn create_routine(&mut self, create: &CreateRoutine) {
        let mut head = format!(
            "Create{:?} {} ({})",
            create.kind,
            self.object(&create.name),
            self.data_types(&create.arguments)
        );
        if create.defaults > 0 {
            let _ = write!(head, " defaults {}", create.defaults);
        }
        if let Some(returns) = &create.returns {
            let _ = write!(head, " returns {}", self.data_type(returns));
        }
        if let Some(language) = &create.language {
            let _ = write!(head, " language {language}");
        }
        if let Some(body) = create.body {
            let (line, column) = body.line_column(self.text);
            let _ = write!(head, " body@{line}:{column}");
        }
        let flags = [
            ("or replace", create.or_replace),
            ("if not exists", create.if_not_exists),
        ];
        self.line(0, &head, &flags);
    }

    fn create_policy(&mut self, create: &CreatePolicy) {
        let head = format!(
            "CreatePolicy {} on {}",
            self.ident(&create.name),
            self.object(&create.table)
        );
        self.line(0, &head, &[]);
        self.exprs("condition", &create.conditions);
    }

    pub(super) fn table(&mut self, table: &Table) {
        for column in &table.columns {
            self.column(column);
        }
        if let Some(key) = &table.primary_key {
            self.key("primary key", key);
        }
        for key in &table.uniques {
            self.key("unique", key);
        }
        for key in &table.foreign_keys {
            self.foreign_key(key);
        }
        for check in &table.checks {
            self.check(check);
        }
        for exclusion in &table.exclusions {
            let name = self.maybe(exclusion.name.as_ref());
            let line = format!("exclude {name} {}", self.source(exclusion.span));
            self.line(1, &line, &[]);
            self.exprs("column", &exclusion.columns);
        }
        if !table.parents.is_empty() {
            let line = format!("parents {}", self.objects(&table.parents));
            self.line(1, &line, &[("partition", table.is_partition)]);
        }
        for (name, value) in &table.options {
            self.line(1, &format!("option {name} {value}"), &[]);
        }
        let flags = [
            ("autoincrement", table.autoincrement),
            ("strict", table.strict),
            ("without rowid", table.without_rowid),
            ("partitioned", table.partitioned),
        ];
        if flags.iter().any(|(_, set)| *set) {
            self.line(1, "table", &flags);
        }
    }

    fn check(&mut self, check: &Check) {
        let name = self.maybe(check.name.as_ref());
        let line = format!(
            "check {name} at {} {}",
            self.maybe(check.column.as_ref()),
            self.expr(&check.expr)
        );
        self.line(1, &line, &[("not valid", check.not_valid)]);
    }

    fn foreign_key(&mut self, key: &ForeignKey) {
        let line = format!(
            "foreign key {} ({}) to {} ({}) on delete {:?} on update {:?} {}",
            self.maybe(key.name.as_ref()),
            self.idents(&key.columns),
            self.object(&key.parent),
            self.idents(&key.parent_columns),
            key.on_delete,
            key.on_update,
            self.source(key.span),
        );
        let flags = [("inline", key.inline), ("not valid", key.not_valid)];
        self.line(1, &line, &flags);
    }

    fn column(&mut self, column: &Column) {
        let mut head = format!("{} {:?}", self.ident(&column.name), column.type_name);
        if let Some(data_type) = &column.data_type {
            let _ = write!(head, " {}", self.data_type(data_type));
        }
        let flags = [
            ("not null", column.not_null),
            ("auto increment", column.auto_increment),
        ];
        self.line(1, &head, &flags);
        if let Some(default) = &column.default {
            let line = format!("default {}", self.expr(default));
            self.line(2, &line, &[]);
        }
        if let Some(generated) = &column.generated {
            let line = format!("generated {}", self.expr(&generated.expr));
            self.line(2, &line, &[("stored", generated.stored)]);
        }
        if let Some(identity) = column.identity {
            self.line(2, &format!("identity {identity:?}"), &[]);
        }
        self.exprs("on update", &column.on_update);
        if let Some(collation) = &column.collation {
            let line = format!("collate {}", self.ident(collation));
            self.line(2, &line, &[]);
        }
    }

    fn key(&mut self, what: &str, key: &Key) {
        let mut line = format!(
            "{what} {} ({})",
            self.maybe(key.name.as_ref()),
            self.idents(&key.columns)
        );
        if let Some(index) = &key.using_index {
            let _ = write!(line, " using index {}", self.ident(index));
        }
        let _ = write!(line, " {}", self.source(key.span));
        self.line(1, &line, &[("inline", key.inline)]);
    }
}
