//! What a migration takes: its steps, laid out before the first is made.

use alloc::vec;
use alloc::vec::Vec;

use crate::session::{Deed, Op, Record};
use crate::{
    Action, Capabilities, Checksum, Direction, Down, ForeignKeys, Kind, Label, LockKind, Migration,
    Repeatable, Script, Statement, Timeouts, TransactionMode,
};

/// One action of the plan, with all that is needed to run and to record it.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) label: Label,
    pub(super) deed: Deed,
    pub(super) subject: Subject,
    pub(super) script: Option<Script>,
    pub(super) statements: Vec<Statement<'static>>,
    /// Whether one transaction holds all of it, its row included.
    pub(super) is_whole: bool,
    pub(super) foreign_keys: ForeignKeys,
    pub(super) timeouts: Timeouts,
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
    pub(super) fn new(action: Action, capabilities: Capabilities) -> Self {
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
        }
    }

    /// Which way it goes.
    pub(super) fn direction(&self) -> Direction {
        match self.deed {
            Deed::Down | Deed::Forgotten => Direction::Down,
            _ => Direction::Up,
        }
    }

    /// How many steps of progress its row counts.
    pub(super) fn total(&self) -> usize {
        match self.script {
            Some(Script::Rust(_)) => 1,
            _ => self.statements.len(),
        }
    }

    /// Whether it asks for a timeout that does not exist here.
    pub(super) fn has_ignored_timeout(&self, capabilities: Capabilities) -> bool {
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
        Self {
            label: migration.into(),
            deed,
            subject: Subject::One(identity),
            script,
            statements: statements(script),
            is_whole: is_whole(migration.transaction(), capabilities),
            foreign_keys: match capabilities.has_foreign_key_switch {
                true => migration.foreign_keys(),
                false => ForeignKeys::Keep,
            },
            timeouts: migration.timeouts(),
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
        let script = (deed == Deed::Repeated).then(|| *repeatable.script());
        Self {
            label: repeatable.into(),
            deed,
            subject: Subject::One(identity),
            script,
            statements: statements(script),
            is_whole: script.is_none() || is_whole(repeatable.transaction(), capabilities),
            foreign_keys: ForeignKeys::Keep,
            timeouts: repeatable.timeouts(),
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
            is_whole: true,
            foreign_keys: ForeignKeys::Keep,
            timeouts: Timeouts::NONE,
        }
    }
}

/// Where a run is when a migration begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub(super) capabilities: Capabilities,
    /// The transaction is open in which the history was read.
    pub(super) is_open: bool,
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

/// One transaction for the statements and the row.
fn whole(work: &Work, ground: Ground) -> Vec<Op> {
    let mut ops = Vec::with_capacity(work.statements.len() + 12);
    let is_checked = work.foreign_keys == ForeignKeys::Off;
    ops.extend(foreign_keys_off(work, ground));
    ops.extend(begin(work, ground));
    if is_checked {
        ops.push(Op::CountViolations);
    }
    ops.push(Op::SetTimeouts {
        in_transaction: true,
    });
    ops.extend(script(work));
    ops.extend(finish_records(work));
    if is_checked {
        ops.push(Op::CheckViolations);
    }
    ops.extend(MARK);
    ops.extend([Op::Commit, Op::Complete, Op::ForeignKeysOn]);
    ops
}

/// The intent first, the progress after each statement, the end last.
fn piecemeal(work: &Work, ground: Ground) -> Vec<Op> {
    let mut ops = Vec::with_capacity(2 * work.statements.len() + 16);
    let is_checked = work.foreign_keys == ForeignKeys::Off;
    let is_locking = ground.capabilities.lock == LockKind::Transaction;
    // A row that counts in the chain stops to count, or begins to: two rows change together.
    let moves_chain = work.deed != Deed::Up;
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
    } else {
        ops.extend(together(moves_chain, &intent));
    }
    ops.extend([
        Op::ReadTimeouts,
        Op::SetTimeouts {
            in_transaction: false,
        },
    ]);
    let total = work.total();
    for (index, op) in script(work).enumerate() {
        ops.push(op);
        if index + 1 < total {
            ops.push(Op::Record(Record::Progress { done: index + 1 }));
        }
    }
    if is_checked {
        ops.push(Op::CheckViolations);
    }
    let mut finish = finish_records(work);
    if is_locking {
        finish.extend(MARK);
    }
    ops.extend(together(is_locking || moves_chain, &finish));
    ops.extend([Op::Complete, Op::RestoreTimeouts, Op::ForeignKeysOn]);
    ops
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
    let count = match work.script {
        None => 0,
        Some(_) => work.total(),
    };
    let is_rust = matches!(work.script, Some(Script::Rust(_)));
    (0..count).map(move |index| {
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

fn is_whole(transaction: TransactionMode, capabilities: Capabilities) -> bool {
    transaction == TransactionMode::InTransaction && capabilities.transactional_ddl
}
