//! Objects taken apart into facts, which can be compared one by one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use migratory_core::Dialect;

use super::{Catalog, Definition, Object, Part};
use crate::syntax::ir::{
    Column, CreateIndex, Expr, ForeignKey, Ident, Identity, ObjectKind, ObjectName,
    ReferenceAction, Table, TypeKind,
};
use crate::syntax::{TokenKind, tokenize};

/// An object taken apart: what each part is called, and how it is.
pub(super) fn facts(object: &Object, catalog: &Catalog) -> BTreeMap<String, String> {
    if object.is_modelled() {
        return modelled_facts(object);
    }
    match object.definition() {
        Definition::Table(table) if table.module.is_none() && !table.columns.is_empty() => {
            table_facts(&object.name.to_ascii_lowercase(), table, catalog)
        }
        _ => BTreeMap::from([(object.title(), folded(&object.sql))]),
    }
}

fn table_facts(name: &str, table: &Table, catalog: &Catalog) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut add = |what: String, detail: String| {
        facts.insert(what, detail);
    };
    let options = [
        (table.strict, "STRICT"),
        (table.without_rowid, "WITHOUT ROWID"),
        (table.autoincrement, "AUTOINCREMENT"),
    ];
    let options = options
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, word)| *word);
    add(
        format!("table {name}"),
        options.collect::<Vec<_>>().join(", "),
    );
    for column in &table.columns {
        let what = format!("column {name}.{}", column.name.text.to_ascii_lowercase());
        add(what, column_detail(column));
    }
    if let Some(key) = &table.primary_key {
        add(format!("primary key of {name}"), columns(&key.columns));
    }
    for key in &table.uniques {
        add(
            format!("unique {name}{}", columns(&key.columns)),
            String::new(),
        );
    }
    for check in &table.checks {
        let condition = bare(&check.expr.text);
        add(format!("check of {name}: {condition}"), String::new());
    }
    for key in &table.foreign_keys {
        let (what, detail) = foreign_key(name, key, catalog);
        add(what, detail);
    }
    facts
}

/// The same for an object that is modelled. Names of constraints do not count, nor do bodies of routines and
/// parts that are in doubt.
pub fn modelled_facts(object: &Object) -> BTreeMap<String, String> {
    if object.kind == ObjectKind::Constraint {
        return BTreeMap::new();
    }
    let name = match &object.schema {
        Some(schema) => format!("{schema}.{}", object.name),
        None => object.name.clone(),
    };
    let title = format!("{} {name}", object.kind);
    let detail = match object.definition() {
        Definition::Table(table) => return modelled_table(&title, &name, &certain(object, table)),
        Definition::Index(index) => index_detail(object, index),
        Definition::View(view) => format!("({}) {}", exact(&view.columns), view.text),
        Definition::Trigger(trigger) => format!(
            "on {}{}",
            object.table,
            trigger
                .function
                .as_ref()
                .map_or_else(String::new, |function| format!(" calls {function}"))
        ),
        Definition::Sequence(sequence) => {
            let owner = sequence.owner.as_ref();
            owner.map_or_else(String::new, |(table, column)| {
                format!("owned by {table}.{}", column.text)
            })
        }
        Definition::Type(made) => type_detail(&made.kind),
        Definition::Routine(routine) => {
            let returns = routine.returns.as_ref();
            returns.map_or_else(String::new, |returns| format!("returns {returns}"))
        }
        Definition::Policy(_) => format!("on {}", object.table),
        Definition::Name | Definition::Unknown => String::new(),
    };
    BTreeMap::from([(title, detail)])
}

/// A table without the parts that are in doubt.
fn certain<'t>(object: &Object, table: &'t Table) -> Cow<'t, Table> {
    if object.doubts.is_empty() {
        return Cow::Borrowed(table);
    }
    let mut table = table.clone();
    let is_certain = |name: &Option<Ident>| {
        let doubt = |name: &Ident| object.doubt_of_constraint(&name.text);
        name.as_ref().and_then(doubt).is_none()
    };
    let columns = &mut table.columns;
    columns.retain(|column| object.doubt_of_column(&column.name.text).is_none());
    if object.doubts.of(&Part::PrimaryKey).is_some() {
        table.primary_key = None;
    }
    table.uniques.retain(|key| is_certain(&key.name));
    table.foreign_keys.retain(|key| is_certain(&key.name));
    table.checks.retain(|check| is_certain(&check.name));
    table.exclusions.retain(|it| is_certain(&it.name));
    Cow::Owned(table)
}

fn modelled_table(title: &str, name: &str, table: &Table) -> BTreeMap<String, String> {
    let mut parents: Vec<String> = table.parents.iter().map(ObjectName::to_string).collect();
    parents.sort();
    let kind = match (table.partitioned, table.is_partition) {
        (true, _) => "partitioned ",
        (false, true) => "partition ",
        (false, false) => "",
    };
    let mut facts = BTreeMap::from([(title.to_owned(), format!("{kind}{}", parents.join(", ")))]);
    for column in &table.columns {
        let what = format!("column {name}.{}", column.name.text);
        facts.insert(what, modelled_column(column));
    }
    if let Some(key) = &table.primary_key {
        let what = format!("primary key of {name}");
        facts.insert(what, format!("({})", exact(&key.columns)));
    }
    for key in &table.uniques {
        let what = format!("unique {name}({})", exact(&key.columns));
        facts.insert(what, String::new());
    }
    for check in &table.checks {
        let what = format!("check of {name}: {}", bare(&check.expr.text));
        facts.insert(what, String::new());
    }
    for key in &table.foreign_keys {
        let (columns, parents) = (exact(&key.columns), exact(&key.parent_columns));
        let what = format!("foreign key {name}({columns}) -> {}({parents})", key.parent);
        facts.insert(what, actions(key));
    }
    for exclusion in &table.exclusions {
        let columns = exclusion.columns.iter().map(|column| bare(&column.text));
        let what = format!(
            "exclusion of {name}: {}",
            columns.collect::<Vec<_>>().join(", ")
        );
        facts.insert(what, String::new());
    }
    facts
}

fn modelled_column(column: &Column) -> String {
    let mut words = vec![column.type_name.clone()];
    if column.not_null {
        words.push("NOT NULL".to_owned());
    }
    if let Some(default) = &column.default {
        words.push(format!("DEFAULT {}", bare(&default.text)));
    }
    if let Some(generated) = &column.generated {
        words.push(format!("AS ({})", bare(&generated.expr.text)));
    }
    match column.identity {
        Some(Identity::Always) => words.push("IDENTITY ALWAYS".to_owned()),
        Some(Identity::ByDefault) => words.push("IDENTITY BY DEFAULT".to_owned()),
        None => {}
    }
    if column.auto_increment {
        words.push("AUTO_INCREMENT".to_owned());
    }
    if let Some(value) = &column.on_update {
        words.push(format!("ON UPDATE {}", bare(&value.text)));
    }
    if let Some(collation) = &column.collation {
        words.push(format!("COLLATE {}", collation.text));
    }
    words.join(" ")
}

fn index_detail(object: &Object, index: &CreateIndex) -> String {
    let columns = index.columns.iter().map(|column| bare(&column.text));
    let mut detail = format!(
        "{}on {}({})",
        if index.unique { "unique " } else { "" },
        object.table,
        columns.collect::<Vec<_>>().join(", ")
    );
    if let Some(method) = &index.method {
        detail += &format!(" using {method}");
    }
    if !index.include.is_empty() {
        detail += &format!(" include ({})", exact(&index.include));
    }
    if let Some(filter) = &index.filter {
        detail += &format!(" where {}", bare(&filter.text));
    }
    detail
}

fn type_detail(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Enum(labels) => {
            let labels = labels.iter().map(|(label, _)| format!("'{label}'"));
            labels.collect::<Vec<_>>().join(", ")
        }
        TypeKind::Composite(columns) => {
            let columns = columns
                .iter()
                .map(|column| format!("{} {}", column.name.text, modelled_column(column)));
            columns.collect::<Vec<_>>().join(", ")
        }
        TypeKind::Domain(domain) => {
            let not_null = if domain.not_null { " NOT NULL" } else { "" };
            format!("{}{not_null}", domain.data_type)
        }
        TypeKind::Other => String::new(),
    }
}

fn exact(names: &[Ident]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    names.join(", ")
}

fn column_detail(column: &Column) -> String {
    let mut words = Vec::new();
    if !column.type_name.is_empty() {
        words.push(folded(&column.type_name).to_ascii_uppercase());
    }
    if column.not_null {
        words.push("NOT NULL".to_owned());
    }
    if let Some(Expr { text, .. }) = &column.default {
        words.push(format!("DEFAULT {}", bare(text)));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored {
            "STORED"
        } else {
            "VIRTUAL"
        };
        words.push(format!("AS ({}) {kind}", bare(&generated.expr.text)));
    }
    if let Some(collation) = &column.collation {
        words.push(format!("COLLATE {}", collation.text.to_ascii_uppercase()));
    }
    words.join(" ")
}

fn foreign_key(name: &str, key: &ForeignKey, catalog: &Catalog) -> (String, String) {
    let parent = key.parent.name.text.to_ascii_lowercase();
    // Without columns the parent's primary key is meant.
    let of_parent = catalog
        .find(None, &parent, ObjectKind::Table)
        .and_then(|object| object.as_table()?.primary_key.clone());
    let pointed = match (&key.parent_columns[..], of_parent) {
        ([], Some(primary)) => columns(&primary.columns),
        ([], None) => String::new(),
        (written, _) => columns(written),
    };
    let what = format!(
        "foreign key {name}{} -> {parent}{pointed}",
        columns(&key.columns)
    );
    (what, actions(key))
}

fn actions(key: &ForeignKey) -> String {
    let mut actions = Vec::new();
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != ReferenceAction::NoAction {
            actions.push(format!("ON {event} {action}"));
        }
    }
    actions.join(" ")
}

fn columns(names: &[Ident]) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| name.text.to_ascii_lowercase())
        .collect();
    format!("({})", names.join(", "))
}

/// An expression without the parentheses around it.
fn bare(text: &str) -> String {
    let folded = folded(text);
    let mut rest = folded.as_str();
    while let Some(inner) = rest
        .strip_prefix("( ")
        .and_then(|inner| inner.strip_suffix(" )"))
        .filter(|inner| is_balanced(inner))
    {
        rest = inner;
    }
    rest.to_owned()
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    for token in text.split(' ') {
        match token {
            "(" => depth += 1,
            ")" if depth == 0 => return false,
            ")" => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// SQL with one blank between its tokens, names without quotes and in small letters, literals as they are.
fn folded(sql: &str) -> String {
    let mut words = Vec::new();
    for token in tokenize(Dialect::Sqlite, sql) {
        // Ascending is how an index is ordered where nothing is written.
        if token.is_trivia() || token.is_word(sql, "ASC") {
            continue;
        }
        words.push(match token.kind {
            TokenKind::Word | TokenKind::QuotedIdentifier => {
                token.unquote(sql).to_ascii_lowercase()
            }
            _ => token.text(sql).to_owned(),
        });
    }
    words.join(" ")
}
