//! Views and triggers that cannot work: SQLite makes them without looking, and fails at their first use.

use std::rc::Rc;

use super::complaint::{self, Complaint};
use super::explain::{Refused, explain};
use super::words::Words;
use super::{Engine, Place, Refusal, Script};
use crate::catalog::{Catalog, Object};
use crate::diagnostic::Diagnostic;
use crate::syntax::ir::{Body, ObjectKind, Statement};

impl Engine {
    /// The views and triggers that a script made and that name what does not exist at its end. They are marked incomplete,
    /// so that what stumbles over them later is no second error.
    pub(super) fn broken_readers(
        &self,
        script: &Script<'_>,
        catalog: &mut Catalog,
    ) -> Vec<Diagnostic> {
        let mut broken = Vec::new();
        for statement in script.statements {
            let Some(object) = made_by(script, statement, catalog) else {
                continue;
            };
            if let Some(found) = self.broken_reader(script.into(), statement, &object, catalog) {
                broken.push(found);
                catalog.insert(object.marked());
            }
        }
        broken
    }

    fn broken_reader(
        &self,
        place: Place<'_>,
        statement: &Statement,
        object: &Object,
        catalog: &Catalog,
    ) -> Option<Diagnostic> {
        let words = Words::of(place.text, statement.span);
        let refusal = self.try_out(object, &words)?;
        let name = match complaint::read(&refusal.message) {
            Complaint::UnknownTable { name, .. } | Complaint::UnknownColumn { name, .. } => name,
            Complaint::UnknownFunction { name } if self.nearest_function(name).is_some() => name,
            _ => return None,
        };
        // Another object may be what breaks, and a stand-in or an incomplete one proves nothing.
        if !words.mentions(name) || self.excuse(&refusal, &words, catalog).is_some() {
            return None;
        }
        let found = explain(&Refused {
            engine: self,
            catalog,
            place,
            statement,
            words: &words,
            message: &refusal.message,
            offset: None,
            interrupted: false,
        });
        Some(found.note(format!(
            "SQLite accepts {} `{}` as it is, and fails when it is first used",
            object.kind, object.name
        )))
    }

    /// Compiles a statement that uses a view or fires a trigger.
    fn try_out(&self, object: &Object, words: &Words<'_>) -> Option<Refusal> {
        let table = quoted(&object.table);
        let sql = match object.kind {
            ObjectKind::View => format!("SELECT * FROM {} LIMIT 0", quoted(&object.name)),
            _ => match words.event()? {
                "INSERT" => format!("EXPLAIN INSERT INTO {table} DEFAULT VALUES"),
                "DELETE" => format!("EXPLAIN DELETE FROM {table}"),
                _ => {
                    let column = words.updated_column();
                    let column = column.or_else(|| self.columns_of(&object.table).pop())?;
                    let column = quoted(&column);
                    format!("EXPLAIN UPDATE {table} SET {column} = {column}")
                }
            },
        };
        let prepared = self.connection.prepare(&sql);
        prepared.err().map(Refusal::from)
    }
}

/// The view or trigger that a statement made, where it still stands.
fn made_by(script: &Script<'_>, statement: &Statement, catalog: &Catalog) -> Option<Rc<Object>> {
    let (kind, name) = match &statement.body {
        Body::CreateView(view) => (ObjectKind::View, &view.name),
        Body::CreateTrigger(trigger) => (ObjectKind::Trigger, &trigger.name),
        _ => return None,
    };
    let object = catalog.object(kind, name)?;
    let origin = object.origin.as_ref()?;
    let made_here = origin.file == *script.file && origin.span == statement.span;
    made_here.then(|| object.clone())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
