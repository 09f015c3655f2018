//! Columns that go, with all that is made of them.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::constraint::leading_columns;
use super::dependents::is_foreign_key_in_doubt;
use crate::catalog::{Definition, Key, Object};
use crate::syntax::ir::{CreateIndex, Expr, ForeignKey, Ident};

impl Work<'_, '_> {
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
        let is_there = |key: &&ForeignKey| !is_foreign_key_in_doubt(object, key);
        let mut keys = table.foreign_keys.iter().filter(is_there);
        let own = keys.find(|key| has(&key.columns));
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
        self.settle_column(key, &name.text);
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
