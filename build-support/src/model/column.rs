//! Columns that come and change.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use crate::catalog::{Doubt, Key, Object, Part};
use crate::syntax::ir::{Column, ColumnChange, Expr, Ident, NewType, ObjectKind, Position, Table};

impl Work<'_, '_> {
    /// `ADD COLUMN`, in this table and in those that inherit from it.
    pub(super) fn add_column(
        &mut self,
        key: &Key,
        added: &Table,
        if_not_exists: bool,
        position: Option<&Position>,
    ) {
        let naming = self.catalog.naming();
        let (Some(object), Some(written)) = (self.catalog.get(key).cloned(), added.columns.first())
        else {
            return;
        };
        let existing = object.as_table().is_some_and(|table| {
            let mut columns = table.columns.iter();
            columns.any(|column| naming.is_same(&column.name.text, &written.name.text))
        });
        let is_doubtful = object.doubt_of_column(&written.name.text) == Some(Doubt::Presence);
        if existing && is_doubtful && if_not_exists {
            return self.add_doubtful_column(key, added);
        }
        if existing && !is_doubtful {
            if !if_not_exists && self.is_known(&object) {
                self.duplicate_column(Some(&object), &written.name);
            }
            return;
        }
        if existing {
            // It was not there, or the server would not have taken this.
            self.drop_column_at(key, &written.name);
        }
        self.look_up_position(&object, position);
        let column = self.settled(key, written);
        self.push_column(key, column.clone());
        for heir in self.heirs_of(key) {
            let needs = self.needs_of_column(&column);
            self.add_to_table(&heir, needs, |table| {
                if !table
                    .columns
                    .iter()
                    .any(|other| other.name.text == column.name.text)
                {
                    table.columns.push(column.clone());
                }
            });
        }
        self.look_up_generated(key, &column);
        self.add_constraints(key, added);
    }

    /// `ADD COLUMN IF NOT EXISTS`, of a column that may be there: afterwards it is, one way or the other.
    fn add_doubtful_column(&mut self, key: &Key, added: &Table) {
        let has_more = added.primary_key.is_some()
            || !added.uniques.is_empty()
            || !added.foreign_keys.is_empty()
            || !added.checks.is_empty();
        if has_more {
            return self.mark(key);
        }
        for column in &added.columns {
            self.confirm_column(key, &column.name.text);
        }
    }

    /// Looks up the columns that a generated one is computed from.
    pub(super) fn look_up_generated(&mut self, key: &Key, column: &Column) {
        if let Some(object) = self.catalog.get(key).cloned()
            && let Some(generated) = &column.generated
        {
            self.look_up_columns(&object, &generated.expr);
        }
    }

    fn look_up_position(&mut self, object: &Object, position: Option<&Position>) {
        if let Some(Position::After(column)) = position {
            self.look_up_column(object, column);
        }
    }

    /// MySQL's `CHANGE` and `MODIFY`.
    pub(super) fn redefine_column(
        &mut self,
        key: &Key,
        from: &Ident,
        defined: &Table,
        if_exists: bool,
    ) {
        let naming = self.catalog.naming();
        let (Some(object), Some(written)) =
            (self.catalog.get(key).cloned(), defined.columns.first())
        else {
            return;
        };
        let is_doubtful = object.doubt_of_column(&from.text) == Some(Doubt::Presence);
        if if_exists && (is_doubtful || !self.has_column(&object, &from.text)) {
            return;
        }
        if from.text == written.name.text {
            if !self.look_up_column(&object, from) {
                return;
            }
        } else {
            self.rename_column(key, from, &written.name);
        }
        let mut column = self.settled(key, written);
        let is_in_doubt = object.doubts.of(&Part::PrimaryKey).is_some();
        self.edit_table(key, |table| {
            let primary = table.primary_key.as_ref().filter(|_| !is_in_doubt);
            let is_same = |name: &Ident| naming.is_same(&name.text, &column.name.text);
            column.not_null |= primary.is_some_and(|key| key.columns.iter().any(is_same));
            let is_it = |old: &Column| is_same(&old.name);
            table.columns.change(is_it, |old| *old = column.clone());
        });
        self.settle_column(key, &column.name.text);
        if is_in_doubt && !column.not_null {
            // Behind a primary key it cannot be null.
            self.doubt_column(key, &column.name.text, Doubt::Shape);
        }
        self.add_constraints(key, defined);
    }

    /// Whether a table has a column of that name, or may have it, as far as its columns are known.
    pub(super) fn has_column(&self, object: &Object, name: &str) -> bool {
        let naming = self.catalog.naming();
        let columns = self.catalog.possible_columns(object);
        columns.is_some_and(|mut columns| columns.any(|it| naming.is_same(&it.text, name)))
    }

    /// `ALTER COLUMN`, in this table and in those that inherit from it.
    pub(super) fn alter_column(
        &mut self,
        key: &Key,
        only: bool,
        name: &Ident,
        change: &ColumnChange,
    ) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        if !self.look_up_column(&object, name) {
            return;
        }
        self.confirm_column(key, &name.text);
        match change {
            ColumnChange::Type(new) => self.retype_column(key, name, new),
            ColumnChange::SetIdentity(identity) => {
                self.give_identity(key, name);
                self.edit_columns(key, true, name, |column| column.identity = Some(*identity));
            }
            ColumnChange::DropIdentity { .. } => {
                self.edit_columns(key, only, name, |column| column.identity = None);
                for sequence in self.sequences_of(key, &name.text) {
                    self.take_away(&sequence.key());
                }
            }
            ColumnChange::SetNotNull => {
                self.edit_columns(key, only, name, |column| column.not_null = true);
            }
            ColumnChange::DropNotNull => self.drop_not_null(key, only, name, &object),
            ColumnChange::SetDefault(value) => {
                let value = value.clone();
                if let Some(column) = self.certain_column_at(key, name) {
                    self.check_default(&Column {
                        default: Some(value.clone()),
                        ..column
                    });
                }
                self.edit_columns(key, only, name, |column| {
                    column.default = Some(value.clone());
                });
            }
            ColumnChange::DropDefault => {
                self.edit_columns(key, only, name, |column| column.default = None);
            }
            ColumnChange::DropExpression { .. } => {
                self.edit_columns(key, only, name, |column| column.generated = None);
            }
            ColumnChange::Options => {}
        }
    }

    /// Changes a column of a table, and of those that inherit from it unless `ONLY` is written.
    fn edit_columns(&mut self, key: &Key, only: bool, name: &Ident, change: impl Fn(&mut Column)) {
        let naming = self.catalog.naming();
        let mut keys = vec![key.clone()];
        if !only {
            keys.extend(self.heirs_of(key));
        }
        for key in keys {
            self.edit_table(&key, |table| {
                let is_it = |column: &Column| naming.is_same(&column.name.text, &name.text);
                table.columns.change(is_it, &change);
            });
        }
    }

    fn column_at(&self, key: &Key, name: &Ident) -> Option<Column> {
        let naming = self.catalog.naming();
        let table = self.table_at(key)?;
        let mut columns = table.columns.iter();
        columns
            .find(|column| naming.is_same(&column.name.text, &name.text))
            .cloned()
    }

    /// The same for a column of which nothing is in doubt.
    fn certain_column_at(&self, key: &Key, name: &Ident) -> Option<Column> {
        let object = self.catalog.get(key)?;
        let column = self.column_at(key, name)?;
        object
            .doubt_of_column(&name.text)
            .is_none()
            .then_some(column)
    }

    fn give_identity(&mut self, key: &Key, name: &Ident) {
        let has_one = self.table_at(key).is_some_and(|table| {
            let mut columns = table.columns.iter();
            columns.any(|column| column.name.text == name.text && column.identity.is_some())
        });
        if !has_one {
            self.put_owned_sequence(key, name);
        }
    }

    fn drop_not_null(&mut self, key: &Key, only: bool, name: &Ident, object: &Object) {
        let naming = self.catalog.naming();
        let primary = self
            .table_at(key)
            .and_then(|table| table.primary_key.clone());
        let is_keyed = primary.is_some_and(|primary| {
            let mut columns = primary.columns.iter();
            columns.any(|column| naming.is_same(&column.text, &name.text))
        });
        if is_keyed && object.doubts.of(&Part::PrimaryKey).is_none() {
            let message = format!("column `{}` is in the primary key", name.text);
            return self.refused(message, name.span, "cannot be null", object);
        }
        self.edit_columns(key, only, name, |column| column.not_null = false);
    }

    fn retype_column(&mut self, key: &Key, name: &Ident, new: &NewType) {
        let type_name = self.type_name(Some(&new.data_type), &new.type_name);
        if self.is_held(key, name) {
            return;
        }
        if let Some(column) = self.certain_column_at(key, name)
            && self
                .catalog
                .get(key)
                .is_some_and(|object| !object.incomplete)
        {
            self.check_retype(&column, new);
        }
        let type_name = &type_name;
        self.edit_columns(key, false, name, |column| {
            column.type_name.clone_from(type_name);
            column.data_type = Some(new.data_type.clone());
            column.collation.clone_from(&new.collation);
        });
        self.doubt_conversions(key, name, &new.data_type.name);
    }

    /// PostgreSQL reads the expressions of indexes anew for the new type, and what converted the column to it falls away.
    fn doubt_conversions(&mut self, key: &Key, name: &Ident, type_name: &str) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let converts = |expr: &Expr| {
            let mut functions = expr.functions.iter();
            let mut columns = expr.columns.iter();
            (!expr.casts.is_empty() || functions.any(|it| it.text == type_name))
                && columns.any(|it| it.name.text == name.text)
        };
        let indexes = self.catalog.indexes_of(&object);
        let indexes = indexes.filter(|index| {
            let definition = index.as_index();
            definition.is_some_and(|definition| definition.columns.iter().any(converts))
        });
        for index in indexes.map(|index| index.key()).collect::<Vec<_>>() {
            self.touched.insert(index.clone());
            self.catalog.mark_if_there(&index);
        }
    }

    /// PostgreSQL does not change the type of a column that a view, a trigger or a policy uses.
    fn is_held(&mut self, key: &Key, name: &Ident) -> bool {
        let Some(view) = self.holder_of_column(key, &name.text) else {
            return false;
        };
        let message = format!(
            "column `{}` is used by the {} `{}`, so its type cannot change",
            name.text, view.kind, view.name
        );
        self.refused(message, name.span, "used elsewhere", &view);
        true
    }

    pub(super) fn holder_of_column(&self, key: &Key, name: &str) -> Option<Rc<Object>> {
        if self.dialect != Dialect::Postgres || self.catalog.is_incomplete() {
            return None;
        }
        let reads = |user: &Rc<Object>| {
            let holds_on = matches!(
                user.kind,
                ObjectKind::View
                    | ObjectKind::MaterializedView
                    | ObjectKind::Trigger
                    | ObjectKind::Policy
            );
            holds_on
                && self.is_certain(user)
                && user
                    .uses
                    .iter()
                    .any(|used| used.key == *key && used.column.as_deref() == Some(name))
        };
        let mut users = self.catalog.users_of(key).into_iter();
        users.find(|user| reads(user))
    }
}
