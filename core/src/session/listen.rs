//! What a reply to an op means.

use alloc::string::String;
use alloc::vec::Vec;

use super::indexes::texts;
use super::speak::Topic;
use super::{
    Class, Event, Failure, FailureKind, Fate, Heard, Line, Marker, Op, Purpose, Reply, Session,
};
use crate::{Chain, Change, History, Row, RowState, Value};

impl Session {
    pub(super) fn listen(&mut self, op: Op, line: Option<Line>, reply: Reply) -> Heard {
        match reply {
            reply if op == Op::Locate => self.located(reply),
            Reply::Failed {
                class: Class::MissingTable,
                ..
            } if self.hears_missing_table(&op) => Heard::Noted,
            Reply::Failed { class, message } => self.failed(op, line.as_ref(), class, message),
            reply => {
                // A lock that is not granted is a successful query all the same.
                if !matches!(
                    op,
                    Op::Wait(_) | Op::CreateLock | Op::Claim | Op::Lock | Op::AskHolder
                ) {
                    self.waiting = None;
                }
                self.succeeded(op, line, reply);
                Heard::Noted
            }
        }
    }

    fn succeeded(&mut self, op: Op, line: Option<Line>, reply: Reply) {
        match (line, reply) {
            (Some(Line::Query { topic, .. }), reply) => {
                let Topic::Plain(purpose) = topic else { return };
                let heard = match reply {
                    Reply::Rows(rows) => self.hear_rows(&op, rows),
                    _ => None,
                };
                if heard.is_none() {
                    self.fail(FailureKind::Answer {
                        purpose: purpose.as_str(),
                    });
                }
            }
            (
                Some(Line::Execute {
                    topic: Topic::Record(change),
                    ..
                }),
                _,
            ) => self.recorded(&change),
            (
                Some(Line::Execute {
                    topic:
                        Topic::Joined {
                            begins,
                            record,
                            statement,
                            end,
                        },
                    ..
                }),
                _,
            ) => {
                self.held.transaction |= begins;
                if let Some(change) = record {
                    self.recorded(&change);
                }
                if let Some(index) = statement {
                    self.progressed(index + 1);
                }
                if let Some(change) = end {
                    self.recorded(&change);
                    self.committed();
                }
            }
            _ => self.hear_done(&op),
        }
    }

    fn hear_done(&mut self, op: &Op) {
        match op {
            // It may be ours now, and to give back what is not ours does nothing.
            Op::Claim => self.held.lock = true,
            Op::Unlock => self.held.lock = false,
            Op::Begin => self.held.transaction = true,
            Op::Commit => self.committed(),
            Op::Rollback => {
                self.rolled_back();
                if let Some(Fate::RolledBack(label)) = self.failure.as_ref().map(Failure::fate) {
                    self.events.push(Event::RolledBack {
                        label: label.clone(),
                    });
                }
            }
            Op::CreateTable => {
                self.has_table = true;
                self.held.created_table = self.held.transaction;
            }
            Op::ForeignKeysOff => self.held.foreign_keys = true,
            Op::ForeignKeysOn => self.held.foreign_keys = false,
            Op::RestoreSession => self.held.session = false,
            Op::RestoreDatabase => self.held.database = false,
            Op::Statement(index) => self.progressed(index + 1),
            Op::Call => self.progressed(1),
            Op::DropIndex { name } => self.dropped_index(name),
            Op::WriteMarker => {
                let marker = Marker::Ours(self.marker_of(self.history.chain()));
                let before = core::mem::replace(&mut self.marker, marker);
                self.held.marker.get_or_insert(before);
            }
            _ => {}
        }
    }

    fn progressed(&mut self, done: usize) {
        let Some(current) = &mut self.current else {
            return;
        };
        current.done = done;
        let (label, total) = (current.work.label.clone(), current.work.total);
        self.events
            .push(Event::StatementDone { label, done, total });
    }

    pub(super) fn recorded(&mut self, change: &Change) {
        let undo = self.history.apply(change);
        if self.held.transaction {
            self.held.undo.extend(undo);
        } else {
            self.is_on_record();
        }
    }

    fn committed(&mut self) {
        self.held.transaction = false;
        self.held.created_table = false;
        self.held.marker = None;
        self.held.undo.clear();
        self.is_on_record();
    }

    /// From here on the history says that the migration was begun.
    fn is_on_record(&mut self) {
        if let Some(current) = &mut self.current {
            current.is_recorded = !current.work.is_whole;
        }
    }

    /// The transaction is gone, and with it what it did to the history.
    pub(super) fn rolled_back(&mut self) {
        self.held.transaction = false;
        for change in core::mem::take(&mut self.held.undo).iter().rev() {
            self.history.apply(change);
        }
        if core::mem::take(&mut self.held.created_table) {
            self.has_table = false;
        }
        if let Some(marker) = self.held.marker.take() {
            self.marker = marker;
        }
    }

    /// From here on the migration at hand may change the session.
    pub(super) fn hold_session(&mut self) {
        let touches = self.touches_session();
        if let (Some(state), true) = (&self.session_state, touches) {
            self.held.session = true;
            self.held.database = state.restore_database.is_some();
        }
    }

    /// Takes the rows of a query; `None` if they are no answer to it.
    fn hear_rows(&mut self, op: &Op, rows: Vec<Vec<Value>>) -> Option<()> {
        match op {
            Op::ReadMarkerFirst => self.hear_first_marker(integer(&rows)?),
            Op::ReadMarker => self.hear_marker(integer(&rows)?),
            Op::ConfirmMarker => self.hear_marker_again(integer(&rows)?),
            Op::Probe => match newest(&rows) {
                Some(newest) => self.hear_probe(newest),
                // Reading the whole row will say what is wrong with it.
                None => self.ops.push_back(Op::Look),
            },
            Op::Recheck if self.is_resolving() => self.hear_rows_again(&rows),
            Op::Recheck => self.hear_recheck(newest(&rows).unwrap_or(None)),
            Op::Look | Op::ReadHistory => self.hear_history(op, &rows),
            Op::Lock => {
                let says = |place: usize| rows.first().and_then(|row| row.get(place)?.integer());
                self.hear_lock(answer(&rows)?, says(1), says(2));
            }
            Op::ConfirmLock if answer(&rows)? != 1 => {
                self.held.lock = false;
                self.fail(FailureKind::LockLost);
            }
            Op::AskHolder => self.hear_holder(rows.first().and_then(|row| row.first()?.text())),
            Op::Unlock => {
                self.held.lock = false;
                if integer(&rows)? != 1 {
                    self.cleanup_failed(Purpose::Unlock.as_str(), NOT_HELD);
                }
            }
            Op::ReadForeignKeys if integer(&rows)? == 1 => self.ops.push_front(Op::ForeignKeysOff),
            Op::CountViolations => self.current.as_mut()?.violations = rows,
            Op::ReadInvalidIndexes => self.current.as_mut()?.invalid_indexes = texts(&rows),
            Op::FindLeftIndex(_) => self.hear_left_index(&rows),
            Op::ConfirmIndex(index) => self.hear_made_index(*index, &rows),
            Op::AskBlockers => self.hear_blockers(texts(&rows)),
            Op::FindInvalidIndexes => self.hear_invalid_indexes(texts(&rows)),
            Op::CheckViolations => self.hear_violations(&rows),
            Op::ReadSession => {
                let state = self.table.session_state(&rows)?;
                self.records = self.table.within(&state);
                self.lease = self.lease.as_ref().map(|lease| lease.within(&state));
                self.session_state = Some(state);
                self.hold_session();
            }
            _ => {}
        }
        Some(())
    }

    fn hear_first_marker(&mut self, marker: i64) {
        if marker == self.marker_of(self.migrations.head()) {
            self.nothing_to_do();
        } else {
            self.ops.push_back(Op::Probe);
        }
    }

    /// `user_version` is ours if it says what our history says, or if it was untouched when there was no history.
    fn hear_marker(&mut self, marker: i64) {
        let ours = match self.has_table {
            true => marker == self.marker_of(self.history.recorded_chain()),
            false => marker == 0,
        };
        self.marker = if ours {
            Marker::Ours(marker)
        } else {
            Marker::Theirs
        };
    }

    /// A migration that sets `user_version` claims it for the application.
    fn hear_marker_again(&mut self, marker: i64) {
        if self.marker != Marker::Ours(marker) {
            self.held.marker.get_or_insert(self.marker);
            self.marker = Marker::Theirs;
        }
    }

    fn hear_probe(&mut self, newest: Option<Newest>) {
        self.has_table = true;
        let Some(newest) = newest else {
            return self.consider();
        };
        if newest.state == RowState::Applied && self.chain_of_goal() == Some(newest.chain) {
            self.nothing_to_do();
        } else {
            self.ops.push_back(Op::Look);
        }
    }

    fn hear_recheck(&mut self, newest: Option<Newest>) {
        let planned = self.history.newest().map(|row| Newest {
            chain: row.chain,
            sequence: row.sequence,
            state: row.state,
        });
        if !self.has_table || newest != planned {
            self.replan();
        }
    }

    /// A migration that stands in part is brought to an end by one process, and another one may have begun to.
    fn hear_rows_again(&mut self, rows: &[Vec<Value>]) {
        let rows = rows.iter().map(|row| Row::from_values(row).ok());
        if rows
            .collect::<Option<Vec<Row>>>()
            .map(History::new)
            .as_ref()
            != Some(&self.history)
        {
            self.replan();
        }
    }

    /// Whether the migration at hand stood in part before the run.
    pub(super) fn is_resolving(&self) -> bool {
        let mut current = self.current.iter();
        current.any(|current| current.work.resolves.is_some())
    }

    fn hear_history(&mut self, op: &Op, rows: &[Vec<Value>]) {
        let rows: Result<Vec<Row>, _> = rows.iter().map(|row| Row::from_values(row)).collect();
        match rows {
            Ok(rows) => {
                self.history = History::new(rows);
                self.has_table = true;
                if *op == Op::Look {
                    self.consider();
                }
            }
            Err(malformed) => self.fail(FailureKind::Malformed(malformed)),
        }
    }

    /// A history that does not exist is an empty one, and the table of a lock that does not is created.
    fn hears_missing_table(&mut self, op: &Op) -> bool {
        let is_locked = match op {
            Op::Claim | Op::Lock => return self.creates_lock(),
            Op::Probe | Op::Look => false,
            Op::ReadHistory | Op::Recheck => true,
            _ => return false,
        };
        self.waiting = None;
        let was_there = self.has_table;
        self.has_table = false;
        self.history = History::default();
        match op {
            Op::Recheck if was_there => self.replan(),
            _ if is_locked => {}
            _ => self.consider(),
        }
        true
    }

    /// Another run may create it at this moment, and PostgreSQL may then refuse it to us: only a second look says that it is not there.
    fn creates_lock(&mut self) -> bool {
        let is_first = self.without_lock.is_none();
        if is_first {
            self.without_lock = Some(String::new());
            self.ops.retain(|op| !matches!(op, Op::Claim | Op::Lock));
            for op in [Op::Lock, Op::Claim, Op::CreateLock] {
                self.ops.push_front(op);
            }
        }
        is_first
    }

    fn hear_lock(&mut self, answer: i64, in_transaction: Option<i64>, of_one_node: Option<i64>) {
        self.held.lock = answer == 1;
        if self.held.lock {
            self.waiting = None;
        }
        if in_transaction == Some(1) {
            self.fail(FailureKind::InTransaction);
        } else if in_transaction == Some(2) {
            self.fail(FailureKind::Autocommit);
        } else if of_one_node == Some(1) {
            self.fail(FailureKind::Cluster);
        } else if !self.held.lock && !self.wait_for_lock() {
            self.ops.clear();
            self.ops.push_back(Op::AskHolder);
        }
    }

    fn hear_violations(&mut self, after: &[Vec<Value>]) {
        let Some(current) = &self.current else { return };
        let count = |rows: &[Vec<Value>], group: &[Value]| -> i64 {
            rows.iter()
                .find(|row| row.starts_with(group))
                .and_then(|row| row.get(2)?.integer())
                .unwrap_or(0)
        };
        let new = after.iter().find_map(|row| {
            let more = count(after, row.get(..2)?) - count(&current.violations, row.get(..2)?);
            (more > 0).then_some((row, more))
        });
        let Some((row, more)) = new else { return };
        let text = |index: usize| row.get(index).and_then(Value::text).unwrap_or("?").into();
        let kind = FailureKind::ForeignKeys {
            label: current.work.label.clone(),
            child: text(0),
            parent: text(1),
            more,
            rowid: row.get(3).and_then(Value::integer),
        };
        self.fail(kind);
    }
}

const NOT_HELD: &str = "the lock was not held any more; behind a pooler that hands out another connection of the server for each transaction, \
     write `lock = \"table\"` into `migratory.toml`";

/// Chain, sequence and state of the newest row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newest {
    chain: Chain,
    sequence: i64,
    state: RowState,
}

/// The one integer of an answer.
fn integer(rows: &[Vec<Value>]) -> Option<i64> {
    rows.first()?.first()?.integer()
}

/// The same of an answer without rows, which is a no.
fn answer(rows: &[Vec<Value>]) -> Option<i64> {
    match rows {
        [] => Some(0),
        rows => integer(rows),
    }
}

/// The newest row, if there is one; `None` if the answer is not of that form.
fn newest(rows: &[Vec<Value>]) -> Option<Option<Newest>> {
    let Some(row) = rows.first() else {
        return Some(None);
    };
    let [chain, sequence, state] = row.as_slice() else {
        return None;
    };
    Some(Some(Newest {
        chain: Chain::parse(chain.text()?)?,
        sequence: sequence.integer()?,
        state: RowState::parse(state.text()?)?,
    }))
}
