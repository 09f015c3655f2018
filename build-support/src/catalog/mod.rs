//! The third stage: what the schema is before and after each statement, and what a statement does to it.
//!
//! A catalog is a value: cloning it costs nothing, so every stage may keep the state before a file, before a statement and
//! after it. Each dialect compares names in its own way: [`Naming`].

mod change;
mod difference;
mod doubt;
mod facts;
mod key;
mod layered;
mod object;
mod replay;
mod reverse;
mod stored;
mod summary;
mod wording;

use std::collections::BTreeSet;
use std::rc::Rc;

use rpds::{RedBlackTreeMap, RedBlackTreeSet};

use crate::nearest;
use crate::syntax::ir::{ForeignKey, Ident, List, ObjectKind, ObjectName};
use layered::Layered;

pub use change::{Change, changes};
pub use difference::{Line, difference, difference_among};
pub use doubt::{Doubt, Doubts, Part};
pub use facts::modelled_facts;
pub use key::{Key, Naming, Space};
pub use object::{Definition, Object, Origin, Use};
pub use replay::{Later, Partial, Replayed, Reversed, Script, Step};
pub use reverse::{Trial, reverse};
pub use summary::summary;

/// The schema of temporary objects, as [`Key`] and [`Object`] spell it.
pub const TEMP: &str = "temp";

/// The state of a schema at one point of the history.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(from = "stored::Stored", into = "stored::Stored")]
pub struct Catalog {
    objects: Layered<Key, Rc<Object>>,
    /// The same once more, by what they are.
    kinds: Layered<(ObjectKind, Key), Rc<Object>>,
    /// Tables with foreign keys, where their SQL has to be read for them.
    referring: Layered<Key, Rc<Object>>,
    /// Indexes, triggers and what else belongs to a table, by the folded name of that table.
    parts: Layered<(String, Key), Rc<Object>>,
    /// Those of them that a server made for a foreign key.
    implicit: Layered<(String, Key), ()>,
    /// Who needs what: the key of what is needed, and of the object that says so.
    users: Layered<(Key, Key), ()>,
    /// What was there once, and how it went: objects, and columns with their folded names.
    gone: RedBlackTreeMap<(Key, Option<String>), Rc<Gone>>,
    /// The digests of the lasting objects, summed up, but for those in `unsummed`.
    sum: u64,
    /// The lasting objects whose digests nobody has asked for since they changed: reading one takes as long as the object is large.
    unsummed: RedBlackTreeSet<Key>,
    /// How many of the lasting objects are not fully known.
    unknown: usize,
    /// Set when a statement nobody could interpret may have touched anything.
    incomplete: bool,
    /// How names begin, in small letters, of which nobody knows what they name: something may have been made under them.
    open: Rc<BTreeSet<String>>,
    naming: Naming,
}

/// An object or a column that is no longer there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gone {
    /// Its name as it was spelt.
    pub name: String,
    /// The name it was given, where it was renamed and not dropped.
    pub renamed_to: Option<String>,
    /// The statement that did it.
    pub by: Origin,
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.renamed_to {
            Some(to) => write!(f, "`{}` was renamed to `{to}` in {}", self.name, self.by),
            None => write!(f, "`{}` was dropped in {}", self.name, self.by),
        }
    }
}

impl Catalog {
    /// An empty schema of that dialect.
    pub fn new(dialect: migratory_core::Dialect) -> Self {
        Self {
            naming: Naming::of(dialect),
            ..Self::default()
        }
    }

    /// How names are compared.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// The table or view of that name; `None` where there is none.
    pub fn table(&self, name: &ObjectName) -> Option<&Rc<Object>> {
        self.named(name, ObjectKind::Table)
            .filter(|object| object.kind.is_table_like())
    }

    /// The object of that kind and name; `None` where there is none.
    pub fn object(&self, kind: ObjectKind, name: &ObjectName) -> Option<&Rc<Object>> {
        self.named(name, kind).filter(|object| object.kind == kind)
    }

    /// Whatever holds that name among tables, views and indexes, or among triggers.
    ///
    /// Without a schema the temporary one is searched first, as SQLite does.
    pub fn named(&self, name: &ObjectName, kind: ObjectKind) -> Option<&Rc<Object>> {
        let schema = name.schema.as_ref().map(|schema| schema.text.as_str());
        self.find(schema, &name.name.text, kind)
    }

    /// As [`Catalog::named`], for a name that no file spells out.
    pub fn find(&self, schema: Option<&str>, name: &str, kind: ObjectKind) -> Option<&Rc<Object>> {
        let key = |schema| self.naming.key(schema, name, kind, "");
        match schema {
            Some(_) => self.get(&key(schema)),
            None => self.get(&key(Some(TEMP))).or_else(|| self.get(&key(None))),
        }
    }

    /// The object of that key.
    pub fn get(&self, key: &Key) -> Option<&Rc<Object>> {
        self.objects.get(key)
    }

    /// Every object, sorted by key.
    pub fn objects(&self) -> impl Iterator<Item = &Rc<Object>> {
        self.objects.iter().map(|(_, object)| object)
    }

    /// Every object of one kind, sorted by key.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Rc<Object>> {
        self.kinds
            .range((kind, Key::first()))
            .take_while(move |((other, _), _)| *other == kind)
            .map(|(_, object)| object)
    }

    /// The indexes of a table, those of its constraints not included.
    pub fn indexes_of<'a>(&'a self, table: &'a Object) -> impl Iterator<Item = &'a Rc<Object>> {
        self.parts_of(table)
            .filter(|part| part.kind == ObjectKind::Index && part.schema == table.schema)
    }

    /// Those of them that the server made for foreign keys.
    pub fn implicit_indexes_of(&self, table: &Object) -> Vec<Rc<Object>> {
        let name = self.naming.fold(&table.name, Space::Relation);
        let implicit = self.implicit.range((name.clone(), Key::first()));
        let implicit = implicit.map(|(pair, ())| pair);
        let implicit = implicit.take_while(|(table, _)| *table == name);
        let indexes = implicit.filter_map(|(_, key)| self.get(key));
        let indexes = indexes.filter(|index| index.schema == table.schema);
        indexes.cloned().collect()
    }

    /// The triggers that watch a table or view, temporary ones included.
    pub fn triggers_of<'a>(&'a self, table: &'a Object) -> impl Iterator<Item = &'a Rc<Object>> {
        self.parts_of(table).filter(|part| {
            part.kind == ObjectKind::Trigger && (part.schema == table.schema || part.is_temporary())
        })
    }

    /// The foreign keys of other tables, and of the table itself, that point at it, each with the table it belongs to.
    pub fn children_of(&self, table: &Object) -> Vec<(&Rc<Object>, ForeignKey)> {
        let mut children = Vec::new();
        for (_, child) in self.referring.iter() {
            // Reading a definition costs a parse; most tables do not even mention the name.
            if child.schema != table.schema || !child.mentions(&table.name) {
                continue;
            }
            let Some(definition) = child.as_table() else {
                continue;
            };
            for key in &definition.foreign_keys {
                if key.parent.name.is(&table.name) {
                    children.push((child, key.clone()));
                }
            }
        }
        children
    }

    /// The views that read a table or view.
    pub fn views_of<'a>(&'a self, table: &'a Object) -> impl Iterator<Item = &'a Rc<Object>> {
        self.of_kind(ObjectKind::View).filter(|view| {
            view.mentions(&table.name)
                && view.as_view().is_some_and(|definition| {
                    let mut tables = definition.query.tables.iter();
                    tables.any(|name| name.name.is(&table.name))
                })
        })
    }

    /// The objects that need the one of that key, where that is modelled.
    pub fn users_of(&self, key: &Key) -> Vec<Rc<Object>> {
        let users = self.users.range((key.clone(), Key::first()));
        let users = users
            .map(|(pair, ())| pair)
            .take_while(|(used, _)| used == key);
        users
            .filter_map(|(_, user)| self.get(user).cloned())
            .collect()
    }

    /// What belongs to a modelled table: its indexes, triggers and policies, and the names that its constraints hold.
    pub fn belongings_of(&self, table: &Object) -> Vec<Rc<Object>> {
        self.parts_of(table)
            .filter(|part| part.schema == table.schema)
            .cloned()
            .collect()
    }

    /// The names of a table's or view's columns; `None` where they are not fully known.
    pub fn columns(&self, object: &Object) -> Option<Vec<String>> {
        let names = self.column_names(object)?;
        Some(names.map(|name| name.text.clone()).collect())
    }

    /// The same, without a copy.
    pub fn column_names<'o>(&self, object: &'o Object) -> Option<impl Iterator<Item = &'o Ident>> {
        let names = self.possible_columns(object)?;
        (!object.doubts.may_lack_columns()).then_some(names)
    }

    /// The names of the columns that a table or view has, and of those that it may have; `None` where it may have any.
    pub fn possible_columns<'o>(
        &self,
        object: &'o Object,
    ) -> Option<impl Iterator<Item = &'o Ident>> {
        if object.incomplete {
            return None;
        }
        let (table, view) = match object.definition() {
            Definition::Table(table) if table.module.is_none() && !table.columns.is_empty() => {
                (Some(table), None)
            }
            Definition::View(view) if !view.columns.is_empty() => (None, Some(view)),
            _ => return None,
        };
        let columns = table.into_iter().flat_map(|table| &table.columns);
        let names = view.into_iter().flat_map(|view| &view.columns);
        Some(columns.map(|column| &column.name).chain(names))
    }

    /// The table or view whose name is nearest to one that does not exist.
    pub fn nearest_table(&self, name: &str) -> Option<&str> {
        self.nearest(name, |object| object.kind.is_table_like())
    }

    /// The object of a kind whose name is nearest to one that does not exist.
    pub fn nearest_object(&self, kind: ObjectKind, name: &str) -> Option<&str> {
        self.nearest(name, |object| object.kind == kind)
    }

    /// The column of a table or view whose name is nearest to one that does not exist.
    pub fn nearest_column(&self, object: &Object, name: &str) -> Option<String> {
        let columns = self.possible_columns(object)?;
        nearest(name, columns.map(|name| name.text.as_str())).map(str::to_owned)
    }

    /// How the object of that kind and name went, where it was there once and is no longer.
    pub fn gone(&self, schema: Option<&str>, name: &str, kind: ObjectKind) -> Option<&Gone> {
        self.fate(&self.naming.key(schema, name, kind, ""))
    }

    /// How the object of that key went.
    pub fn fate(&self, key: &Key) -> Option<&Gone> {
        self.gone.get(&(key.clone(), None)).map(|gone| &**gone)
    }

    /// How the column of that name went from a table that still stands.
    pub fn gone_column(&self, table: &Object, column: &str) -> Option<&Gone> {
        let key = (table.key(), Some(self.fold_column(column)));
        self.gone.get(&key).map(|gone| &**gone)
    }

    /// A value that two schemas share if they hold the same objects, whatever order they were made in; `None` where the
    /// schema is not fully known. Temporary objects do not count.
    pub fn fingerprint(&mut self) -> Option<u64> {
        if self.incomplete || self.unknown > 0 || !self.open.is_empty() {
            return None;
        }
        let unsummed = std::mem::take(&mut self.unsummed);
        let digests = unsummed.iter().filter_map(|key| self.get(key));
        let digests = digests.map(|object| object.digest());
        self.sum = digests.fold(self.sum, u64::wrapping_add);
        Some(self.sum)
    }

    /// Whether a statement nobody could interpret may have touched anything.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Says that anything may have been touched.
    pub fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether something may have that name which the catalog does not hold.
    pub fn is_open_to(&self, name: &str) -> bool {
        let name = || name.to_ascii_lowercase();
        self.incomplete
            || !self.open.is_empty() && self.open.iter().any(|start| name().starts_with(start))
    }

    /// Says that something may have been made whose name begins so.
    pub fn mark_open(&mut self, start: &str) {
        Rc::make_mut(&mut self.open).insert(start.to_ascii_lowercase());
    }

    /// Adds an object, in place of one of the same key.
    pub fn insert(&mut self, object: Object) {
        let key = object.key();
        let none = List::new();
        let old = self.get(&key).cloned();
        match &old {
            Some(old) => self.uncount(&key, old),
            None => {
                self.gone.remove_mut(&(key.clone(), None));
            }
        }
        let used = old.as_ref().map_or(&none, |old| &old.uses);
        self.change_users(&key, used, &object.uses);
        if object.counts() {
            self.unsummed.insert_mut(key.clone());
            self.unknown += usize::from(!object.is_certain());
        }
        let object = Rc::new(object);
        if object.kind.is_part() {
            let part = self.part(&key, &object);
            if object.is_implicit() {
                self.implicit.insert(part.clone(), ());
            }
            self.parts.insert(part, object.clone());
        }
        if object.is_referring() {
            self.referring.insert(key.clone(), object.clone());
        }
        let kind = (object.kind, key.clone());
        self.kinds.insert(kind, object.clone());
        self.objects.insert(key, object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) -> Option<Rc<Object>> {
        let object = self.objects.get(key)?.clone();
        self.objects.remove(key);
        self.change_users(key, &object.uses, &List::new());
        self.uncount(key, &object);
        Some(object)
    }

    /// Takes out what is known of an object beside itself, but for what it uses.
    fn uncount(&mut self, key: &Key, object: &Object) {
        if object.counts() {
            if !self.unsummed.remove_mut(key) {
                self.sum = self.sum.wrapping_sub(object.digest());
            }
            self.unknown -= usize::from(!object.is_certain());
        }
        self.kinds.remove(&(object.kind, key.clone()));
        self.referring.remove(key);
        if object.kind.is_part() {
            let part = self.part(key, object);
            self.parts.remove(&part);
            self.implicit.remove(&part);
        }
    }

    /// How a part is found by its table.
    fn part(&self, key: &Key, object: &Object) -> (String, Key) {
        let table = self.naming.fold(&object.table, Space::Relation);
        (table, key.clone())
    }

    /// Takes note of what an object uses now and used before.
    fn change_users(&mut self, user: &Key, before: &List<Use>, after: &List<Use>) {
        let shared = before.shared_with(after);
        for used in before.from(shared) {
            self.users.remove(&(used.key.clone(), user.clone()));
        }
        // What both share may use the same objects for other columns.
        let kept = if shared < before.len() { 0 } else { shared };
        for used in after.from(kept) {
            self.users.insert((used.key.clone(), user.clone()), ());
        }
    }

    /// Remembers how an object went.
    pub fn remember(&mut self, key: Key, gone: Gone) {
        self.gone.insert_mut((key, None), Rc::new(gone));
    }

    /// Remembers how a column went.
    pub fn remember_column(&mut self, table: Key, gone: Gone) {
        let column = self.fold_column(&gone.name);
        self.gone.insert_mut((table, Some(column)), Rc::new(gone));
    }

    /// Says of the table or view of that key that its definition is not fully known; makes it where it is missing.
    pub fn mark_object(&mut self, key: &Key, name: &str, kind: ObjectKind, origin: &Origin) {
        let object = match self.get(key) {
            Some(object) => object.marked(),
            None => Object::unknown(self.naming, key, name, kind, origin.clone()),
        };
        self.insert(object);
    }

    /// Says of the object of that key, where there is one, that its definition is not fully known.
    pub fn mark_if_there(&mut self, key: &Key) {
        if let Some(object) = self.get(key) {
            let marked = object.marked();
            self.insert(marked);
        }
    }

    /// Says which statement made the object of that key.
    pub fn say_who_made(&mut self, key: &Key, origin: Origin) {
        if let Some(object) = self.get(key) {
            let object = Object::clone(object).made_by(origin);
            self.insert(object);
        }
    }

    /// Says that an object under a new name is the one that stood under an old one.
    #[cfg(feature = "sqlite")]
    pub(crate) fn carry_origin(&mut self, key: &Key, old: &Object) {
        if let Some(object) = self.get(key) {
            let mut object = Object::clone(object);
            object.origin.clone_from(&old.origin);
            object.incomplete = old.incomplete;
            self.insert(object);
        }
    }

    /// Takes every temporary object out.
    pub(crate) fn forget_temporary(&mut self) {
        let temporary = self.objects().filter(|object| object.is_temporary());
        for key in temporary.map(|object| object.key()).collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    fn parts_of<'a>(&'a self, table: &Object) -> impl Iterator<Item = &'a Rc<Object>> + use<'a> {
        let name = self.naming.fold(&table.name, Space::Relation);
        self.parts
            .range((name.clone(), Key::first()))
            .take_while(move |((table, _), _)| *table == name)
            .map(|(_, part)| part)
    }

    fn fold_column(&self, name: &str) -> String {
        match self.naming {
            Naming::Exact => name.to_owned(),
            Naming::Folded | Naming::Mixed => name.to_ascii_lowercase(),
        }
    }

    fn nearest(&self, name: &str, wanted: impl Fn(&Object) -> bool) -> Option<&str> {
        let objects = self.objects().filter(|object| wanted(object));
        nearest(name, objects.map(|object| object.name.as_str()))
    }
}

#[cfg(test)]
mod tests;
