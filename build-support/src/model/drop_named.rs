//! What goes and is no relation: triggers, policies, routines, types, extensions, events.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::drop::Dropping;
use super::lookup::Lookup;
use crate::catalog::{Doubt, Key, Object};
use crate::syntax::ir::{DataType, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// `DROP TRIGGER`, `DROP POLICY`.
    pub(super) fn drop_part(
        &mut self,
        name: &ObjectName,
        table: Option<&ObjectName>,
        dropping: Dropping,
    ) {
        let Some(table) = table else {
            return self.drop_named(name, dropping);
        };
        let Some(object) = self.relation(ObjectKind::Table, table, dropping.if_exists) else {
            return;
        };
        match self.look_up_part(dropping.kind, &object, &name.name.text) {
            Lookup::Found(part) => self.take_away(&part.key()),
            Lookup::Missing if !dropping.if_exists => {
                let kind = dropping.kind;
                let message = format!(
                    "{kind} `{}` does not exist on {} `{}`",
                    name.name.text, object.kind, object.name
                );
                self.unknown_part(message, &object, kind, &name.name);
            }
            Lookup::Open | Lookup::Missing => {}
        }
    }

    /// `DROP` of what has a name of its own.
    pub(super) fn drop_named(&mut self, name: &ObjectName, dropping: Dropping) {
        match self.look_up(dropping.kind, name) {
            Lookup::Found(object) if object.kind == dropping.kind => {
                self.take_away(&object.key());
            }
            Lookup::Missing if !dropping.if_exists => self.unknown_object(dropping.kind, name),
            _ => {}
        }
    }

    /// `DROP EXTENSION`. One that the history did not make may be there all the same.
    pub(super) fn drop_extension(&mut self, name: &ObjectName, dropping: Dropping) {
        let text = &name.name.text;
        let found = self
            .catalog
            .find(None, text, ObjectKind::Extension)
            .cloned();
        if let Some(object) = found {
            return self.take_away(&object.key());
        }
        let is_gone = self
            .catalog
            .gone(None, text, ObjectKind::Extension)
            .is_some();
        if is_gone && !dropping.if_exists && !self.catalog.is_incomplete() {
            self.unknown_object(ObjectKind::Extension, name);
        }
    }

    /// `DROP FUNCTION`, `DROP PROCEDURE`.
    pub(super) fn drop_routine(
        &mut self,
        name: &ObjectName,
        arguments: Option<&[DataType]>,
        dropping: Dropping,
    ) {
        if self.dialect == Dialect::Mysql {
            return self.drop_named(name, dropping);
        }
        let Some(named) = self.routines_named(name) else {
            return;
        };
        let going = match arguments {
            Some(arguments) => {
                let signed = self.signed(name, arguments);
                self.look_up(dropping.kind, &signed).found()
            }
            None if named.len() == 1 => named.first().cloned(),
            None => None,
        };
        match going {
            Some(routine) => {
                let what = format!("{} `{name}`", dropping.kind);
                self.let_go(&[routine.key()], dropping.cascade, &what, name.span());
            }
            None if named.is_empty() && !dropping.if_exists => {
                self.unknown_object(dropping.kind, name);
            }
            None => {}
        }
    }

    /// `DROP TYPE`, `DROP DOMAIN`.
    pub(super) fn drop_type(&mut self, name: &ObjectName, dropping: Dropping) {
        let object = match self.look_up(dropping.kind, name) {
            Lookup::Found(object) => object,
            Lookup::Missing if !dropping.if_exists => {
                return self.unknown_object(dropping.kind, name);
            }
            Lookup::Open | Lookup::Missing => return,
        };
        let users = self.users_of_type(&object);
        let what = format!("{} `{name}`", dropping.kind);
        if !dropping.cascade
            && let Some(title) = self.title_of_user(&users)
        {
            let first = users.first().map(|(user, _)| user.clone());
            return self.still_needed(&what, name.span(), &[title], first.as_deref());
        }
        for (user, column) in users {
            self.take_from(&user.key(), column);
        }
        self.take_away(&object.key());
    }

    /// A user of a type that is certain, as a message names it.
    fn title_of_user(&self, users: &[(Rc<Object>, Option<String>)]) -> Option<String> {
        let mut certain = users.iter().filter(|(user, column)| {
            let doubt = column.as_ref().and_then(|it| user.doubt_of_column(it));
            self.is_known(user) && doubt.is_none()
        });
        certain.next().map(|(user, column)| match column {
            Some(column) => format!("column `{column}` of {} `{}`", user.kind, user.name),
            None => format!("{} `{}`", user.kind, user.name),
        })
    }

    /// Takes away what cannot be without a type: a column, or all of an object.
    fn take_from(&mut self, key: &Key, column: Option<String>) {
        let doubt = |column: &String| self.catalog.get(key)?.doubt_of_column(column);
        match column {
            // It may be of another type.
            Some(column) if doubt(&column).is_some() => {
                self.doubt_column(key, &column, Doubt::Presence)
            }
            Some(column) if self.table_at(key).is_some() => {
                let column = crate::syntax::ir::Ident::unwritten(column);
                self.drop_column_at(key, &column);
                self.forget_column(key, &column.text, None);
            }
            Some(_) => self.catalog.mark_if_there(key),
            None => self.take_away(key),
        }
    }
}
