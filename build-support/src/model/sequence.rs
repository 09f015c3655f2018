//! Sequences, and the columns that own them.

use std::rc::Rc;

use super::Work;
use super::foreign_key::stored_schema;
use crate::catalog::{Definition, Key, Object, Use};
use crate::syntax::ir::{Column, CreateSequence, DataType, Expr, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// `CREATE SEQUENCE`.
    pub(super) fn create_sequence(&mut self, create: &CreateSequence) {
        let Some(site) = self.site(&create.name, create.temporary) else {
            return;
        };
        if let Some(existing) = &site.taken_by {
            if !create.if_not_exists {
                let name = &create.name.name.text;
                self.duplicate_object(ObjectKind::Sequence, name, create.name.span(), existing);
            }
            return;
        }
        let owner = create.owner.as_ref().and_then(|(table, column)| {
            let table = self.relation(ObjectKind::Table, table, false)?;
            self.look_up_column(&table, column);
            Some((table.key(), column.clone()))
        });
        self.put_sequence(&site.schema, &create.name.name.text, owner);
    }

    /// `OWNED BY` of a sequence that is there.
    pub(super) fn own_sequence(&mut self, key: &Key, column: Option<&(ObjectName, Ident)>) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let owner = match column {
            None => None,
            Some((table, column)) => {
                let Some(table) = self.relation(ObjectKind::Table, table, false) else {
                    return;
                };
                self.look_up_column(&table, column);
                Some((table.key(), column.clone()))
            }
        };
        let mut sequence = self.sequence(object.schema.as_deref(), &object.name, owner);
        sequence.origin.clone_from(&object.origin);
        sequence.incomplete = object.incomplete;
        self.put(sequence);
    }

    /// Makes a sequence.
    pub(super) fn put_sequence(&mut self, schema: &str, name: &str, owner: Option<(Key, Ident)>) {
        let sequence = self.sequence(Some(schema), name, owner);
        self.put(sequence.made_by(self.origin()));
    }

    fn sequence(&self, schema: Option<&str>, name: &str, owner: Option<(Key, Ident)>) -> Object {
        let naming = self.catalog.naming();
        let uses = owner.iter().map(|(key, column)| Use {
            key: key.clone(),
            column: Some(column.text.clone()),
        });
        let uses = uses.collect();
        let definition = CreateSequence {
            name: ObjectName {
                schema: schema.and_then(stored_schema),
                name: Ident::unwritten(naming.clip(name)),
            },
            owner: owner.map(|(key, column)| {
                let table = ObjectName {
                    schema: stored_schema(&key.schema),
                    name: Ident::unwritten(&key.name),
                };
                (table, column)
            }),
            ..CreateSequence::default()
        };
        let mut object = Object::modelled(
            naming,
            ObjectKind::Sequence,
            schema,
            naming.clip(name),
            naming.clip(name),
            Definition::Sequence(Rc::new(definition)),
        );
        object.uses = uses;
        object
    }

    /// Makes the sequence that a `serial` or identity column owns. Its name.
    pub(super) fn put_owned_sequence(&mut self, table: &Key, column: &Ident) -> String {
        let name = self.free_relation_name(table, Some(&column.text), "seq");
        self.put_sequence(&table.schema, &name, Some((table.clone(), column.clone())));
        name
    }

    /// What a column of that table is once it is there: its type as the server prints it, and what its type says of the rest.
    pub(super) fn settled(&mut self, table: &Key, written: &Column) -> Column {
        let mut column = written.clone();
        let data_type = written.data_type.as_ref();
        column.type_name = self.type_name(data_type, &written.type_name);
        self.check_default(&column);
        if self.dialect != migratory_core::Dialect::Postgres {
            return column;
        }
        if data_type.is_some_and(is_serial) {
            let name = self.put_owned_sequence(table, &written.name);
            column.not_null = true;
            column.default = Some(next_value(&table.schema, &name));
        }
        if column.identity.is_some() {
            column.not_null = true;
            self.put_owned_sequence(table, &written.name);
        }
        column
    }

    /// The sequences that a column owns.
    pub(super) fn sequences_of(&self, table: &Key, column: &str) -> Vec<Rc<Object>> {
        let naming = self.catalog.naming();
        let mut users = self.catalog.users_of(table);
        users.retain(|user| {
            user.kind == ObjectKind::Sequence
                && user.uses.iter().any(|used| {
                    let owner = used.column.as_deref();
                    used.key == *table && owner.is_some_and(|it| naming.is_same(it, column))
                })
        });
        users
    }
}

fn is_serial(data_type: &DataType) -> bool {
    let names = [
        "serial",
        "serial2",
        "serial4",
        "serial8",
        "smallserial",
        "bigserial",
    ];
    !data_type.quoted && data_type.schema.is_none() && names.contains(&&*data_type.name)
}

/// The default of a `serial` column.
pub(super) fn next_value(schema: &str, name: &str) -> Expr {
    let quoted = |name: &str| {
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        let plain = name.starts_with(is_plain)
            && name.chars().all(|it| is_plain(it) || it.is_ascii_digit());
        match plain {
            true => name.to_owned(),
            false => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    };
    let schema = match schema {
        "" => String::new(),
        schema => format!("{}.", quoted(schema)),
    };
    Expr {
        text: format!("nextval('{schema}{}'::regclass)", quoted(name)),
        functions: vec![Ident::unwritten("nextval")],
        ..Expr::default()
    }
}
