use alloc::string::String;
use core::time::Duration;

/// One step of a run, before it is put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Read SQLite's `user_version`, to be done at once if it is the one of our head.
    ReadMarkerFirst,
    /// Read the newest row, with nothing locked.
    Probe,
    /// Read all rows, with nothing locked.
    Look,
    /// Create the table of the lock, where it is a row.
    CreateLock,
    /// Take the lock if it is free, where it takes more than the question whether it is ours.
    Claim,
    /// Try to take the lock.
    Lock,
    /// Ask who holds it.
    AskHolder,
    /// Read all rows, with the lock held.
    ReadHistory,
    /// Read SQLite's `user_version`, to see whether it is ours to write.
    ReadMarker,
    /// Make the plan.
    Decide,
    /// Open a transaction.
    Begin,
    /// See whether the newest row is still the one that the plan was made on.
    Recheck,
    /// Create the history table if it is not there.
    CreateTable,
    /// Read whether foreign keys are enforced, and switch them off if they are.
    ReadForeignKeys,
    /// Switch foreign keys off.
    ForeignKeysOff,
    /// Switch foreign keys on again if they were.
    ForeignKeysOn,
    /// Count the rows without a parent before a migration.
    CountViolations,
    /// Count them after it, and refuse new ones.
    CheckViolations,
    /// Read the state of the session, which the migration may change.
    ReadSession,
    /// Set the timeouts of the migration.
    SetTimeouts { in_transaction: bool },
    /// Put the state of the session back.
    RestoreSession,
    /// Look into the database first that was looked into first.
    RestoreDatabase,
    /// Name the indexes that are invalid before a migration that may leave one so.
    ReadInvalidIndexes,
    /// Name those that are invalid after it failed.
    FindInvalidIndexes,
    /// Find the index that a statement left behind when it was run before, to drop it.
    FindLeftIndex(usize),
    /// Drop an index, by its name in a statement.
    DropIndex { name: String },
    /// See whether the index that a statement made is valid.
    ConfirmIndex(usize),
    /// Ask whose transactions are open, after a lock was waited for in vain.
    AskBlockers,
    /// Run a statement.
    Statement(usize),
    /// Do several things in one message.
    Join(Join),
    /// Find out which part of a message failed.
    Locate,
    /// Call the Rust function.
    Call,
    /// Change the history.
    Record(Record),
    /// Read SQLite's `user_version` once more before it is written, because a migration may have claimed it.
    ConfirmMarker,
    /// Write SQLite's `user_version` if it is ours.
    WriteMarker,
    /// Commit.
    Commit,
    /// Roll back if a transaction is open.
    Rollback,
    /// The migration stands.
    Complete,
    /// Lay out the migration at hand again, and run it from its beginning.
    Again,
    /// Hold the lock longer, where it takes more than the question whether it still is ours.
    Renew,
    /// Ask whether the lock is still ours, where it can be lost.
    ConfirmLock,
    /// Give the lock back if it is held.
    Unlock,
    /// Sleep.
    Wait(Duration),
}

/// What goes in one message, in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Join {
    pub(super) before: Before,
    /// The statement of this index.
    pub(super) statement: Option<usize>,
    /// Write the row of a migration that stands, and commit.
    pub(super) closes: bool,
}

/// What stands before the statement in its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// Open a transaction, and set the timeouts of the migration in it.
    Begin,
    /// Change the history.
    Record(Record),
}

impl Join {
    /// The end of a migration whose statements are done.
    pub(super) const CLOSE: Self = Self {
        before: Before::Nothing,
        statement: None,
        closes: true,
    };

    /// A statement that goes with nothing is a statement.
    pub(super) fn into_op(self) -> Op {
        match self {
            Self {
                before: Before::Nothing,
                statement: Some(index),
                closes: false,
            } => Op::Statement(index),
            join => Op::Join(join),
        }
    }
}

/// A change to the history, before it is known what the history then is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// The migration begins and is not in one transaction with its row.
    Intent,
    /// So many of its statements are done.
    Progress { done: usize },
    /// It stands; of a baseline, the one with this index.
    Finish { index: usize },
    /// The newest row gets the sum of the links, if it has not.
    Chain,
    /// What stopped it.
    Error { message: String },
}
