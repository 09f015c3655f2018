//! What two states of a schema differ in, structurally: the order of columns, quotes, letter case and white space do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use migratory_core::Dialect;

use super::{Catalog, Definition, Key, Object};
use crate::syntax::ir::{Column, Expr, ForeignKey, Ident, ReferenceAction, Table};
use crate::syntax::{TokenKind, tokenize};

/// One difference between two schemas. Its `Display` is a line such as `- table users` or `+ index users_email`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// The first has it, the second has not.
    Missing(String),
    /// The second has it, the first has not.
    Extra(String),
    /// Both have it, and it is not the same.
    Changed {
        /// What.
        what: String,
        /// How it is in the first.
        from: String,
        /// How it is in the second.
        to: String,
    },
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "- {what}"),
            Self::Extra(what) => write!(f, "+ {what}"),
            Self::Changed { what, from, to } => write!(f, "~ {what}: {from} -> {to}"),
        }
    }
}

/// What `second` differs in from `first`. Temporary objects, and those that are not fully known, do not count.
pub fn difference(first: &Catalog, second: &Catalog) -> Vec<Line> {
    let objects = first.objects().chain(second.objects());
    let keys: BTreeSet<Key> = objects.map(|object| object.key()).collect();
    difference_among(first, second, &keys)
}

/// The same for some objects only, where the others are known to be equal.
pub fn difference_among(first: &Catalog, second: &Catalog, keys: &BTreeSet<Key>) -> Vec<Line> {
    let mut lines = Vec::new();
    for key in keys {
        let (a, b) = (first.get(key), second.get(key));
        let is_open = |object: Option<&Rc<Object>>| {
            object.is_some_and(|object| object.incomplete || object.is_temporary())
        };
        if is_open(a) || is_open(b) {
            continue;
        }
        match (a, b) {
            (Some(a), Some(b)) if a.sql == b.sql && a.kind == b.kind => {}
            (Some(a), Some(b)) => {
                lines.extend(compare(&facts(a, first), &facts(b, second)));
            }
            (Some(a), None) => lines.push(Line::Missing(a.title())),
            (None, Some(b)) => lines.push(Line::Extra(b.title())),
            (None, None) => {}
        }
    }
    lines
}

fn compare(first: &BTreeMap<String, String>, second: &BTreeMap<String, String>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (what, from) in first {
        match second.get(what) {
            None => lines.push(Line::Missing(join(what, from))),
            Some(to) if to != from => lines.push(Line::Changed {
                what: what.clone(),
                from: or_nothing(from),
                to: or_nothing(to),
            }),
            Some(_) => {}
        }
    }
    let extra = second.iter().filter(|(what, _)| !first.contains_key(*what));
    lines.extend(extra.map(|(what, detail)| Line::Extra(join(what, detail))));
    lines
}

/// An object taken apart: what each part is called, and how it is.
fn facts(object: &Object, catalog: &Catalog) -> BTreeMap<String, String> {
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
        .find(None, &parent, crate::syntax::ir::ObjectKind::Table)
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
    let mut actions = Vec::new();
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != ReferenceAction::NoAction {
            actions.push(format!("ON {event} {}", action_words(action)));
        }
    }
    (what, actions.join(" "))
}

fn action_words(action: ReferenceAction) -> &'static str {
    match action {
        ReferenceAction::NoAction => "NO ACTION",
        ReferenceAction::Restrict => "RESTRICT",
        ReferenceAction::Cascade => "CASCADE",
        ReferenceAction::SetNull => "SET NULL",
        ReferenceAction::SetDefault => "SET DEFAULT",
    }
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

fn join(what: &str, detail: &str) -> String {
    if detail.is_empty() {
        what.to_owned()
    } else {
        format!("{what} {detail}")
    }
}

fn or_nothing(detail: &str) -> String {
    if detail.is_empty() {
        "nothing".to_owned()
    } else {
        detail.to_owned()
    }
}
