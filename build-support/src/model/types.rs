//! Types as the server prints them, and those that it does not have.

mod extension;
mod mysql;
mod postgres;

use migratory_core::Dialect;

pub(super) use postgres::{built_in, printed_name};

use super::Work;
use crate::nearest;
use crate::syntax::ir::{DataType, ObjectKind};

impl Work<'_, '_> {
    /// A type as the server prints it, `written` where it is not taken apart; an unknown type is an error.
    pub(super) fn type_name(&mut self, data_type: Option<&DataType>, written: &str) -> String {
        let Some(data_type) = data_type else {
            return written.to_owned();
        };
        match self.dialect {
            Dialect::Postgres => self.postgres_type(data_type),
            Dialect::Mysql => self.mysql_type(data_type),
            _ => written.to_owned(),
        }
    }

    /// A type that nothing provides. `known` are the names of those that the server has.
    fn unknown_type(&mut self, data_type: &DataType, known: &[&str]) {
        let name = DataType {
            arguments: Vec::new(),
            dimensions: 0,
            ..data_type.clone()
        };
        let message = format!("type `{name}` does not exist");
        let mut found = self.finding("unknown-type", message, data_type.span, "unknown type");
        if let Some(extension) = extension::of_type(&data_type.name) {
            found = found.help(format!(
                "the extension `{extension}` provides it: `CREATE EXTENSION {extension}` has to come first"
            ));
        } else if let Some(near) = self.nearest_type(&data_type.name, known) {
            found = found.help(format!("a type with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    fn nearest_type(&self, name: &str, known: &[&str]) -> Option<String> {
        let made = self.catalog.objects().filter(|object| {
            matches!(object.kind, ObjectKind::Type | ObjectKind::Domain)
                && self.dialect == Dialect::Postgres
        });
        let made = made.map(|object| object.name.as_str());
        nearest(name, made.chain(known.iter().copied())).map(str::to_owned)
    }

    /// A type that is there, with something in its parentheses that it does not take.
    fn bad_type(&mut self, data_type: &DataType, message: String) {
        self.error("bad-type", message, data_type.span, "not of this type");
    }
}
