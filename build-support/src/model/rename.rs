//! New names, and how they are followed into what depends on the old ones.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::foreign_key::stored_schema;
use super::relation::sequence_name;
use super::sequence::next_value;
use crate::catalog::{Definition, Doubt, Gone, Key, Object, Part, Use};
use crate::syntax::ir::{
    self, Check, Column, CreateIndex, CreateSequence, CreateTrigger, CreateView, Exclusion, Expr,
    ForeignKey, Ident, ObjectKind, ObjectName, Table,
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
        let naming = self.catalog.naming();
        for name in self
            .table_at(key)
            .iter()
            .flat_map(|table| generated_names(table, &stem))
        {
            let part = |name: &str| Part::constraint(naming, name);
            let new = format!("{to}_ibfk_{}", &name[stem.len()..]);
            self.rename_doubt(key, &part(&name), part(&new));
        }
        self.edit_table(key, |table| {
            let number = |key: &ForeignKey| {
                let name = key.name.as_ref()?;
                name.text.strip_prefix(&stem).map(str::to_owned)
            };
            let is_numbered = |key: &ForeignKey| number(key).is_some();
            table.foreign_keys.change(is_numbered, |key| {
                let number = number(key).unwrap_or_default();
                key.name = Some(Ident::unwritten(format!("{to}_ibfk_{number}")));
            });
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
                let is_it = |parent: &ObjectName| self.key_of(parent) == *from;
                let keys = &mut table.foreign_keys;
                keys.change(|key| is_it(&key.parent), |key| key.parent = renamed.clone());
                for parent in table.parents.iter_mut().filter(|parent| is_it(parent)) {
                    *parent = renamed.clone();
                }
                let asks = |column: &Column| {
                    let sequence = column.default.as_ref().map(|it| sequence_name(&it.text));
                    sequence
                        .flatten()
                        .is_some_and(|it| it.name.text == from.name)
                };
                table.columns.change(asks, |column| {
                    column.default = Some(next_value(&to.schema, &to.name));
                });
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
        let uses = &mut object.uses;
        uses.change(|used| used.key == *from, |used| used.key = to.clone());
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
        let part = |name: &Ident| Part::constraint(self.catalog.naming(), &name.text);
        let (old, new) = (part(from), part(to));
        self.rename_doubt(key, &old, new);
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
            .any(|other| naming.is_same(other, &name.text))
            || object.doubt_of_constraint(&name.text).is_some();
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
        if object.doubt_of_column(&to.text) == Some(Doubt::Presence) && !is_same {
            // It was not there, or the server would not have taken this.
            self.drop_column_at(key, to);
        } else if !is_same && self.has_column(&object, &to.text) {
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
        let part = |name: &Ident| Part::column(naming, &name.text);
        self.rename_doubt(key, &part(from), part(to));
        self.confirm_column(key, &to.text);
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
                let points = |foreign_key: &ForeignKey| self.key_of(&foreign_key.parent) == *key;
                table.foreign_keys.change(points, |foreign_key| {
                    let columns = foreign_key.parent_columns.iter_mut();
                    for column in columns.filter(|column| same(&column.text)) {
                        *column = Ident::unwritten(&to.text);
                    }
                });
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
        let is_it = |used: &Use| used.key == *key && used.column.as_deref().is_some_and(same);
        object
            .uses
            .change(is_it, |used| used.column = Some(to.text.clone()));
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

/// The names of foreign keys that begin so.
fn generated_names(table: &Table, stem: &str) -> Vec<String> {
    let names = table
        .foreign_keys
        .iter()
        .filter_map(|key| key.name.as_ref());
    let names = names.filter(|name| name.text.starts_with(stem));
    names.map(|name| name.text.clone()).collect()
}

fn rename_constraint(table: &mut Table, from: &str, to: &str) {
    let is_it = |name: &Option<Ident>| name.as_ref().is_some_and(|name| name.text == from);
    let renamed = || Some(Ident::unwritten(to));
    if let Some(key) = table.primary_key.as_mut().filter(|key| is_it(&key.name)) {
        key.name = renamed();
    }
    let keys = &mut table.uniques;
    keys.change(|key| is_it(&key.name), |key| key.name = renamed());
    let keys = &mut table.foreign_keys;
    keys.change(|key| is_it(&key.name), |key| key.name = renamed());
    let checks = &mut table.checks;
    checks.change(|check| is_it(&check.name), |check| check.name = renamed());
    let exclusions = &mut table.exclusions;
    exclusions.change(|it| is_it(&it.name), |it| it.name = renamed());
}

fn rename_in_table(
    dialect: Dialect,
    table: &mut Table,
    rename: &impl Fn(&mut Ident),
    from: &Ident,
    to: &Ident,
) {
    let naming = crate::catalog::Naming::of(dialect);
    let is_it = |name: &Ident| naming.is_same(&name.text, &from.text);
    let mentions = |expr: &Expr| expr.columns.iter().any(|column| is_it(&column.name));
    let rename_all = |names: &mut Vec<Ident>| names.iter_mut().for_each(rename);
    let is_meant = |column: &Column| {
        let generated = column.generated.as_ref();
        is_it(&column.name) || generated.is_some_and(|it| mentions(&it.expr))
    };
    table.columns.change(is_meant, |column| {
        rename(&mut column.name);
        if let Some(generated) = &mut column.generated {
            rename_in(dialect, &mut generated.expr, from, to);
        }
    });
    if let Some(key) = &mut table.primary_key {
        rename_all(&mut key.columns);
    }
    let is_meant = |key: &ir::Key| key.columns.iter().any(is_it);
    let uniques = &mut table.uniques;
    uniques.change(is_meant, |key| rename_all(&mut key.columns));
    let is_meant = |key: &ForeignKey| key.columns.iter().any(is_it);
    let keys = &mut table.foreign_keys;
    keys.change(is_meant, |key| rename_all(&mut key.columns));
    let is_meant = |exclusion: &Exclusion| exclusion.columns.iter().any(mentions);
    table.exclusions.change(is_meant, |exclusion| {
        for expr in &mut exclusion.columns {
            rename_in(dialect, expr, from, to);
        }
    });
    let is_meant = |check: &Check| mentions(&check.expr);
    table.checks.change(is_meant, |check| {
        rename_in(dialect, &mut check.expr, from, to);
    });
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
