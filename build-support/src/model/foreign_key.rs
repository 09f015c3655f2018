//! Foreign keys: what they need of their parent.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::constraint::leading_columns;
use super::lookup::Lookup;
use crate::catalog::{Key, Object, Part, Use};
use crate::syntax::ir::{Column, CreateIndex, ForeignKey, Ident, ObjectKind, ObjectName, Table};

impl Work<'_, '_> {
    /// Adds a foreign key to a table. Partitions get it too.
    pub(super) fn add_foreign_key(&mut self, key: &Key, written: &ForeignKey) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let mut stored = written.clone();
        let mut is_sound = true;
        for column in &written.columns {
            is_sound &= self.look_up_column(&object, column);
        }
        if let Some(parent) = self.parent(&object, &mut stored)
            && is_sound
        {
            self.check_parent(&object, &parent, &mut stored);
        }
        match &stored.name {
            Some(name) if self.is_taken_constraint(&object, &name.clone()) => return,
            Some(_) => {}
            None => stored.name = Some(self.foreign_key_name(&object, &stored)),
        }
        if self.dialect == Dialect::Mysql {
            self.support_foreign_key(key, written, &stored);
        }
        let parent = Use {
            key: self.key_of(&stored.parent),
            column: None,
        };
        self.add_to_table(key, [parent], |table| {
            table.foreign_keys.push(stored.clone())
        });
        for partition in self.partitions_of(key) {
            self.add_foreign_key(&partition, &stored);
        }
    }

    /// The table that a foreign key points at, which from now on it names as the catalog does; `None` where it is not known.
    fn parent(&mut self, child: &Object, key: &mut ForeignKey) -> Option<Rc<Object>> {
        if self.dialect == Dialect::Mysql && key.parent.schema.is_none() {
            key.parent.schema = child.schema.as_deref().map(Ident::unwritten);
        }
        let parent = match self.look_up(ObjectKind::Table, &key.parent) {
            Lookup::Found(parent) => parent,
            Lookup::Open => {
                self.look_up_schema(&key.parent);
                return None;
            }
            Lookup::Missing => {
                let is_refused = match self.dialect {
                    // Older servers read such a key and forget it.
                    Dialect::Mysql => self.session.checks_foreign_keys && !key.inline,
                    _ => true,
                };
                if is_refused {
                    self.unknown_table(&key.parent);
                }
                if let Some(home) = self.home(&key.parent, false) {
                    key.parent.schema = stored_schema(&home);
                }
                return None;
            }
        };
        if parent.kind != ObjectKind::Table {
            self.other_kind(&key.parent.clone(), &parent);
            return None;
        }
        key.parent.schema = parent.schema.as_deref().and_then(stored_schema);
        Some(parent)
    }

    /// What the parent has to have: the columns, a key on them, and types that can be compared.
    fn check_parent(&mut self, child: &Object, parent: &Object, key: &mut ForeignKey) {
        let Some(table) = parent.as_table().cloned() else {
            return;
        };
        let is_in_doubt = parent.doubts.of(&Part::PrimaryKey).is_some();
        if key.parent_columns.is_empty() {
            match &table.primary_key {
                _ if is_in_doubt => return,
                Some(primary) => key.parent_columns.clone_from(&primary.columns),
                None if self.is_known(parent) => {
                    let message = format!(
                        "table `{}` has no primary key for a foreign key to point at",
                        parent.name
                    );
                    return self.mismatch(message, key.parent.span(), "no primary key", parent);
                }
                None => return,
            }
        }
        let columns = key.parent_columns.clone();
        for column in &columns {
            if !self.look_up_column(parent, column) {
                return;
            }
        }
        if columns.len() != key.columns.len() {
            let message = format!(
                "a foreign key of {} cannot point at {} of `{}`",
                counted(key.columns.len()),
                counted(columns.len()),
                parent.name
            );
            return self.mismatch(message, key.span, "not as many columns", parent);
        }
        if self.is_known(parent) && !self.is_key(parent, &table, &columns) {
            let names: Vec<String> = columns
                .iter()
                .map(|column| format!("`{}`", column.text))
                .collect();
            let what = match self.dialect {
                Dialect::Mysql => "no index that begins with",
                _ => "no primary or unique key on exactly",
            };
            let message = format!("table `{}` has {what} {}", parent.name, names.join(", "));
            let span = columns
                .iter()
                .map(|column| column.span)
                .filter(|span| !span.is_empty())
                .reduce(crate::Span::cover)
                .unwrap_or(key.parent.span());
            return self.mismatch(message, span, "not a key", parent);
        }
        self.compare_types(child, parent, &table, key);
    }

    /// Whether a foreign key can point at those columns of a table.
    fn is_key(&self, parent: &Object, table: &Table, columns: &[Ident]) -> bool {
        let keys = table.primary_key.iter().chain(&table.uniques);
        let mut keys = keys.map(|key| key.columns.clone());
        if self.are_keys_in_doubt(parent) {
            return true;
        }
        let indexes: Vec<Rc<Object>> = self.catalog.indexes_of(parent).cloned().collect();
        let indexes = indexes.iter().filter_map(|index| index.as_index());
        if self.dialect == Dialect::Mysql {
            let primary = table.primary_key.as_ref().map(|key| key.columns.clone());
            let primary = primary.unwrap_or_default();
            return keys.any(|key| self.is_led_by(&key, columns))
                || indexes.into_iter().any(|index| {
                    let mut key = leading_columns(&index.columns);
                    // An index of InnoDB holds the primary key behind its own columns.
                    key.extend(primary.iter().cloned());
                    self.is_led_by(&key, columns)
                });
        }
        self.keys_on(parent, columns) > 0
    }

    /// How many keys and unique indexes of a table of PostgreSQL are on exactly those columns.
    pub(super) fn keys_on(&self, object: &Object, columns: &[Ident]) -> usize {
        let table = self.table_at(&object.key()).unwrap_or_default();
        let keys = table.primary_key.iter().chain(&table.uniques);
        let keys = keys.filter(|key| self.are_same_columns(&key.columns, columns));
        let indexes = self.catalog.indexes_of(object).filter(|index| {
            index.as_index().is_some_and(|index| {
                self.unique_columns(index)
                    .is_some_and(|key| self.are_same_columns(&key, columns))
            })
        });
        keys.count() + indexes.count()
    }

    /// The columns of an index that a foreign key can point at.
    pub(super) fn unique_columns(&self, index: &CreateIndex) -> Option<Vec<Ident>> {
        let columns = leading_columns(&index.columns);
        let is_key = index.unique && index.filter.is_none() && columns.len() == index.columns.len();
        is_key.then_some(columns)
    }

    /// Whether a key's first columns are those, in that order.
    pub(super) fn is_led_by(&self, key: &[Ident], columns: &[Ident]) -> bool {
        let naming = self.catalog.naming();
        key.len() >= columns.len()
            && key
                .iter()
                .zip(columns)
                .all(|(first, second)| naming.is_same(&first.text, &second.text))
    }

    fn compare_types(&mut self, child: &Object, parent: &Object, table: &Table, key: &ForeignKey) {
        let naming = self.catalog.naming();
        let Some(own) = self.table_at(&child.key()) else {
            return;
        };
        if !self.is_known(child) || !self.is_known(parent) {
            return;
        }
        let find = |table: &Table, name: &Ident| -> Option<Column> {
            let mut columns = table.columns.iter();
            columns
                .find(|column| naming.is_same(&column.name.text, &name.text))
                .cloned()
        };
        for (name, parent_name) in key.columns.iter().zip(&key.parent_columns) {
            let (Some(from), Some(to)) = (find(&own, name), find(table, parent_name)) else {
                continue;
            };
            let doubt = child.doubt_of_column(&name.text);
            if doubt
                .or(parent.doubt_of_column(&parent_name.text))
                .is_some()
            {
                continue;
            }
            let can_match = match self.dialect {
                Dialect::Mysql => mysql_types_match((&own, &from), (table, &to)),
                _ => postgres_types_match(&from.type_name, &to.type_name),
            };
            if !can_match {
                let message = format!(
                    "column `{}` of type {} cannot point at `{}.{}` of type {}",
                    name.text, from.type_name, parent.name, parent_name.text, to.type_name
                );
                return self.mismatch(message, name.span, "of another type", parent);
            }
        }
    }

    fn mismatch(&mut self, message: String, span: crate::Span, label: &str, parent: &Object) {
        // The servers look at all of this together with the parent, or not at all.
        if self.dialect == Dialect::Mysql && !self.session.checks_foreign_keys {
            return;
        }
        let found = self.finding("foreign-key-mismatch", message, span, label);
        let found = self.with_origin(found, parent);
        self.found.push(found);
    }

    fn foreign_key_name(&mut self, object: &Object, key: &ForeignKey) -> Ident {
        let table = self.table_at(&object.key()).unwrap_or_default();
        if self.dialect == Dialect::Mysql {
            let number = self.foreign_key_number(object, &table);
            return Ident::unwritten(format!("{}_ibfk_{number}", object.name));
        }
        let columns: Vec<&str> = key.columns.iter().map(|it| &*it.text).collect();
        let columns = columns.join("_");
        let name = self.free_constraint_name(object, &table, Some(&columns), "fkey");
        Ident::unwritten(name)
    }

    /// InnoDB makes an index for a foreign key that no index of its table begins with. One that it made for another foreign key, be it
    /// gone or not, gives way to the new one unless that is shorter.
    fn support_foreign_key(&mut self, key: &Key, written: &ForeignKey, stored: &ForeignKey) {
        let Some(object) = self.catalog.get(key).cloned() else {
            return;
        };
        let stays = |index: &Object| {
            index.as_index().is_some_and(|definition| {
                !definition.implicit || definition.columns.len() > stored.columns.len()
            })
        };
        if self.supports(&object, &stored.columns, stays) {
            return;
        }
        self.replace_implicit(&object, &stored.columns);
        let columns = stored.columns.iter().map(super::index::plain_column);
        let index = CreateIndex {
            name: written.name.as_ref().map(|name| ObjectName {
                schema: None,
                name: Ident::unwritten(&name.text),
            }),
            table: ObjectName::unwritten(None, &object.name),
            columns: columns.collect(),
            implicit: true,
            ..CreateIndex::default()
        };
        self.add_index(&object, &index);
    }

    /// Whether the primary key of a table begins with those columns, or one of the indexes that count.
    pub(super) fn supports(
        &self,
        object: &Object,
        columns: &[Ident],
        counts: impl Fn(&Object) -> bool,
    ) -> bool {
        let primary = self
            .table_at(&object.key())
            .and_then(|table| table.primary_key.clone());
        if primary.is_some_and(|primary| self.is_led_by(&primary.columns, columns)) {
            return true;
        }
        self.catalog.indexes_of(object).any(|index| {
            counts(index)
                && index.as_index().is_some_and(|definition| {
                    self.is_led_by(&leading_columns(&definition.columns), columns)
                })
        })
    }
}

/// A schema as stored definitions name it.
pub(super) fn stored_schema(schema: &str) -> Option<Ident> {
    (!schema.is_empty()).then(|| Ident::unwritten(schema))
}

fn counted(columns: usize) -> String {
    match columns {
        1 => "1 column".to_owned(),
        more => format!("{more} columns"),
    }
}

/// Whether PostgreSQL can compare two types: only pairs of its own types of which that is certain cannot.
fn postgres_types_match(first: &str, second: &str) -> bool {
    match (postgres_family(first), postgres_family(second)) {
        (Some(first), Some(second)) => first == second,
        _ => true,
    }
}

fn postgres_family(type_name: &str) -> Option<&'static str> {
    if type_name.contains('[') {
        return None;
    }
    let name = type_name.split('(').next().unwrap_or_default().trim();
    Some(match name {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "number",
        "text" | "character varying" | "character" | "name" => "text",
        "uuid" => "uuid",
        "boolean" => "boolean",
        "bytea" => "bytea",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "time",
        _ => return None,
    })
}

/// Whether InnoDB takes two columns for the ends of a foreign key.
fn mysql_types_match(first: (&Table, &Column), second: (&Table, &Column)) -> bool {
    let family = |column: &Column| {
        let name = column.type_name.split(['(', ' ']).next();
        name.unwrap_or_default().to_ascii_lowercase()
    };
    let (own, parent) = (family(first.1), family(second.1));
    let is_integer =
        |name: &str| ["tinyint", "smallint", "mediumint", "int", "bigint"].contains(&name);
    let is_text = |name: &str| ["char", "varchar"].contains(&name);
    if is_integer(&own) && is_integer(&parent) {
        let is_unsigned = |column: &Column| column.type_name.contains("unsigned");
        return own == parent && is_unsigned(first.1) == is_unsigned(second.1);
    }
    if is_text(&own) && is_text(&parent) {
        return match (collation(first.0, first.1), collation(second.0, second.1)) {
            (Some(own), Some(parent)) => own == parent,
            _ => true,
        };
    }
    !(is_integer(&own) && is_text(&parent) || is_text(&own) && is_integer(&parent))
}

/// The collation that is written at a column or its table.
fn collation(table: &Table, column: &Column) -> Option<String> {
    if let Some(collation) = &column.collation {
        return Some(collation.text.to_ascii_lowercase());
    }
    if column
        .data_type
        .as_ref()
        .is_some_and(|it| it.charset.is_some())
    {
        return None;
    }
    let mut options = table.options.iter().rev();
    let collation = options.find(|(name, _)| name == "collate");
    collation.map(|(_, value)| value.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_different_families_cannot_be_compared() {
        for (first, second, expected) in [
            ("integer", "bigint", true),
            ("character varying(20)", "text", true),
            ("integer", "text", false),
            ("uuid", "character varying(36)", false),
            ("mood", "text", true),
            ("integer[]", "text", true),
        ] {
            assert_eq!(
                postgres_types_match(first, second),
                expected,
                "{first} {second}"
            );
        }
    }
}
