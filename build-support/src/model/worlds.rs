//! A statement that may have run or not: what the schema with it and the schema without it differ in is in doubt.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Work;
use super::effects::Head;
use super::lookup::Lookup;
use super::session::Session;
use crate::catalog::{Catalog, Definition, Doubt, Doubts, Key, Object, Part, Script};
use crate::syntax::ir::{Body, Ident, List, ObjectKind, Table};
use crate::syntax::parse_text;

/// What came of a statement that may have run.
pub(super) enum Effect {
    /// It cannot be followed.
    Vague,
    /// Nothing: the server would have refused it, or it leaves what is known as it is.
    Nothing,
    /// Something is in doubt that was not.
    Doubt,
}

impl Work<'_, '_> {
    /// Lets an `ALTER TABLE` happen or not, where all of it is in sight.
    pub(super) fn may_alter(&mut self, head: &Head) -> Effect {
        let (Some(text), Some(name)) = (&head.text, head.name.whole()) else {
            return Effect::Vague;
        };
        let is_known = match self.look_up(ObjectKind::Table, name) {
            Lookup::Found(table) => table.as_table().is_some() && !table.incomplete,
            Lookup::Missing => return Effect::Nothing,
            Lookup::Open => false,
        };
        let statements = parse_text(self.dialect, text);
        let [statement] = &statements[..] else {
            return Effect::Vague;
        };
        if !is_known || !matches!(statement.body, Body::AlterTable { .. }) {
            return Effect::Vague;
        }
        let mut with = self.catalog.clone();
        let mut session = Session {
            // Code may switch it off, and then less is refused.
            checks_foreign_keys: false,
            ..self.session.clone()
        };
        let script = Script {
            text,
            statements: &statements,
            opaque: &[],
            later: None,
            ..*self.script
        };
        let mut work = Work {
            dialect: self.dialect,
            catalog: &mut with,
            session: &mut session,
            script: &script,
            statement,
            found: Vec::new(),
            touched: BTreeSet::new(),
            guesses: Vec::new(),
        };
        work.apply();
        let Work { found, touched, .. } = work;
        match () {
            () if !found.is_empty() => Effect::Nothing,
            () if with.is_incomplete() != self.catalog.is_incomplete() => Effect::Vague,
            () => self.leave_open(&with, &touched),
        }
    }

    /// Leaves open whether the schema is as it was, or as it is in another world in which those objects were touched.
    fn leave_open(&mut self, with: &Catalog, touched: &BTreeSet<Key>) -> Effect {
        let mut is_more = false;
        for key in touched {
            let without = self.catalog.get(key).cloned();
            is_more |= match (without, with.get(key)) {
                (Some(without), Some(with)) => self.leave_either(&without, with),
                (Some(without), None) => {
                    let is_new = !is_doubtful(&without);
                    self.doubt(&without);
                    is_new
                }
                (None, Some(with)) => {
                    let mut doubtful = with.redefined(Definition::Unknown).made_by(self.origin());
                    doubtful.incomplete = true;
                    doubtful.doubts = Doubts::default();
                    self.put(doubtful);
                    true
                }
                (None, None) => false,
            };
        }
        match is_more {
            true => Effect::Doubt,
            false => Effect::Nothing,
        }
    }

    /// Leaves open which of two an object is. Whether more of it is in doubt then.
    fn leave_either(&mut self, without: &Rc<Object>, with: &Rc<Object>) -> bool {
        if Rc::ptr_eq(without, with) || without.incomplete {
            return false;
        }
        let (Some(before), Some(after)) = (without.as_table(), with.as_table()) else {
            let is_other = without.digest() != with.digest() || without.uses != with.uses;
            if is_other || with.incomplete {
                self.mark(&without.key());
            }
            return is_other || with.incomplete;
        };
        let mut either = Either {
            naming: self.catalog.naming(),
            doubts: without.doubts.clone(),
        };
        either.doubts.join(&with.doubts);
        let joined = either.of_tables(before, after);
        let Some(table) = joined.filter(|_| !with.incomplete) else {
            self.mark(&without.key());
            return true;
        };
        let is_more = either.doubts != without.doubts;
        let mut object = Object::clone(without);
        object.doubts = either.doubts;
        self.put_table(&object, table);
        is_more
    }
}

/// Whether nobody can tell whether an object is there.
pub(super) fn is_doubtful(object: &Object) -> bool {
    object.incomplete && object.is_modelled() && matches!(object.definition(), Definition::Unknown)
}

/// Puts two tables together, and takes note of what they differ in.
struct Either {
    naming: crate::catalog::Naming,
    doubts: Doubts,
}

impl Either {
    /// All that one of them has; `None` where they differ in what is no part.
    fn of_tables(&mut self, before: &Table, after: &Table) -> Option<Table> {
        if without_parts(before) != without_parts(after) {
            return None;
        }
        let mut joined = before.clone();
        self.columns(&mut joined, after);
        self.primary_key(&mut joined, after);
        self.constraints(&mut joined.uniques, &after.uniques, |key| &key.name)?;
        self.constraints(&mut joined.foreign_keys, &after.foreign_keys, |key| {
            &key.name
        })?;
        self.constraints(&mut joined.checks, &after.checks, |check| &check.name)?;
        self.constraints(&mut joined.exclusions, &after.exclusions, |it| &it.name)?;
        Some(joined)
    }

    fn columns(&mut self, joined: &mut Table, after: &Table) {
        let naming = self.naming;
        let same = |first: &Ident, second: &Ident| naming.is_same(&first.text, &second.text);
        for column in &joined.columns {
            let other = after.columns.iter().find(|it| same(&it.name, &column.name));
            let doubt = match other {
                Some(other) if other == column => continue,
                Some(_) => Doubt::Shape,
                None => Doubt::Presence,
            };
            let part = Part::column(naming, &column.name.text);
            self.doubts.raise(part, doubt);
        }
        for column in &after.columns {
            if !joined.columns.iter().any(|it| same(&it.name, &column.name)) {
                let part = Part::column(naming, &column.name.text);
                self.doubts.raise(part, Doubt::Presence);
                joined.columns.push(column.clone());
            }
        }
    }

    fn primary_key(&mut self, joined: &mut Table, after: &Table) {
        if joined.primary_key == after.primary_key {
            return;
        }
        self.doubts.raise(Part::PrimaryKey, Doubt::Presence);
        let keys = joined.primary_key.iter().chain(&after.primary_key);
        for name in keys.filter_map(|key| key.name.as_ref()) {
            let part = Part::constraint(self.naming, &name.text);
            self.doubts.raise(part, Doubt::Presence);
        }
        if joined.primary_key.is_none() {
            joined.primary_key.clone_from(&after.primary_key);
        }
    }

    /// `None` where a constraint without a name is in one of them only.
    fn constraints<T: Clone + PartialEq>(
        &mut self,
        joined: &mut List<T>,
        after: &List<T>,
        name: impl Fn(&T) -> &Option<Ident>,
    ) -> Option<()> {
        let is_in = |it: &T, list: &List<T>| list.iter().any(|other| other == it);
        let gone = joined.iter().filter(|it| !is_in(it, after));
        let come: Vec<&T> = after.iter().filter(|it| !is_in(it, joined)).collect();
        for other in gone.chain(come.iter().copied()) {
            let part = Part::constraint(self.naming, &name(other).as_ref()?.text);
            self.doubts.raise(part, Doubt::Presence);
        }
        for other in come {
            // Of two that share a name, one is enough to know it by.
            let is_there = joined.iter().any(|it| name(it) == name(other));
            if !is_there {
                joined.push(other.clone());
            }
        }
        Some(())
    }
}

fn without_parts(table: &Table) -> Table {
    Table {
        columns: List::new(),
        primary_key: None,
        uniques: List::new(),
        foreign_keys: List::new(),
        checks: List::new(),
        exclusions: List::new(),
        ..table.clone()
    }
}
