//! What a migration takes: its steps, laid out before the first is made.

use alloc::vec;
use alloc::vec::Vec;

use crate::session::report::deed_of;
use crate::session::{Before, Deed, Join, Op, Record};
use crate::{
    Action, Capabilities, Checksum, Direction, Down, ForeignKeys, Kind, Label, LockKind, Migration,
    Repeatable, Resolvable, Resolve, Script, Statement, Timeouts, TransactionMode,
};

/// One action of the plan, with all that is needed to run and to record it.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) label: Label,
    pub(super) deed: Deed,
    pub(super) subject: Subject,
    pub(super) script: Option<Script>,
    pub(super) statements: Vec<Statement<'static>>,
    /// The index of the first statement that is run.
    pub(super) first: usize,
    /// How many steps of progress its row counts.
    pub(super) total: usize,
    /// What it brings to an end, if it stood in part before the run.
    pub(super) resolves: Option<Resolve>,
    /// Whether one transaction holds all of it, its row included.
    pub(super) is_whole: bool,
    pub(super) foreign_keys: ForeignKeys,
    pub(super) timeouts: Timeouts,
    /// Whether it may change settings of the session.
    pub(super) touches_session: bool,
    /// Whether one of its statements may leave an index that is not valid when it fails.
    pub(super) may_leave_index: bool,
}

/// Whose rows it writes.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// One row.
    One(Identity),
    /// A row for each of these, recorded as a baseline.
    Covered(Vec<&'static Migration>),
}

/// What a row says of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) key: i64,
    pub(super) name: &'static str,
    pub(super) checksum: Checksum,
    pub(super) link: u64,
    pub(super) kind: Kind,
}

impl Work {
    /// `timeouts` are those of the run, for whatever asks for none of its own.
    pub(super) fn new(action: Action, capabilities: Capabilities, timeouts: Timeouts) -> Self {
        let work = Self::of(action, capabilities);
        match work.script {
            Some(_) => work.with_timeouts(timeouts),
            None => work,
        }
    }

    fn with_timeouts(self, timeouts: Timeouts) -> Self {
        let timeouts = self.timeouts.or(timeouts);
        Self {
            timeouts,
            touches_session: touches_session(self.script, timeouts, self.is_whole),
            ..self
        }
    }

    fn of(action: Action, capabilities: Capabilities) -> Self {
        match action {
            Action::Up(migration) => {
                Self::versioned(migration, Deed::Up, Some(*migration.up()), capabilities)
            }
            Action::Down(migration) => {
                let script = match migration.down() {
                    Down::Script(script) => Some(*script),
                    // The planner refuses these.
                    Down::Missing | Down::Irreversible => None,
                };
                Self::versioned(migration, Deed::Down, script, capabilities)
            }
            Action::Repeat(repeatable) => {
                Self::repeatable(repeatable, Deed::Repeated, capabilities)
            }
            Action::Forget(repeatable) => {
                Self::repeatable(repeatable, Deed::Forgotten, capabilities)
            }
            Action::Baseline(covered) => Self::baseline(covered),
            Action::Resolve(resolve) => Self::resolve(resolve, capabilities),
        }
    }

    /// Which way it goes.
    pub(super) fn direction(&self) -> Direction {
        match self.deed {
            Deed::Down | Deed::Forgotten | Deed::MarkedDown => Direction::Down,
            _ => Direction::Up,
        }
    }

    /// Whether it asks for a timeout that does not exist here, or for one of a session where there is none.
    pub(super) fn has_ignored_timeout(
        &self,
        capabilities: Capabilities,
        has_session: bool,
    ) -> bool {
        if !self.is_whole && !has_session {
            return self.timeouts != Timeouts::NONE;
        }
        // The run itself keeps to a lock timeout where the lock is a transaction.
        let lock = capabilities.has_lock_timeout || capabilities.lock == LockKind::Transaction;
        (self.timeouts.lock_ms.is_some() && !lock)
            || (self.timeouts.statement_ms.is_some() && !capabilities.has_statement_timeout)
    }

    fn versioned(
        migration: &Migration,
        deed: Deed,
        script: Option<Script>,
        capabilities: Capabilities,
    ) -> Self {
        let identity = Identity {
            key: migration.version().key(),
            name: migration.name(),
            checksum: migration.checksum(),
            link: migration.link(),
            kind: match script {
                Some(Script::Rust(_)) => Kind::Rust,
                _ => Kind::Sql,
            },
        };
        let is_whole = is_whole(migration.transaction(), capabilities);
        Self {
            label: migration.into(),
            deed,
            subject: Subject::One(identity),
            script,
            statements: statements(script),
            first: 0,
            total: script.map_or(0, |script| script.len()),
            resolves: None,
            is_whole,
            foreign_keys: match capabilities.has_foreign_key_switch {
                true => migration.foreign_keys(),
                false => ForeignKeys::Keep,
            },
            timeouts: migration.timeouts(),
            touches_session: touches_session(script, migration.timeouts(), is_whole),
            may_leave_index: may_leave_index(script),
        }
    }

    fn repeatable(repeatable: &Repeatable, deed: Deed, capabilities: Capabilities) -> Self {
        let identity = Identity {
            key: repeatable.key(),
            name: repeatable.name(),
            checksum: repeatable.checksum(),
            link: repeatable.link(),
            kind: Kind::Repeatable,
        };
        let script = (deed != Deed::Forgotten).then(|| *repeatable.script());
        let is_whole = script.is_none() || is_whole(repeatable.transaction(), capabilities);
        Self {
            label: repeatable.into(),
            deed,
            subject: Subject::One(identity),
            script,
            statements: statements(script),
            first: 0,
            total: script.map_or(0, |script| script.len()),
            resolves: None,
            is_whole,
            foreign_keys: ForeignKeys::Keep,
            timeouts: repeatable.timeouts(),
            touches_session: touches_session(script, repeatable.timeouts(), is_whole),
            may_leave_index: may_leave_index(script),
        }
    }

    /// The work of the way that it goes in the end, from where it goes on.
    fn resolve(resolve: Resolve, capabilities: Capabilities) -> Self {
        let deed = deed_of(&resolve);
        let work = match resolve.subject {
            Resolvable::Versioned(migration) => {
                Self::versioned(migration, deed, resolve.script(), capabilities)
            }
            Resolvable::Repeatable(repeatable) => Self::repeatable(repeatable, deed, capabilities),
        };
        let work = Self {
            first: resolve.first(),
            resolves: Some(resolve),
            ..work
        };
        if !resolve.is_mark() {
            return work;
        }
        Self {
            script: None,
            statements: Vec::new(),
            is_whole: true,
            foreign_keys: ForeignKeys::Keep,
            timeouts: Timeouts::NONE,
            touches_session: false,
            may_leave_index: false,
            ..work
        }
    }

    fn baseline(covered: Vec<&'static Migration>) -> Self {
        Self {
            label: match covered.last() {
                Some(last) => Label::from(*last),
                None => Label {
                    version: None,
                    name: "baseline".into(),
                },
            },
            deed: Deed::Baselined,
            subject: Subject::Covered(covered),
            script: None,
            statements: Vec::new(),
            first: 0,
            total: 0,
            resolves: None,
            is_whole: true,
            foreign_keys: ForeignKeys::Keep,
            timeouts: Timeouts::NONE,
            touches_session: false,
            may_leave_index: false,
        }
    }
}

/// Where a run is when a migration begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub(super) capabilities: Capabilities,
    /// The transaction is open in which the history was read.
    pub(super) is_open: bool,
    /// The lock is a row, and another run has it when nothing was heard of this one for too long.
    pub(super) may_lose_lock: bool,
}

/// The steps of a migration.
pub(super) fn layout(work: &Work, ground: Ground) -> Vec<Op> {
    if work.is_whole {
        whole(work, ground)
    } else {
        piecemeal(work, ground)
    }
}

/// Keeps SQLite's `user_version` in step, if it is ours.
const MARK: [Op; 2] = [Op::ConfirmMarker, Op::WriteMarker];

/// Holds a lock that can be lost, and sees whether it still is ours.
const HOLD: [Op; 2] = [Op::Renew, Op::ConfirmLock];

/// One transaction for the statements and the row.
fn whole(work: &Work, ground: Ground) -> Vec<Op> {
    let mut ops = Vec::with_capacity(work.statements.len() + 12);
    let is_checked = work.foreign_keys == ForeignKeys::Off;
    ops.push(Op::ReadSession);
    ops.extend(foreign_keys_off(work, ground));
    let joins = may_join(work, ground);
    // A lock that can be lost is looked at between the begin and the first statement.
    let opens = joins && has_statements(work) && !ground.may_lose_lock;
    // A migration may have changed where names are looked up, or who it is: its row is written as it was begun.
    let closes = joins && has_statements(work) && !work.touches_session;
    if !opens {
        ops.extend(begin(work, ground));
        ops.extend(HOLD);
        if is_checked {
            ops.push(Op::CountViolations);
        }
        ops.push(Op::SetTimeouts {
            in_transaction: true,
        });
    }
    ops.extend(script(work).map(|op| match op {
        Op::Statement(index) => {
            let join = Join {
                before: match opens && index == work.first {
                    true => Before::Begin,
                    false => Before::Nothing,
                },
                statement: Some(index),
                closes: closes && index + 1 == work.total,
            };
            join.into_op()
        }
        op => op,
    }));
    ops.extend([Op::RestoreSession, Op::RestoreDatabase]);
    if joins && !closes {
        ops.push(Op::Join(Join::CLOSE));
    } else if !joins {
        ops.extend(finish_records(work));
        if is_checked {
            ops.push(Op::CheckViolations);
        }
        ops.extend(MARK);
        ops.push(Op::Commit);
    }
    ops.extend([Op::Complete, Op::ForeignKeysOn]);
    ops
}

/// Whether nothing has to be asked between the begin and the first statement, and between the last one and the commit.
fn may_join(work: &Work, ground: Ground) -> bool {
    let Capabilities {
        joins_statements,
        transactional_ddl,
        has_marker,
        ..
    } = ground.capabilities;
    joins_statements && transactional_ddl && !has_marker && work.foreign_keys == ForeignKeys::Keep
}

fn has_statements(work: &Work) -> bool {
    matches!(work.script, Some(Script::Sql(_))) && work.first < work.total
}

/// The parts of a message where they cannot go together, the parts that still can in one.
pub(super) fn apart(work: &Work, join: &Join) -> Vec<Op> {
    match (&join.before, join.statement, join.closes) {
        (before, statement @ Some(_), true) => {
            let open = Join {
                before: before.clone(),
                statement,
                closes: false,
            };
            vec![open.into_op(), Op::Join(Join::CLOSE)]
        }
        (_, None, true) => [finish_records(work), vec![Op::Commit]].concat(),
        (before, statement, false) => {
            let mut ops = match before {
                Before::Nothing => vec![],
                Before::Begin => vec![
                    Op::Begin,
                    Op::SetTimeouts {
                        in_transaction: true,
                    },
                ],
                Before::Record(record) => {
                    vec![Op::Record(record.clone()), Op::Record(Record::Chain)]
                }
            };
            ops.extend(statement.map(Op::Statement));
            ops
        }
    }
}

/// The intent first, the progress after each statement, the end last.
fn piecemeal(work: &Work, ground: Ground) -> Vec<Op> {
    let mut ops = Vec::with_capacity(2 * work.statements.len() + 16);
    let is_checked = work.foreign_keys == ForeignKeys::Off;
    let is_locking = ground.capabilities.lock == LockKind::Transaction;
    // A row that counts in the chain stops to count, or begins to: two rows change together.
    let moves_chain = work.deed != Deed::Up || work.resolves.is_some();
    let joins = !moves_chain && may_join_records(work, ground);
    ops.extend(foreign_keys_off(work, ground));
    let intent = [Op::Record(Record::Intent), Op::Record(Record::Chain)];
    if is_locking {
        ops.extend(begin(work, ground));
        if is_checked {
            ops.push(Op::CountViolations);
        }
        ops.extend(intent);
        ops.extend(MARK);
        ops.push(Op::Commit);
    } else if !joins {
        // In one transaction with it, the lock is kept until the intent is there for others to see.
        let is_together = moves_chain || ground.may_lose_lock;
        ops.extend(together(is_together, &[&HOLD[..], &intent].concat()));
    }
    ops.extend([
        Op::ReadSession,
        Op::ReadInvalidIndexes,
        Op::SetTimeouts {
            in_transaction: false,
        },
    ]);
    for (index, op) in (work.first..).zip(script(work)) {
        let record = match index == work.first {
            true => Record::Intent,
            false => Record::Progress { done: index },
        };
        if joins {
            ops.push(Op::Join(Join {
                before: Before::Record(record),
                statement: Some(index),
                closes: false,
            }));
            continue;
        }
        if index > work.first {
            ops.push(Op::Record(record));
            ops.extend(HOLD);
        }
        if work.resolves.is_some() {
            ops.push(Op::FindLeftIndex(index));
        }
        ops.extend([op, Op::ConfirmIndex(index)]);
    }
    if is_checked {
        ops.push(Op::CheckViolations);
    }
    ops.extend([Op::RestoreSession, Op::RestoreDatabase]);
    let mut finish = finish_records(work);
    if script(work).next().is_none() {
        finish.splice(0..0, HOLD);
    }
    if is_locking {
        finish.extend(MARK);
    }
    // What the migration left open is committed with its row: beginning a transaction commits one, or goes on in it.
    let may_leave_open = work.touches_session;
    ops.extend(together(
        is_locking || moves_chain || may_leave_open,
        &finish,
    ));
    ops.extend([Op::Complete, Op::ForeignKeysOn]);
    ops
}

/// Whether what is known goes into the history in one message with the statement that comes next: no transaction has to keep the two
/// apart, nothing has to be asked between them, and the lock cannot be lost. PostgreSQL would make one transaction of the message.
fn may_join_records(work: &Work, ground: Ground) -> bool {
    let Capabilities {
        joins_statements,
        transactional_ddl,
        ..
    } = ground.capabilities;
    joins_statements
        && !transactional_ddl
        && !ground.may_lose_lock
        && !work.touches_session
        && has_statements(work)
}

/// Foreign keys cannot be switched in a transaction, so one that is open is given up; nothing was written in it.
fn foreign_keys_off(work: &Work, ground: Ground) -> Vec<Op> {
    match (work.foreign_keys, ground.is_open) {
        (ForeignKeys::Keep, _) => vec![],
        (ForeignKeys::Off, true) => vec![Op::Rollback, Op::ReadForeignKeys],
        (ForeignKeys::Off, false) => vec![Op::ReadForeignKeys],
    }
}

fn begin(work: &Work, ground: Ground) -> Vec<Op> {
    let is_locking = ground.capabilities.lock == LockKind::Transaction;
    let is_open = ground.is_open && work.foreign_keys == ForeignKeys::Keep;
    match (is_open, is_locking) {
        (true, _) => vec![Op::CreateTable],
        (false, true) => vec![Op::Begin, Op::Recheck, Op::CreateTable],
        (false, false) => vec![Op::Begin],
    }
}

fn script(work: &Work) -> impl Iterator<Item = Op> {
    let end = match work.script {
        None => 0,
        Some(_) => work.total,
    };
    let is_rust = matches!(work.script, Some(Script::Rust(_)));
    (work.first..end).map(move |index| {
        if is_rust {
            Op::Call
        } else {
            Op::Statement(index)
        }
    })
}

fn finish_records(work: &Work) -> Vec<Op> {
    let records = match &work.subject {
        Subject::One(_) => 0..1,
        Subject::Covered(covered) => 0..covered.len(),
    };
    records
        .map(|index| Op::Record(Record::Finish { index }))
        .chain([Op::Record(Record::Chain)])
        .collect()
}

fn together(in_transaction: bool, ops: &[Op]) -> Vec<Op> {
    match in_transaction {
        true => [&[Op::Begin], ops, &[Op::Commit]].concat(),
        false => ops.to_vec(),
    }
}

fn statements(script: Option<Script>) -> Vec<Statement<'static>> {
    match script {
        Some(Script::Sql(sql)) => sql.statements().collect(),
        _ => Vec::new(),
    }
}

/// What is made in a transaction is gone with it; what refuses one may stay in part.
fn may_leave_index(script: Option<Script>) -> bool {
    match script {
        Some(Script::Sql(sql)) => sql.statements().any(|it| !it.transactional),
        _ => false,
    }
}

/// What a function in Rust does to the session nobody knows. Where a migration is not one transaction, its timeouts are the session's.
fn touches_session(script: Option<Script>, timeouts: Timeouts, is_whole: bool) -> bool {
    match script {
        _ if timeouts != Timeouts::NONE && !is_whole => true,
        Some(Script::Rust(_)) => true,
        Some(Script::Sql(sql)) => sql.statements().any(|it| it.touches_session),
        None => false,
    }
}

fn is_whole(transaction: TransactionMode, capabilities: Capabilities) -> bool {
    transaction == TransactionMode::InTransaction && capabilities.transactional_ddl
}
