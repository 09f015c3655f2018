use std::time::Duration;

use migratory::Runner;

/// What keeps two runs apart in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// What a run takes by itself.
    OfSession,
    /// A row of a table.
    InTable,
}

impl Lock {
    /// Short, so that a test need not wait long for the lock of a process that was killed.
    const LEASE: Duration = Duration::from_secs(1);

    /// Tells a runner.
    pub fn of(self, runner: Runner<'_>) -> Runner<'_> {
        match self {
            Self::OfSession => runner,
            Self::InTable => runner.table_lock(Self::LEASE),
        }
    }
}
