use std::rc::Rc;

use super::{Catalog, Key, Object, TEMP};
use crate::Span;
use crate::syntax::ir::{
    AlterAction, Body, Column, CreateIndex, CreateTable, CreateTrigger, CreateView, Expr, Ident,
    Insert, ObjectKind, ObjectName, Query, Statement, Table, TransactionControl, TypeChange,
    Update,
};

/// One thing that a statement does, resolved against the catalog before it.
///
/// What does nothing is no change: `IF EXISTS` of what is not there, `IF NOT EXISTS` of what is. An object that is named and
/// not found is `None`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change<'a> {
    /// A new table.
    CreateTable(&'a CreateTable),
    /// A new virtual table.
    CreateVirtualTable {
        /// Its name.
        name: &'a ObjectName,
        /// Its module.
        module: &'a Ident,
    },
    /// A new index.
    CreateIndex(&'a CreateIndex),
    /// A new view.
    CreateView(&'a CreateView),
    /// A new trigger.
    CreateTrigger(&'a CreateTrigger),
    /// `CREATE ... IF NOT EXISTS` for an object that exists: nothing happens.
    CreateNothing {
        /// What was to be made.
        kind: ObjectKind,
        /// Its name.
        name: &'a ObjectName,
        /// What stands there already.
        existing: Rc<Object>,
    },
    /// An object goes.
    Drop {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: &'a ObjectName,
        /// What goes, where the catalog knows it.
        object: Option<Rc<Object>>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// A table gets another name.
    RenameTable {
        /// The table.
        table: &'a ObjectName,
        /// Its new name.
        to: &'a Ident,
    },
    /// A new column.
    AddColumn {
        /// The table.
        table: &'a ObjectName,
        /// The column.
        column: &'a Column,
        /// A table of that one column, with the constraints written at it.
        added: &'a Table,
    },
    /// A column goes.
    DropColumn {
        /// The table.
        table: &'a ObjectName,
        /// The column.
        column: &'a Ident,
    },
    /// A column gets another name.
    RenameColumn {
        /// The table.
        table: &'a ObjectName,
        /// The old name.
        from: &'a Ident,
        /// The new name.
        to: &'a Ident,
    },
    /// Another `ALTER TABLE` action.
    AlterTable {
        /// The table.
        table: &'a ObjectName,
        /// What is done to it.
        action: &'a AlterAction,
    },
    /// A new object of a kind that has no variant of its own: a schema, a sequence, a type, a routine.
    Create {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: &'a str,
    },
    /// A type changes.
    AlterType {
        /// The type.
        name: &'a ObjectName,
        /// What is done to it.
        change: &'a TypeChange,
    },
    /// An object that is no table gets another name.
    Rename {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: &'a ObjectName,
        /// Its new name.
        to: &'a Ident,
    },
    /// All rows go.
    Truncate {
        /// The table.
        table: &'a ObjectName,
        /// `CASCADE`.
        cascade: bool,
    },
    /// A setting of the session.
    Set {
        /// Its name.
        name: &'a str,
        /// Its values.
        values: &'a [String],
    },
    /// Code in another language, which nobody read.
    Block,
    /// New rows.
    Insert(&'a Insert),
    /// Changed rows.
    Update(&'a Update),
    /// Deleted rows.
    Delete {
        /// The table.
        table: &'a ObjectName,
        /// `WHERE`.
        filter: Option<&'a Expr>,
        /// Whether a `LIMIT` bounds it.
        limited: bool,
    },
    /// A query alone.
    Query(&'a Query),
    /// A transaction statement.
    Transaction(TransactionControl),
    /// A pragma.
    Pragma {
        /// Its name.
        name: &'a Ident,
        /// Its value.
        value: Option<&'a str>,
    },
    /// `VACUUM`.
    Vacuum,
    /// `ATTACH` or `DETACH`.
    Attach,
    /// `ANALYZE`, `REINDEX`.
    Maintenance,
    /// Nobody knows.
    Unknown,
}

/// What `statement` does, resolved against the catalog before it. Each change comes with the place a message should point
/// at: the name it is about, or the whole statement where it is about none.
pub fn changes<'a>(statement: &'a Statement, before: &Catalog) -> Vec<(Change<'a>, Span)> {
    let whole = statement.span;
    let change = match &statement.body {
        Body::AlterTable { table, actions, .. } => {
            return actions
                .iter()
                .map(|action| alteration(table, action))
                .collect();
        }
        Body::RenameTables(pairs) => {
            let renamed = pairs.iter().map(|(table, to)| {
                let to = &to.name;
                (Change::RenameTable { table, to }, table.span())
            });
            return renamed.collect();
        }
        Body::AlterType { name, changes } => {
            let changed = changes
                .iter()
                .map(|change| (Change::AlterType { name, change }, name.span()));
            return changed.collect();
        }
        Body::Truncate { tables, cascade } => {
            let emptied = tables.iter().map(|table| {
                let cascade = *cascade;
                (Change::Truncate { table, cascade }, table.span())
            });
            return emptied.collect();
        }
        Body::Drop {
            kind,
            names,
            if_exists,
            cascade,
            ..
        } => {
            let dropped = names.iter().filter_map(|name| {
                let object = before.object(*kind, name).cloned();
                // An incomplete catalog does not know what is missing.
                let is_nothing = object.is_none() && *if_exists && !before.is_incomplete();
                let change = Change::Drop {
                    kind: *kind,
                    name,
                    object,
                    cascade: *cascade,
                };
                (!is_nothing).then_some((change, name.span()))
            });
            return dropped.collect();
        }
        body => creation(body, before)
            .or_else(|| other_creation(body))
            .or_else(|| data(body)),
    };
    vec![change.unwrap_or_else(|| (other(&statement.body), whole))]
}

/// What a `CREATE` does.
fn creation<'a>(body: &'a Body, before: &Catalog) -> Option<(Change<'a>, Span)> {
    let (kind, name, temporary, if_not_exists, change) = match body {
        Body::CreateTable(create) => (
            ObjectKind::Table,
            &create.name,
            create.temporary,
            create.if_not_exists,
            Change::CreateTable(create),
        ),
        Body::CreateVirtualTable {
            name,
            module,
            if_not_exists,
        } => (
            ObjectKind::Table,
            name,
            false,
            *if_not_exists,
            Change::CreateVirtualTable { name, module },
        ),
        Body::CreateView(create) => (
            ObjectKind::View,
            &create.name,
            create.temporary,
            create.if_not_exists,
            Change::CreateView(create),
        ),
        Body::CreateTrigger(create) => (
            ObjectKind::Trigger,
            &create.name,
            create.temporary || is_temporary(&create.table, before),
            create.if_not_exists,
            Change::CreateTrigger(create),
        ),
        Body::CreateIndex(create) => {
            let Some(name) = &create.name else {
                return Some((Change::CreateIndex(create), create.table.span()));
            };
            (
                ObjectKind::Index,
                name,
                is_temporary(&create.table, before),
                create.if_not_exists,
                Change::CreateIndex(create),
            )
        }
        _ => return None,
    };
    let existing = if_not_exists
        .then(|| in_the_way(kind, name, temporary, before))
        .flatten();
    let change = match existing {
        Some(existing) => Change::CreateNothing {
            kind,
            name,
            existing,
        },
        None => change,
    };
    Some((change, name.span()))
}

/// What a `CREATE` of a kind does that only some dialects have.
fn other_creation(body: &Body) -> Option<(Change<'_>, Span)> {
    let (kind, name, span) = match body {
        Body::CreateSchema { name, .. } => (ObjectKind::Schema, &name.text, name.span),
        Body::CreateExtension { name, .. } => (ObjectKind::Extension, &name.text, name.span),
        Body::CreateSequence(create) => {
            let name = &create.name;
            (ObjectKind::Sequence, &name.name.text, name.span())
        }
        Body::CreateType(create) => {
            let name = &create.name;
            (create.kind.object_kind(), &name.name.text, name.span())
        }
        Body::CreateRoutine(create) => {
            let name = &create.name;
            (create.kind.object_kind(), &name.name.text, name.span())
        }
        Body::CreatePolicy(create) => {
            let name = &create.name;
            (ObjectKind::Policy, &name.text, name.span)
        }
        Body::CreateEvent { name, .. } => (ObjectKind::Event, &name.name.text, name.span()),
        _ => return None,
    };
    Some((Change::Create { kind, name }, span))
}

/// Whether a name without a schema is that of a temporary table: its indexes and triggers live there too.
fn is_temporary(table: &ObjectName, before: &Catalog) -> bool {
    before
        .table(table)
        .is_some_and(|table| table.is_temporary())
}

/// What makes `IF NOT EXISTS` do nothing: an object of that name in the schema where the new one would live. Tables and
/// views stand in each other's way; an index is in nobody's but an index's, with an error for the others.
fn in_the_way(
    kind: ObjectKind,
    name: &ObjectName,
    temporary: bool,
    before: &Catalog,
) -> Option<Rc<Object>> {
    let schema = match &name.schema {
        Some(schema) => schema.text.as_str(),
        None if temporary => TEMP,
        None => "main",
    };
    let existing = before.get(&Key::new(Some(schema), &name.name.text, kind))?;
    let is_relation = |kind| matches!(kind, ObjectKind::Table | ObjectKind::View);
    let is_same = existing.kind == kind || (is_relation(existing.kind) && is_relation(kind));
    is_same.then(|| existing.clone())
}

fn alteration<'a>(table: &'a ObjectName, action: &'a AlterAction) -> (Change<'a>, Span) {
    match action {
        AlterAction::RenameTable { to } => (Change::RenameTable { table, to }, table.span()),
        AlterAction::AddColumn { table: added, .. } => match added.columns.first() {
            Some(column) => {
                let change = Change::AddColumn {
                    table,
                    column,
                    added,
                };
                (change, column.name.span)
            }
            None => (Change::Unknown, table.span()),
        },
        AlterAction::DropColumn { column, .. } => {
            (Change::DropColumn { table, column }, column.span)
        }
        AlterAction::RenameColumn { from, to } => {
            (Change::RenameColumn { table, from, to }, from.span)
        }
        other => {
            let change = Change::AlterTable {
                table,
                action: other,
            };
            (change, other.span().unwrap_or_else(|| table.span()))
        }
    }
}

/// What a statement does to rows, or what it asks; the place is the table, or the name.
fn data(body: &Body) -> Option<(Change<'_>, Span)> {
    Some(match body {
        Body::Insert(insert) => (Change::Insert(insert), insert.table.span()),
        Body::Update(update) => (Change::Update(update), update.table.span()),
        Body::Delete {
            table,
            filter,
            limited,
        } => {
            let change = Change::Delete {
                table,
                filter: filter.as_ref(),
                limited: *limited,
            };
            (change, table.span())
        }
        Body::Pragma { name, value } => {
            let change = Change::Pragma {
                name,
                value: value.as_deref(),
            };
            (change, name.span)
        }
        Body::Query(query) => (Change::Query(query), query.span),
        Body::Rename { kind, name, to, .. } => {
            let kind = *kind;
            (Change::Rename { kind, name, to }, name.span())
        }
        _ => return None,
    })
}

/// What a statement does that is about no name.
fn other(body: &Body) -> Change<'_> {
    match body {
        Body::Transaction(control) => Change::Transaction(*control),
        Body::Vacuum => Change::Vacuum,
        Body::Attach => Change::Attach,
        Body::Maintenance | Body::Comment { .. } | Body::Use { .. } => Change::Maintenance,
        Body::Set { name, values, .. } => Change::Set { name, values },
        Body::Block { .. } => Change::Block,
        _ => Change::Unknown,
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
