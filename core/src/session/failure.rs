use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::Report;
use crate::label::list;
use crate::refusal::way_out_of_partial;
use crate::{Direction, Entry, Label, Malformed, Refusal};

/// Why a run ended, and what still stands.
///
/// [`Display`](fmt::Display) says what and where in the first line, then what stands, then the way out. The client's own
/// error is with the driver, which hands it out as the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: Box<FailureKind>,
    pub(crate) report: Report,
    pub(crate) fate: Fate,
    pub(crate) invalid_indexes: Vec<String>,
    pub(crate) blockers: Vec<String>,
    pub(crate) cleanup: Vec<String>,
}

impl Failure {
    /// What went wrong.
    pub fn kind(&self) -> &FailureKind {
        &self.kind
    }

    /// What this run did before, and what stands.
    pub fn applied(&self) -> &[Entry] {
        self.report.entries()
    }

    /// The same as a report.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What became of the migration at hand.
    pub fn fate(&self) -> &Fate {
        &self.fate
    }

    /// The indexes that a failed migration left invalid, as `schema.index on table`. PostgreSQL keeps them up to date and uses them for no
    /// query, and `IF NOT EXISTS` takes them for made.
    pub fn invalid_indexes(&self) -> &[String] {
        &self.invalid_indexes
    }

    /// Where a lock was waited for in vain: whose transactions were open then, oldest first, as far as the server shows them. One of them had
    /// the lock.
    pub fn blockers(&self) -> &[String] {
        &self.blockers
    }

    /// What went wrong while the run cleaned up after itself.
    pub fn cleanup(&self) -> &[String] {
        &self.cleanup
    }

    /// The refusal, if the run was not begun.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &*self.kind {
            FailureKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// There is no plan from this history to the goal.
    Refused(Refusal),
    /// A statement or a Rust function of a migration failed.
    Migration {
        /// The migration.
        label: Label,
        /// Which way it was going.
        direction: Direction,
        /// The file.
        file: String,
        /// The line that the statement begins on; 0 for a Rust function.
        line: u32,
        /// Which statement, counted from 0.
        index: usize,
        /// How many statements there are.
        total: usize,
        /// The client's words.
        message: String,
    },
    /// A statement made an index, and that is not valid: `IF NOT EXISTS` took what an earlier try had left for it.
    InvalidIndex {
        /// The migration.
        label: Label,
        /// The file.
        file: String,
        /// The line that the statement begins on.
        line: u32,
        /// The index with its schema and table.
        index: String,
    },
    /// A migration left rows without a parent.
    ForeignKeys {
        /// The migration.
        label: Label,
        /// The table with such rows.
        child: String,
        /// The table that they refer to.
        parent: String,
        /// How many there are more than before.
        more: i64,
        /// The first of them.
        rowid: Option<i64>,
    },
    /// Somebody else held the lock all the time.
    LockTimeout {
        /// How long the run waited.
        waited: Duration,
        /// Who holds it, if the database says.
        holder: Option<String>,
    },
    /// The run was silent for longer than its lock lasts, and another one took that.
    LockLost,
    /// The transaction was gone when the run wanted to commit it, or already after a statement or a function.
    TransactionEnded {
        /// The migration that had it.
        label: Option<Label>,
        /// Where it was noticed, as `file:line`, if it was noticed at once.
        place: Option<String>,
    },
    /// A migration without transaction left one of its own open.
    TransactionLeftOpen {
        /// The migration.
        label: Option<Label>,
    },
    /// The connection was in a transaction when the run began.
    InTransaction,
    /// The connection does not commit each statement by itself: whatever is asked on it opens a transaction.
    Autocommit,
    /// The server is a node of a cluster each of which has locks of its own, and the lock is to be one of the session.
    Cluster,
    /// The history was changed by somebody else in the middle of taking a migration down and up again.
    Changed,
    /// A step of the run's own failed.
    Step {
        /// What for.
        purpose: &'static str,
        /// The client's words.
        message: String,
    },
    /// A row of the history cannot be read.
    Malformed(Malformed),
    /// A step was answered with something that is no answer to it.
    Answer {
        /// What the step was for.
        purpose: &'static str,
    },
    /// Everything was done, and cleaning up failed.
    Cleanup,
    /// The run was given up from outside.
    Abandoned,
}

/// What became of the migration at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// There was none.
    None,
    /// What was done of it, up or down, was rolled back.
    RolledBack(Label),
    /// It stands in part, and the history says so.
    Partial {
        /// The migration.
        label: Label,
        /// Which way it was going.
        direction: Direction,
        /// How many statements are known to be done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// Its transaction was ended by something other than the run.
    Ended(Label),
    /// It stands in part, and what was in the transaction that it left open does not, its progress included.
    LeftOpen(Label),
    /// Neither commit nor rollback was confirmed.
    Unknown(Label),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        self.fate.write_line(f)?;
        match (self.applied().is_empty(), &self.fate) {
            (true, Fate::None) => f.write_str("\n  nothing was changed")?,
            (true, _) => f.write_str("\n  this run changed nothing else")?,
            (false, _) => {
                let labels: Vec<&Label> = self.applied().iter().map(|entry| &entry.label).collect();
                write!(
                    f,
                    "\n  done by this run, and standing: {}",
                    list(labels.into_iter())
                )?;
            }
        }
        self.invalid_indexes.iter().try_for_each(|index| {
            write!(
                f,
                "\n  it left an invalid index, which goes away before the statement that names it is run again: {index}"
            )
        })?;
        self.blockers
            .iter()
            .try_for_each(|blocker| write!(f, "\n  in an open transaction: {blocker}"))?;
        self.cleanup
            .iter()
            .try_for_each(|message| write!(f, "\n  clean-up failed: {message}"))?;
        self.write_way_out(f)
    }
}

impl core::error::Error for Failure {}

impl Failure {
    fn write_way_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SEE_FIRST: &str =
            "see what stands before the next run; `status` shows what is recorded";
        let way_out = match (&*self.kind, &self.fate) {
            (FailureKind::Refused(refusal), _) => {
                return write!(f, "\n  way out: {}", refusal.way_out());
            }
            (_, Fate::Partial { direction, .. }) => way_out_of_partial(*direction),
            (_, Fate::LeftOpen(_)) => {
                "commit in the migration what it begins; `status` shows how far it came, and the next run says what to do"
            }
            (_, Fate::Unknown(_) | Fate::Ended(_)) => SEE_FIRST,
            (FailureKind::Migration { .. } | FailureKind::ForeignKeys { .. }, _) => {
                "correct the migration or the data it meets, and run again"
            }
            (FailureKind::LockTimeout { .. }, _) => {
                "wait for the other process or end it, or raise the lock timeout"
            }
            (FailureKind::Malformed(_), _) => {
                "use the version of the program that wrote it, or correct the row"
            }
            (FailureKind::Answer { .. }, _) => "this is an error of the driver: please report it",
            (FailureKind::Cluster, _) => {
                "write `lock = \"table\"` into `migratory.toml`: then the lock is a row, which all nodes know"
            }
            (FailureKind::InTransaction, _) => "commit the transaction or roll it back before",
            (FailureKind::Autocommit, _) => "set `autocommit = 1` on the connection before",
            (FailureKind::Cleanup, _) => "close this connection",
            (FailureKind::Step { .. }, _) => "mend what the database complains of, and run again",
            _ => "run again",
        };
        write!(f, "\n  way out: {way_out}")
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.what().fmt(f),
            Self::Migration {
                label,
                direction,
                file,
                line: 0,
                message,
                ..
            } => {
                write!(
                    f,
                    "migration {label} failed on its way {direction}, in {file}: {message}"
                )
            }
            Self::Migration {
                label,
                direction,
                file,
                line,
                index,
                total,
                message,
            } => {
                let number = index + 1;
                write!(f, "migration {label} failed on its way {direction}, ")?;
                write!(
                    f,
                    "at statement {number} of {total}, {file}:{line}: {message}"
                )
            }
            Self::ForeignKeys {
                label,
                child,
                parent,
                more,
                rowid,
            } => {
                let (rows, refer) = if *more == 1 {
                    ("row", "refers")
                } else {
                    ("rows", "refer")
                };
                write!(
                    f,
                    "migration {label} leaves {more} {rows} of `{child}` that {refer} to nothing in `{parent}`"
                )?;
                rowid.map_or(Ok(()), |rowid| write!(f, ", the first with rowid {rowid}"))
            }
            Self::InvalidIndex {
                label,
                file,
                line,
                index,
            } => write!(
                f,
                "migration {label}: the index {index} was there and is not valid, so the statement made none\n  at {file}:{line}"
            ),
            Self::LockTimeout { waited, holder } => {
                write!(f, "another process held the lock for {waited:?}")?;
                match holder {
                    Some(holder) => write!(f, ": {holder}"),
                    None => f.write_str("; the database does not say which"),
                }
            }
            Self::LockLost => f.write_str(
                "another process took the lock, because nothing was heard of this run for longer than the lock lasts",
            ),
            Self::TransactionEnded { label, place } => {
                match label {
                    Some(label) => {
                        write!(f, "migration {label} ended the transaction that it ran in")?
                    }
                    None => f.write_str("the transaction was ended by something else")?,
                }
                place
                    .as_ref()
                    .map_or(Ok(()), |place| write!(f, ", at {place}"))
            }
            Self::TransactionLeftOpen { label } => match label {
                Some(label) => write!(f, "migration {label} left a transaction open"),
                None => f.write_str("a transaction was left open"),
            },
            Self::Cluster => f.write_str(
                "this server is a node of a Galera cluster, and its locks keep nobody out who migrates at another node",
            ),
            Self::InTransaction => {
                f.write_str("the connection is in a transaction, and a run makes its own")
            }
            Self::Autocommit => f.write_str(
                "`autocommit` is off on the connection: it is always in a transaction, and a run makes its own",
            ),
            Self::Changed => f.write_str("another process changed the history during this run"),
            Self::Step { purpose, message } => write!(f, "step `{purpose}` failed: {message}"),
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Answer { purpose } => {
                write!(f, "step `{purpose}` was not answered as it should be")
            }
            Self::Cleanup => f.write_str("the run is done, and its clean-up failed"),
            Self::Abandoned => f.write_str("the run was given up"),
        }
    }
}

impl Fate {
    fn write_line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::RolledBack(label) => {
                write!(
                    f,
                    "\n  {label} was rolled back: the database is as it was before it"
                )
            }
            Self::Partial {
                label, done, total, ..
            } => {
                write!(
                    f,
                    "\n  {label} is partial: {done} of {total} statements are done, and the history says so"
                )
            }
            Self::Ended(label) => write!(
                f,
                "\n  the transaction of {label} had already ended: what it committed by itself stands, and is not recorded"
            ),
            Self::LeftOpen(label) => write!(
                f,
                "\n  {label} is partial: what it did in that transaction was rolled back, and the history says how far it came before"
            ),
            Self::Unknown(label) => write!(
                f,
                "\n  whether {label} stands is not known: neither commit nor rollback was confirmed"
            ),
        }
    }
}
