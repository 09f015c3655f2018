//! New names for what is no relation and no type.

use super::Work;
use super::lookup::Lookup;
use crate::catalog::Key;
use crate::syntax::ir::{DataType, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// `ALTER ... RENAME TO` of a trigger, a policy, a routine, a schema.
    pub(super) fn rename_object(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        table: Option<&ObjectName>,
        arguments: Option<&[DataType]>,
        to: &Ident,
    ) {
        match kind {
            ObjectKind::Trigger | ObjectKind::Policy => self.rename_part(kind, name, table, to),
            ObjectKind::Function | ObjectKind::Procedure => {
                self.rename_routine(kind, name, arguments, to);
            }
            ObjectKind::Schema => self.rename_schema(name, to),
            _ => {}
        }
    }

    fn rename_part(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        table: Option<&ObjectName>,
        to: &Ident,
    ) {
        let Some(table) = table else { return };
        let Some(object) = self.relation(ObjectKind::Table, table, false) else {
            return;
        };
        match self.look_up_part(kind, &object, &name.name.text) {
            Lookup::Found(part) => {
                self.move_relation(&part.key(), None, to);
            }
            Lookup::Open => {}
            Lookup::Missing => {
                let message = format!(
                    "{kind} `{}` does not exist on {} `{}`",
                    name.name.text, object.kind, object.name
                );
                self.unknown_part(message, &object, kind, &name.name);
            }
        }
    }

    fn rename_routine(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        arguments: Option<&[DataType]>,
        to: &Ident,
    ) {
        let Some(named) = self.routines_named(name) else {
            return;
        };
        let found = match arguments {
            Some(arguments) => {
                let signed = self.signed(name, arguments);
                self.look_up(kind, &signed).found()
            }
            None if named.len() == 1 => named.first().cloned(),
            None => None,
        };
        match found {
            Some(routine) => {
                let arguments = routine.name.find('(').map_or("", |at| &routine.name[at..]);
                let to = Ident {
                    text: format!("{}{arguments}", to.text),
                    ..to.clone()
                };
                self.move_relation(&routine.key(), None, &to);
            }
            None if named.is_empty() => self.unknown_object(kind, name),
            None => {}
        }
    }

    fn rename_schema(&mut self, name: &ObjectName, to: &Ident) {
        let found = self.catalog.find(None, &name.name.text, ObjectKind::Schema);
        let Some(schema) = found.cloned() else {
            return self.lose_track();
        };
        let existing = self
            .catalog
            .find(None, &to.text, ObjectKind::Schema)
            .cloned();
        if let Some(existing) = existing {
            return self.duplicate_object(ObjectKind::Schema, &to.text, to.span, &existing);
        }
        let inside: Vec<Key> = self
            .objects_in(&schema.name)
            .iter()
            .map(|object| object.key())
            .collect();
        self.move_relation(&schema.key(), None, to);
        for key in inside {
            // What belongs to a table, and its sequences, moved with it.
            if let Some(object) = self.catalog.get(&key).cloned()
                && !object.kind.is_part()
            {
                let name = Ident::unwritten(&object.name);
                self.move_relation(&key, Some(to), &name);
            }
        }
    }
}
