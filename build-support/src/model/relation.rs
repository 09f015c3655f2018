//! Finding the relations that statements are about, and putting them back changed.

use std::collections::BTreeMap;
use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use crate::Span;
use crate::catalog::{Definition, Key, Object, Use};
use crate::syntax::ir::{Column, DataType, Expr, Ident, ObjectKind, ObjectName, Table};

/// Where something new is to go.
pub(super) struct Site {
    /// The schema.
    pub schema: String,
    /// Its key there.
    pub key: Key,
    /// What has that name already.
    pub taken_by: Option<Rc<Object>>,
}

impl Work<'_, '_> {
    /// The relation that a statement alters. Where there is none, that is said once: from then on it is there, and nothing is known of it.
    pub(super) fn relation(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        if_exists: bool,
    ) -> Option<Rc<Object>> {
        match self.look_up(kind_of_relation(self.dialect, kind), name) {
            Lookup::Found(object) => Some(object),
            Lookup::Open => {
                self.look_up_schema(name);
                None
            }
            Lookup::Missing if if_exists => None,
            Lookup::Missing => {
                self.unknown_relation(kind, name);
                self.put_stand_in(kind, name);
                None
            }
        }
    }

    pub(super) fn unknown_relation(&mut self, kind: ObjectKind, name: &ObjectName) {
        match kind {
            ObjectKind::Table => self.unknown_table(name),
            _ => self.unknown_object(kind, name),
        }
    }

    /// Puts something in the place of what should have been there, so that one fault is one error.
    pub(super) fn put_stand_in(&mut self, kind: ObjectKind, name: &ObjectName) {
        let Some(schema) = self.home(name, false) else {
            return;
        };
        let naming = self.catalog.naming();
        let key = naming.key(Some(&schema), &name.name.text, kind, "");
        let origin = self.origin();
        self.catalog
            .mark_object(&key, &name.name.text, kind, &origin);
        self.touched.insert(key);
    }

    /// Where a relation of that name is to go; `None` where nobody can tell, and then anything may have changed.
    pub(super) fn site(&mut self, name: &ObjectName, temporary: bool) -> Option<Site> {
        let Some(schema) = self.home(name, temporary) else {
            self.lose_track();
            return None;
        };
        self.look_up_schema(name);
        let key = self.relation_key(&schema, &name.name.text);
        let taken_by = self.catalog.get(&key).cloned();
        Some(Site {
            schema,
            key,
            taken_by,
        })
    }

    pub(super) fn relation_key(&self, schema: &str, name: &str) -> Key {
        let naming = self.catalog.naming();
        naming.key(Some(schema), name, ObjectKind::Table, "")
    }

    /// The key of the table that a stored definition names.
    pub(super) fn key_of(&self, name: &ObjectName) -> Key {
        let schema = name.schema.as_ref().map(|schema| schema.text.as_str());
        self.relation_key(schema.unwrap_or_default(), &name.name.text)
    }

    /// The schema before a name is wrong where the history dropped it, or made one that is called nearly so.
    pub(super) fn look_up_schema(&mut self, name: &ObjectName) {
        let Some(schema) = &name.schema else { return };
        if self.dialect != Dialect::Postgres || self.catalog.is_incomplete() {
            return;
        }
        let is_there = self.catalog.find(None, &schema.text, ObjectKind::Schema);
        if is_there.is_some() || self.fold_schema(&schema.text).is_empty() {
            return;
        }
        let gone = self.catalog.gone(None, &schema.text, ObjectKind::Schema);
        let gone = gone.map(ToString::to_string);
        let near = self
            .catalog
            .nearest_object(ObjectKind::Schema, &schema.text);
        let near = near.map(str::to_owned);
        if gone.is_none() && near.is_none() {
            return;
        }
        let message = format!("schema `{}` does not exist", schema.text);
        let mut found = self.finding("unknown-schema", message, schema.span, "unknown schema");
        if let Some(gone) = gone {
            found = found.note(gone);
        }
        if let Some(near) = near {
            found = found.help(format!("a schema with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    /// Changes the definition of a table, where it is known.
    pub(super) fn edit_table(&mut self, key: &Key, change: impl FnOnce(&mut Table)) {
        let Some((object, mut table)) = self.table_to_edit(key) else {
            return;
        };
        change(&mut table);
        self.put_table(&object, table);
    }

    /// The same for a change that adds to it, or changes nothing that it needs: `needs` is what it needs from then on, beside what it
    /// needed before.
    pub(super) fn add_to_table(
        &mut self,
        key: &Key,
        needs: impl IntoIterator<Item = Use>,
        change: impl FnOnce(&mut Table),
    ) {
        let Some((object, mut table)) = self.table_to_edit(key) else {
            return;
        };
        change(&mut table);
        let mut object = object.redefined(Definition::Table(Rc::new(table)));
        for needed in needs {
            if !object.uses.iter().any(|used| *used == needed) {
                object.uses.push(needed);
            }
        }
        self.put(object);
    }

    /// Adds a column to a table.
    pub(super) fn push_column(&mut self, key: &Key, column: Column) {
        let needs = self.needs_of_column(&column);
        self.add_to_table(key, needs, |table| table.columns.push(column));
    }

    fn table_to_edit(&mut self, key: &Key) -> Option<(Rc<Object>, Table)> {
        let object = self.catalog.get(key)?.clone();
        self.touched.insert(key.clone());
        let table = Table::clone(object.as_table()?);
        Some((object, table))
    }

    /// Puts a table into the catalog under another definition, and with what it needs now.
    pub(super) fn put_table(&mut self, object: &Object, table: Table) {
        let uses = self.needs_of(&table);
        let mut object = object.redefined(Definition::Table(Rc::new(table)));
        object.uses = uses.into();
        self.put(object);
    }

    /// A table's definition as it is now.
    pub(super) fn table_at(&self, key: &Key) -> Option<Rc<Table>> {
        self.catalog.get(key)?.as_table().cloned()
    }

    /// Whether all of an object is known.
    pub(super) fn is_known(&self, object: &Object) -> bool {
        !object.incomplete && !self.catalog.is_incomplete()
    }

    /// What a table needs: parents of its foreign keys, parents it inherits from, sequences of its defaults and types of its columns.
    fn needs_of(&self, table: &Table) -> Vec<Use> {
        let parents = table.foreign_keys.iter().map(|key| &key.parent);
        let mut uses: Vec<Use> = parents
            .chain(&table.parents)
            .map(|parent| Use {
                key: self.key_of(parent),
                column: None,
            })
            .collect();
        // Most columns are of few types.
        let mut types: BTreeMap<(&str, &str), Option<Use>> = BTreeMap::new();
        for column in &table.columns {
            if let Some(default) = &column.default {
                uses.extend(self.sequence_of(default));
            }
            if let Some(data_type) = &column.data_type {
                let schema = data_type.schema.as_ref();
                let name = (schema.map_or("", |schema| &schema.text), &*data_type.name);
                let made = types.entry(name);
                uses.extend(made.or_insert_with(|| self.type_of(data_type)).clone());
            }
        }
        uses.sort();
        uses.dedup();
        uses
    }

    /// What a column needs: the sequence of its default, and its type.
    pub(super) fn needs_of_column(&self, column: &Column) -> Vec<Use> {
        let sequence = column.default.as_ref().and_then(|it| self.sequence_of(it));
        let data_type = column.data_type.as_ref().and_then(|it| self.type_of(it));
        sequence.into_iter().chain(data_type).collect()
    }

    /// The type that somebody made for a column; MySQL has none.
    fn type_of(&self, data_type: &DataType) -> Option<Use> {
        if self.dialect == Dialect::Mysql {
            return None;
        }
        let name = ObjectName {
            schema: data_type.schema.clone(),
            name: Ident::unwritten(&data_type.name),
        };
        let made = self.look_up(ObjectKind::Type, &name).found()?;
        Some(Use {
            key: made.key(),
            column: None,
        })
    }

    /// The sequence that `nextval` is asked for in a default.
    fn sequence_of(&self, default: &Expr) -> Option<Use> {
        let name = sequence_name(&default.text)?;
        let sequence = self.look_up(ObjectKind::Sequence, &name).found()?;
        (sequence.kind == ObjectKind::Sequence).then(|| Use {
            key: sequence.key(),
            column: None,
        })
    }

    /// Says of each column an expression mentions that the table does not have it.
    pub(super) fn look_up_columns(&mut self, object: &Object, expr: &Expr) {
        for column in &expr.columns {
            let is_of_table = match &column.qualifier {
                Some(qualifier) => qualifier.text == object.table,
                None => true,
            };
            if is_of_table && !(column.qualifier.is_none() && column.name.text == object.name) {
                self.look_up_column(object, &column.name);
            }
        }
    }

    /// Says that a table does not have a column, where that is certain. Whether it has it, or may have it.
    pub(super) fn look_up_column(&mut self, object: &Object, column: &Ident) -> bool {
        let naming = self.catalog.naming();
        let is_same = |name: &Ident| naming.is_same(&name.text, &column.text);
        let is_there = self
            .catalog
            .possible_columns(object)
            .is_none_or(|mut names| names.any(is_same))
            || self.catalog.is_incomplete()
            || self.dialect == Dialect::Postgres && is_system_column(&column.text);
        if !is_there {
            self.unknown_column(object, column);
        }
        is_there
    }

    /// A finding about what the server refuses for a reason of its own.
    pub(super) fn refused(&mut self, message: String, span: Span, label: &str, about: &Object) {
        let found = self.finding("rejected-by-server", message, span, label);
        let found = self.with_origin(found, about);
        self.found.push(found);
    }
}

/// On MySQL indexes are not among the relations, and sequences have no kind of their own.
fn kind_of_relation(dialect: Dialect, kind: ObjectKind) -> ObjectKind {
    match dialect {
        Dialect::Mysql => ObjectKind::Table,
        _ => kind,
    }
}

/// Columns that every table of PostgreSQL has.
pub(super) fn is_system_column(name: &str) -> bool {
    ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"].contains(&name)
}

/// The name in `nextval('name')`.
pub(super) fn sequence_name(text: &str) -> Option<ObjectName> {
    let start = text.to_ascii_lowercase().find("nextval")?;
    let mut parts = text[start..].split('\'');
    let written = parts.nth(1)?;
    let fold = |part: &str| match part.strip_prefix('"') {
        Some(quoted) => quoted.trim_end_matches('"').to_owned(),
        None => part.to_ascii_lowercase(),
    };
    let (schema, name) = match written.split_once('.') {
        Some((schema, name)) => (Some(fold(schema)), fold(name)),
        None => (None, fold(written)),
    };
    Some(ObjectName::unwritten(schema.as_deref(), &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_of_a_default_is_read() {
        for (text, expected) in [
            ("nextval('users_id_seq')", Some("users_id_seq")),
            ("nextval ( 'app.\"Ids\"' :: regclass )", Some("app.Ids")),
            ("NEXTVAL('Ids')", Some("ids")),
            ("now()", None),
            ("nextval(of)", None),
        ] {
            let name = sequence_name(text).map(|name| name.to_string());
            assert_eq!(name.as_deref(), expected, "{text}");
        }
    }
}
