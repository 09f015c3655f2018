use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::{Change, Direction, Label, RustFunction, Value};

/// What a driver does next. It performs the step and replies; it decides nothing.
#[derive(Clone, Copy, Debug)]
#[must_use = "a session waits for the reply to its step"]
pub enum Step<'a> {
    /// Run SQL that gives no rows, or whose rows are of no interest. Reply with [`Reply::Done`].
    ///
    /// Without values the text goes to the database as it is: it may be any statement of a migration.
    Execute {
        /// The text.
        sql: &'a str,
        /// The values of its placeholders.
        values: &'a [Value],
        /// What it is for.
        purpose: Purpose<'a>,
    },
    /// Run SQL and read all its rows. Reply with [`Reply::Rows`].
    ///
    /// Without values the text goes to the database as it is, in one message where its protocol has such: PostgreSQL's clock
    /// tells from that if a transaction is open.
    Query {
        /// The text.
        sql: &'a str,
        /// The values of its placeholders.
        values: &'a [Value],
        /// What it is for.
        purpose: Purpose<'a>,
    },
    /// Call a migration written in Rust with the driver's own connection. Reply with [`Reply::Done`].
    Call {
        /// The function.
        function: RustFunction,
        /// Whose it is.
        place: Place<'a>,
        /// Whether the run has opened a transaction around it, which it must not end.
        is_in_transaction: bool,
    },
    /// Sleep so long. Reply with [`Reply::Done`].
    Wait(Duration),
    /// The run is over: [`Session::finish`](crate::Session::finish) says how.
    Done,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose<'a> {
    /// Read SQLite's `user_version`.
    ReadMarker,
    /// Read the newest row of the history, with nothing locked.
    Probe,
    /// Read all rows of the history.
    ReadHistory,
    /// See whether the newest row is still the one that the plan was made on.
    Recheck,
    /// Try to take the lock: at most one row, its first integer 1 if it was free. A second one is 1 if the connection is in a transaction
    /// already, 2 if each of its statements begins one, and NULL where the driver has to find out. A third one is 1 if the lock holds on one node of a cluster only.
    Lock,
    /// Create the table of the lock, where that is a row.
    CreateLock,
    /// Hold the lock longer, and see whether it still is ours: at most one row, 1 if it is.
    Renew,
    /// Ask who holds the lock: at most one text.
    LockHolder,
    /// Give the lock back.
    Unlock,
    /// Open a transaction.
    Begin,
    /// Commit the transaction.
    Commit,
    /// Roll the transaction back.
    Rollback,
    /// Create the history table.
    CreateTable,
    /// Run a statement of a migration.
    Statement(Place<'a>),
    /// Change the history.
    Record(&'a Change),
    /// Several of these in one message.
    Joined(Joined<'a>),
    /// See how far a message came that failed: by a statement that succeeds behind all statements of its migration and fails before,
    /// with [`Class::NoTransaction`] if the transaction is gone; or by a row, whose integer says how many statements are recorded.
    Locate,
    /// Write SQLite's `user_version`.
    WriteMarker,
    /// Read or set whether SQLite enforces foreign keys.
    ForeignKeys,
    /// Count the rows without a parent.
    ForeignKeyCheck,
    /// Set the timeouts of a migration.
    Timeouts,
    /// Name indexes that are not valid: for each a text, and its name in a statement.
    InvalidIndexes,
    /// Drop an index that is not valid, before it is made again.
    DropIndex,
    /// Name the transactions of others that are open: a text for each.
    Blockers,
    /// Read the state of the session, or put it back.
    Session,
}

impl Purpose<'_> {
    /// Whether it may find that its table is not there: that of the history, or that of the lock.
    pub fn may_lack_its_table(&self) -> bool {
        matches!(
            self,
            Self::Probe | Self::ReadHistory | Self::Recheck | Self::Lock
        )
    }

    /// Whether it opens a transaction.
    pub fn begins(&self) -> bool {
        matches!(
            self,
            Self::Begin | Self::Joined(Joined { begins: true, .. })
        )
    }

    /// Whether it commits the transaction.
    pub fn commits(&self) -> bool {
        matches!(
            self,
            Self::Commit | Self::Joined(Joined { end: Some(_), .. })
        )
    }

    /// The statement of a migration that it runs.
    pub fn statement(&self) -> Option<Place<'_>> {
        match self {
            Self::Statement(place) => Some(*place),
            Self::Joined(joined) => joined.statement,
            _ => None,
        }
    }

    /// A word or two for traces and messages.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ReadMarker => "read marker",
            Self::Probe => "probe",
            Self::ReadHistory => "read history",
            Self::Recheck => "recheck",
            Self::Lock => "lock",
            Self::CreateLock => "create the lock's table",
            Self::Renew => "renew lock",
            Self::LockHolder => "lock holder",
            Self::Unlock => "unlock",
            Self::Begin => "begin",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::CreateTable => "create table",
            Self::Statement(_) => "statement",
            Self::Record(_) => "record",
            Self::Joined(joined) => joined.as_str(),
            Self::Locate => "locate failure",
            Self::WriteMarker => "write marker",
            Self::ForeignKeys => "foreign keys",
            Self::ForeignKeyCheck => "foreign key check",
            Self::Timeouts => "timeouts",
            Self::InvalidIndexes => "invalid indexes",
            Self::DropIndex => "drop index",
            Self::Blockers => "blockers",
            Self::Session => "session",
        }
    }
}

/// What one message does, in the order of the fields. What stands behind a part that fails is not done; what stands before it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined<'a> {
    /// It opens a transaction.
    pub begins: bool,
    /// It changes the history.
    pub record: Option<&'a Change>,
    /// It runs a statement of a migration.
    pub statement: Option<Place<'a>>,
    /// It changes the history, and commits.
    pub end: Option<&'a Change>,
}

impl Joined<'_> {
    fn as_str(&self) -> &'static str {
        match (self.begins, self.statement.is_some(), self.end.is_some()) {
            (true, _, true) => "begin, statement, record and commit",
            (true, _, false) => "begin and statement",
            (false, true, true) => "statement, record and commit",
            (false, false, _) => "record and commit",
            (false, true, false) => "record and statement",
        }
    }
}

/// Where in a migration a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The migration.
    pub label: &'a Label,
    /// Which way it goes.
    pub direction: Direction,
    /// The file.
    pub file: &'a str,
    /// The line that the statement begins on; 0 for a Rust function.
    pub line: u32,
    /// Which statement, counted from 0.
    pub index: usize,
    /// How many statements there are.
    pub total: usize,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done.
    Done,
    /// It is done and gave these rows.
    Rows(Vec<Vec<Value>>),
    /// It failed.
    Failed {
        /// What kind of failure it is, as far as a run depends on it.
        class: Class,
        /// The client's own words.
        message: String,
    },
}

/// The kinds of failure that a run treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Another connection writes (SQLite's `SQLITE_BUSY` and `SQLITE_LOCKED`): nothing was done, it may be tried again.
    Busy,
    /// The table of the history, or that of the lock, does not exist.
    MissingTable,
    /// There is no open transaction to commit or to roll back, or a statement or function of a migration ended the one that
    /// it ran in.
    NoTransaction,
    /// A migration without transaction left one of its own open. The driver has rolled it back.
    OpenTransaction,
    /// The connection was in a transaction already when the run wanted its lock.
    InTransaction,
    /// A lock was not granted in time.
    LockTimeout,
    /// The database ended a deadlock at our expense.
    Deadlock,
    /// The transaction met another one and must be run again.
    Serialization,
    /// Anything else.
    Other,
}

impl Class {
    /// Whether the same transaction may well succeed when it is run again from its beginning.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Busy | Self::LockTimeout | Self::Deadlock | Self::Serialization
        )
    }
}

/// When a reply came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Since the run began, by a clock that never goes back.
    pub elapsed: Duration,
    /// By the wall clock: milliseconds since 1970, UTC.
    pub utc_ms: i64,
}

/// What a session makes of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the error of an `Ended` reply is the cause of the run's failure"]
pub enum Heard {
    /// The run goes on.
    Noted,
    /// This failure ends the run, or is about to: its error is the cause that the driver hands out if the run fails. What steps
    /// still come only clean up, or ask first which part of a message it was that failed.
    Ended,
    /// No error that was heard so far is handed out: it may quote a secret of the statement, or what failed is tried again.
    Withheld,
}

/// One line: the purpose, the text and the values.
impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Execute {
                sql,
                values,
                purpose,
            } => write_sql(f, "execute", purpose, sql, values),
            Self::Query {
                sql,
                values,
                purpose,
            } => write_sql(f, "query", purpose, sql, values),
            Self::Call { place, .. } => write!(
                f,
                "call: {} {} ({})",
                place.label, place.direction, place.file
            ),
            Self::Wait(duration) => write!(f, "wait: {duration:?}"),
            Self::Done => f.write_str("done"),
        }
    }
}

fn write_sql(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    purpose: &Purpose<'_>,
    sql: &str,
    values: &[Value],
) -> fmt::Result {
    write!(f, "{verb} {}: {sql}", purpose.as_str())?;
    for (index, value) in values.iter().enumerate() {
        f.write_str(if index == 0 { " <- " } else { ", " })?;
        match value {
            Value::Null => f.write_str("NULL")?,
            Value::Integer(number) => write!(f, "{number}")?,
            Value::Text(text) => write!(f, "{text:?}")?,
        }
    }
    Ok(())
}
