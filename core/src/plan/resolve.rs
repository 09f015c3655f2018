use core::fmt;

use super::situation::Situation;
use super::{Action, write_script};
use crate::refusal::Edited;
use crate::script::Difference;
use crate::{
    Direction, Down, ForeignKeys, Label, Migration, NoWayDown, Refusal, Repeatable, Row, Script,
    TransactionMode, Version,
};

/// How a migration that stands in part is brought to an end.
///
/// What the statement left behind that was being run, only a person can see. So a person says which of these it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resolution {
    /// Run what is left, the way it was going: the statement that was being run, and those behind it. What is done may not have
    /// been edited; what is left may, because the statement that failed often has to be.
    Continue,
    /// Record it as done, the way it was going, and run nothing: somebody has seen to what was left.
    MarkDone,
    /// Record it as it was before, and run nothing: somebody has undone what was done.
    MarkUndone,
    /// Run all of its way up, whichever way it was going.
    GoUp,
    /// Run all of its way down, whichever way it was going.
    GoDown,
}

/// What is done about a migration that stands in part.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Resolve {
    /// How.
    pub resolution: Resolution,
    /// The migration.
    pub subject: Resolvable,
    /// Which way it was going.
    pub was: Direction,
    /// How many statements of that way are known to be done.
    pub done: usize,
}

/// What can stand in part.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Resolvable {
    /// A versioned migration.
    Versioned(&'static Migration),
    /// A repeatable one.
    Repeatable(&'static Repeatable),
}

impl Resolve {
    /// The migration's label.
    pub fn label(&self) -> Label {
        match self.subject {
            Resolvable::Versioned(migration) => migration.into(),
            Resolvable::Repeatable(repeatable) => repeatable.into(),
        }
    }

    /// Which way it goes in the end: `Up` leaves it applied.
    pub fn direction(&self) -> Direction {
        match (self.resolution, self.was) {
            (Resolution::Continue | Resolution::MarkDone, was) => was,
            (Resolution::MarkUndone, Direction::Up) | (Resolution::GoDown, _) => Direction::Down,
            (Resolution::MarkUndone, Direction::Down) | (Resolution::GoUp, _) => Direction::Up,
        }
    }

    /// Whether it is only recorded, and nothing is run.
    pub fn is_mark(&self) -> bool {
        matches!(
            self.resolution,
            Resolution::MarkDone | Resolution::MarkUndone
        )
    }

    /// The index of the first statement that is run.
    pub(crate) fn first(&self) -> usize {
        match self.resolution {
            Resolution::Continue => self.done,
            _ => 0,
        }
    }

    /// The script of the way that it goes.
    pub(crate) fn script(&self) -> Option<Script> {
        match (self.subject, self.direction()) {
            (Resolvable::Versioned(migration), Direction::Up) => Some(*migration.up()),
            (Resolvable::Repeatable(repeatable), Direction::Up) => Some(*repeatable.script()),
            (Resolvable::Versioned(migration), Direction::Down) => match migration.down() {
                Down::Script(script) => Some(*script),
                Down::Missing | Down::Irreversible => None,
            },
            (Resolvable::Repeatable(_), Direction::Down) => None,
        }
    }

    fn checksum(&self) -> &'static str {
        match self.subject {
            Resolvable::Versioned(migration) => migration.checksum().as_str(),
            Resolvable::Repeatable(repeatable) => repeatable.checksum().as_str(),
        }
    }

    fn modes(&self) -> (TransactionMode, ForeignKeys) {
        match self.subject {
            Resolvable::Versioned(migration) => (migration.transaction(), migration.foreign_keys()),
            Resolvable::Repeatable(repeatable) => (repeatable.transaction(), ForeignKeys::Keep),
        }
    }

    /// Where the file is not any more what ran.
    fn difference(&self, row: &Row) -> Option<Difference> {
        // The checksum is one of the canonical text, so it does not notice what does not matter; and it knows the way up only.
        let is_same = row.checksum == self.checksum();
        match self.script()? {
            Script::Sql(_) if is_same && self.was == Direction::Up => None,
            Script::Sql(sql) => sql.difference(row.digests.as_deref(), self.done),
            Script::Rust(_) if is_same || self.done == 0 => None,
            Script::Rust(_) => Some(Difference::Unknown),
        }
    }
}

impl Situation<'_> {
    pub(super) fn resolve(&self, resolution: Resolution) -> Result<Action, Refusal> {
        let Some((row, was)) = self.partial() else {
            return Err(Refusal::NothingPartial);
        };
        let interrupted = self.interrupted(row, was);
        let Some(subject) = self.resolvable(row) else {
            return Err(Refusal::PartialUnknown(interrupted.into()));
        };
        let resolve = Resolve {
            resolution,
            subject,
            was,
            done: usize::try_from(row.statements_done).unwrap_or(0),
        };
        if resolve.is_mark() {
            return Ok(Action::Resolve(resolve));
        }
        if resolve.script().is_none() {
            return Err(Refusal::Irreversible {
                migrations: [(resolve.label(), no_way_down(subject))].into(),
            });
        }
        match resolve.difference(row) {
            Some(difference) if resolution == Resolution::Continue => {
                Err(Refusal::Edited(alloc::boxed::Box::new(Edited {
                    interrupted,
                    difference,
                })))
            }
            _ => Ok(Action::Resolve(resolve)),
        }
    }

    fn resolvable(&self, row: &Row) -> Option<Resolvable> {
        match u64::try_from(row.version) {
            Ok(number) => {
                let found = self.migrations.find(Version::new(number, 0));
                found.map(Resolvable::Versioned)
            }
            Err(_) => {
                let mut repeatables = self.migrations.repeatable().iter();
                let found = repeatables.find(|repeatable| repeatable.key() == row.version);
                found.map(Resolvable::Repeatable)
            }
        }
    }
}

fn no_way_down(subject: Resolvable) -> NoWayDown {
    match subject {
        Resolvable::Versioned(migration) if matches!(migration.down(), Down::Irreversible) => {
            NoWayDown::Declared
        }
        _ => NoWayDown::Missing,
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Continue => "continue",
            Self::MarkDone => "mark done",
            Self::MarkUndone => "mark undone",
            Self::GoUp => "go up",
            Self::GoDown => "go down",
        })
    }
}

impl fmt::Display for Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, done, was) = (self.label(), self.done, self.was);
        if self.is_mark() {
            let stands = match self.direction() {
                Direction::Up => "applied",
                Direction::Down => "not applied",
            };
            return write!(f, "mark     {label}: recorded as {stands}, not run");
        }
        write!(f, "{:<8} {label}: ", self.direction())?;
        if let Some(script) = self.script() {
            let (transaction, foreign_keys) = self.modes();
            write_script(f, &script, transaction, foreign_keys)?;
        }
        match self.resolution {
            Resolution::Continue => write!(f, ", of which {done} are done"),
            _ => write!(f, ", after {done} of its way {was}"),
        }
    }
}
