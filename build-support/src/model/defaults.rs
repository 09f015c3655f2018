//! Defaults that the server refuses to give to a column of a type, and types that a column cannot change to by itself.

mod literal;
mod mysql;
mod postgres;

use migratory_core::Dialect;

use super::Work;
use crate::syntax::ir::{AlterAction, Ident};
use crate::syntax::ir::{Body, Column, ColumnChange, DataType, Expr, NewType};
use literal::Value;
use postgres::Target;

impl Work<'_, '_> {
    /// Checks the default of a column against its type.
    pub(super) fn check_default(&mut self, column: &Column) {
        let (Some(default), Some(data_type)) = (&column.default, &column.data_type) else {
            return;
        };
        for cast in &default.casts {
            self.type_name(Some(cast), "");
        }
        let Some(value) = Value::read(self.dialect, &default.text) else {
            return;
        };
        let is_refused = match self.dialect {
            Dialect::Postgres => self.refuses(data_type, &value),
            Dialect::Mysql => {
                let printed = self.printed(data_type);
                printed.is_some_and(|printed| mysql::refuses(column, data_type, &printed, &value))
            }
            _ => false,
        };
        if is_refused {
            self.bad_default(&column.name, data_type, default);
        }
    }

    /// Checks that a column of PostgreSQL can get another type, and its default with it.
    pub(super) fn check_retype(&mut self, column: &Column, new: &NewType) {
        let Some(old) = &column.data_type else {
            return;
        };
        if self.dialect != Dialect::Postgres || self.printed(&new.data_type).is_none() {
            return;
        }
        let (from, to) = (self.target(old), self.target(&new.data_type));
        if from.assigns_to(&to) {
            return;
        }
        let name = &column.name.text;
        let span = new.data_type.span;
        let to = self.printed(&new.data_type).unwrap_or_default();
        if new.using.is_none() {
            let message = format!("column `{name}` cannot be cast automatically to type `{to}`");
            let label = format!("`{}` is not cast to it by itself", column.type_name);
            let found = self.finding("bad-type", message, span, &label);
            let help = format!("say how each value is converted: `USING {name}::{to}`");
            self.found.push(found.help(help));
        } else if column.default.is_some() && !self.drops_default(name) {
            let message =
                format!("default for column `{name}` cannot be cast automatically to type `{to}`");
            let found = self.finding("bad-default", message, span, "the new type");
            let help = format!(
                "drop the default before and set it again after: `ALTER COLUMN {name} DROP DEFAULT`"
            );
            self.found.push(found.help(help));
        }
    }

    /// Whether the statement takes the default of that column away; the server does that first.
    fn drops_default(&self, name: &str) -> bool {
        let Body::AlterTable { actions, .. } = &self.statement.body else {
            return false;
        };
        actions.iter().any(|action| match action {
            AlterAction::AlterColumn { column, change } => {
                column.text == name && matches!(**change, ColumnChange::DropDefault)
            }
            _ => false,
        })
    }

    fn bad_default(&mut self, column: &Ident, data_type: &DataType, default: &Expr) {
        let printed = self.printed(data_type).unwrap_or_default();
        let message = format!(
            "{} is no default for column `{}` of type `{printed}`",
            default.text, column.text
        );
        let mut found = self.finding("bad-default", message, default.span, "not of this type");
        if let Target::Enum(labels) = self.target(data_type) {
            found = found.note(format!("its labels are {}", labels.join(", ")));
        }
        self.found.push(found);
    }

    /// A type as it is printed; `None` for one that is not there, about which somebody else speaks.
    fn printed(&mut self, data_type: &DataType) -> Option<String> {
        let before = self.found.len();
        let printed = self.type_name(Some(data_type), "");
        let is_known = self.found.len() == before;
        self.found.truncate(before);
        is_known.then_some(printed)
    }
}
