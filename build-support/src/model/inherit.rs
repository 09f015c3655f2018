//! Tables that inherit from others, and partitions.

use super::Work;
use crate::catalog::Key;
use crate::syntax::ir::{ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// `INHERIT`.
    pub(super) fn inherit(&mut self, key: &Key, parent: &ObjectName) {
        match self.relation(ObjectKind::Table, parent, false) {
            Some(parent) => self.take_columns_over(key, &parent),
            None => self.catalog.mark_if_there(key),
        }
    }

    /// `NO INHERIT`.
    pub(super) fn disinherit(&mut self, key: &Key, parent: &ObjectName) {
        if let Some(parent) = self.relation(ObjectKind::Table, parent, false) {
            self.leave(key, &parent.key());
        }
    }

    fn leave(&mut self, key: &Key, parent: &Key) {
        let staying = |name: &ObjectName, work: &Self| work.key_of(name) != *parent;
        let Some(table) = self.table_at(key) else {
            return;
        };
        let mut parents = table.parents.clone();
        parents.retain(|name| staying(name, self));
        self.edit_table(key, |table| {
            table.is_partition &= !parents.is_empty();
            table.parents = parents;
        });
    }

    /// `ATTACH PARTITION`.
    pub(super) fn attach_partition(&mut self, key: &Key, partition: &ObjectName) {
        let is_table = self
            .catalog
            .get(key)
            .is_some_and(|object| object.kind == ObjectKind::Table);
        if !is_table {
            // An index's partition is an index, which is there already.
            self.relation(ObjectKind::Index, partition, false);
            return;
        }
        if let Some(partition) = self.relation(ObjectKind::Table, partition, false) {
            let Some(parent) = self.catalog.get(key).cloned() else {
                return;
            };
            let key = partition.key();
            self.take_columns_over(&key, &parent);
            self.edit_table(&key, |table| table.is_partition = true);
            self.take_partition_parts(&key, &parent);
        }
    }

    /// `DETACH PARTITION`.
    pub(super) fn detach_partition(&mut self, key: &Key, partition: &ObjectName) {
        if let Some(partition) = self.relation(ObjectKind::Table, partition, false) {
            self.leave(&partition.key(), key);
        }
    }
}
