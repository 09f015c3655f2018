//! New names, and how they are followed into what depends on the old ones.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::foreign_key::stored_schema;
use super::relation::sequence_name;
use super::sequence::next_value;
use crate::catalog::{Definition, Gone, Key, Object};
use crate::syntax::ir::{
    CreateIndex, CreateSequence, CreateTrigger, CreateView, Expr, Ident, ObjectKind, ObjectName,
    Table,
};
use crate::syntax::{TokenKind, tokenize};

impl Work<'_, '_> {
    /// Gives a relation another name, another schema, or both. Its key from then on.
    pub(super) fn move_relation(&mut self, key: &Key, schema: Option<&Ident>, to: &Ident) -> Key {
        let Some(object) = self.catalog.get(key).cloned() else {
            return key.clone();
        };
        let to_schema = match schema {
            Some(schema) => self.fold_schema(&schema.text),
            None => key.schema.clone(),
        };
        let naming = self.catalog.naming();
        let kind = object.kind;
        let new_key = naming.key(Some(&to_schema), &to.text, kind, &object.table);
        if new_key == *key {
            return new_key;
        }
        if let Some(existing) = self.catalog.get(&new_key).cloned() {
            self.duplicate_object(object.kind, &to.text, to.span, &existing);
            self.touched.insert(key.clone());
            return key.clone();
        }
        let name = naming.clip(&to.text).to_owned();
        let mut moved = object.redefined(object.definition().clone());
        moved.name.clone_from(&name);
        moved.schema = Some(to_schema.clone()).filter(|schema| !schema.is_empty());
        if !object.kind.is_part() {
            moved.table.clone_from(&name);
        }
        let belongings = match object.kind.is_table_like() {
            true => self.catalog.belongings_of(&object),
            false => Vec::new(),
        };
        let users = self.catalog.users_of(key);
        self.replace(key, moved, &name);
        self.rename_generated_keys(&new_key, &object.name, &name);
        for part in belongings {
            self.move_part(&part, &to_schema, &name);
        }
        for user in users {
            let user_key = if user.key() == *key {
                &new_key
            } else {
                &user.key()
            };
            self.follow_relation(user_key, key, &new_key);
        }
        self.rename_held_name(&object, &name);
        new_key
    }

    /// The names that InnoDB gave to foreign keys follow their table's.
    fn rename_generated_keys(&mut self, key: &Key, from: &str, to: &str) {
        if self.dialect != Dialect::Mysql || self.table_at(key).is_none() {
            return;
        }
        let stem = format!("{from}_ibfk_");
        self.edit_table(key, |table| {
            for name in table
                .foreign_keys
                .iter_mut()
                .filter_map(|key| key.name.as_mut())
            {
                if let Some(number) = name.text.strip_prefix(&stem) {
                    *name = Ident::unwritten(format!("{to}_ibfk_{number}"));
                }
            }
        });
    }

    /// Puts an object in another one's place, and remembers what became of that.
    fn replace(&mut self, key: &Key, object: Object, name: &str) {
        if let Some(old) = self.catalog.remove(key) {
            let gone = Gone {
                name: old.name.clone(),
                renamed_to: Some(name.to_owned()),
                by: self.origin(),
            };
            self.touched.insert(key.clone());
            self.catalog.remember(key.clone(), gone);
        }
        self.put(object);
    }

    /// Lets an index, a trigger or another part of a table go with it to its new name and schema.
    fn move_part(&mut self, part: &Rc<Object>, schema: &str, table: &str) {
        let named = ObjectName {
            schema: stored_schema(schema),
            name: Ident::unwritten(table),
        };
        let definition = match part.definition() {
            Definition::Index(index) => Definition::Index(Rc::new(CreateIndex {
                table: named,
                ..CreateIndex::clone(index)
            })),
            Definition::Trigger(trigger) => Definition::Trigger(Rc::new(CreateTrigger {
                table: named,
                ..CreateTrigger::clone(trigger)
            })),
            other => other.clone(),
        };
        let old = part.key();
        let mut part = part.redefined(definition);
        table.clone_into(&mut part.table);
        part.schema = Some(schema.to_owned()).filter(|schema| !schema.is_empty());
        self.catalog.remove(&old);
        self.touched.insert(old);
        self.put(part);
    }

    /// Lets an object that needs another one find it under its new key.
    fn follow_relation(&mut self, user: &Key, from: &Key, to: &Key) {
        let Some(object) = self.catalog.get(user).cloned() else {
            return;
        };
        let renamed = ObjectName {
            schema: stored_schema(&to.schema),
            name: Ident::unwritten(&to.name),
        };
        let definition = match object.definition() {
            Definition::Table(table) => {
                let mut table = Table::clone(table);
                let parents = table.foreign_keys.iter_mut().map(|key| &mut key.parent);
                for parent in parents.chain(&mut table.parents) {
                    if self.key_of(parent) == *from {
                        *parent = renamed.clone();
                    }
                }
                for column in &mut table.columns {
                    if let Some(default) = &mut column.default
                        && sequence_name(&default.text).is_some_and(|it| it.name.text == from.name)
                    {
                        *default = next_value(&to.schema, &to.name);
                    }
                }
                Definition::Table(Rc::new(table))
            }
            Definition::Sequence(sequence) => {
                let owner = sequence.owner.clone();
                Definition::Sequence(Rc::new(CreateSequence {
                    owner: owner.map(|(_, column)| (renamed, column)),
                    ..CreateSequence::clone(sequence)
                }))
            }
            // Views of MySQL keep the old name, and are broken by that.
            Definition::View(_) if self.dialect == Dialect::Mysql => return,
            other => other.clone(),
        };
        let mut object = object.redefined(definition);
        for used in &mut object.uses {
            if used.key == *from {
                used.key = to.clone();
            }
        }
        let moves_with_it = object.kind == ObjectKind::Sequence && from.schema != to.schema;
        self.put(object.clone());
        if moves_with_it {
            let schema = Ident::unwritten(&to.schema);
            let name = Ident::unwritten(&object.name);
            self.move_relation(user, Some(&schema), &name);
        }
    }

    /// A constraint whose index gets another name is called so too.
    fn rename_held_name(&mut self, object: &Object, to: &str) {
        if object.kind != ObjectKind::Constraint {
            return;
        }
        let key = self.relation_key(object.schema.as_deref().unwrap_or_default(), &object.table);
        self.edit_table(&key, |table| rename_constraint(table, &object.name, to));
    }

    /// `RENAME CONSTRAINT`.
    pub(super) fn rename_constraint(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        if !self.has_constraint(&object, from) {
            return;
        }
        if self.is_taken_constraint(&object, to) {
            return;
        }
        let holder = self.relation_key(&key.schema, &from.text);
        if self.is_holder(&holder, &object) {
            self.move_relation(&holder, None, to);
        } else {
            self.edit_table(key, |table| rename_constraint(table, &from.text, &to.text));
        }
    }

    /// Whether a key is that of the name which a constraint of the table holds.
    pub(super) fn is_holder(&self, holder: &Key, table: &Object) -> bool {
        self.catalog.get(holder).is_some_and(|holder| {
            holder.kind == ObjectKind::Constraint && holder.table == table.name
        })
    }

    /// Says of a constraint that the table does not have it, where that is certain. Whether it has it.
    pub(super) fn has_constraint(&mut self, object: &Object, name: &Ident) -> bool {
        let naming = self.catalog.naming();
        let has_it = self
            .constraints_of(object)
            .iter()
            .any(|other| naming.is_same(other, &name.text));
        if !has_it && self.is_known(object) {
            let message = format!(
                "constraint `{}` does not exist in table `{}`",
                name.text, object.name
            );
            self.unknown_part(message, object, ObjectKind::Constraint, name);
        }
        has_it
    }

    /// `RENAME COLUMN`, and MySQL's `CHANGE`.
    pub(super) fn rename_column(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let naming = self.catalog.naming();
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        if !self.look_up_column(&object, from) {
            return;
        }
        let is_same = naming.is_same(&from.text, &to.text);
        let columns = self.catalog.columns(&object).unwrap_or_default();
        if !is_same && columns.iter().any(|name| naming.is_same(name, &to.text)) {
            return self.duplicate_column(Some(&object), to);
        }
        self.rename_column_at(key, from, to);
        if !is_same {
            self.forget_column(key, &from.text, Some(&to.text));
        }
        for heir in self.heirs_of(key) {
            self.rename_column_at(&heir, from, to);
        }
    }

    fn rename_column_at(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let naming = self.catalog.naming();
        let same = |name: &Ident| naming.is_same(&name.text, &from.text);
        let rename = |name: &mut Ident| {
            if same(name) {
                *name = Ident::unwritten(&to.text);
            }
        };
        let dialect = self.dialect;
        if let Definition::View(view) = object.definition() {
            let mut view = CreateView::clone(view);
            view.columns.iter_mut().for_each(rename);
            self.put(object.redefined(Definition::View(Rc::new(view))));
        }
        self.edit_table(key, |table| {
            rename_in_table(dialect, table, &rename, from, to)
        });
        for part in self.catalog.belongings_of(&object) {
            if let Definition::Index(index) = part.definition() {
                let mut index = CreateIndex::clone(index);
                index.include.iter_mut().for_each(rename);
                for expr in index.columns.iter_mut().chain(&mut index.filter) {
                    rename_in(dialect, expr, from, to);
                }
                self.put(part.redefined(Definition::Index(Rc::new(index))));
            }
        }
        for user in self.catalog.users_of(key) {
            self.follow_column(&user, key, from, to);
        }
    }

    /// Lets an object that needs a column find it under its new name.
    fn follow_column(&mut self, user: &Rc<Object>, key: &Key, from: &Ident, to: &Ident) {
        let naming = self.catalog.naming();
        let same = |name: &str| naming.is_same(name, &from.text);
        let definition = match user.definition() {
            Definition::Table(table) => {
                let mut table = Table::clone(table);
                for foreign_key in &mut table.foreign_keys {
                    if self.key_of(&foreign_key.parent) != *key {
                        continue;
                    }
                    for column in &mut foreign_key.parent_columns {
                        if same(&column.text) {
                            *column = Ident::unwritten(&to.text);
                        }
                    }
                }
                Definition::Table(Rc::new(table))
            }
            Definition::Sequence(sequence) => {
                let mut sequence = CreateSequence::clone(sequence);
                if let Some((_, column)) = &mut sequence.owner
                    && same(&column.text)
                {
                    *column = Ident::unwritten(&to.text);
                }
                Definition::Sequence(Rc::new(sequence))
            }
            Definition::View(_) if self.dialect == Dialect::Mysql => return,
            other => other.clone(),
        };
        let mut object = user.redefined(definition);
        for used in &mut object.uses {
            if used.key == *key && used.column.as_deref().is_some_and(same) {
                used.column = Some(to.text.clone());
            }
        }
        self.put(object);
    }

    /// Remembers that a column is no longer there.
    pub(super) fn forget_column(&mut self, key: &Key, name: &str, renamed_to: Option<&str>) {
        let gone = Gone {
            name: name.to_owned(),
            renamed_to: renamed_to.map(str::to_owned),
            by: self.origin(),
        };
        self.catalog.remember_column(key.clone(), gone);
    }
}

fn rename_constraint(table: &mut Table, from: &str, to: &str) {
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    let names = keys.map(|key| &mut key.name);
    let names = names.chain(table.foreign_keys.iter_mut().map(|key| &mut key.name));
    let names = names.chain(table.checks.iter_mut().map(|check| &mut check.name));
    let names = names.chain(table.exclusions.iter_mut().map(|it| &mut it.name));
    for name in names.flatten() {
        if name.text == from {
            *name = Ident::unwritten(to);
        }
    }
}

fn rename_in_table(
    dialect: Dialect,
    table: &mut Table,
    rename: &impl Fn(&mut Ident),
    from: &Ident,
    to: &Ident,
) {
    for column in &mut table.columns {
        rename(&mut column.name);
        if let Some(generated) = &mut column.generated {
            rename_in(dialect, &mut generated.expr, from, to);
        }
    }
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    let columns = keys.map(|key| &mut key.columns);
    let columns = columns.chain(table.foreign_keys.iter_mut().map(|key| &mut key.columns));
    columns.flatten().for_each(rename);
    let exclusions = table.exclusions.iter_mut();
    let excluded = exclusions.flat_map(|exclusion| &mut exclusion.columns);
    let checked = table.checks.iter_mut().map(|check| &mut check.expr);
    for expr in checked.chain(excluded) {
        rename_in(dialect, expr, from, to);
    }
}

/// Renames a column in an expression, in its text too.
fn rename_in(dialect: Dialect, expr: &mut Expr, from: &Ident, to: &Ident) {
    let naming = crate::catalog::Naming::of(dialect);
    let same = |name: &str| naming.is_same(name, &from.text);
    let mut mentioned = expr.columns.iter().filter(|column| same(&column.name.text));
    if mentioned.next().is_none() {
        return;
    }
    for column in &mut expr.columns {
        if same(&column.name.text) {
            column.name = Ident::unwritten(&to.text);
        }
    }
    let mut text = String::new();
    for token in tokenize(dialect, &expr.text) {
        let written = token.text(&expr.text);
        let is_name = match token.kind {
            TokenKind::Word => same(&match dialect {
                Dialect::Postgres => written.to_ascii_lowercase(),
                _ => written.to_owned(),
            }),
            TokenKind::QuotedIdentifier => same(&token.unquote(&expr.text)),
            _ => false,
        };
        text.push_str(if is_name { &to.text } else { written });
    }
    expr.text = text;
}
