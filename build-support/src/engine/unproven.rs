//! Refusals that prove nothing against a statement, and what they leave in doubt.

use super::complaint::{self, Complaint};
use super::words::{Target, Verb, Words};
use super::{Engine, Place, Refusal};
use crate::catalog::{Catalog, Gone, Key, Origin};
use crate::syntax::ir::ObjectKind;

impl Engine {
    /// Why a refusal proves nothing, where it does not.
    pub(super) fn excuse(
        &self,
        refusal: &Refusal,
        words: &Words<'_>,
        before: &Catalog,
    ) -> Option<String> {
        if refusal.denied {
            return Some(
                "the build's SQLite is fenced: it opens no other database and loads no extension"
                    .to_owned(),
            );
        }
        if refusal.interrupted {
            return None;
        }
        match complaint::read(&refusal.message) {
            Complaint::Syntax { .. } => return None,
            Complaint::UnknownModule { name } if self.nearest_module(name).is_none() => {
                return Some(format!(
                    "the virtual table module `{name}` is not part of the build's SQLite"
                ));
            }
            Complaint::UnknownTable { schema: None, name } if words.reads_from_call(name) => {
                let names: Vec<_> = self
                    .stand_ins
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect();
                return Some(format!(
                    "rows depend on {}, which the build's SQLite does not have",
                    names.join(", ")
                ));
            }
            _ => {}
        }
        if let Some(name) = behind_a_broken_reader(&refusal.message, words, before) {
            return Some(format!("`{name}` cannot work at this point"));
        }
        let mut incomplete = words.names().filter(|name| {
            [ObjectKind::Table, ObjectKind::Trigger]
                .iter()
                .any(|&kind| {
                    before
                        .find(None, name, kind)
                        .is_some_and(|object| object.incomplete)
                })
        });
        if let Some(name) = incomplete.next() {
            return Some(format!("`{name}` is not fully known at this point"));
        }
        before
            .is_incomplete()
            .then(|| "the schema is not fully known at this point".to_owned())
    }
}

/// The view or trigger, known not to work, through which a statement came to a name that it does not mention.
fn behind_a_broken_reader<'c>(
    message: &str,
    words: &Words<'_>,
    catalog: &'c Catalog,
) -> Option<&'c str> {
    let name = match complaint::read(message) {
        Complaint::UnknownTable { name, .. } | Complaint::UnknownColumn { name, .. } => name,
        _ => return None,
    };
    if words.mentions(name) {
        return None;
    }
    let mut broken = catalog.objects().filter(|object| {
        let reads = matches!(object.kind, ObjectKind::View | ObjectKind::Trigger);
        reads && object.incomplete && object.mentions(name)
    });
    broken.next().map(|object| object.name.as_str())
}

/// Marks what a statement that did not run would have made or changed, so that nothing is said of it later.
pub(super) fn mark_unfinished(
    words: &Words<'_>,
    origin: &Origin,
    excused: bool,
    catalog: &mut Catalog,
) {
    let key = |target: &Target| Key::new(target.schema.as_deref(), &target.name, target.kind);
    match words.verb() {
        Verb::Nothing => {}
        Verb::Unknown => catalog.mark_incomplete(),
        Verb::Create(target) => {
            catalog.mark_object(&key(&target), &target.name, target.kind, origin);
        }
        Verb::Alter(target, renamed_to) => {
            if !excused {
                mark_meant(&target, origin, catalog);
            }
            catalog.mark_object(&key(&target), &target.name, target.kind, origin);
            if let Some(name) = renamed_to {
                let renamed = Key::new(target.schema.as_deref(), &name, target.kind);
                catalog.mark_object(&renamed, &name, target.kind, origin);
            }
        }
        Verb::Drop(target) if excused => {
            if catalog.remove(&key(&target)).is_some() {
                let gone = Gone {
                    name: target.name.clone(),
                    renamed_to: None,
                    by: origin.clone(),
                };
                catalog.remember(key(&target), gone);
            }
        }
        Verb::Drop(target) => mark_meant(&target, origin, catalog),
    }
}

/// Of a misspelt name: the object that was meant was not changed, so what follows is no second fault.
fn mark_meant(target: &Target, origin: &Origin, catalog: &mut Catalog) {
    let schema = target.schema.as_deref();
    if catalog.find(schema, &target.name, target.kind).is_some() {
        return;
    }
    let meant = catalog.nearest_object(target.kind, &target.name);
    if let Some(name) = meant.map(str::to_owned) {
        let meant = Key::new(schema, &name, target.kind);
        catalog.mark_object(&meant, &name, target.kind, origin);
    }
}

/// Marks a table that a refused statement missed, where the history as a whole is out of joint: the table went, comes later,
/// or is nowhere. That is told once. A misspelt name is told wherever it stands.
pub(super) fn mark_missing(
    message: &str,
    place: Place<'_>,
    origin: &Origin,
    catalog: &mut Catalog,
) {
    let Complaint::UnknownTable { schema, name } = complaint::read(message) else {
        return;
    };
    let kind = ObjectKind::Table;
    let is_moved = catalog.gone(schema, name, kind).is_some()
        || place.later.is_some_and(|later| later(name).is_some());
    if is_moved || catalog.nearest_table(name).is_none() {
        let key = Key::new(schema, name, kind);
        catalog.mark_object(&key, name, kind, origin);
    }
}

impl Engine {
    /// Takes a missing table for the one that an earlier statement was to make under a name that was taken.
    pub(super) fn is_unplaced(&mut self, message: &str, before: &Catalog) -> Option<String> {
        let Complaint::UnknownTable { schema, name } = complaint::read(message) else {
            return None;
        };
        if self.unplaced == 0 || before.gone(schema, name, ObjectKind::Table).is_some() {
            return None;
        }
        self.unplaced -= 1;
        Some(format!(
            "`{name}` may be what an earlier statement was to make under a name that was taken"
        ))
    }

    /// Counts the tables that were to be made under a name that was taken.
    pub(super) fn count_unplaced(&mut self, message: &str, words: &Words<'_>) {
        let taken = matches!(complaint::read(message), Complaint::DuplicateObject { .. });
        let is_table = match words.verb() {
            Verb::Create(target) => matches!(target.kind, ObjectKind::Table | ObjectKind::View),
            Verb::Alter(_, renamed_to) => renamed_to.is_some(),
            _ => false,
        };
        if taken && is_table {
            self.unplaced += 1;
        }
    }
}
