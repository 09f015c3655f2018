//! `ALTER TABLE` and its relatives.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::generated_name::constraint_names;
use crate::catalog::{Key, Object};
use crate::syntax::ir::{
    AlterAction, ColumnChange, ConstraintKind, Ident, ObjectKind, ObjectName, Table,
};

impl Work<'_, '_> {
    /// `ALTER TABLE`, `ALTER INDEX`, `ALTER VIEW`, `ALTER SEQUENCE`.
    pub(super) fn alter_relation(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        (if_exists, only): (bool, bool),
        actions: &[AlterAction],
    ) {
        let Some(object) = self.relation(kind, name, if_exists) else {
            return;
        };
        self.touched.insert(object.key());
        let is_table = object.kind == ObjectKind::Table || object.incomplete;
        if !is_table && actions.iter().any(needs_table) {
            return self.other_kind(name, &object);
        }
        let mut key = object.key();
        for action in in_order_of_work(self.dialect, actions) {
            key = self.alter(&key, only, action);
        }
    }

    /// Does one action to a relation. Its key from then on.
    fn alter(&mut self, key: &Key, only: bool, action: &AlterAction) -> Key {
        match action {
            AlterAction::RenameTable { to } => return self.move_relation(key, None, to),
            AlterAction::SetSchema { schema } => return self.move_to_schema(key, schema),
            AlterAction::AddColumn {
                table,
                if_not_exists,
                position,
            } => self.add_column(key, table, *if_not_exists, position.as_ref()),
            AlterAction::DropColumn {
                column,
                if_exists,
                cascade,
            } => self.drop_column(key, column, *if_exists, *cascade),
            AlterAction::RenameColumn { from, to } => self.rename_column(key, from, to),
            AlterAction::AlterColumn { column, change } => {
                self.alter_column(key, only, column, change);
            }
            AlterAction::RedefineColumn {
                from,
                table,
                if_exists,
                ..
            } => self.redefine_column(key, from, table, *if_exists),
            AlterAction::Inherit { parent } => self.inherit(key, parent),
            AlterAction::Disinherit { parent } => self.disinherit(key, parent),
            AlterAction::AttachPartition { partition } => self.attach_partition(key, partition),
            AlterAction::DetachPartition { partition, .. } => self.detach_partition(key, partition),
            AlterAction::OwnedBy { column } => self.own_sequence(key, column.as_ref()),
            AlterAction::Options { .. } => {}
            AlterAction::Other { .. } => self.catalog.mark_if_there(key),
            keys => self.alter_keys(key, keys),
        }
        key.clone()
    }

    /// Actions on keys, constraints and indexes.
    fn alter_keys(&mut self, key: &Key, action: &AlterAction) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        match action {
            AlterAction::AddConstraint {
                table,
                if_not_exists,
                ..
            } => self.add_constraint(&object, table, *if_not_exists),
            AlterAction::DropConstraint {
                name,
                kind,
                if_exists,
                cascade,
                span,
            } => match name {
                None => self.drop_primary_key(&object, *span),
                Some(name) => {
                    let kind = *kind;
                    self.drop_constraint(&object, name, kind, (*if_exists, *cascade));
                }
            },
            AlterAction::RenameConstraint { from, to } => self.rename_constraint(key, from, to),
            AlterAction::ValidateConstraint { name } => self.validate(&object, name),
            AlterAction::AddIndex(index) => self.add_index(&object, index),
            AlterAction::DropIndex { name, if_exists } => {
                self.drop_table_index(&object, name, *if_exists);
            }
            AlterAction::RenameIndex { from, to } => self.rename_table_index(&object, from, to),
            _ => {}
        }
    }

    fn move_to_schema(&mut self, key: &Key, schema: &Ident) -> Key {
        let Some(object) = self.catalog.get(key).cloned() else {
            return key.clone();
        };
        let name = ObjectName {
            schema: Some(schema.clone()),
            name: Ident::unwritten(&object.name),
        };
        self.look_up_schema(&name);
        self.move_relation(key, Some(schema), &name.name)
    }

    fn add_constraint(&mut self, object: &Rc<Object>, added: &Table, if_not_exists: bool) {
        let naming = self.catalog.naming();
        let is_there = |name: &Ident| {
            let existing = object.as_table().into_iter();
            let mut existing = existing.flat_map(|table| constraint_names(table));
            existing.any(|it| naming.is_same(&it.text, &name.text))
        };
        if !(if_not_exists && constraint_names(added).any(is_there)) {
            self.add_constraints(&object.key(), added);
        }
    }

    fn validate(&mut self, object: &Object, name: &Ident) {
        if !self.has_constraint(object, name) {
            return;
        }
        let is_it = |other: &Option<Ident>| other.as_ref().is_some_and(|it| it.text == name.text);
        self.edit_table(&object.key(), |table| {
            let keys = &mut table.foreign_keys;
            keys.change(|key| is_it(&key.name), |key| key.not_valid = false);
            let checks = &mut table.checks;
            checks.change(|check| is_it(&check.name), |check| check.not_valid = false);
        });
    }

    /// `DROP CONSTRAINT`, `DROP FOREIGN KEY`, `DROP CHECK`.
    fn drop_constraint(
        &mut self,
        object: &Rc<Object>,
        name: &Ident,
        kind: Option<ConstraintKind>,
        (if_exists, cascade): (bool, bool),
    ) {
        let naming = self.catalog.naming();
        let has_it = self
            .constraints_of(object)
            .iter()
            .any(|other| naming.is_same(other, &name.text))
            || object.doubt_of_constraint(&name.text).is_some();
        if !has_it {
            if self.dialect == Dialect::Mysql && self.drop_mysql_constraint(object, name, kind) {
                return;
            }
            if !if_exists {
                self.has_constraint(object, name);
            }
            return;
        }
        if self.is_key_needed(object, name, cascade) {
            return;
        }
        let key = object.key();
        let before = self.constraints_of(object);
        self.drop_constraint_at(&key, name);
        self.release_names(&key, &before);
        for heir in self.heirs_of(&key) {
            self.drop_constraint_at(&heir, name);
        }
    }

    /// A constraint of MySQL that has no name of its own in the model: a unique key, which is an index, or a check.
    fn drop_mysql_constraint(
        &mut self,
        object: &Rc<Object>,
        name: &Ident,
        kind: Option<ConstraintKind>,
    ) -> bool {
        if kind == Some(ConstraintKind::ForeignKey) {
            return false;
        }
        if name.is("primary") {
            self.drop_primary_key(object, name.span);
            return true;
        }
        let index = self.look_up_part(ObjectKind::Index, object, &name.text);
        if kind != Some(ConstraintKind::Check) && index.found().is_some() {
            self.drop_table_index(object, name, false);
            return true;
        }
        // The servers do not agree on what an unnamed check is called.
        let has_unnamed = object
            .as_table()
            .is_some_and(|table| table.checks.iter().any(|check| check.name.is_none()));
        if has_unnamed {
            self.catalog.mark_if_there(&object.key());
        }
        has_unnamed
    }

    pub(super) fn drop_constraint_at(&mut self, key: &Key, name: &Ident) {
        let naming = self.catalog.naming();
        let is_it = |other: &Option<Ident>| {
            other
                .as_ref()
                .is_some_and(|other| naming.is_same(&other.text, &name.text))
        };
        let is_primary = |table: &Table| {
            let primary = table.primary_key.as_ref();
            primary.is_some_and(|key| is_it(&key.name))
        };
        if self.table_at(key).is_some_and(|table| is_primary(&table)) {
            self.settle_primary_key(key);
        }
        self.settle_constraint(key, &name.text);
        self.edit_table(key, |table| {
            if is_primary(table) {
                table.primary_key = None;
            }
            table.uniques.retain(|key| !is_it(&key.name));
            table.foreign_keys.retain(|key| !is_it(&key.name));
            table.checks.retain(|check| !is_it(&check.name));
            table.exclusions.retain(|exclusion| !is_it(&exclusion.name));
        });
    }

    /// Whether foreign keys need the key of that name, and no other one on its columns is there.
    fn is_key_needed(&mut self, object: &Rc<Object>, name: &Ident, cascade: bool) -> bool {
        let Some(table) = object.as_table() else {
            return false;
        };
        let same = |other: &Option<Ident>| other.as_ref().is_some_and(|it| it.text == name.text);
        let mut keys = table.primary_key.iter().chain(&table.uniques);
        let Some(going) = keys.find(|key| same(&key.name)) else {
            return false;
        };
        let what = format!("constraint `{}` of `{}`", name.text, object.name);
        self.are_foreign_keys_left(object, &going.columns, (&what, name.span), cascade)
    }

    /// Whether foreign keys are left without the only key they can point at when that goes; with `CASCADE` they go too.
    pub(super) fn are_foreign_keys_left(
        &mut self,
        object: &Rc<Object>,
        columns: &[Ident],
        (what, span): (&str, crate::Span),
        cascade: bool,
    ) -> bool {
        if self.dialect != Dialect::Postgres || self.keys_on(object, columns) != 1 {
            return false;
        }
        for (child, foreign_key) in self.children_of(&object.key()) {
            if !self.are_same_columns(&foreign_key.parent_columns, columns) {
                continue;
            }
            let by = foreign_key.name.clone().unwrap_or_default();
            if cascade {
                self.drop_constraint_at(&child.key(), &by);
            } else if self.is_known(&child)
                && self.is_known(object)
                && !self.are_keys_in_doubt(object)
            {
                let needing = [format!("the foreign key `{}` of `{}`", by.text, child.name)];
                self.still_needed(what, span, &needing, Some(&child.clone()));
                return true;
            }
        }
        false
    }

    fn rename_table_index(&mut self, object: &Rc<Object>, from: &Ident, to: &Ident) {
        match self.look_up_part(ObjectKind::Index, object, &from.text) {
            super::lookup::Lookup::Found(index) => {
                self.move_relation(&index.key(), None, to);
            }
            super::lookup::Lookup::Open => {}
            super::lookup::Lookup::Missing => {
                let message = format!(
                    "index `{}` does not exist in table `{}`",
                    from.text, object.name
                );
                self.unknown_part(message, object, ObjectKind::Index, from);
            }
        }
    }

    /// `RENAME TABLE`.
    pub(super) fn rename_tables(&mut self, pairs: &[(ObjectName, ObjectName)]) {
        for (from, to) in pairs {
            if let Some(object) = self.relation(ObjectKind::Table, from, false) {
                self.move_relation(&object.key(), to.schema.as_ref(), &to.name);
            }
        }
    }
}

/// Whether only tables take an action.
fn needs_table(action: &AlterAction) -> bool {
    matches!(
        action,
        AlterAction::AddColumn { .. }
            | AlterAction::DropColumn { .. }
            | AlterAction::AddConstraint { .. }
            | AlterAction::DropConstraint { .. }
            | AlterAction::Inherit { .. }
            | AlterAction::RedefineColumn { .. }
    )
}

/// The actions of a statement as the server does them: what goes goes first, and a foreign key comes when its columns are there.
fn in_order_of_work(dialect: Dialect, actions: &[AlterAction]) -> Vec<&AlterAction> {
    let adds_foreign_key = |table: &Table| !table.foreign_keys.is_empty();
    let changes_type = |change: &ColumnChange| matches!(change, ColumnChange::Type(_));
    let is_mysql = dialect == Dialect::Mysql;
    let rank = |action: &&AlterAction| match action {
        AlterAction::DropConstraint {
            kind: Some(ConstraintKind::ForeignKey),
            ..
        } => 0,
        AlterAction::DropConstraint { .. } | AlterAction::DropIndex { .. } => 1,
        AlterAction::RenameIndex { .. } => 2,
        AlterAction::DropColumn { .. } => 3,
        AlterAction::RenameColumn { .. } | AlterAction::RedefineColumn { .. } if is_mysql => 4,
        AlterAction::AlterColumn { change, .. } if changes_type(change) => 4,
        AlterAction::AddColumn { .. } => 5,
        AlterAction::AddIndex(_) => 7,
        AlterAction::AddConstraint { table, .. } if adds_foreign_key(table) => 8,
        AlterAction::AddConstraint { .. } => 7,
        AlterAction::RenameTable { .. } => 9,
        _ => 6,
    };
    let mut actions: Vec<&AlterAction> = actions.iter().collect();
    actions.sort_by_key(rank);
    actions
}
