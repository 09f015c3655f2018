//! What goes.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use crate::catalog::{Key, Object};
use crate::syntax::ir::{Body, DataType, Ident, ObjectKind, ObjectName};

/// A `DROP` of relations.
#[derive(Clone, Copy)]
pub(super) struct Dropping {
    /// What the statement calls them.
    pub kind: ObjectKind,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Work<'_, '_> {
    /// `DROP` of whatever the model of relations holds.
    pub(super) fn drop_objects(&mut self) {
        let Body::Drop {
            kind,
            names,
            if_exists,
            cascade,
            table,
            arguments,
            ..
        } = &self.statement.body
        else {
            return;
        };
        let dropping = Dropping {
            kind: *kind,
            if_exists: *if_exists,
            cascade: *cascade,
        };
        match kind {
            ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => self.drop_relations(names, dropping),
            ObjectKind::Index => self.drop_indexes(names, table.as_ref(), dropping),
            ObjectKind::Schema => self.drop_schemas(names, dropping),
            _ => {
                for name in names {
                    self.drop_other(name, table.as_ref(), arguments.as_deref(), dropping);
                }
            }
        }
    }

    fn drop_other(
        &mut self,
        name: &ObjectName,
        table: Option<&ObjectName>,
        arguments: Option<&[DataType]>,
        dropping: Dropping,
    ) {
        match dropping.kind {
            ObjectKind::Trigger | ObjectKind::Policy => self.drop_part(name, table, dropping),
            ObjectKind::Function | ObjectKind::Procedure => {
                self.drop_routine(name, arguments, dropping);
            }
            ObjectKind::Type | ObjectKind::Domain => self.drop_type(name, dropping),
            ObjectKind::Extension => self.drop_extension(name, dropping),
            ObjectKind::Event => self.drop_named(name, dropping),
            _ => {}
        }
    }

    /// `DROP TABLE` and its like.
    pub(super) fn drop_relations(&mut self, names: &[ObjectName], dropping: Dropping) {
        let mut going: Vec<(Key, &ObjectName)> = Vec::new();
        for name in names {
            if let Some(object) = self.dropped(name, dropping)
                && !self.is_index_needed(&object, name, dropping.cascade)
            {
                going.push((object.key(), name));
            }
        }
        let keys: Vec<Key> = going.iter().map(|(key, _)| key.clone()).collect();
        let Some((_, first)) = going.first() else {
            return;
        };
        let span = match &going[..] {
            [_] => first.span(),
            _ => self.statement.span,
        };
        let names: Vec<String> = going.iter().map(|(_, name)| format!("`{name}`")).collect();
        let what = format!("{} {}", dropping.kind, names.join(", "));
        self.let_go(&keys, dropping.cascade, &what, span);
    }

    /// Whether foreign keys point at the columns of an index that is to go.
    fn is_index_needed(&mut self, index: &Object, name: &ObjectName, cascade: bool) -> bool {
        let columns = index.as_index().map(|index| self.unique_columns(index));
        let schema = index.schema.as_deref().unwrap_or_default();
        let table = self.relation_key(schema, &index.table);
        let (Some(Some(columns)), Some(table)) = (columns, self.catalog.get(&table).cloned())
        else {
            return false;
        };
        let what = format!("index `{}`", index.name);
        self.are_foreign_keys_left(&table, &columns, (&what, name.span()), cascade)
    }

    /// What a name in a `DROP` stands for.
    fn dropped(&mut self, name: &ObjectName, dropping: Dropping) -> Option<Rc<Object>> {
        let object = match self.look_up(dropping.kind, name) {
            Lookup::Found(object) => object,
            Lookup::Open => {
                if !dropping.if_exists {
                    self.look_up_schema(name);
                }
                return None;
            }
            Lookup::Missing if dropping.if_exists => return None,
            Lookup::Missing => {
                self.unknown_relation(dropping.kind, name);
                return None;
            }
        };
        if object.kind == dropping.kind || object.incomplete {
            return Some(object);
        }
        // MySQL says of a view that there is no such table.
        let is_excused = dropping.if_exists && self.dialect == Dialect::Mysql;
        if !is_excused {
            self.other_kind(name, &object);
        }
        None
    }

    /// `DROP INDEX`; on MySQL always of a table.
    pub(super) fn drop_indexes(
        &mut self,
        names: &[ObjectName],
        table: Option<&ObjectName>,
        dropping: Dropping,
    ) {
        if self.dialect != Dialect::Mysql {
            return self.drop_relations(names, dropping);
        }
        let Some(table) = table else { return };
        let Some(object) = self.relation(ObjectKind::Table, table, false) else {
            return;
        };
        for name in names {
            self.drop_table_index(&object, &name.name, dropping.if_exists);
        }
    }

    /// `DROP SCHEMA`.
    pub(super) fn drop_schemas(&mut self, names: &[ObjectName], dropping: Dropping) {
        for name in names {
            let found = self.catalog.find(None, &name.name.text, ObjectKind::Schema);
            let Some(object) = found.cloned() else {
                if dropping.if_exists || self.may_be_there(&name.name) {
                    self.empty_schema(&name.name);
                } else {
                    self.unknown_object(ObjectKind::Schema, name);
                }
                continue;
            };
            let inside: Vec<Rc<Object>> = self.objects_in(&object.name);
            let is_refused = self.dialect == Dialect::Postgres && !dropping.cascade;
            if is_refused && let Some(first) = inside.iter().find(|object| !object.incomplete) {
                let needing = [format!("{} `{}`", first.kind, first.name)];
                let what = format!("schema `{}`", object.name);
                self.still_needed(&what, name.span(), &needing, Some(&first.clone()));
                continue;
            }
            let mut keys: Vec<Key> = inside.iter().map(|object| object.key()).collect();
            keys.push(object.key());
            self.let_go(
                &keys,
                true,
                &format!("schema `{}`", object.name),
                name.span(),
            );
        }
    }

    /// Whether a schema that the history does not make may be there all the same.
    fn may_be_there(&self, name: &Ident) -> bool {
        let gone = self.catalog.gone(None, &name.text, ObjectKind::Schema);
        gone.is_none() || self.catalog.is_incomplete()
    }

    /// A schema that the history did not make goes, and everything in it.
    fn empty_schema(&mut self, name: &Ident) {
        let folded = self.fold_schema(&name.text);
        let inside = self.objects_in(&folded);
        let keys: Vec<Key> = inside.iter().map(|object| object.key()).collect();
        self.let_go(&keys, true, &format!("schema `{}`", name.text), name.span);
    }

    pub(super) fn objects_in(&self, schema: &str) -> Vec<Rc<Object>> {
        let is_in = |object: &&Rc<Object>| {
            object.kind != ObjectKind::Schema
                && object.kind != ObjectKind::Extension
                && object.schema.as_deref().unwrap_or_default() == schema
        };
        self.catalog.objects().filter(is_in).cloned().collect()
    }
}
