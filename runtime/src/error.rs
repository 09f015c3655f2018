use std::error::Error as StdError;
use std::fmt;

use migratory_core::{Dialect, Failure, FailureKind, Refusal, Report};

use crate::drivers::Cause;

/// Why a run, or a look at the history, failed.
///
/// [`Display`](fmt::Display) says what and where in the first line, then what still stands, then the way out. [`Debug`](fmt::Debug)
/// says the same, because that is what a `main` that fails prints. The source is the client library's own error.
///
/// Where a statement that failed may hold a secret, because it speaks of a password or the like, what stands in its literals is in no
/// message and not in the history either, and there is no source: the file and the line say where to look.
pub struct Error(Box<Kind>);

// It is boxed as a whole.
#[allow(clippy::large_enum_variant)]
enum Kind {
    Failed { failure: Failure, cause: Cause },
    OtherDialect { list: Dialect, connection: Dialect },
    InTransaction,
}

impl Error {
    /// Whether the run was not begun, because the history does not fit the list or the goal cannot be reached.
    pub fn is_refused(&self) -> bool {
        self.refusal().is_some()
    }

    /// Whether another process held the lock all the time.
    pub fn is_busy(&self) -> bool {
        self.failure()
            .is_some_and(|failure| matches!(failure.kind(), FailureKind::LockTimeout { .. }))
    }

    /// Why the run was not begun, if that is what happened.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.failure()?.refusal()
    }

    /// What went wrong and what became of the migration at hand, as data; `None` if there was not even a first step.
    pub fn failure(&self) -> Option<&Failure> {
        match &*self.0 {
            Kind::Failed { failure, .. } => Some(failure),
            Kind::OtherDialect { .. } | Kind::InTransaction => None,
        }
    }

    /// What this run did before it failed, and what stands; `None` if there was not even a first step.
    pub fn report(&self) -> Option<&Report> {
        self.failure().map(Failure::report)
    }

    pub(crate) fn failed(failure: Failure, cause: Cause) -> Self {
        Self(Box::new(Kind::Failed { failure, cause }))
    }

    pub(crate) fn other_dialect(list: Dialect, connection: Dialect) -> Self {
        Self(Box::new(Kind::OtherDialect { list, connection }))
    }

    pub(crate) fn in_transaction() -> Self {
        Self(Box::new(Kind::InTransaction))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Failed { failure, .. } => failure.fmt(f),
            Kind::OtherDialect { list, connection } => write!(
                f,
                "these migrations are written for {list}, and the connection is one to {connection}\n  nothing was changed\n  \
                 way out: set `dialect` in migratory.toml, or pass the connection that they are for"
            ),
            Kind::InTransaction => f.write_str(
                "the connection is in a transaction, and a run makes its own\n  nothing was changed\n  \
                 way out: commit the transaction or roll it back before",
            ),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &*self.0 {
            Kind::Failed {
                cause: Some(cause), ..
            } => Some(&**cause),
            _ => None,
        }
    }
}
