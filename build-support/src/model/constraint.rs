//! Keys and constraints that a table gets.

use migratory_core::Dialect;

use super::Work;
use super::generated_name::{constraint_names, index_columns};
use super::index::forbid_null;
use super::worlds::is_doubtful;
use crate::catalog::{Definition, Key, Object, Part};
use crate::syntax::ir::{self, Check, Exclusion, ExprKind, Ident, ObjectKind, ObjectName, Table};

impl Work<'_, '_> {
    /// Adds the constraints of `added` to a table, in the order in which the server does, which is that of the names it gives.
    pub(super) fn add_constraints(&mut self, key: &Key, added: &Table) {
        match self.dialect {
            Dialect::Mysql => self.add_mysql_keys(key, added),
            _ => self.add_postgres_keys(key, added),
        }
        for foreign_key in &added.foreign_keys {
            self.add_foreign_key(key, foreign_key);
        }
    }

    fn add_postgres_keys(&mut self, key: &Key, added: &Table) {
        for check in &added.checks {
            self.add_check(key, check);
        }
        let mut seen: Vec<ir::Key> = Vec::new();
        if let Some(primary) = &added.primary_key {
            // A unique key on the same columns is the primary key once more.
            let mut primary = primary.clone();
            let twin = added
                .uniques
                .iter()
                .find(|unique| is_twin(&primary, unique));
            if primary.name.is_none() {
                primary.name = twin.and_then(|twin| twin.name.clone());
            }
            self.add_key(key, &primary, true);
            seen.push(primary);
        }
        for unique in &added.uniques {
            if !seen.iter().any(|other| is_twin(other, unique)) {
                self.add_key(key, unique, false);
                seen.push(unique.clone());
            }
        }
        for exclusion in &added.exclusions {
            self.add_exclusion(key, exclusion);
        }
    }

    /// A primary or unique key of PostgreSQL. Partitions get one of their own.
    fn add_key(&mut self, key: &Key, written: &ir::Key, primary: bool) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let mut stored = written.clone();
        if let Some(index) = &written.using_index {
            let Some(columns) = self.take_index_over(&object, index) else {
                // It has the columns of an index that is in doubt itself.
                let name = written.name.as_ref().unwrap_or(index);
                return self.doubt_added_key(key, &name.text, primary);
            };
            stored.columns = columns;
            stored.name.get_or_insert_with(|| index.clone());
        }
        for column in &stored.columns {
            self.look_up_column(&object, column);
        }
        if primary && !self.has_room_for_primary_key(&object, written.span) {
            return;
        }
        let Some(name) = self.key_name(&object, &stored, primary) else {
            return;
        };
        stored.name = Some(name);
        stored.using_index = None;
        let naming = self.catalog.naming();
        self.add_to_table(key, [], |table| {
            if !primary {
                return table.uniques.push(stored.clone());
            }
            forbid_null(naming, &mut table.columns, &stored.columns);
            table.primary_key = Some(stored.clone());
        });
        if primary {
            self.settle_primary_key(key);
        }
        for partition in self.partitions_of(key) {
            let own = ir::Key {
                name: None,
                using_index: None,
                ..stored.clone()
            };
            self.add_key(&partition, &own, primary);
        }
    }

    /// Whether a table may get a primary key, being without one.
    pub(super) fn has_room_for_primary_key(&mut self, object: &Object, span: crate::Span) -> bool {
        let has_one = object
            .as_table()
            .is_some_and(|table| table.primary_key.is_some());
        if object.doubts.of(&Part::PrimaryKey).is_some() {
            return true;
        }
        if has_one && self.is_known(object) {
            let message = format!("table `{}` has a primary key already", object.name);
            self.refused(message, span, "a second primary key", object);
        }
        !has_one
    }

    /// The name of a key's index, taken in the name space of the tables; `None` where it is taken already.
    fn key_name(&mut self, object: &Object, written: &ir::Key, primary: bool) -> Option<Ident> {
        let name = match &written.name {
            Some(name) => name.clone(),
            None if primary => {
                let name = self.free_relation_name(&object.key(), None, "pkey");
                Ident::unwritten(name)
            }
            None => {
                let columns: Vec<&str> = written.columns.iter().map(|it| &*it.text).collect();
                let columns = columns.join("_");
                let name = self.free_relation_name(&object.key(), Some(&columns), "key");
                Ident::unwritten(name)
            }
        };
        self.hold_name(object, &name).then_some(name)
    }

    /// Lets a constraint hold a name among the tables. Whether it was free.
    fn hold_name(&mut self, object: &Object, name: &Ident) -> bool {
        let schema = object.schema.clone().unwrap_or_default();
        let key = self.relation_key(&schema, &name.text);
        if let Some(existing) = self.catalog.get(&key).cloned()
            && !is_doubtful(&existing)
        {
            self.duplicate_object(ObjectKind::Constraint, &name.text, name.span, &existing);
            return false;
        }
        if self.is_taken_constraint(object, name) {
            return false;
        }
        let naming = self.catalog.naming();
        let holder = Object::modelled(
            naming,
            ObjectKind::Constraint,
            Some(&schema),
            naming.clip(&name.text),
            &object.name,
            Definition::Name,
        );
        self.put(holder.made_by(self.origin()));
        true
    }

    /// Whether a table has a constraint of that name already, which is an error.
    pub(super) fn is_taken_constraint(&mut self, object: &Object, name: &Ident) -> bool {
        let naming = self.catalog.naming();
        let Some(table) = self.table_at(&object.key()) else {
            return false;
        };
        if object.doubt_of_constraint(&name.text).is_some() {
            // It was not there, or the server would not have taken this.
            self.drop_constraint_at(&object.key(), name);
            return false;
        }
        let is_taken =
            constraint_names(&table).any(|other| naming.is_same(&other.text, &name.text));
        if is_taken && self.is_known(object) {
            let message = format!(
                "constraint `{}` already exists in table `{}`",
                name.text, object.name
            );
            let found = self.finding("duplicate-object", message, name.span, "this name is taken");
            let found = self.with_origin(found, object);
            self.found.push(found);
        }
        is_taken
    }

    /// The columns of an index that becomes a constraint's.
    fn take_index_over(&mut self, object: &Object, index: &Ident) -> Option<Vec<Ident>> {
        let name = ObjectName {
            schema: object.schema.as_deref().map(Ident::unwritten),
            name: index.clone(),
        };
        let found = self.relation(ObjectKind::Index, &name, false)?;
        let definition = found.as_index()?.clone();
        let key = found.key();
        self.catalog.remove(&key);
        self.touched.insert(key);
        let columns = definition.columns.iter().flat_map(|column| &column.columns);
        Some(columns.map(|column| column.name.clone()).collect())
    }

    /// A check. Tables that inherit from this one get it too.
    pub(super) fn add_check(&mut self, key: &Key, check: &Check) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        self.look_up_columns(&object, &check.expr);
        let mut stored = check.clone();
        match &check.name {
            Some(name) if self.is_taken_constraint(&object, name) => return,
            Some(_) => {}
            None => stored.name = self.check_name(&object, check),
        }
        self.add_to_table(key, [], |table| table.checks.push(stored.clone()));
        for child in self.heirs_of(key) {
            let has_it = self.table_at(&child).is_some_and(|table| {
                let mut names = table.checks.iter().map(|check| &check.name);
                names.any(|name| *name == stored.name)
            });
            if !has_it {
                self.add_to_table(&child, [], |table| table.checks.push(stored.clone()));
            }
        }
    }

    /// The name a check gets: with its column in it where it is about one alone. MySQL and MariaDB do not agree on a name.
    fn check_name(&mut self, object: &Object, check: &Check) -> Option<Ident> {
        if self.dialect != Dialect::Postgres {
            return None;
        }
        let table = self.table_at(&object.key())?;
        let mut columns: Vec<&str> = check.expr.columns.iter().map(|it| &*it.name.text).collect();
        columns.sort_unstable();
        columns.dedup();
        let column = match columns[..] {
            [only] => Some(only),
            _ => None,
        };
        let name = self.free_constraint_name(object, &table, column, "check");
        Some(Ident::unwritten(name))
    }

    fn add_exclusion(&mut self, key: &Key, exclusion: &Exclusion) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        for column in &exclusion.columns {
            self.look_up_columns(&object, column);
        }
        let columns = index_columns(&exclusion.columns);
        let name = exclusion.name.clone().unwrap_or_else(|| {
            let name = self.free_relation_name(&object.key(), Some(&columns), "excl");
            Ident::unwritten(name)
        });
        if !self.hold_name(&object, &name) {
            return;
        }
        let stored = Exclusion {
            name: Some(name),
            ..exclusion.clone()
        };
        self.add_to_table(key, [], |table| table.exclusions.push(stored));
    }

    /// Whether an index or key has these columns, in any order.
    pub(super) fn are_same_columns(&self, first: &[Ident], second: &[Ident]) -> bool {
        let naming = self.catalog.naming();
        let is_in = |column: &Ident, columns: &[Ident]| {
            columns
                .iter()
                .any(|other| naming.is_same(&other.text, &column.text))
        };
        first.len() == second.len()
            && first.iter().all(|column| is_in(column, second))
            && second.iter().all(|column| is_in(column, first))
    }
}

/// Whether PostgreSQL makes one index of two keys in a statement.
fn is_twin(first: &ir::Key, second: &ir::Key) -> bool {
    let texts =
        |key: &ir::Key| -> Vec<String> { key.columns.iter().map(|it| it.text.clone()).collect() };
    let agree = first.name.is_none() || second.name.is_none() || first.name == second.name;
    agree
        && first.using_index.is_none()
        && second.using_index.is_none()
        && texts(first) == texts(second)
}

/// The plain columns of an index, up to the first expression.
pub(super) fn leading_columns(columns: &[crate::syntax::ir::Expr]) -> Vec<Ident> {
    let plain = columns
        .iter()
        .take_while(|column| column.kind == ExprKind::Column);
    let names = plain.filter_map(|column| column.columns.first());
    names.map(|column| column.name.clone()).collect()
}
