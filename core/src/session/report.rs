use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::{History, Label, Plan};

/// How a session ended well.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub enum Outcome {
    /// It ran, or found nothing to do.
    Ran(Report),
    /// A dry run: what it would have done.
    WouldRun(Plan),
    /// It read the history.
    Read(History),
}

/// What a run did. [`Display`](fmt::Display) is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a report says what ran"]
pub struct Report {
    pub(crate) entries: Vec<Entry>,
    pub(crate) elapsed: Duration,
}

impl Report {
    /// What was done, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How long the run took, waiting included.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

/// One thing that a run did, and that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The migration.
    pub label: Label,
    /// What was done with it.
    pub what: Deed,
    /// How long it took.
    pub took: Duration,
}

/// What a run did with a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deed {
    /// It went up.
    Up,
    /// It went down.
    Down,
    /// It is repeatable and ran.
    Repeated,
    /// It is repeatable and will run again after the next way up.
    Forgotten,
    /// It was recorded as applied and not run.
    Baselined,
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Repeated => "repeat",
            Self::Forgotten => "forget",
            Self::Baselined => "baseline",
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let migrations = match self.entries.len() {
            0 => return f.write_str("nothing to do"),
            1 => "1 migration".into(),
            count => alloc::format!("{count} migrations"),
        };
        write!(f, "{migrations} in {}", Took(self.elapsed))?;
        let ran = |deed| !matches!(deed, Deed::Forgotten | Deed::Baselined);
        self.entries
            .iter()
            .try_for_each(|Entry { label, what, took }| {
                write!(f, "\n  {what:<8} {label}")?;
                if ran(*what) {
                    write!(f, " ({})", Took(*took))
                } else {
                    Ok(())
                }
            })
    }
}

/// A duration as people read it.
struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            0 => f.write_str("under 1 ms"),
            ms @ 1..10_000 => write!(f, "{ms} ms"),
            ms => write!(f, "{}.{} s", ms / 1000, ms % 1000 / 100),
        }
    }
}
