//! Indexes that are not valid (F49): found, named, and dropped before the statement that makes them is run again.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Event, FailureKind, Op, Session};
use crate::{Statement, Value};

impl Session {
    /// Asks for the index of a statement that may have left it behind.
    pub(super) fn ask_for_index(&self, index: usize) -> Option<String> {
        let statement = self.statement_at(index)?;
        match statement.transactional {
            true => None,
            false => self.table.invalid_index_of(statement.sql),
        }
    }

    /// The index of a statement that is run again goes away before.
    pub(super) fn hear_left_index(&mut self, rows: &[Vec<Value>]) {
        for name in names(rows).rev() {
            self.ops.push_front(Op::DropIndex { name });
        }
    }

    /// A statement that succeeded and whose index is not valid did nothing: `IF NOT EXISTS` passed over what an earlier try had left.
    pub(super) fn hear_made_index(&mut self, index: usize, rows: &[Vec<Value>]) {
        let Some(invalid) = texts(rows).into_iter().next() else {
            return;
        };
        let Some(current) = &mut self.current else {
            return;
        };
        current.done = index;
        let place = self.place(index);
        let kind = FailureKind::InvalidIndex {
            label: place.label.clone(),
            file: place.file.into(),
            line: place.line,
            index: invalid,
        };
        self.fail(kind);
    }

    pub(super) fn dropped_index(&mut self, name: &str) {
        if let Some(current) = &self.current {
            let label = current.work.label.clone();
            let index = name.into();
            self.events.push(Event::IndexDropped { label, index });
        }
    }

    /// Those that were valid before, or not there, are the failed migration's.
    pub(super) fn hear_invalid_indexes(&mut self, mut indexes: Vec<String>) {
        if let (Some(failure), Some(current)) = (&mut self.failure, &self.current) {
            indexes.retain(|index| !current.invalid_indexes.contains(index));
            failure.invalid_indexes = indexes;
        }
    }

    pub(super) fn statement_at(&self, index: usize) -> Option<Statement<'static>> {
        let current = self.current.as_ref()?;
        current.work.statements.get(index).copied()
    }
}

/// The texts of an answer that has one in each row.
pub(super) fn texts(rows: &[Vec<Value>]) -> Vec<String> {
    let texts = rows.iter().filter_map(|row| row.first()?.text());
    texts.map(Into::into).collect()
}

/// The names beside the texts, as a statement takes them.
fn names(rows: &[Vec<Value>]) -> impl DoubleEndedIterator<Item = String> {
    let names = rows.iter().filter_map(|row| row.get(1)?.text());
    names.map(Into::into)
}
