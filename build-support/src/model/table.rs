//! `CREATE TABLE`.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::foreign_key::stored_schema;
use super::worlds::is_doubtful;
use crate::catalog::{Definition, Key, Object};
use crate::syntax::ir::{
    Column, CreateIndex, CreateTable, Ident, Like, List, ObjectKind, ObjectName, Table,
};

impl Work<'_, '_> {
    /// `CREATE TABLE`, `CREATE FOREIGN TABLE`.
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let Some(site) = self.site(&create.name, create.temporary) else {
            return;
        };
        if let Some(existing) = site.taken_by.as_ref().filter(|_| create.or_replace) {
            self.let_go(
                &[existing.key()],
                false,
                "the old table",
                create.name.span(),
            );
        } else if let Some(existing) = site
            .taken_by
            .as_ref()
            .filter(|it| is_doubtful(it) && !create.if_not_exists)
        {
            self.clear_away(existing);
        } else if let Some(existing) = &site.taken_by {
            if !create.if_not_exists {
                let name = &create.name.name.text;
                self.touched.insert(site.key.clone());
                self.duplicate_object(ObjectKind::Table, name, create.name.span(), existing);
            }
            return;
        }
        if self.is_taken_by_type(&site.schema, &create.name) {
            return;
        }
        let written = &create.table;
        let naming = self.catalog.naming();
        let name = naming.clip(&create.name.name.text);
        let start = Table {
            autoincrement: written.autoincrement,
            partitioned: written.partitioned,
            is_partition: written.is_partition,
            options: written.options.clone(),
            ..Table::default()
        };
        let object = Object::modelled(
            naming,
            ObjectKind::Table,
            Some(&site.schema),
            name,
            name,
            Definition::Table(Rc::new(start)),
        );
        self.put(object);
        self.fill(&site.key, create);
        self.catalog.say_who_made(&site.key, self.origin());
    }

    /// Takes away a table that may be there, with all that would go with it: the server takes a new one of its name only if it is gone.
    fn clear_away(&mut self, doubtful: &Object) {
        let key = doubtful.key();
        let users = self.catalog.users_of(&key).into_iter();
        let sequences = users.filter(|user| user.kind == ObjectKind::Sequence);
        let mut going: Vec<Key> = sequences.map(|user| user.key()).collect();
        going.extend(self.fall_of(&[key], false).gone().iter().cloned());
        for key in going {
            self.catalog.remove(&key);
            self.touched.insert(key);
        }
    }

    /// The rows of a table are a type of PostgreSQL.
    fn is_taken_by_type(&mut self, schema: &str, name: &ObjectName) -> bool {
        if self.dialect != Dialect::Postgres {
            return false;
        }
        let naming = self.catalog.naming();
        let key = naming.key(Some(schema), &name.name.text, ObjectKind::Type, "");
        let Some(existing) = self.catalog.get(&key).cloned() else {
            return false;
        };
        self.duplicate_object(ObjectKind::Table, &name.name.text, name.span(), &existing);
        true
    }

    /// Gives a new table what its statement says.
    fn fill(&mut self, key: &Key, create: &CreateTable) {
        let written = &create.table;
        let mut parents = Vec::new();
        for name in &written.parents {
            match self.relation(ObjectKind::Table, name, false) {
                Some(parent) => parents.push(parent),
                None => self.catalog.mark_if_there(key),
            }
        }
        for parent in &parents {
            self.take_columns_over(key, parent);
        }
        let likes: Vec<(&Like, Option<Rc<Object>>)> = create
            .like
            .iter()
            .map(|like| (like, self.relation(ObjectKind::Table, &like.table, false)))
            .collect();
        for (like, model) in &likes {
            match model {
                Some(model) => self.take_like_columns(key, like, model),
                None => self.catalog.mark_if_there(key),
            }
        }
        let names_outputs = create.query.is_some() && self.dialect == Dialect::Postgres;
        if !names_outputs {
            self.add_columns(key, &written.columns, !parents.is_empty());
        }
        self.take_outputs(key, create);
        self.add_constraints(key, written);
        if let Some(object) = self.catalog.get(key).cloned() {
            let (named, unnamed): (Vec<&CreateIndex>, Vec<&CreateIndex>) = create
                .indexes
                .iter()
                .partition(|index| index.name.is_some());
            for index in named.into_iter().chain(unnamed) {
                self.add_index(&object, index);
            }
        }
        for (like, model) in &likes {
            if let Some(model) = model {
                self.take_like_parts(key, like, model);
            }
        }
        if written.is_partition {
            for parent in &parents {
                self.take_partition_parts(key, parent);
            }
        }
    }

    /// The columns that the query of `AS SELECT` gives.
    fn take_outputs(&mut self, key: &Key, create: &CreateTable) {
        let Some(query) = &create.query else { return };
        let naming = self.catalog.naming();
        let Some(mut outputs) = self.outputs_of(query) else {
            return self.catalog.mark_if_there(key);
        };
        let written = &create.table.columns;
        if self.dialect == Dialect::Postgres {
            for (output, column) in outputs.iter_mut().zip(written) {
                output.name.clone_from(&column.name);
            }
        } else {
            let is_written = |output: &Column| {
                let mut columns = written.iter();
                columns.any(|column| naming.is_same(&column.name.text, &output.name.text))
            };
            outputs.retain(|output| !is_written(output));
        }
        // Whether a value can be null is nowhere written.
        let is_open = self.dialect == Dialect::Mysql
            || outputs.iter().any(|output| output.type_name.is_empty());
        for output in outputs {
            let column = Column {
                type_name: output.type_name,
                data_type: output.data_type,
                ..Column::new(output.name, "")
            };
            self.push_column(key, column);
        }
        if is_open {
            self.catalog.mark_if_there(key);
        }
    }

    /// The columns that a table's own definition says; those of a parent are said once more by one of the same name.
    fn add_columns(&mut self, key: &Key, columns: &List<Column>, inherits: bool) {
        let naming = self.catalog.naming();
        let mut own: Vec<&Ident> = Vec::new();
        for written in columns {
            let is_same = |name: &Ident| naming.is_same(&name.text, &written.name.text);
            let is_there = self.table_at(key).is_some_and(|table| {
                let mut columns = table.columns.iter();
                columns.any(|column| is_same(&column.name))
            });
            if is_there && (!inherits || own.iter().any(|name| is_same(name))) {
                self.duplicate_column(None, &written.name);
                continue;
            }
            own.push(&written.name);
            let column = self.settled(key, written);
            if !is_there {
                self.push_column(key, column);
                continue;
            }
            self.edit_table(key, |table| {
                let is_it = |inherited: &Column| is_same(&inherited.name);
                table
                    .columns
                    .change(is_it, |inherited| merge(inherited, &column));
            });
        }
        for column in columns {
            self.look_up_generated(key, column);
        }
    }

    /// Columns and checks of a table that this one inherits from.
    pub(super) fn take_columns_over(&mut self, key: &Key, parent: &Rc<Object>) {
        let naming = self.catalog.naming();
        let name = ObjectName {
            schema: parent.schema.as_deref().and_then(stored_schema),
            name: Ident::unwritten(&parent.name),
        };
        let known = parent.as_table().cloned();
        if !parent.is_certain() || known.is_none() {
            self.catalog.mark_if_there(key);
        }
        let Some(from) = known else { return };
        self.edit_table(key, |table| {
            table.parents.push(name);
            for column in &from.columns {
                let is_it = |own: &Column| naming.is_same(&own.name.text, &column.name.text);
                if table.columns.iter().any(is_it) {
                    let not_null = column.not_null;
                    table.columns.change(is_it, |own| own.not_null |= not_null);
                    continue;
                }
                table.columns.push(Column {
                    identity: None,
                    ..column.clone()
                });
            }
            for check in &from.checks {
                if !table.checks.iter().any(|own| own.name == check.name) {
                    table.checks.push(check.clone());
                }
            }
        });
    }

    /// The columns that `LIKE` takes over.
    fn take_like_columns(&mut self, key: &Key, like: &Like, model: &Rc<Object>) {
        let naming = self.catalog.naming();
        if !model.is_certain() || model.as_table().is_none() {
            self.catalog.mark_if_there(key);
        }
        let Some(from) = model.as_table().cloned() else {
            return;
        };
        let all = self.dialect == Dialect::Mysql;
        for column in &from.columns {
            let mut copy = Column {
                default: column
                    .default
                    .clone()
                    .filter(|_| all || takes(like, "defaults")),
                generated: column
                    .generated
                    .clone()
                    .filter(|_| all || takes(like, "generated")),
                identity: column.identity.filter(|_| all || takes(like, "identity")),
                ..column.clone()
            };
            copy.name = Ident {
                span: like.table.span(),
                ..copy.name
            };
            let is_there = self.table_at(key).is_some_and(|table| {
                let mut columns = table.columns.iter();
                columns.any(|own| naming.is_same(&own.name.text, &copy.name.text))
            });
            if is_there {
                self.duplicate_column(None, &copy.name);
                continue;
            }
            if copy.identity.is_some() {
                self.put_owned_sequence(key, &copy.name);
            }
            self.push_column(key, copy);
        }
        if all {
            self.edit_table(key, |table| table.options.clone_from(&from.options));
        }
    }

    /// Keys, checks and indexes that `LIKE` takes over.
    fn take_like_parts(&mut self, key: &Key, like: &Like, model: &Rc<Object>) {
        let Some(from) = model.as_table().cloned() else {
            return;
        };
        let all = self.dialect == Dialect::Mysql;
        let mut added = Table::default();
        if all || takes(like, "constraints") {
            added.checks.clone_from(&from.checks);
        }
        if all || takes(like, "indexes") {
            added = Table {
                checks: added.checks,
                ..keys_of(&from)
            };
        }
        self.add_constraints(key, &added);
        if all || takes(like, "indexes") {
            self.take_indexes_over(key, model, all);
        }
    }

    fn take_indexes_over(&mut self, key: &Key, model: &Rc<Object>, with_names: bool) {
        let indexes: Vec<Rc<Object>> = self.catalog.indexes_of(model).cloned().collect();
        for index in indexes {
            let (Some(object), Some(definition)) =
                (self.catalog.get(key).cloned(), index.as_index().cloned())
            else {
                continue;
            };
            let name = definition.name.clone().filter(|_| with_names);
            let copy = CreateIndex {
                name,
                only: false,
                ..CreateIndex::clone(&definition)
            };
            self.add_index(&object, &copy);
        }
    }

    /// What a partition gets from the table it is part of.
    pub(super) fn take_partition_parts(&mut self, key: &Key, parent: &Rc<Object>) {
        let Some(from) = parent.as_table().cloned() else {
            return;
        };
        let mut added = keys_of(&from);
        added.foreign_keys.clone_from(&from.foreign_keys);
        let has = self.table_at(key).unwrap_or_default();
        if has.primary_key.is_some() {
            added.primary_key = None;
        }
        let same = |first: &[Ident], second: &[Ident]| self.are_same_columns(first, second);
        added.uniques.retain(|key| {
            !has.uniques
                .iter()
                .any(|own| same(&own.columns, &key.columns))
        });
        added.foreign_keys.retain(|key| {
            !has.foreign_keys
                .iter()
                .any(|own| same(&own.columns, &key.columns))
        });
        self.add_constraints(key, &added);
        self.take_indexes_over(key, parent, false);
    }
}

/// The keys of a table, without the names they have there.
fn keys_of(table: &Table) -> Table {
    let unnamed = |key: &crate::syntax::ir::Key| crate::syntax::ir::Key {
        name: None,
        ..key.clone()
    };
    Table {
        primary_key: table.primary_key.as_ref().map(unnamed),
        uniques: table.uniques.iter().map(unnamed).collect(),
        exclusions: table
            .exclusions
            .iter()
            .map(|exclusion| crate::syntax::ir::Exclusion {
                name: None,
                ..exclusion.clone()
            })
            .collect(),
        ..Table::default()
    }
}

/// What a table's own definition says of a column that it inherits.
fn merge(inherited: &mut Column, own: &Column) {
    inherited.not_null |= own.not_null;
    if !own.type_name.is_empty() {
        inherited.type_name.clone_from(&own.type_name);
        inherited.data_type.clone_from(&own.data_type);
    }
    if own.default.is_some() {
        inherited.default.clone_from(&own.default);
    }
    if own.generated.is_some() {
        inherited.generated.clone_from(&own.generated);
    }
    if own.identity.is_some() {
        inherited.identity = own.identity;
    }
}

/// Whether `LIKE` takes something over beside names and types.
fn takes(like: &Like, what: &str) -> bool {
    let has = |list: &[String], word: &str| list.iter().any(|other| other == word);
    has(&like.including, what) || has(&like.including, "all") && !has(&like.excluding, what)
}
