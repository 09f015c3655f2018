//! Who depends on what: children, heirs, views, and what goes when something goes.

use std::collections::BTreeSet;
use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::generated_name::constraint_names;
use crate::Span;
use crate::catalog::{Definition, Key, Object};
use crate::syntax::ir::{Column, ForeignKey, ObjectKind, Table};

/// What happens when objects go.
#[derive(Debug, Default)]
pub(super) struct Fall {
    /// What goes with them by itself.
    gone: BTreeSet<Key>,
    /// What stands in the way, and goes where the statement says `CASCADE`.
    needing: Vec<Needing>,
}

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Needing {
    /// An object: a view, a table that inherits.
    Object(Key),
    /// A foreign key of a table that stays.
    ForeignKey(Key, ForeignKeyName),
    /// Defaults of a table that stays, which ask a sequence.
    Default(Key, Key),
}

type ForeignKeyName = String;

impl Fall {
    /// What goes, the objects themselves among it.
    pub(super) fn gone(&self) -> &BTreeSet<Key> {
        &self.gone
    }
}

impl Work<'_, '_> {
    /// The foreign keys that point at a table for certain, its own among them, each with the table it belongs to.
    pub(super) fn children_of(&self, key: &Key) -> Vec<(Rc<Object>, ForeignKey)> {
        let mut children = Vec::new();
        for user in self.catalog.users_of(key) {
            let Some(table) = user.as_table() else {
                continue;
            };
            for foreign_key in &table.foreign_keys {
                let points_at_it = self.key_of(&foreign_key.parent) == *key;
                if points_at_it && !is_foreign_key_in_doubt(&user, foreign_key) {
                    children.push((user.clone(), foreign_key.clone()));
                }
            }
        }
        children
    }

    /// The tables that inherit from one, and those that inherit from them.
    pub(super) fn heirs_of(&self, key: &Key) -> Vec<Key> {
        let mut heirs = Vec::new();
        let mut open = vec![key.clone()];
        while let Some(key) = open.pop() {
            for heir in self.direct_heirs_of(&key) {
                if !heirs.contains(&heir) {
                    open.push(heir.clone());
                    heirs.push(heir);
                }
            }
        }
        heirs
    }

    pub(super) fn direct_heirs_of(&self, key: &Key) -> Vec<Key> {
        if self.dialect != Dialect::Postgres {
            return Vec::new();
        }
        let is_parent = |table: &Table| table.parents.iter().any(|name| self.key_of(name) == *key);
        let users = self.catalog.users_of(key).into_iter();
        users
            .filter(|user| user.as_table().is_some_and(|table| is_parent(table)))
            .map(|user| user.key())
            .collect()
    }

    /// The partitions of a table, not those of its partitions.
    pub(super) fn partitions_of(&self, key: &Key) -> Vec<Key> {
        let is_partitioned = self.table_at(key).is_some_and(|table| table.partitioned);
        let mut heirs = match is_partitioned {
            true => self.direct_heirs_of(key),
            false => Vec::new(),
        };
        heirs.retain(|heir| self.table_at(heir).is_some_and(|table| table.is_partition));
        heirs
    }

    /// The names of a table's constraints.
    pub(super) fn constraints_of(&self, object: &Object) -> Vec<String> {
        let Some(table) = object.as_table() else {
            return Vec::new();
        };
        constraint_names(table)
            .map(|name| name.text.clone())
            .collect()
    }

    /// What goes when those objects go.
    pub(super) fn fall_of(&self, keys: &[Key], cascade: bool) -> Fall {
        let mut fall = Fall::default();
        let mut open: Vec<Key> = keys.to_vec();
        while let Some(key) = open.pop() {
            let Some(object) = self.catalog.get(&key).cloned() else {
                continue;
            };
            if !fall.gone.insert(key.clone()) {
                continue;
            }
            if object.kind.is_table_like() {
                let belongings = self.catalog.belongings_of(&object);
                open.extend(belongings.iter().map(|part| part.key()));
            }
            for user in self.catalog.users_of(&key) {
                self.user_falls(&key, &user, cascade, &mut open, &mut fall);
            }
        }
        let gone = fall.gone.clone();
        fall.needing.retain(|needing| match needing {
            Needing::Object(key) | Needing::ForeignKey(key, _) | Needing::Default(key, _) => {
                !gone.contains(key)
            }
        });
        fall
    }

    fn user_falls(
        &self,
        key: &Key,
        user: &Rc<Object>,
        cascade: bool,
        open: &mut Vec<Key>,
        fall: &mut Fall,
    ) {
        match user.definition() {
            Definition::Sequence(_) => open.push(user.key()),
            Definition::Table(table) => {
                let inherits = table.parents.iter().any(|name| self.key_of(name) == *key);
                if inherits && table.is_partition {
                    return open.push(user.key());
                }
                if inherits {
                    fall.needing.push(Needing::Object(user.key()));
                    if cascade {
                        open.push(user.key());
                    }
                }
                for foreign_key in &table.foreign_keys {
                    if self.key_of(&foreign_key.parent) == *key {
                        let name = foreign_key.name.as_ref();
                        let name = name.map(|name| name.text.clone()).unwrap_or_default();
                        fall.needing.push(Needing::ForeignKey(user.key(), name));
                    }
                }
                let is_sequence = self
                    .catalog
                    .get(key)
                    .is_some_and(|object| object.kind == ObjectKind::Sequence);
                if is_sequence {
                    fall.needing.push(Needing::Default(user.key(), key.clone()));
                }
            }
            Definition::View(_) | Definition::Policy(_) | Definition::Trigger(_) => {
                fall.needing.push(Needing::Object(user.key()));
                if cascade {
                    open.push(user.key());
                }
            }
            _ => {}
        }
    }

    /// Lets objects go, with all that goes with them; what stands in the way of it is an error where the statement does not say
    /// `CASCADE`.
    pub(super) fn let_go(&mut self, keys: &[Key], cascade: bool, what: &str, span: Span) {
        let fall = self.fall_of(keys, cascade);
        let mut needing: Vec<String> = Vec::new();
        let mut first = None;
        for need in &fall.needing {
            if let Some((title, object)) = self.title_of(need) {
                first.get_or_insert(object);
                needing.push(title);
            }
        }
        let is_refused = match self.dialect {
            // Views of MySQL do not hold what they read.
            Dialect::Mysql => self.session.checks_foreign_keys && !needing.is_empty(),
            _ => !cascade && !needing.is_empty(),
        };
        if is_refused && !self.catalog.is_incomplete() {
            self.still_needed(what, span, &needing, first.as_deref());
            self.touched.extend(keys.iter().cloned());
            return;
        }
        for key in &fall.gone {
            self.take_away(key);
        }
        if self.dialect == Dialect::Mysql {
            return;
        }
        for need in fall.needing {
            self.loosen(&need);
        }
    }

    /// Says what stands in the way of a drop.
    pub(super) fn still_needed(
        &mut self,
        what: &str,
        span: Span,
        needing: &[String],
        first: Option<&Object>,
    ) {
        let verb = if needing.len() == 1 { "needs" } else { "need" };
        let message = format!("{what} cannot be dropped: {} {verb} it", needing.join(", "));
        let mut found = self.finding("still-needed", message, span, "still needed");
        if let Some(first) = first {
            found = self.with_origin(found, first);
        }
        if self.dialect == Dialect::Postgres {
            found = found.help("`CASCADE` drops what needs it too");
        }
        self.found.push(found);
    }

    /// What stands in the way, as a message names it; `None` where that is not certain.
    fn title_of(&self, need: &Needing) -> Option<(String, Rc<Object>)> {
        let (Needing::Object(key) | Needing::ForeignKey(key, _) | Needing::Default(key, _)) = need;
        let object = self.catalog.get(key)?.clone();
        if !self.is_certain(&object) {
            return None;
        }
        let title = match need {
            Needing::ForeignKey(_, name) if object.doubt_of_constraint(name).is_some() => {
                return None;
            }
            Needing::Object(_) if self.dialect == Dialect::Mysql => return None,
            Needing::Object(_) => format!("{} `{}`", object.kind, object.name),
            Needing::ForeignKey(_, name) => {
                format!("the foreign key `{name}` of `{}`", object.name)
            }
            Needing::Default(..) => format!("a default of `{}`", object.name),
        };
        Some((title, object))
    }

    /// Whether an object is there for certain, and its table, where it belongs to one.
    pub(super) fn is_certain(&self, object: &Object) -> bool {
        let schema = object.schema.as_deref().unwrap_or_default();
        let table = self.relation_key(schema, &object.table);
        let is_open = |table: &Rc<Object>| table.incomplete;
        let is_part_of_unknown =
            object.kind.is_part() && self.catalog.get(&table).is_none_or(is_open);
        !object.incomplete && !is_part_of_unknown
    }

    /// Takes a foreign key or a default away from a table that stays.
    fn loosen(&mut self, need: &Needing) {
        match need {
            Needing::Object(_) => {}
            Needing::ForeignKey(key, name) => self.edit_table(key, |table| {
                table
                    .foreign_keys
                    .retain(|key| key.name.as_ref().is_none_or(|it| it.text != *name));
            }),
            Needing::Default(key, sequence) => {
                let name = sequence.name.clone();
                self.edit_table(key, |table| {
                    let asks = |text: &str| text.contains("nextval") && text.contains(&name);
                    let is_it = |column: &Column| {
                        let default = column.default.as_ref();
                        default.is_some_and(|default| asks(&default.text))
                    };
                    table.columns.change(is_it, |column| column.default = None);
                });
            }
        }
    }
}

/// Whether a foreign key of a table may be gone.
pub(super) fn is_foreign_key_in_doubt(table: &Object, key: &ForeignKey) -> bool {
    let name = key.name.as_ref();
    name.is_some_and(|name| table.doubt_of_constraint(&name.text).is_some())
}
