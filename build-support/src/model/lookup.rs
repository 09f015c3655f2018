use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use crate::catalog::{Key, Object, TEMP};
use crate::syntax::ir::{ObjectKind, ObjectName};

/// What the catalog knows of a name.
#[derive(Clone, Debug)]
pub(super) enum Lookup {
    /// This is what it names.
    Found(Rc<Object>),
    /// Nobody can tell: part of the server, of an extension, or behind a statement that nobody could interpret.
    Open,
    /// Nothing has that name.
    Missing,
}

impl Lookup {
    pub(super) fn found(self) -> Option<Rc<Object>> {
        match self {
            Self::Found(object) => Some(object),
            Self::Open | Self::Missing => None,
        }
    }
}

/// Schemas that come with the server.
const SYSTEM: [&str; 6] = [
    "pg_catalog",
    "information_schema",
    "pg_toast",
    "mysql",
    "performance_schema",
    "sys",
];

impl Work<'_, '_> {
    /// What a name means among the objects that share a name space with that kind: for a table, any relation.
    pub(super) fn look_up(&self, kind: ObjectKind, name: &ObjectName) -> Lookup {
        let Some(schemas) = self.schemas(name) else {
            return Lookup::Open;
        };
        let naming = self.catalog.naming();
        let found = schemas.iter().find_map(|schema| {
            let key = naming.key(Some(schema), &name.name.text, kind, "");
            self.catalog.get(&key)
        });
        match found {
            Some(object) => Lookup::Found(object.clone()),
            None if self.is_open(name, &schemas) => Lookup::Open,
            None => Lookup::Missing,
        }
    }

    /// What a name means among the parts of a table that have a name space of their own there.
    pub(super) fn look_up_part(&self, kind: ObjectKind, table: &Object, name: &str) -> Lookup {
        let key = self.part_key(kind, table, name);
        match self.catalog.get(&key) {
            Some(object) => Lookup::Found(object.clone()),
            None if table.incomplete || self.catalog.is_open_to(name) => Lookup::Open,
            None => Lookup::Missing,
        }
    }

    /// The key of a part of a table: an index, a trigger, a policy.
    pub(super) fn part_key(&self, kind: ObjectKind, table: &Object, name: &str) -> Key {
        let naming = self.catalog.naming();
        naming.key(table.schema.as_deref(), name, kind, &table.name)
    }

    /// The schema that an object made under that name lives in; `None` where nobody can tell.
    pub(super) fn home(&self, name: &ObjectName, temporary: bool) -> Option<String> {
        match &name.schema {
            _ if temporary => Some(TEMP.to_owned()),
            Some(schema) => Some(self.fold_schema(&schema.text)),
            None => self.session.path.as_ref()?.first().cloned(),
        }
    }

    /// The schemas a name is looked up in, in order; `None` where nobody can tell.
    fn schemas(&self, name: &ObjectName) -> Option<Vec<String>> {
        if let Some(schema) = &name.schema {
            return Some(vec![self.fold_schema(&schema.text)]);
        }
        let mut schemas = vec![TEMP.to_owned()];
        schemas.extend(self.session.path.clone()?);
        Some(schemas)
    }

    /// A schema as keys have it: the default one is empty.
    pub(super) fn fold_schema(&self, schema: &str) -> String {
        match (self.dialect, schema) {
            (Dialect::Postgres, "public") => String::new(),
            (Dialect::Postgres, "pg_temp") => TEMP.to_owned(),
            _ => schema.to_owned(),
        }
    }

    /// Whether something may have that name that the catalog does not hold.
    fn is_open(&self, name: &ObjectName, schemas: &[String]) -> bool {
        self.catalog.is_open_to(&name.name.text)
            || schemas.iter().any(|schema| self.is_foreign(schema))
            || self.dialect == Dialect::Postgres && name.name.text.starts_with("pg_")
    }

    /// Whether the history does not say all of a schema. On MySQL nobody knows what the connection's own database is called, so every
    /// other one may be that.
    fn is_foreign(&self, schema: &str) -> bool {
        let is_own = schema.is_empty() || schema == TEMP;
        SYSTEM.contains(&schema) || !is_own && !self.is_made(schema)
    }

    /// Whether the history makes that schema.
    fn is_made(&self, schema: &str) -> bool {
        let naming = self.catalog.naming();
        let key = naming.key(None, schema, ObjectKind::Schema, "");
        self.catalog.get(&key).is_some_and(|made| !made.incomplete)
    }
}
