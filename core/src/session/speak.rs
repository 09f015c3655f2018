//! Puts an op into words: the SQL of the dialect, with the values of the moment.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::work::Subject;
use super::{Before, Current, Join, Joined, Marker, Op, Place, Purpose, Record, Session, Step};
use crate::dialect::{Lease, settings};
use crate::{Change, Script, Statement, Table, Timeouts, Value};

/// Bytes of a statement that goes in one message with others.
const LONGEST_JOINED: usize = 64 * 1024;

/// A step that owns what it says.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Execute {
        sql: Cow<'static, str>,
        values: Vec<Value>,
        topic: Topic,
    },
    Query {
        sql: Cow<'static, str>,
        values: Vec<Value>,
        topic: Topic,
    },
    Call,
    Wait(Duration),
    Done,
}

/// A purpose that owns what it says.
#[derive(Clone, Debug)]
pub(super) enum Topic {
    Plain(Purpose<'static>),
    Statement {
        index: usize,
    },
    Record(Box<Change>),
    Joined {
        begins: bool,
        record: Option<Box<Change>>,
        statement: Option<usize>,
        end: Option<Box<Change>>,
    },
}

impl Session {
    /// The words for an op; `None` if there is no need for it at this moment.
    pub(super) fn speak(&self, op: &Op) -> Option<Line> {
        let dialect = self.dialect();
        match op {
            Op::ReadMarkerFirst | Op::ReadMarker if self.options.schema.is_none() => {
                Some(query(settings::READ_MARKER, Purpose::ReadMarker))
            }
            Op::Probe => Some(query_with(self.table.probe(&self.scope()), Purpose::Probe)),
            // The newest row says nothing of another one that is under way.
            Op::Recheck if self.is_resolving() => Some(query_with(
                self.table.read(&self.scope()),
                Purpose::ReadHistory,
            )),
            Op::Recheck => Some(query_with(
                self.table.probe(&self.scope()),
                Purpose::Recheck,
            )),
            Op::Look | Op::ReadHistory => Some(query_with(
                self.table.read(&self.scope()),
                Purpose::ReadHistory,
            )),
            Op::CreateLock => Some(execute(self.lease.as_ref()?.create(), Purpose::CreateLock)),
            Op::Claim => Some(execute(self.lease.as_ref()?.claim()?, Purpose::Lock)),
            Op::Renew => Some(execute(self.lease.as_ref()?.renew()?, Purpose::Renew)),
            Op::ConfirmLock => {
                let sql = self.lease.as_ref()?.is_kept();
                Some(query_with((sql, Vec::new()), Purpose::Renew))
            }
            Op::Lock => Some(query_with(
                match &self.lease {
                    Some(lease) => (lease.is_taken(), Vec::new()),
                    None => self.table.lock(self.lock_wait_seconds())?,
                },
                Purpose::Lock,
            )),
            Op::AskHolder => Some(query_with(
                match &self.lease {
                    Some(lease) => (lease.who_holds(), Vec::new()),
                    None => self.table.lock_holder()?,
                },
                Purpose::LockHolder,
            )),
            Op::Unlock if self.held.lock => Some(match &self.lease {
                Some(lease) => execute(lease.give_back(), Purpose::Unlock),
                None => query_with(self.table.unlock()?, Purpose::Unlock),
            }),
            Op::Begin => Some(execute(dialect.begin(), Purpose::Begin)),
            Op::CreateTable if !self.has_table => {
                Some(execute(self.table.create(), Purpose::CreateTable))
            }
            Op::ReadForeignKeys if !self.held.foreign_keys => {
                Some(query(settings::READ_FOREIGN_KEYS, Purpose::ForeignKeys))
            }
            Op::ForeignKeysOff => Some(execute(settings::FOREIGN_KEYS_OFF, Purpose::ForeignKeys)),
            Op::ForeignKeysOn if self.held.foreign_keys => {
                Some(execute(settings::FOREIGN_KEYS_ON, Purpose::ForeignKeys))
            }
            Op::CountViolations | Op::CheckViolations => Some(query(
                settings::FOREIGN_KEY_VIOLATIONS,
                Purpose::ForeignKeyCheck,
            )),
            Op::ReadSession if self.touches_session() && self.session_state.is_none() => {
                let lock = self.lease.as_ref().map(Lease::lock);
                let sql = self.table.read_session(lock)?;
                Some(query_with((sql, Vec::new()), Purpose::Session))
            }
            Op::SetTimeouts { in_transaction } if *in_transaction || self.has_session() => {
                let sql = dialect.set_timeouts(self.timeouts(), *in_transaction)?;
                Some(execute(sql, Purpose::Timeouts))
            }
            Op::ReadInvalidIndexes | Op::FindInvalidIndexes if self.may_leave_index() => {
                let sql = self.table.invalid_indexes()?;
                Some(query_with((sql, Vec::new()), Purpose::InvalidIndexes))
            }
            Op::FindLeftIndex(index) | Op::ConfirmIndex(index) => {
                let sql = self.ask_for_index(*index)?;
                Some(query_with((sql, Vec::new()), Purpose::InvalidIndexes))
            }
            Op::DropIndex { name } => Some(execute(Table::drop_index(name), Purpose::DropIndex)),
            Op::AskBlockers => Some(query(self.table.open_transactions()?, Purpose::Blockers)),
            Op::RestoreSession if self.held.session => {
                let state = self.session_state.as_ref()?;
                Some(execute(state.restore.clone(), Purpose::Session))
            }
            Op::RestoreDatabase if self.held.database => {
                let state = self.session_state.as_ref()?;
                Some(execute(state.restore_database.clone()?, Purpose::Session))
            }
            Op::Statement(index) => self.statement(*index),
            Op::Join(join) => self.join(join),
            Op::Locate => self.ask_where(),
            Op::Call => self.current.as_ref().map(|_| Line::Call),
            Op::Record(record) => self.record(record),
            Op::ConfirmMarker => self
                .marker_to_write()
                .map(|_| query(settings::READ_MARKER, Purpose::ReadMarker)),
            Op::WriteMarker => self.write_marker(),
            Op::Commit => Some(execute("COMMIT", Purpose::Commit)),
            Op::Rollback if self.held.transaction => Some(execute("ROLLBACK", Purpose::Rollback)),
            Op::Wait(duration) => Some(Line::Wait(*duration)),
            _ => None,
        }
    }

    /// The step that was put into words last.
    pub(super) fn spoken(&self) -> Step<'_> {
        match &self.line {
            Some(Line::Execute { sql, values, topic }) => Step::Execute {
                sql,
                values,
                purpose: self.purpose(topic),
            },
            Some(Line::Query { sql, values, topic }) => Step::Query {
                sql,
                values,
                purpose: self.purpose(topic),
            },
            Some(Line::Call) => match self
                .current
                .as_ref()
                .and_then(|current| current.work.script)
            {
                Some(Script::Rust(function)) => Step::Call {
                    function,
                    place: self.place(0),
                    is_in_transaction: self.held.transaction,
                },
                _ => Step::Done,
            },
            Some(Line::Wait(duration)) => Step::Wait(*duration),
            Some(Line::Done) | None => Step::Done,
        }
    }

    /// Where the statement of this index is.
    pub(super) fn place(&self, index: usize) -> Place<'_> {
        const NOWHERE: &crate::Label = &crate::Label {
            version: None,
            name: String::new(),
        };
        match &self.current {
            Some(Current { work, .. }) => Place {
                label: &work.label,
                direction: work.direction(),
                file: work.script.as_ref().map_or("", Script::file),
                line: work
                    .statements
                    .get(index)
                    .map_or(0, |statement| statement.line),
                index,
                total: work.total,
            },
            None => Place {
                label: NOWHERE,
                direction: crate::Direction::Up,
                file: "",
                line: 0,
                index,
                total: 0,
            },
        }
    }

    fn purpose<'a>(&'a self, topic: &'a Topic) -> Purpose<'a> {
        match topic {
            Topic::Plain(purpose) => *purpose,
            Topic::Statement { index } => Purpose::Statement(self.place(*index)),
            Topic::Record(change) => Purpose::Record(change),
            Topic::Joined {
                begins,
                record,
                statement,
                end,
            } => Purpose::Joined(Joined {
                begins: *begins,
                record: record.as_deref(),
                statement: statement.map(|index| self.place(index)),
                end: end.as_deref(),
            }),
        }
    }

    fn statement(&self, index: usize) -> Option<Line> {
        let Statement { sql, .. } = self.statement_at(index)?;
        Some(Line::Execute {
            sql: Cow::Borrowed(sql),
            values: Vec::new(),
            topic: Topic::Statement { index },
        })
    }

    /// `None` if its parts are to be said one by one.
    fn join(&self, join: &Join) -> Option<Line> {
        let (mut texts, record) = self.words_before(&join.before)?;
        if let Some(index) = join.statement {
            let sql = self.statement_at(index)?.sql;
            // A longer one may fill the largest message that the server takes, and so be one that goes alone or not at all.
            if sql.len() > LONGEST_JOINED {
                return None;
            }
            // It may end in a comment, which ends with its line.
            let end = if join.closes { "\n" } else { "" };
            texts.push([sql, end].concat());
        }
        let end = match join.closes {
            false => None,
            true => {
                let (words, change) = self.closing_words(join.statement.is_some())?;
                texts.extend(words);
                Some(change.into())
            }
        };
        Some(Line::Execute {
            sql: texts.join("; ").into(),
            values: Vec::new(),
            topic: Topic::Joined {
                begins: join.before == Before::Begin,
                record: record.map(Into::into),
                statement: join.statement,
                end,
            },
        })
    }

    fn words_before(&self, before: &Before) -> Option<(Vec<String>, Option<Change>)> {
        Some(match before {
            Before::Nothing => (Vec::new(), None),
            Before::Begin => {
                let begin = Some(self.dialect().begin().into());
                let timeouts = self.dialect().set_timeouts(self.timeouts(), true);
                (begin.into_iter().chain(timeouts).collect(), None)
            }
            Before::Record(record) => {
                let change = self.change(record).filter(is_all)?;
                let (sql, values) = self.records.change(&self.scope(), &change);
                let text = self.dialect().inlined(&sql, &values);
                (vec![text], Some(change))
            }
        })
    }

    /// The row of a migration that stands, and the commit.
    fn closing_words(&self, is_behind_statement: bool) -> Option<(Vec<String>, Change)> {
        if let Subject::Covered(_) = self.current.as_ref()?.work.subject {
            return None;
        }
        let change = self.change(&Record::Finish { index: 0 }).filter(is_all)?;
        let mut words = Vec::new();
        let (sql, values) = match &change {
            Change::Insert(row) if is_behind_statement => {
                words.push(settings::MARK_STATEMENTS_DONE.into());
                self.records.insert_behind_statement(row)
            }
            change => self.records.change(&self.scope(), change),
        };
        words.push(self.dialect().inlined(&sql, &values));
        words.push("COMMIT".into());
        Some((words, change))
    }

    fn record(&self, record: &Record) -> Option<Line> {
        let change = self.change(record)?;
        let (sql, values) = self.records.change(&self.scope(), &change);
        Some(Line::Execute {
            sql: sql.into(),
            values,
            topic: Topic::Record(change.into()),
        })
    }

    fn write_marker(&self) -> Option<Line> {
        let value = self.marker_to_write()?;
        Some(execute(settings::write_marker(value), Purpose::WriteMarker))
    }

    /// What `user_version` is to become, if it is ours and not that already.
    fn marker_to_write(&self) -> Option<i64> {
        let value = self.marker_of(self.history.chain());
        matches!(self.marker, Marker::Ours(old) if old != value).then_some(value)
    }

    fn may_leave_index(&self) -> bool {
        let mut current = self.current.iter();
        current.any(|current| current.work.may_leave_index)
    }

    pub(super) fn touches_session(&self) -> bool {
        let mut current = self.current.iter();
        current.any(|current| current.work.touches_session)
    }

    fn timeouts(&self) -> Timeouts {
        self.current
            .as_ref()
            .map_or(Timeouts::NONE, |current| current.work.timeouts)
    }
}

/// Whether no other row changes with it: the whole history is in the chain of a new one, and progress is not in the chain.
fn is_all(change: &Change) -> bool {
    matches!(change, Change::Insert(_) | Change::Progress { .. })
}

pub(super) fn execute(sql: impl Into<Cow<'static, str>>, purpose: Purpose<'static>) -> Line {
    Line::Execute {
        sql: sql.into(),
        values: Vec::new(),
        topic: Topic::Plain(purpose),
    }
}

fn query(sql: &'static str, purpose: Purpose<'static>) -> Line {
    query_with((sql.into(), Vec::new()), purpose)
}

pub(super) fn query_with((sql, values): (String, Vec<Value>), purpose: Purpose<'static>) -> Line {
    Line::Query {
        sql: sql.into(),
        values,
        topic: Topic::Plain(purpose),
    }
}
