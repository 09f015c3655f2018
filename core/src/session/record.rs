//! What is written into the history, and when.

use alloc::format;
use alloc::string::String;

use super::clock::format_utc;
use super::work::{Identity, Subject};
use super::{Current, Record, Session};
use crate::{Chain, Change, Direction, Kind, Row, RowState};

impl Session {
    /// The change that a record is at this moment; `None` if the history already says so.
    pub(super) fn change(&self, record: &Record) -> Option<Change> {
        if *record == Record::Chain {
            return self.chain_change();
        }
        let current = self.current.as_ref()?;
        match (record, &current.work.subject) {
            (Record::Finish { index }, Subject::Covered(covered)) => {
                let migration = covered.get(*index)?;
                let identity = Identity {
                    key: migration.version().key(),
                    name: migration.name(),
                    checksum: migration.checksum(),
                    link: migration.link(),
                    kind: Kind::Baseline,
                };
                Some(self.store(Row {
                    execution_ms: 0,
                    ..self.row(current, identity, RowState::Applied, 0)
                }))
            }
            (_, Subject::Covered(_)) => None,
            (record, Subject::One(identity)) => self.change_of_one(current, *identity, record),
        }
    }

    fn change_of_one(
        &self,
        current: &Current,
        identity: Identity,
        record: &Record,
    ) -> Option<Change> {
        let leaves = current.work.direction() == Direction::Down;
        let under_way = if leaves {
            RowState::Reverting
        } else {
            RowState::Running
        };
        match record {
            Record::Intent => {
                let done = current.work.first;
                Some(self.store(self.row(current, identity, under_way, done)))
            }
            Record::Progress { done } => Some(Change::Progress {
                version: identity.key,
                done: number(*done),
                applied_at: format_utc(self.now.utc_ms),
                execution_ms: self.execution_ms(current),
            }),
            Record::Finish { .. } if leaves => Some(Change::Delete {
                version: identity.key,
            }),
            Record::Finish { .. } => {
                let total = current.work.total;
                Some(self.store(self.row(current, identity, RowState::Applied, total)))
            }
            Record::Error { message } => {
                let row = self.history.find(identity.key)?.clone();
                Some(Change::Update(Row {
                    statements_done: number(current.done),
                    error: Some(message.clone()),
                    ..row
                }))
            }
            Record::Chain => None,
        }
    }

    /// The newest row commits to the whole history, whichever row changed.
    fn chain_change(&self) -> Option<Change> {
        let newest = self.history.newest()?;
        let chain = self.history.chain();
        (newest.chain != chain).then_some(Change::SetChain {
            sequence: newest.sequence,
            chain,
        })
    }

    /// A row goes where the one of its version is, or to the end.
    fn store(&self, row: Row) -> Change {
        if self.history.find(row.version).is_some() {
            Change::Update(row)
        } else {
            Change::Insert(row)
        }
    }

    fn row(&self, current: &Current, identity: Identity, state: RowState, done: usize) -> Row {
        let Identity {
            key,
            name,
            checksum,
            link,
            kind,
        } = identity;
        let old = self.history.find(key);
        let mark = old.filter(|_| !current.work.deed.is_run());
        // What goes down, or was on its way and is not any more, was applied from the file as it was then.
        let is_from_then = state == RowState::Reverting
            || mark.is_some_and(|old| old.state == RowState::Reverting);
        let (checksum, link, kind) = match old {
            Some(old) if is_from_then => (old.checksum.clone(), old.link, old.kind),
            _ => (checksum.as_str().into(), link, kind),
        };
        let mut row = Row {
            scope: self.scope().into(),
            version: key,
            sequence: old.map_or_else(|| self.history.next_sequence(), |old| old.sequence),
            name: name.into(),
            kind,
            state,
            checksum,
            link,
            chain: Chain::EMPTY,
            statements_done: number(done),
            statements_total: number(current.work.total),
            applied_at: format_utc(self.now.utc_ms),
            execution_ms: self.execution_ms(current),
            applied_by: self.options.applied_by.clone(),
            tool_version: self.options.tool_version.clone(),
            error: mark.map(note),
            digests: match (state, current.work.script) {
                (RowState::Running | RowState::Reverting, Some(script)) => script.digests(),
                _ => None,
            },
        };
        row.chain = self.chain_with(&row);
        row
    }

    fn execution_ms(&self, current: &Current) -> i64 {
        number(self.now.elapsed.saturating_sub(current.started).as_millis())
    }

    /// The sum of the shares once this row is there.
    fn chain_with(&self, row: &Row) -> Chain {
        let without = self.history.find(row.version).map_or(0, Row::share);
        self.history.chain().minus(without).plus(row.share())
    }
}

/// What the row of a migration that was marked by hand says of how far it had come.
fn note(partial: &Row) -> String {
    let Row {
        state,
        statements_done: done,
        statements_total: total,
        error,
        ..
    } = partial;
    let way = match state {
        RowState::Reverting => Direction::Down,
        _ => Direction::Up,
    };
    let mut note = format!("marked by hand after {done} of {total} statements of its {way}");
    if let Some(error) = error {
        note += ", which was stopped by: ";
        note += error;
    }
    note
}

/// A count as the table holds it.
fn number(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
