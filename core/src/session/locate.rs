//! Which part of a message failed that has several. Few clients can tell, so the database is asked after the failure.

use alloc::boxed::Box;
use alloc::string::String;

use super::op::{Before, Join};
use super::speak::{Topic, execute, query_with};
use super::{Class, Heard, Line, Op, Purpose, Record, Reply, Session};
use crate::Change;
use crate::dialect::settings;

/// What is known of a failure.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) class: Class,
    pub(super) message: String,
    /// Something of it has to be kept back.
    pub(super) is_secret: bool,
}

/// A message that failed, and of which it is not known in which part.
#[derive(Clone, Debug)]
pub(super) struct Unlocated {
    /// What was to be recorded before the statement.
    record: Option<Box<Change>>,
    /// It was to open the transaction.
    begins: bool,
    statement: Option<usize>,
    fault: Fault,
}

impl Session {
    /// Asks what failed, unless it can only have been the statement.
    pub(super) fn join_failed(&mut self, join: &Join, line: Option<&Line>, fault: Fault) -> Heard {
        // What opens the transaction does not fail, so it is open if the server came so far. To roll back none is no error there.
        let begins = join.before == Before::Begin;
        self.held.transaction |= begins;
        let has_ended = fault.class == Class::NoTransaction;
        let may_be_another = join.closes || matches!(join.before, Before::Record(_));
        if has_ended || !may_be_another {
            let part = join.statement.map_or(Op::Commit, Op::Statement);
            let name = name_of(&part);
            return self.settle(part, name, fault);
        }
        let heard = match fault.is_secret {
            true => Heard::Withheld,
            false => Heard::Ended,
        };
        self.is_in_doubt = true;
        self.unlocated = Some(Unlocated {
            record: match line {
                Some(Line::Execute {
                    topic: Topic::Joined { record, .. },
                    ..
                }) => record.clone(),
                _ => None,
            },
            begins,
            statement: join.statement,
            fault,
        });
        self.ops.push_front(Op::Locate);
        heard
    }

    /// Within a transaction its savepoint says how far the message came, and otherwise the history itself.
    pub(super) fn ask_where(&self) -> Option<Line> {
        let unlocated = self.unlocated.as_ref()?;
        Some(match unlocated.record.as_deref() {
            None => execute(settings::LOOK_FOR_MARK, Purpose::Locate),
            Some(change) => query_with(
                self.records.progress(&self.scope(), version_of(change)),
                Purpose::Locate,
            ),
        })
    }

    /// Goes on from the failure with what the answer says of it. The error that the driver holds is the one of the failure.
    pub(super) fn located(&mut self, reply: Reply) -> Heard {
        let Some(Unlocated {
            record,
            begins,
            statement,
            fault,
        }) = self.unlocated.take()
        else {
            return Heard::Noted;
        };
        let the_statement = statement.map(Op::Statement);
        let the_row = Op::Record(Record::Finish { index: 0 });
        let mut is_lost = false;
        let part = match (record, reply) {
            // Of a message that begins the transaction as well, the server may have understood nothing; and what a commit complains
            // of is then of its one statement.
            (None, Reply::Failed { class, .. }) => match class {
                Class::NoTransaction if !begins => Op::Commit,
                _ => the_statement.unwrap_or(the_row),
            },
            (None, _) => the_row,
            (Some(change), Reply::Rows(rows)) => {
                let done = rows.first().and_then(|row| row.first()?.integer());
                if says(&change, done) {
                    self.recorded(&change);
                    the_statement.unwrap_or(the_row)
                } else {
                    the_row
                }
            }
            (Some(_), _) => {
                is_lost = true;
                the_statement.unwrap_or(the_row)
            }
        };
        let name = name_of(&part);
        let heard = self.settle(part, name, fault);
        self.is_in_doubt |= is_lost;
        match heard {
            Heard::Ended => Heard::Noted,
            // It goes on, and what failed is forgotten.
            Heard::Noted | Heard::Withheld => Heard::Withheld,
        }
    }
}

/// Whether the row of a change says what the change makes it say.
fn says(change: &Change, done: Option<i64>) -> bool {
    match change {
        Change::Progress { done: expected, .. } => done == Some(*expected),
        _ => done.is_some(),
    }
}

fn version_of(change: &Change) -> i64 {
    match change {
        Change::Insert(row) | Change::Update(row) => row.version,
        Change::Progress { version, .. } | Change::Delete { version } => *version,
        Change::SetChain { .. } => 0,
    }
}

fn name_of(part: &Op) -> &'static str {
    match part {
        Op::Commit => Purpose::Commit.as_str(),
        Op::Statement(_) => "statement",
        _ => "record",
    }
}
