use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use super::outputs::{Columns, Sources};
use crate::catalog::{Definition, Object, Use};
use crate::syntax::ir::{CreatePolicy, CreateTrigger, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    pub(super) fn create_trigger(&mut self, trigger: &CreateTrigger) {
        let function = self.trigger_function(trigger.function.as_ref());
        let Some(table) = self.watched(&trigger.table) else {
            return;
        };
        let columns = Columns::of_object(&table);
        for column in &trigger.columns {
            if !columns.may_have(self, column) {
                self.unknown_column(&table, column);
            }
        }
        let name = &trigger.name.name.text;
        match self.look_up_part(ObjectKind::Trigger, &table, name) {
            Lookup::Found(_) if trigger.if_not_exists => return,
            Lookup::Found(existing) if !trigger.or_replace => {
                let span = trigger.name.span();
                return self.duplicate_object(ObjectKind::Trigger, name, span, &existing);
            }
            _ => {}
        }
        let definition = Definition::Trigger(trigger.clone().into());
        let mut object = self.new_part(ObjectKind::Trigger, &table, name, definition);
        let columns = trigger.columns.iter().map(|column| Use {
            key: table.key(),
            column: Some(column.text.clone()),
        });
        let function = function.map(|function| Use {
            key: function.key(),
            column: None,
        });
        object.uses = columns.chain(function).collect();
        self.put(object);
    }

    pub(super) fn create_policy(&mut self, policy: &CreatePolicy) {
        let Some(table) = self.watched(&policy.table) else {
            return;
        };
        let name = &policy.name.text;
        if let Lookup::Found(existing) = self.look_up_part(ObjectKind::Policy, &table, name) {
            let span = policy.name.span;
            return self.duplicate_object(ObjectKind::Policy, name, span, &existing);
        }
        if self.statement.scopes.is_empty() {
            for condition in &policy.conditions {
                self.look_up_columns(&table, condition);
            }
        }
        let definition = Definition::Policy(policy.clone().into());
        let mut object = self.new_part(ObjectKind::Policy, &table, name, definition);
        let sources = Sources::of(self);
        object.uses = self.uses_of(&sources).into();
        // It goes with its own table in any case; only the columns of that one count.
        let own = table.key();
        object
            .uses
            .retain(|used| used.key != own || used.column.is_some());
        self.put(object);
    }

    /// The table or view that something is put on; an error where it is not there.
    fn watched(&mut self, name: &ObjectName) -> Option<std::rc::Rc<Object>> {
        match self.look_up(ObjectKind::Table, name) {
            Lookup::Found(object) if object.kind.is_table_like() => Some(object),
            Lookup::Found(object) => {
                self.other_kind(name, &object);
                None
            }
            Lookup::Missing => {
                self.unknown_table(name);
                None
            }
            Lookup::Open => None,
        }
    }

    /// Something that belongs to a table, in the table's schema.
    fn new_part(
        &self,
        kind: ObjectKind,
        table: &Object,
        name: &str,
        definition: Definition,
    ) -> Object {
        let naming = self.catalog.naming();
        let schema = table.schema.as_deref();
        let object = Object::modelled(naming, kind, schema, name, &table.name, definition);
        object.made_by(self.origin())
    }

    /// The function that a trigger calls, which is one without arguments; an error where nothing can provide it.
    fn trigger_function(&mut self, name: Option<&ObjectName>) -> Option<std::rc::Rc<Object>> {
        let name = name.filter(|_| self.dialect == Dialect::Postgres)?;
        let signature = ObjectName {
            schema: name.schema.clone(),
            name: Ident {
                text: format!("{}()", name.name.text),
                ..name.name.clone()
            },
        };
        match self.look_up(ObjectKind::Function, &signature) {
            Lookup::Found(function) => Some(function),
            Lookup::Open => None,
            Lookup::Missing => {
                let is_elsewhere = OWN.contains(&name.name.text.as_str())
                    || self.routines_named(name).is_none()
                    || self.has_trigger_functions();
                if !is_elsewhere {
                    let function = ObjectName {
                        schema: name.schema.clone(),
                        name: signature.name,
                    };
                    self.unknown_object(ObjectKind::Function, &function);
                }
                None
            }
        }
    }

    /// Whether an extension was made that may bring functions for triggers.
    fn has_trigger_functions(&self) -> bool {
        let mut extensions = self.catalog.of_kind(ObjectKind::Extension);
        extensions.any(|extension| !WITHOUT_TRIGGERS.contains(&extension.name.as_str()))
    }
}

/// The server's own functions for triggers.
const OWN: [&str; 3] = [
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
];

/// Extensions that are known to bring no functions for triggers.
const WITHOUT_TRIGGERS: [&str; 18] = [
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "ltree",
    "pg_stat_statements",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "postgres_fdw",
    "tablefunc",
    "unaccent",
    "uuid-ossp",
];
