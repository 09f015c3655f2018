//! Statements in code whose text is not all in sight: what they may have touched.

use super::Work;
use super::effects::{Effects, Head, Named, Parts, Verb};
use super::lookup::Lookup;
use crate::catalog::{Definition, Key, Object};
use crate::syntax::ir::{ObjectKind, ObjectName};

impl Work<'_, '_> {
    pub(super) fn suffer_head(&mut self, head: &Head, effects: &Effects) {
        let Named::Whole(name) = &head.name else {
            return self.suffer_some(head, effects);
        };
        match (head.kind, head.table.as_ref().and_then(Named::whole)) {
            (kind, Some(table)) if self.is_in_table(kind) => {
                self.suffer_part(head.verb, kind, name, table);
            }
            // Without its table nobody finds it.
            (kind, None) if self.is_in_table(kind) => self.suffer_parts(kind),
            (ObjectKind::Function | ObjectKind::Procedure, _) => self.suffer_routine(head, name),
            (ObjectKind::Schema, _) if head.verb == Verb::Drop => self.lose_track(),
            (kind, table) => {
                if let Some(Lookup::Found(table)) =
                    table.map(|table| self.look_up(ObjectKind::Table, table))
                {
                    // Its indexes are asked for when a foreign key wants a key.
                    self.touched.insert(table.key());
                }
                match (self.look_up(kind, name), head.verb) {
                    (Lookup::Found(object), Verb::Drop) => self.doubt(&object),
                    (Lookup::Found(object), _) => {
                        self.mark(&object.key());
                        self.suffer_altered(head, &object);
                    }
                    (Lookup::Missing, Verb::Drop) | (Lookup::Open, _) => {}
                    (Lookup::Missing, _) => self.stand_in(kind, name),
                }
            }
        }
    }

    fn is_in_table(&self, kind: ObjectKind) -> bool {
        let naming = self.catalog.naming();
        kind.is_part() && !naming.key(None, "a", kind, "b").table.is_empty()
    }

    /// What an `ALTER TABLE` may have done to what belongs to the table.
    fn suffer_altered(&mut self, head: &Head, table: &Object) {
        if head.kind != ObjectKind::Table || head.verb != Verb::Alter {
            return;
        }
        let naming = self.catalog.naming();
        for part in self.catalog.belongings_of(table) {
            let is_meant = match &head.parts {
                Parts::Any => true,
                Parts::Called(names) => names.iter().any(|name| naming.is_same(name, &part.name)),
            };
            if is_meant {
                self.doubt(&part);
            }
        }
    }

    /// Something that belongs to a table.
    fn suffer_part(&mut self, verb: Verb, kind: ObjectKind, name: &ObjectName, table: &ObjectName) {
        let Lookup::Found(table) = self.look_up(ObjectKind::Table, table) else {
            return;
        };
        let text = &name.name.text;
        match (self.look_up_part(kind, &table, text), verb) {
            (Lookup::Found(object), Verb::Drop) => self.doubt(&object),
            (Lookup::Found(object), _) => self.mark(&object.key()),
            (Lookup::Missing, Verb::Create | Verb::Alter) => {
                let naming = self.catalog.naming();
                let schema = table.schema.as_deref();
                let definition = Definition::Unknown;
                let object = Object::modelled(naming, kind, schema, text, &table.name, definition);
                let mut object = object.made_by(self.origin());
                object.incomplete = true;
                self.put(object);
            }
            _ => {}
        }
    }

    fn suffer_parts(&mut self, kind: ObjectKind) {
        let parts: Vec<_> = self.catalog.of_kind(kind).cloned().collect();
        for part in parts {
            self.doubt(&part);
        }
    }

    /// A routine, of which the types of its arguments are not read.
    fn suffer_routine(&mut self, head: &Head, name: &ObjectName) {
        let routines = self.routines_named(name).unwrap_or_default();
        if head.verb == Verb::Drop {
            for routine in &routines {
                self.doubt(routine);
            }
        } else {
            self.stand_in(head.kind, name);
        }
    }

    /// An object whose name is put together from pieces.
    fn suffer_some(&mut self, head: &Head, effects: &Effects) {
        let called = self.tables_called(&effects.strings);
        let is_bare = matches!(&head.name, Named::From(start) if start.is_empty());
        if is_bare
            && head.kind == ObjectKind::Table
            && head.verb == Verb::Alter
            && !called.is_empty()
            && !effects.reads_catalog
        {
            for key in called {
                self.mark(&key);
            }
            return;
        }
        if head.verb == Verb::Create {
            return self.make_some(head);
        }
        if head.kind == ObjectKind::Schema {
            return self.lose_track();
        }
        let is_touched = |object: &Object| match head.kind {
            ObjectKind::Table => object.kind.is_table_like() || object.kind.is_part(),
            kind => object.kind == kind,
        };
        let is_touched = |object: &Object| {
            let is_meant = head.name.may_be(&object.name)
                || head.kind == ObjectKind::Table && head.name.may_be(&object.table);
            is_meant && is_touched(object)
        };
        let objects: Vec<_> = self
            .catalog
            .objects()
            .filter(|object| is_touched(object))
            .cloned()
            .collect();
        for object in objects {
            match head.verb {
                Verb::Drop => self.doubt(&object),
                _ => self.mark(&object.key()),
            }
        }
    }

    /// Something is made whose name is not all in sight.
    fn make_some(&mut self, head: &Head) {
        let table = head.table.as_ref();
        let tables: Vec<Key> = match table {
            Some(Named::Whole(table)) => {
                let found = self.look_up(ObjectKind::Table, table).found();
                found.iter().map(|table| table.key()).collect()
            }
            Some(table) => {
                let tables = self.catalog.objects();
                let tables = tables.filter(|object| object.kind.is_table_like());
                let meant = tables.filter(|object| table.may_be(&object.name));
                meant.map(|table| table.key()).collect()
            }
            None => Vec::new(),
        };
        for table in &tables {
            self.mark(table);
        }
        if table.is_some() && self.is_in_table(head.kind) {
            return;
        }
        match &head.name {
            Named::Whole(_) => {}
            Named::From(start) if start.is_empty() => self.catalog.mark_incomplete(),
            Named::From(start) | Named::Somewhere(start) => self.catalog.mark_open(start),
        }
    }

    /// The tables whose names are strings, with a schema or without.
    pub(super) fn tables_called(&self, strings: &[String]) -> Vec<Key> {
        let tables = strings.iter().filter_map(|string| {
            let (schema, name) = match string.split_once('.') {
                Some((schema, name)) => (Some(schema), name),
                None => (None, string.as_str()),
            };
            let name = ObjectName::unwritten(schema, name.trim_matches('"'));
            let found = self.look_up(ObjectKind::Table, &name).found();
            found.map(|table| table.key())
        });
        tables.collect()
    }
}
