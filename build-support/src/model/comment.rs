//! Statements that leave the schema as it is, and need what they name.

use migratory_core::Dialect;

use super::Work;
use crate::syntax::ir::{Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// `COMMENT ON`.
    pub(super) fn comment(&mut self, kind: ObjectKind, name: &ObjectName, part: Option<&Ident>) {
        if self.dialect != Dialect::Postgres {
            return;
        }
        let is_relation = matches!(
            kind,
            ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Index
                | ObjectKind::Sequence
        );
        if kind == ObjectKind::Constraint {
            // Domains have constraints too.
            if let Some(part) = part
                && let Some(object) = self.look_up(ObjectKind::Table, name).found()
                && object.kind == ObjectKind::Table
            {
                self.has_constraint(&object, part);
            }
            return;
        }
        if !is_relation {
            return;
        }
        let Some(object) = self.relation(kind, name, false) else {
            return;
        };
        if let Some(column) = part
            && object.kind.is_table_like()
        {
            self.look_up_column(&object, column);
        }
    }

    /// `TRUNCATE`.
    pub(super) fn truncate(&mut self, tables: &[ObjectName]) {
        for name in tables {
            if let Some(object) = self.relation(ObjectKind::Table, name, false)
                && object.kind != ObjectKind::Table
            {
                self.other_kind(name, &object);
            }
        }
    }
}
