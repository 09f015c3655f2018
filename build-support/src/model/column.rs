//! Columns that come, change and go.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::constraint::leading_columns;
use crate::catalog::{Definition, Key, Object};
use crate::syntax::ir::{
    Column, ColumnChange, CreateIndex, Expr, Ident, NewType, ObjectKind, Position, Table,
};

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
        if existing {
            if !if_not_exists && self.is_known(&object) {
                self.duplicate_column(Some(&object), &written.name);
            }
            return;
        }
        self.look_up_position(&object, position);
        let column = self.settled(key, written);
        self.edit_table(key, |table| table.columns.push(column.clone()));
        for heir in self.heirs_of(key) {
            self.edit_table(&heir, |table| {
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
        if if_exists && !self.has_column(&object, &from.text) {
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
        self.edit_table(key, |table| {
            let primary = table.primary_key.as_ref();
            let is_same = |name: &Ident| naming.is_same(&name.text, &column.name.text);
            column.not_null |= primary.is_some_and(|key| key.columns.iter().any(is_same));
            for old in &mut table.columns {
                if is_same(&old.name) {
                    *old = column.clone();
                }
            }
        });
        self.add_constraints(key, defined);
    }

    fn has_column(&self, object: &Object, name: &str) -> bool {
        let naming = self.catalog.naming();
        let columns = self.catalog.columns(object).unwrap_or_default();
        columns.iter().any(|column| naming.is_same(column, name))
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
                if let Some(column) = self.column_at(key, name) {
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
                for column in &mut table.columns {
                    if naming.is_same(&column.name.text, &name.text) {
                        change(column);
                    }
                }
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
        if is_keyed {
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
        if let Some(column) = self.column_at(key, name)
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

    fn holder_of_column(&self, key: &Key, name: &str) -> Option<Rc<Object>> {
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

    /// `DROP COLUMN`, in this table and in those that inherit from it.
    pub(super) fn drop_column(&mut self, key: &Key, name: &Ident, if_exists: bool, cascade: bool) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        if if_exists && !self.has_column(&object, &name.text) {
            return;
        }
        if !self.look_up_column(&object, name) || self.is_column_needed(&object, name, cascade) {
            return;
        }
        let mut keys = vec![key.clone()];
        keys.extend(self.heirs_of(key));
        for key in keys {
            self.drop_column_at(&key, name);
        }
        self.forget_column(key, &name.text, None);
    }

    /// Whether something stands in the way of a column's drop; what goes with it by `CASCADE` goes.
    fn is_column_needed(&mut self, object: &Rc<Object>, name: &Ident, cascade: bool) -> bool {
        let key = object.key();
        if self.dialect == Dialect::Mysql {
            return self.is_in_foreign_key(object, name);
        }
        let naming = self.catalog.naming();
        let what = format!("column `{}` of `{}`", name.text, object.name);
        while let Some(view) = self.holder_of_column(&key, &name.text) {
            if !cascade {
                let needing = [format!("{} `{}`", view.kind, view.name)];
                self.still_needed(&what, name.span, &needing, Some(&view.clone()));
                return true;
            }
            self.let_go(&[view.key()], true, &what, name.span);
        }
        for (child, foreign_key) in self.children_of(&key) {
            let mut columns = foreign_key.parent_columns.iter();
            if child.key() == key || !columns.any(|it| naming.is_same(&it.text, &name.text)) {
                continue;
            }
            let constraint = foreign_key.name.clone().unwrap_or_default();
            if !cascade && self.is_known(&child) {
                let needing = [format!(
                    "the foreign key `{}` of `{}`",
                    constraint.text, child.name
                )];
                self.still_needed(&what, name.span, &needing, Some(&child.clone()));
                return true;
            }
            self.edit_table(&child.key(), |table| {
                table
                    .foreign_keys
                    .retain(|key| key.name.as_ref() != Some(&constraint));
            });
        }
        false
    }

    fn is_in_foreign_key(&mut self, object: &Rc<Object>, name: &Ident) -> bool {
        let naming = self.catalog.naming();
        let has = |columns: &[Ident]| {
            columns
                .iter()
                .any(|it| naming.is_same(&it.text, &name.text))
        };
        let Some(table) = object.as_table() else {
            return false;
        };
        let own = table.foreign_keys.iter().find(|key| has(&key.columns));
        let children = self.children_of(&object.key());
        let pointing = children.iter().find(|(_, key)| has(&key.parent_columns));
        let needing = own.or(pointing.map(|(_, key)| key));
        let Some(key) = needing else { return false };
        if !self.session.checks_foreign_keys && own.is_none() || !self.is_known(object) {
            return false;
        }
        let by = key.name.as_ref().map_or("", |name| &name.text);
        let message = format!("column `{}` is needed by the foreign key `{by}`", name.text);
        self.refused(message, name.span, "still needed", object);
        true
    }

    /// Takes a column away with all that is made of it.
    pub(super) fn drop_column_at(&mut self, key: &Key, name: &Ident) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        for sequence in self.sequences_of(key, &name.text) {
            self.take_away(&sequence.key());
        }
        match self.dialect {
            Dialect::Mysql => self.narrow_indexes(&object, name),
            _ => self.drop_indexes_on(&object, name),
        }
        let naming = self.catalog.naming();
        let is_it = |other: &Ident| naming.is_same(&other.text, &name.text);
        let mentions = |expr: &Expr| expr.columns.iter().any(|column| is_it(&column.name));
        let narrows = self.dialect == Dialect::Mysql;
        let before = self.constraints_of(&object);
        self.edit_table(key, |table| {
            table.columns.retain(|column| !is_it(&column.name));
            if let Some(primary) = &mut table.primary_key {
                if narrows {
                    primary.columns.retain(|column| !is_it(column));
                }
                if primary.columns.is_empty() || primary.columns.iter().any(is_it) {
                    table.primary_key = None;
                }
            }
            table.uniques.retain(|key| !key.columns.iter().any(is_it));
            table
                .foreign_keys
                .retain(|key| !key.columns.iter().any(is_it));
            table.checks.retain(|check| !mentions(&check.expr));
            table
                .exclusions
                .retain(|it| !it.columns.iter().any(mentions));
        });
        self.release_names(key, &before);
    }

    /// Lets go of the names that constraints held which are no longer there.
    pub(super) fn release_names(&mut self, key: &Key, before: &[String]) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let after = self.constraints_of(&object);
        for name in before.iter().filter(|name| !after.contains(name)) {
            let holder = self.relation_key(&key.schema, name);
            if self.is_holder(&holder, &object) {
                self.take_away(&holder);
            }
        }
    }

    fn drop_indexes_on(&mut self, object: &Object, name: &Ident) {
        for index in self.indexes_on(object, name) {
            self.take_away(&index.key());
        }
    }

    fn indexes_on(&self, object: &Object, name: &Ident) -> Vec<Rc<Object>> {
        let naming = self.catalog.naming();
        let is_it = |other: &Ident| naming.is_same(&other.text, &name.text);
        let mentions = |expr: &Expr| expr.columns.iter().any(|column| is_it(&column.name));
        let uses = |index: &CreateIndex| {
            index.columns.iter().chain(&index.filter).any(mentions)
                || index.include.iter().any(is_it)
        };
        let indexes = self.catalog.indexes_of(object);
        indexes
            .filter(|index| index.as_index().is_some_and(|index| uses(index)))
            .cloned()
            .collect()
    }

    /// MySQL takes the column out of each index, and the index away where none is left.
    fn narrow_indexes(&mut self, object: &Object, name: &Ident) {
        let naming = self.catalog.naming();
        for index in self.indexes_on(object, name) {
            let Some(definition) = index.as_index() else {
                continue;
            };
            let mut narrowed = CreateIndex::clone(definition);
            narrowed.columns.retain(|expr| {
                let mut columns = expr.columns.iter();
                !columns.any(|column| naming.is_same(&column.name.text, &name.text))
            });
            if leading_columns(&narrowed.columns).is_empty() {
                self.take_away(&index.key());
            } else {
                self.put(index.redefined(Definition::Index(Rc::new(narrowed))));
            }
        }
    }
}
