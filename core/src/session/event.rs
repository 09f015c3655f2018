use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::{Direction, Label};

/// What happens during a run, for whoever wants to watch. [`Session::events`](crate::Session::events) hands them out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// There is something to do.
    Started {
        /// How many steps the plan has.
        steps: usize,
    },
    /// Another connection holds the lock, and the run waits for it.
    Waiting {
        /// How long at most.
        at_most: Duration,
    },
    /// Another process changed the history in between, and a new plan is made.
    Replanned,
    /// A migration begins.
    Applying {
        /// The migration.
        label: Label,
        /// Which way it goes.
        direction: Direction,
        /// Which step of the plan it is, counted from 1.
        step: usize,
        /// How many steps the plan has.
        steps: usize,
    },
    /// A statement of it ran.
    StatementDone {
        /// The migration.
        label: Label,
        /// How many statements are done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// It stands, and so does its row.
    Applied {
        /// The migration.
        label: Label,
        /// Which way it went.
        direction: Direction,
        /// How long it took.
        took: Duration,
    },
    /// Recorded, and not run: a baseline, or a repeatable migration that is forgotten.
    Skipped {
        /// The migration.
        label: Label,
    },
    /// It met another transaction, was rolled back and is tried again; outside of a transaction only its last statement, which did nothing.
    Retrying {
        /// The migration.
        label: Label,
        /// The client's words.
        reason: String,
    },
    /// An index that is not valid, left by an earlier try, was dropped, and is made again.
    IndexDropped {
        /// The migration.
        label: Label,
        /// The index with its schema.
        index: String,
    },
    /// It failed and was rolled back.
    RolledBack {
        /// The migration.
        label: Label,
    },
    /// A timeout that the migration asks for does not exist in this dialect, and is not applied.
    TimeoutIgnored {
        /// The migration.
        label: Label,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { steps } => write!(f, "{steps} to do"),
            Self::Waiting { at_most } => {
                write!(f, "waiting for another process, at most {at_most:?}")
            }
            Self::Replanned => f.write_str("another process changed the history: planning again"),
            Self::Applying {
                label,
                direction,
                step,
                steps,
            } => write!(f, "[{step}/{steps}] {direction} {label}"),
            Self::StatementDone { label, done, total } => {
                write!(f, "{label}: {done} of {total} statements")
            }
            Self::Applied {
                label,
                direction,
                took,
            } => write!(f, "{direction} {label}: done in {took:?}"),
            Self::Skipped { label } => write!(f, "{label}: recorded, not run"),
            Self::Retrying { label, reason } => write!(f, "{label}: trying again after: {reason}"),
            Self::IndexDropped { label, index } => {
                write!(
                    f,
                    "{label}: dropped the invalid index {index}, to make it again"
                )
            }
            Self::RolledBack { label } => write!(f, "{label}: rolled back"),
            Self::TimeoutIgnored { label } => {
                write!(f, "{label}: this database has no such timeout")
            }
        }
    }
}
