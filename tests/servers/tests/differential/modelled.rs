//! What the model says of a schema.

use migratory_build::catalog::{Catalog, Definition, Object, Part};
use migratory_build::syntax::ir::{
    Column, CreateIndex, Expr, ExprKind, ForeignKey, Ident, Identity, Key, ObjectKind, ObjectName,
    ReferenceAction, Table, TypeKind,
};
use migratory_core::Dialect;

use crate::facts::{Facts, Title};

/// The model's side of a comparison.
pub(crate) fn facts(dialect: Dialect, catalog: &Catalog) -> Facts {
    let mut facts = Facts::default();
    for object in catalog.objects() {
        let is_compared = match object.kind {
            ObjectKind::Constraint | ObjectKind::Extension | ObjectKind::Other => false,
            // The default schema is always there.
            ObjectKind::Schema => object.name != "public",
            _ => !object.is_temporary(),
        };
        if !is_compared {
            continue;
        }
        Describing {
            dialect,
            catalog,
            object,
            facts: &mut facts,
        }
        .describe();
    }
    facts
}

struct Describing<'c> {
    dialect: Dialect,
    catalog: &'c Catalog,
    object: &'c Object,
    facts: &'c mut Facts,
}

impl Describing<'_> {
    fn describe(&mut self) {
        match self.object.definition() {
            Definition::Table(table) => self.table(table),
            Definition::Index(index) => self.itself(self.index(index)),
            Definition::View(view) => self.itself(format!("({})", names(&view.columns))),
            Definition::Sequence(sequence) => {
                let owner = sequence.owner.as_ref();
                let owner = owner.map(|(table, column)| {
                    format!("owned by {}.{}", qualified(table), column.text)
                });
                self.itself(owner.unwrap_or_default());
            }
            Definition::Type(made) => self.itself(type_detail(&made.kind)),
            _ => self.itself(String::new()),
        }
        for (part, _) in self.object.doubts.iter() {
            let part = match part {
                Part::Column(name) => Title::new("column", name),
                Part::Constraint(name) => Title::new("constraint", name),
                _ => Title::new("primary key", ""),
            };
            let title = self.title();
            self.facts.mark_doubtful(title, &part);
        }
        if self.object.incomplete {
            let title = self.title();
            self.facts.mark_incomplete(title);
        }
    }

    fn itself(&mut self, detail: String) {
        self.add(Title::default(), detail);
    }

    fn add(&mut self, part: Title, detail: String) {
        let table = match self.object.kind.is_part() {
            true => self.in_schema(&self.object.table),
            false => String::new(),
        };
        self.facts.add(self.title(), &table, part, detail);
    }

    /// As the server's side is called.
    fn title(&self) -> Title {
        let object = self.object;
        let own = match object.kind {
            // On PostgreSQL the argument types stand behind it.
            ObjectKind::Function | ObjectKind::Procedure => {
                object.name.split('(').next().unwrap_or_default()
            }
            _ => &object.name,
        };
        let table = || self.in_schema(&object.table);
        let name = match object.kind {
            ObjectKind::Trigger | ObjectKind::Policy => format!("{own} on {}", table()),
            ObjectKind::Index if self.dialect == Dialect::Mysql => format!("{own} on {}", table()),
            ObjectKind::Schema => own.to_owned(),
            _ => self.in_schema(own),
        };
        Title::new(&object.kind.to_string(), &name)
    }

    /// As much of a name as the server keeps: the model compares no more.
    fn clip<'n>(&self, name: &'n str) -> &'n str {
        self.object.naming().clip(name)
    }

    fn in_schema(&self, name: &str) -> String {
        match &self.object.schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_owned(),
        }
    }

    fn table(&mut self, table: &Table) {
        let kind = match (table.partitioned, table.is_partition) {
            (true, true) => "partitioned partition",
            (true, false) => "partitioned",
            (false, true) => "partition",
            (false, false) => "",
        };
        let mut parents: Vec<String> = table.parents.iter().map(qualified).collect();
        parents.sort();
        self.itself(format!("{kind}({})", parents.join(", ")));
        for column in &table.columns {
            let part = Title::new("column", self.clip(&column.name.text));
            self.add(part, self.column(column));
        }
        if let Some(key) = &table.primary_key {
            self.key("primary key", key);
        }
        for key in &table.uniques {
            self.key("unique key", key);
        }
        for key in &table.foreign_keys {
            self.foreign_key(key);
        }
        let exclusions = table.exclusions.iter().map(|it| ("exclusion", &it.name));
        let checks = table.checks.iter().map(|it| ("check", &it.name));
        for (kind, name) in exclusions.chain(checks) {
            match name {
                // MariaDB calls those without a name so.
                Some(name) if !name.text.starts_with("CONSTRAINT_") => {
                    self.add(Title::new(kind, self.clip(&name.text)), String::new());
                }
                None if self.dialect == Dialect::Postgres => {
                    self.add(Title::new(kind, "?"), String::new());
                }
                _ => {}
            }
        }
    }

    fn column(&self, column: &Column) -> String {
        let is_null = |value: &Expr| value.kind == ExprKind::Null;
        let type_name = match servers::is_mysql() && self.dialect == Dialect::Mysql {
            true => without_width(&column.type_name),
            false => column.type_name.clone(),
        };
        let mut words = vec![type_name.as_str()];
        if column.not_null {
            words.push("not null");
        }
        if column.default.as_ref().is_some_and(|it| !is_null(it)) {
            words.push("default");
        }
        if column.generated.is_some() {
            words.push("generated");
        }
        words.extend(match column.identity {
            Some(Identity::Always) => Some("identity always"),
            Some(Identity::ByDefault) => Some("identity by default"),
            None => None,
        });
        if column.auto_increment {
            words.push("auto_increment");
        }
        words.join(" ")
    }

    fn key(&mut self, kind: &str, key: &Key) {
        let name = match self.dialect {
            Dialect::Postgres => key.name.as_ref().map_or("?", |name| self.clip(&name.text)),
            _ => "",
        };
        self.add(Title::new(kind, name), format!("({})", names(&key.columns)));
    }

    fn foreign_key(&mut self, key: &ForeignKey) {
        let name = key.name.as_ref().map_or("?", |name| self.clip(&name.text));
        let parent_columns = match &key.parent_columns[..] {
            [] => {
                // Without columns the parent's primary key is meant.
                let parent = self.catalog.table(&key.parent);
                let primary = parent.and_then(|parent| parent.as_table()?.primary_key.clone());
                primary.map_or_else(Vec::new, |primary| primary.columns)
            }
            written => written.to_vec(),
        };
        let mut detail = format!(
            "({}) -> {}({})",
            names(&key.columns),
            qualified(&key.parent),
            names(&parent_columns)
        );
        for (event, action) in [("delete", key.on_delete), ("update", key.on_update)] {
            // MySQL has one action of two names.
            let is_default = action == ReferenceAction::NoAction
                || self.dialect == Dialect::Mysql && action == ReferenceAction::Restrict;
            if !is_default {
                let action = action.to_string().to_ascii_lowercase();
                detail += &format!(" on {event} {action}");
            }
        }
        self.add(Title::new("foreign key", name), detail);
    }

    fn index(&self, index: &CreateIndex) -> String {
        let columns = index.columns.iter().map(|column| self.index_column(column));
        let columns: Vec<&str> = columns.collect();
        let mut detail = format!("on {}", self.in_schema(&self.object.table));
        if index.unique {
            detail += " unique";
        }
        if let Some(method) = &index.method {
            detail += &format!(" {method}");
        }
        detail += &format!(" ({})", columns.join(", "));
        if !index.include.is_empty() {
            detail += &format!(" include ({})", names(&index.include));
        }
        if index.filter.is_some() {
            detail += " partial";
        }
        detail
    }

    /// A column may have an order, a collation or a length behind it; on PostgreSQL an expression is in parentheses or calls a function.
    fn index_column<'e>(&self, column: &'e Expr) -> &'e str {
        let is_expression = self.dialect == Dialect::Postgres
            && (column.text.starts_with('(') || !column.functions.is_empty());
        match &column.columns[..] {
            [only] if !is_expression => &only.name.text,
            _ => "(expression)",
        }
    }
}

/// A type as MySQL says it: unlike MariaDB it no longer keeps in how many places a number is shown, but for the zeros before it and for the
/// number that stands for a truth value.
fn without_width(type_name: &str) -> String {
    const NUMBERS: [&str; 6] = ["tinyint", "smallint", "mediumint", "int", "bigint", "year"];
    let parts = type_name.split_once('(').zip(type_name.split_once(')'));
    match parts {
        Some(((name, _), (_, rest)))
            if NUMBERS.contains(&name)
                && type_name != "tinyint(1)"
                && !rest.contains("zerofill") =>
        {
            format!("{name}{rest}")
        }
        _ => type_name.to_owned(),
    }
}

fn type_detail(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Enum(labels) => {
            let labels: Vec<&str> = labels.iter().map(|(label, _)| label.as_str()).collect();
            format!("enum ({})", labels.join(", "))
        }
        TypeKind::Composite(columns) => {
            let columns = columns.iter();
            let columns = columns.map(|it| format!("{} {}", it.name.text, it.type_name));
            format!("composite ({})", columns.collect::<Vec<_>>().join(", "))
        }
        TypeKind::Domain(domain) => {
            let not_null = if domain.not_null { " not null" } else { "" };
            format!("{}{not_null}", domain.data_type)
        }
        TypeKind::Other => "other".to_owned(),
    }
}

fn names(names: &[Ident]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    names.join(", ")
}

/// A name with its schema, where that is not the default one.
fn qualified(name: &ObjectName) -> String {
    let schema = name.schema.as_ref().map(|schema| schema.text.as_str());
    match schema.filter(|schema| !matches!(*schema, "" | "public")) {
        Some(schema) => format!("{schema}.{}", name.name.text),
        None => name.name.text.clone(),
    }
}
