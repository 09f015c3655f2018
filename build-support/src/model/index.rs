//! Indexes.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::constraint::leading_columns;
use super::dependents::is_foreign_key_in_doubt;
use super::foreign_key::stored_schema;
use super::generated_name::index_columns;
use super::lookup::Lookup;
use super::worlds::is_doubtful;
use crate::catalog::{Definition, Key, Naming, Object, Part};
use crate::syntax::ir::{
    self, AlterAction, Body, Column, ColumnRef, CreateIndex, Expr, ExprKind, Ident, List,
    ObjectKind, ObjectName, Table,
};

impl Work<'_, '_> {
    /// `CREATE INDEX`.
    pub(super) fn create_index(&mut self, create: &CreateIndex) {
        let Some(object) = self.relation(ObjectKind::Table, &create.table, false) else {
            return;
        };
        if !matches!(
            object.kind,
            ObjectKind::Table | ObjectKind::MaterializedView
        ) {
            return self.other_kind(&create.table, &object);
        }
        self.add_index(&object, create);
    }

    /// Gives a table an index.
    pub(super) fn add_index(&mut self, object: &Rc<Object>, create: &CreateIndex) {
        let Some(name) = self.index_name(object, create) else {
            return;
        };
        for expr in create.columns.iter().chain(&create.filter) {
            self.look_up_columns(object, expr);
        }
        for column in &create.include {
            self.look_up_column(object, column);
        }
        let naming = self.catalog.naming();
        let method = create.method.clone().filter(|method| {
            method != "btree" && (self.dialect != Dialect::Mysql || method != "hash")
        });
        let stored = CreateIndex {
            name: Some(ObjectName {
                schema: object.schema.as_deref().and_then(stored_schema),
                name: name.clone(),
            }),
            table: ObjectName {
                schema: object.schema.as_deref().and_then(stored_schema),
                name: Ident::unwritten(&object.name),
            },
            method,
            if_not_exists: false,
            concurrently: false,
            ..create.clone()
        };
        if self.dialect == Dialect::Mysql {
            self.replace_implicit(object, &leading_columns(&stored.columns));
        }
        let index = Object::modelled(
            naming,
            ObjectKind::Index,
            object.schema.as_deref(),
            naming.clip(&name.text),
            &object.name,
            Definition::Index(Rc::new(stored)),
        );
        self.put(index.made_by(self.origin()));
        if !create.only {
            self.add_index_to_partitions(&object.key(), create);
        }
    }

    fn add_index_to_partitions(&mut self, key: &Key, create: &CreateIndex) {
        for partition in self.partitions_of(key) {
            let Some(partition) = self.catalog.get(&partition).cloned() else {
                continue;
            };
            let own = CreateIndex {
                name: None,
                ..create.clone()
            };
            self.add_index(&partition, &own);
        }
    }

    /// What a new index is called; `None` where that name is taken.
    fn index_name(&mut self, object: &Object, create: &CreateIndex) -> Option<Ident> {
        let Some(written) = &create.name else {
            return Some(Ident::unwritten(self.generated_index_name(object, create)));
        };
        let name = written.name.clone();
        let schema = object.schema.clone().unwrap_or_default();
        let naming = self.catalog.naming();
        let key = naming.key(Some(&schema), &name.text, ObjectKind::Index, &object.name);
        let Some(existing) = self.catalog.get(&key).cloned() else {
            return Some(name);
        };
        if is_doubtful(&existing) && !create.if_not_exists {
            // It was not there, or the server would not have taken this.
            return Some(name);
        }
        if !create.if_not_exists && !create.implicit {
            self.duplicate_object(ObjectKind::Index, &name.text, name.span, &existing);
        }
        None
    }

    fn generated_index_name(&mut self, object: &Object, create: &CreateIndex) -> String {
        if self.dialect != Dialect::Mysql {
            let included = create.include.iter().map(plain_column);
            let columns: Vec<Expr> = create.columns.iter().cloned().chain(included).collect();
            let columns = index_columns(&columns);
            return self.free_relation_name(&object.key(), Some(&columns), "idx");
        }
        let first = create.columns.first();
        let column = first.filter(|column| column.kind == ExprKind::Column);
        let column = column.and_then(|column| column.columns.first());
        let stem = column.map_or("functional_index", |column| &column.name.text);
        self.free_index_name(object, stem)
    }

    /// An index that InnoDB made for a foreign key goes when another one can take its place.
    pub(super) fn replace_implicit(&mut self, object: &Object, columns: &[Ident]) {
        for index in self.catalog.implicit_indexes_of(object) {
            let is_replaced = index.as_index().is_some_and(|definition| {
                self.is_led_by(columns, &leading_columns(&definition.columns))
            });
            if is_replaced {
                let key = index.key();
                self.catalog.remove(&key);
                self.touched.insert(key);
            }
        }
    }

    /// The keys of a table of MySQL, where every key but the primary one is an index.
    pub(super) fn add_mysql_keys(&mut self, key: &Key, added: &Table) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        if let Some(primary) = &added.primary_key {
            self.add_mysql_primary_key(&object, primary);
        }
        let uniques: Vec<CreateIndex> = added
            .uniques
            .iter()
            .map(|unique| CreateIndex {
                name: unique
                    .name
                    .clone()
                    .map(|name| ObjectName { schema: None, name }),
                columns: unique.columns.iter().map(plain_column).collect(),
                unique: true,
                ..CreateIndex::default()
            })
            .collect();
        let (named, unnamed): (Vec<_>, Vec<_>) =
            uniques.iter().partition(|unique| unique.name.is_some());
        for unique in named.into_iter().chain(unnamed) {
            self.add_index(&object, unique);
        }
        for check in &added.checks {
            self.add_check(key, check);
        }
    }

    fn add_mysql_primary_key(&mut self, object: &Rc<Object>, primary: &ir::Key) {
        for column in &primary.columns {
            self.look_up_column(object, column);
        }
        if !self.has_room_for_primary_key(object, primary.span) {
            return;
        }
        let naming = self.catalog.naming();
        let primary = ir::Key {
            name: None,
            ..primary.clone()
        };
        self.add_to_table(&object.key(), [], |table| {
            forbid_null(naming, &mut table.columns, &primary.columns);
            table.primary_key = Some(primary.clone());
        });
        self.settle_primary_key(&object.key());
        self.replace_implicit(object, &primary.columns);
    }

    /// Takes an index away from a table of MySQL.
    pub(super) fn drop_table_index(&mut self, object: &Rc<Object>, name: &Ident, if_exists: bool) {
        if name.is("primary") {
            return self.drop_primary_key(object, name.span);
        }
        match self.look_up_part(ObjectKind::Index, object, &name.text) {
            Lookup::Found(index) => {
                if self.is_needed_by_foreign_key(object, &index, name) {
                    return;
                }
                self.take_away(&index.key());
            }
            Lookup::Open => {}
            Lookup::Missing if if_exists => {}
            Lookup::Missing => {
                let message = format!(
                    "index `{}` does not exist in table `{}`",
                    name.text, object.name
                );
                self.unknown_part(message, object, ObjectKind::Index, name);
            }
        }
    }

    /// Takes the primary key away from a table of MySQL.
    pub(super) fn drop_primary_key(&mut self, object: &Rc<Object>, span: crate::Span) {
        let key = object.key();
        let Some(table) = self.table_at(&key) else {
            return;
        };
        let is_in_doubt = object.doubts.of(&Part::PrimaryKey).is_some();
        if table.primary_key.is_none() && self.is_known(object) && !is_in_doubt {
            let message = format!("table `{}` has no primary key", object.name);
            self.refused(message, span, "there is none", object);
        }
        self.edit_table(&key, |table| table.primary_key = None);
        self.settle_primary_key(&key);
    }

    /// Says that a table does not have a part of that name.
    pub(super) fn unknown_part(
        &mut self,
        message: String,
        object: &Object,
        kind: ObjectKind,
        name: &Ident,
    ) {
        let label = format!("unknown {kind}");
        let found = self.finding("unknown-object", message, name.span, &label);
        let mut found = self.with_origin(found, object);
        let key = self.part_key(kind, object, &name.text);
        if let Some(gone) = self.catalog.fate(&key) {
            found = found.note(gone.to_string());
        }
        let parts = self.catalog.belongings_of(object);
        let names = parts.iter().filter(|part| part.kind == kind);
        let names: Vec<String> = match kind {
            ObjectKind::Constraint => self.constraints_of(object),
            _ => names.map(|part| part.name.clone()).collect(),
        };
        if let Some(near) = crate::nearest(&name.text, names.iter().map(String::as_str)) {
            let article = kind.article();
            found = found.help(format!(
                "{article} {kind} with a similar name exists: `{near}`"
            ));
        }
        self.found.push(found);
    }

    /// Whether a foreign key is left without an index when one goes, which InnoDB refuses.
    fn is_needed_by_foreign_key(&mut self, object: &Object, index: &Object, name: &Ident) -> bool {
        let Some(definition) = index.as_index().cloned() else {
            return false;
        };
        // The same statement may give the foreign key another index.
        let is_replaced = matches!(&self.statement.body, Body::AlterTable { actions, .. }
        if actions.iter().any(|action| matches!(
            action,
            AlterAction::AddIndex(_) | AlterAction::AddConstraint { .. }
        )));
        if !self.session.checks_foreign_keys || !self.is_known(object) || is_replaced {
            return false;
        }
        let columns = leading_columns(&definition.columns);
        let Some(table) = self.table_at(&object.key()) else {
            return false;
        };
        if self.are_keys_in_doubt(object) {
            return false;
        }
        let own = table.foreign_keys.iter();
        let own = own.filter(|key| !is_foreign_key_in_doubt(object, key));
        let own = own.map(|key| (key, &key.columns));
        let children = self.children_of(&object.key());
        let others = children.iter().map(|(_, key)| (key, &key.parent_columns));
        let needing = own.chain(others).find(|(_, needed)| {
            let is_other = |other: &Object| other.key() != index.key();
            self.is_led_by(&columns, needed) && !self.supports(object, needed, is_other)
        });
        let Some((key, _)) = needing else {
            return false;
        };
        let by = key.name.as_ref().map_or("", |name| &name.text);
        let message = format!("index `{}` is needed by the foreign key `{by}`", index.name);
        self.refused(message, name.span, "still needed", object);
        true
    }
}

/// Says of the columns of a primary key that they hold no null.
pub(super) fn forbid_null(naming: Naming, columns: &mut List<Column>, keyed: &[Ident]) {
    let is_keyed = |column: &Column| {
        let mut keyed = keyed.iter();
        !column.not_null && keyed.any(|name| naming.is_same(&name.text, &column.name.text))
    };
    columns.change(is_keyed, |column| column.not_null = true);
}

/// A column of an index.
pub(super) fn plain_column(name: &Ident) -> Expr {
    Expr {
        span: name.span,
        text: name.text.clone(),
        columns: vec![ColumnRef {
            qualifier: None,
            name: name.clone(),
        }],
        kind: ExprKind::Column,
        ..Expr::default()
    }
}
