//! What is no longer known.

use super::Work;
use crate::catalog::{Definition, Doubt, Doubts, Key, Object, Part};
use crate::syntax::ir::{ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// Says that anything may have been touched: nobody knows what is missing, and what is there may have changed.
    pub(super) fn lose_track(&mut self) {
        let keys: Vec<Key> = self.catalog.objects().map(|object| object.key()).collect();
        for key in &keys {
            self.catalog.mark_if_there(key);
        }
        self.catalog.mark_incomplete();
    }

    /// It may look otherwise now.
    pub(super) fn mark(&mut self, key: &Key) {
        self.touched.insert(key.clone());
        self.catalog.mark_if_there(key);
    }

    /// It may be gone now, and what belongs to it as well.
    pub(super) fn doubt(&mut self, object: &Object) {
        if object.kind.is_table_like() {
            let key = object.key();
            let mut parts = self.catalog.belongings_of(object);
            let users = self.catalog.users_of(&key).into_iter();
            parts.extend(users.filter(|user| user.kind == ObjectKind::Sequence));
            for part in &parts {
                self.doubt(part);
            }
        }
        let mut doubtful = object.redefined(Definition::Unknown);
        doubtful.incomplete = true;
        self.put(doubtful);
    }

    /// Something may be there under that name now.
    pub(super) fn stand_in(&mut self, kind: ObjectKind, name: &ObjectName) {
        let text = &name.name.text;
        let definition = Definition::Unknown;
        let Some(mut object) = self.new_object(kind, name, text, false, definition) else {
            return;
        };
        object.incomplete = true;
        if self.catalog.get(&object.key()).is_none() {
            self.put(object);
        }
    }

    /// Says of a column that it is as the table's definition has it, or gone.
    pub(super) fn settle_column(&mut self, key: &Key, name: &str) {
        let part = Part::column(self.catalog.naming(), name);
        self.change_doubts(key, |doubts| doubts.settle(&part));
    }

    /// Says of a column that it is there, however it looks.
    pub(super) fn confirm_column(&mut self, key: &Key, name: &str) {
        let part = Part::column(self.catalog.naming(), name);
        self.change_doubts(key, |doubts| doubts.confirm(&part));
    }

    /// Says of a column that it is in doubt.
    pub(super) fn doubt_column(&mut self, key: &Key, name: &str, doubt: Doubt) {
        let part = Part::column(self.catalog.naming(), name);
        self.change_doubts(key, |doubts| doubts.raise(part, doubt));
    }

    /// Says of a constraint that it is as the table's definition has it, or gone.
    pub(super) fn settle_constraint(&mut self, key: &Key, name: &str) {
        let part = Part::constraint(self.catalog.naming(), name);
        self.change_doubts(key, |doubts| doubts.settle(&part));
    }

    /// Says of a primary key that it is as the table's definition has it, or gone.
    pub(super) fn settle_primary_key(&mut self, key: &Key) {
        self.change_doubts(key, |doubts| doubts.settle(&Part::PrimaryKey));
    }

    /// Says of a key that was added that nobody knows what it is over.
    pub(super) fn doubt_added_key(&mut self, key: &Key, name: &str, primary: bool) {
        let named = Part::constraint(self.catalog.naming(), name);
        self.change_doubts(key, |doubts| {
            doubts.raise(named, Doubt::Presence);
            if primary {
                doubts.raise(Part::PrimaryKey, Doubt::Presence);
            }
        });
    }

    /// Lets the doubt of a part go with it to its new name.
    pub(super) fn rename_doubt(&mut self, key: &Key, from: &Part, to: Part) {
        self.change_doubts(key, |doubts| {
            if let Some(doubt) = doubts.of(from) {
                doubts.settle(from);
                doubts.raise(to, doubt);
            }
        });
    }

    fn change_doubts(&mut self, key: &Key, change: impl FnOnce(&mut Doubts)) {
        let Some(object) = self.catalog.get(key) else {
            return;
        };
        let mut doubts = object.doubts.clone();
        change(&mut doubts);
        if doubts != object.doubts {
            let mut changed = object.redefined(object.definition().clone());
            changed.doubts = doubts;
            self.put(changed);
        }
    }

    /// Whether anything is in doubt that a foreign key may rest on: a key of the table, or an index.
    pub(super) fn are_keys_in_doubt(&self, object: &Object) -> bool {
        let is_key = |part: &Part| !matches!(part, Part::Column(_));
        let is_open = object.doubts.iter().any(|(part, _)| is_key(part));
        is_open
            || self
                .catalog
                .indexes_of(object)
                .any(|index| index.incomplete)
    }
}
