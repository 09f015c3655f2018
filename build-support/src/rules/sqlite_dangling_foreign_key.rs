#![doc = include_str!("sqlite_dangling_foreign_key.md")]

use std::collections::BTreeMap;
use std::rc::Rc;

use migratory_core::Dialect;

use super::context::made;
use super::{Form, Group, Rebuild, Reporter, Rule, ScriptContext};
use crate::catalog::Step;
use crate::catalog::{Catalog, Change, Key, Object};
use crate::diagnostic::Reference;
use crate::nearest;
use crate::syntax::ir::{ForeignKey, Ident, ObjectKind, Table};

/// A foreign key points at nothing that it could point at.
pub(super) struct SqliteDanglingForeignKey;

impl Rule for SqliteDanglingForeignKey {
    fn name(&self) -> &'static str {
        "sqlite-dangling-foreign-key"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_dangling_foreign_key.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let mut orphans: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for child in touched(script).values() {
            let keys = child.as_table().map(|table| &table.foreign_keys);
            for key in keys.into_iter().flatten() {
                let Some(flaw) = flaw(child, key, script.after) else {
                    continue;
                };
                if was_so(child, key, script) {
                    continue;
                }
                match written(key, script) {
                    Some(written) => tell(child, key, flaw, written, script, report),
                    None => orphans
                        .entry(key.parent.name.text.clone())
                        .or_default()
                        .push(child.name.clone()),
                }
            }
        }
        for (parent, mut children) in orphans {
            children.dedup();
            tell_orphans(&parent, &children, script, report);
        }
    }
}

/// Whether a foreign key of `child` points at `parent` and finds nothing there that it could point at.
pub fn dangles(reference: &Reference, catalog: &Catalog) -> bool {
    let child = catalog.find(None, &reference.child, ObjectKind::Table);
    let table = child.and_then(|child| child.as_table().map(|table| (child, table)));
    table.is_some_and(|(child, table)| {
        let mut keys = table.foreign_keys.iter();
        keys.any(|key| key.parent.name.is(&reference.parent) && flaw(child, key, catalog).is_some())
    })
}

/// Whether the foreign key pointed at nothing before the script already: that is another script's matter.
fn was_so(child: &Object, key: &ForeignKey, script: &ScriptContext<'_>) -> bool {
    let Some(earlier) = script.before.get(&child.key()) else {
        return false;
    };
    let keys = earlier.as_table().map(|table| &table.foreign_keys);
    keys.into_iter().flatten().any(|old| same(old, key))
        && flaw(earlier, key, script.before).is_some()
}

/// What is wrong with a foreign key's target.
enum Flaw {
    /// There is no such table.
    NoTable(Option<String>),
    /// It is a view.
    View,
    /// The table has no such column.
    NoColumn(Ident, Option<String>),
    /// The table has no primary key to point at, or one of another length.
    NoPrimaryKey,
    /// No key makes the columns unique.
    NotUnique,
}

fn tell(
    child: &Object,
    key: &ForeignKey,
    flaw: Flaw,
    written: &ForeignKey,
    script: &ScriptContext<'_>,
    report: &mut Reporter<'_>,
) {
    let (name, parent) = (&child.name, &key.parent.name.text);
    let span = match &flaw {
        Flaw::NoColumn(column, _) => {
            let mut columns = written.parent_columns.iter();
            let column = columns.find(|written| written.is(&column.text));
            column.map_or(written.parent.span(), |column| column.span)
        }
        _ => written.parent.span(),
    };
    let columns = list(&key.parent_columns);
    let finding = report.at(span);
    let finding = match &flaw {
        Flaw::NoTable(_) => finding
            .message(format!("`{name}` references table `{parent}`, which does not exist"))
            .label("not there at the end of the script")
            .note(format!("SQLite accepts it; then every INSERT into `{name}` fails: no such table: main.{parent}")),
        Flaw::View => finding
            .message(format!("`{name}` references `{parent}`, which is a view"))
            .label("only a table can be referenced"),
        Flaw::NoColumn(column, _) => finding
            .message(format!("`{name}` references column `{}` of `{parent}`, which does not exist", column.text))
            .label("unknown column"),
        Flaw::NoPrimaryKey => finding
            .message(format!("`{name}` references `{parent}`, which has no fitting primary key"))
            .label("names no column, so the primary key is meant"),
        Flaw::NotUnique => finding
            .message(format!("`{name}` references {columns} of `{parent}`, which no key makes unique"))
            .label("not unique"),
    };
    let finding = match &flaw {
        Flaw::NoTable(_) => finding,
        _ => finding
            .note(format!("SQLite accepts it; then INSERT into `{name}` fails: foreign key mismatch - \"{name}\" referencing \"{parent}\""))
            .notes(script.after.find(None, parent, ObjectKind::Table).and_then(|parent| made(parent))),
    };
    match flaw {
        Flaw::NoTable(Some(near)) => {
            finding.help(format!("a table with a similar name exists: `{near}`"))
        }
        Flaw::NoColumn(_, Some(near)) => {
            finding.help(format!("a column with a similar name exists: `{near}`"))
        }
        Flaw::NoTable(None) => finding.help(format!(
            "create `{parent}` in the same script, or take the reference out"
        )),
        Flaw::NotUnique => finding.help(format!(
            "create a unique index: `CREATE UNIQUE INDEX ... ON {parent} ({})`",
            names(&key.parent_columns)
        )),
        Flaw::NoPrimaryKey => finding.help("name the columns it points at, and make them unique"),
        Flaw::View | Flaw::NoColumn(_, None) => finding,
    };
}

/// The tables, as the script leaves them, whose foreign keys it may have made or broken.
fn touched<'a>(script: &ScriptContext<'a>) -> BTreeMap<Key, &'a Rc<Object>> {
    let mut touched = BTreeMap::new();
    let mut add = |name: &str| {
        let object = script.after.find(None, name, ObjectKind::Table);
        if let Some(object) = object.filter(|object| !object.is_temporary()) {
            touched.insert(object.key(), object);
        }
    };
    for step in script.steps {
        match &step.change {
            Change::CreateTable(create) => add(&create.name.name.text),
            Change::RenameTable { to, .. } => add(&to.text),
            Change::AddColumn { table, added, .. } if !added.foreign_keys.is_empty() => {
                add(&table.name.text);
            }
            Change::Drop {
                object: Some(object),
                ..
            } => {
                let parent = step.before.find(None, &object.table, ObjectKind::Table);
                let children = parent.map(|parent| step.before.children_of(parent));
                for (child, _) in children.into_iter().flatten() {
                    add(&child.name);
                }
            }
            _ => {}
        }
    }
    touched
}

fn flaw(child: &Object, key: &ForeignKey, catalog: &Catalog) -> Option<Flaw> {
    if catalog.is_incomplete() || child.incomplete {
        return None;
    }
    let name = &key.parent.name.text;
    let schema = child.schema.as_deref().or(Some("main"));
    let Some(parent) = catalog.find(schema, name, ObjectKind::Table) else {
        return Some(Flaw::NoTable(
            catalog.nearest_table(name).map(str::to_owned),
        ));
    };
    if parent.kind == ObjectKind::View {
        return Some(Flaw::View);
    }
    let table = parent.as_table().filter(|table| {
        !parent.incomplete && table.module.is_none() && !table.columns.is_empty()
    })?;
    if key.parent_columns.is_empty() {
        let length = table.primary_key.as_ref().map(|key| key.columns.len());
        return (length != Some(key.columns.len())).then_some(Flaw::NoPrimaryKey);
    }
    let mut columns = key.parent_columns.iter();
    if let Some(column) = columns.find(|column| table.column(&column.text).is_none()) {
        let known = table.columns.iter().map(|column| column.name.text.as_str());
        let near = nearest(&column.text, known).map(str::to_owned);
        return Some(Flaw::NoColumn(column.clone(), near));
    }
    (!unique(&key.parent_columns, parent, table, catalog)).then_some(Flaw::NotUnique)
}

/// Whether a primary key, a unique constraint or a whole unique index covers exactly these columns, in any order.
fn unique(columns: &[Ident], parent: &Object, table: &Table, catalog: &Catalog) -> bool {
    let fits = |names: Vec<&str>| {
        names.len() == columns.len()
            && columns
                .iter()
                .all(|column| names.iter().any(|name| column.is(name)))
    };
    let mut keys = table.primary_key.iter().chain(&table.uniques);
    let mut indexes = catalog
        .indexes_of(parent)
        .filter_map(|object| object.as_index());
    keys.any(|key| fits(key.columns.iter().map(|name| name.text.as_str()).collect()))
        || indexes.any(|index| {
            let names = index.columns.iter().flat_map(|expr| &expr.columns);
            index.unique
                && index.filter.is_none()
                && fits(names.map(|column| column.name.text.as_str()).collect())
        })
}

/// The foreign key as the script itself writes it.
fn written<'a>(key: &ForeignKey, script: &ScriptContext<'a>) -> Option<&'a ForeignKey> {
    let tables = script
        .steps
        .iter()
        .filter_map(|step: &Step<'a>| match step.change {
            Change::CreateTable(create) => Some(&create.table),
            Change::AddColumn { added, .. } => Some(added),
            _ => None,
        });
    let keys = tables.flat_map(|table| &table.foreign_keys);
    let mut keys = keys.filter(|written| same(written, key));
    keys.next_back()
}

/// Tells of foreign keys that an earlier migration wrote, and that this script robs of their target.
fn tell_orphans(
    parent: &str,
    orphans: &[String],
    script: &ScriptContext<'_>,
    report: &mut Reporter<'_>,
) {
    let of_parent = |step: &&Step<'_>| match &step.change {
        Change::Drop {
            object: Some(object),
            ..
        } => object.table.eq_ignore_ascii_case(parent),
        _ => false,
    };
    let follows = |rebuild: &Rebuild| {
        let old = rebuild.old(script.steps);
        rebuild.form == Form::RenameFirst
            && old.is_some_and(|old| old.name.eq_ignore_ascii_case(parent))
    };
    let Some(step) = script.steps.iter().rfind(of_parent) else {
        return;
    };
    // `sqlite-rebuild-wrong-order` tells of these.
    if script.rebuilds().iter().any(follows) {
        return;
    }
    let stays = script.after.find(None, parent, ObjectKind::Table).is_some();
    let quoted: Vec<String> = orphans.iter().map(|child| format!("`{child}`")).collect();
    let children = quoted.join(", ");
    let finding = report
        .at(step.span)
        .pending(orphans.iter().map(|child| Reference {
            child: child.clone(),
            parent: parent.to_owned(),
        }));
    if stays {
        finding
            .message(format!("what {children} references of `{parent}` is no longer unique"))
            .label("the key goes here")
            .note("SQLite accepts it; then INSERT into the referencing table fails: foreign key mismatch")
            .help(format!("create a unique index over what they reference, on `{parent}`"));
    } else {
        finding
            .message(format!("dropping `{parent}` leaves foreign keys of {children} that point at nothing"))
            .label("referenced")
            .note(format!("SQLite accepts it; then every INSERT into the referencing table fails: no such table: main.{parent}"))
            .help("take the references out in the same script, or rebuild the table in one script, from CREATE to RENAME");
    }
}

fn same(a: &ForeignKey, b: &ForeignKey) -> bool {
    let pairs = |a: &[Ident], b: &[Ident]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(&b.text))
    };
    a.parent.name.is(&b.parent.name.text)
        && pairs(&a.columns, &b.columns)
        && pairs(&a.parent_columns, &b.parent_columns)
}

fn names(columns: &[Ident]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.text.as_str()).collect();
    names.join(", ")
}

fn list(columns: &[Ident]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("`{}`", column.text))
        .collect();
    names.join(", ")
}
