use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::label::{SHOWN, list};
use crate::script::Difference;
use crate::{Direction, Label, Version};

/// Why a run is not begun. Nothing was changed.
///
/// [`Display`](fmt::Display) says what, what still stands, and the way out, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A migration was interrupted, and what the next statement left behind is not known.
    Partial(Box<Interrupted>),
    /// A migration that was interrupted was edited since, so that what is left does not follow on what is done.
    Edited(Box<Edited>),
    /// A migration was interrupted that this program does not have.
    PartialUnknown(Box<Interrupted>),
    /// There is nothing to resolve: no migration stands in part.
    NothingPartial,
    /// Migrations have another content than what was applied.
    Modified {
        /// Those migrations.
        migrations: Vec<Recorded>,
    },
    /// The database has migrations whose files are gone.
    Missing {
        /// Those migrations.
        migrations: Vec<Recorded>,
    },
    /// Migrations are yet to run, and a later one already has.
    OutOfOrder {
        /// Those migrations.
        migrations: Vec<Label>,
        /// The latest one that has run.
        newest: Label,
    },
    /// The database was migrated by a newer program.
    Ahead {
        /// The migrations that this program does not know.
        migrations: Vec<Recorded>,
        /// The newest one that it knows.
        latest: Option<Label>,
    },
    /// There is no way down.
    Irreversible {
        /// The migrations in the way, newest first.
        migrations: Vec<(Label, NoWayDown)>,
    },
    /// No migration has this version.
    UnknownVersion {
        /// The version.
        version: Version,
        /// The known version nearest to it.
        nearest: Option<Label>,
    },
    /// A baseline is for a database without history.
    NotEmpty {
        /// The version of the baseline.
        baseline: Label,
        /// How many migrations are recorded.
        recorded: usize,
        /// The latest of them.
        newest: Option<Label>,
    },
}

/// How far an interrupted migration came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The migration.
    pub label: Label,
    /// Which way it was going.
    pub direction: Direction,
    /// How many statements are known to be done.
    pub done: i64,
    /// How many there are.
    pub total: i64,
    /// Where the statement is that was being run, as `file:line`, if this program has the file.
    pub place: Option<String>,
    /// When it last made progress.
    pub since: String,
    /// What stopped it, if it could still say so.
    pub error: Option<String>,
}

/// An interrupted migration whose file is not any more what ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// How far it came.
    pub interrupted: Interrupted,
    /// Where the file is first not what ran.
    pub difference: Difference,
}

/// A migration as the history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The migration.
    pub label: Label,
    /// When it was applied: UTC, as RFC 3339.
    pub applied_at: String,
    /// The tagged checksum of what was applied.
    pub checksum: String,
}

/// Why a migration has no way down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoWayDown {
    /// It has no down file.
    Missing,
    /// Its file declares it irreversible.
    Declared,
    /// It was recorded as a baseline and never run, so its down would undo what somebody else did.
    Baseline,
}

impl fmt::Display for NoWayDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "has no down file",
            Self::Declared => "is declared irreversible",
            Self::Baseline => "was recorded as a baseline and never run here",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  nothing was changed\n  way out: {}",
            self.what(),
            self.way_out()
        )
    }
}

impl core::error::Error for Refusal {}

/// One half of a refusal's message.
struct Half<'a>(
    &'a Refusal,
    fn(&Refusal, &mut fmt::Formatter<'_>) -> fmt::Result,
);

impl fmt::Display for Half<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.1)(self.0, f)
    }
}

impl Refusal {
    /// What does not fit, and where.
    pub(crate) fn what(&self) -> impl fmt::Display {
        Half(self, Self::write_what)
    }

    /// What a person can do about it.
    pub(crate) fn way_out(&self) -> impl fmt::Display {
        Half(self, Self::write_way_out)
    }

    fn write_what(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partial(interrupted) => interrupted.write_what(f),
            Self::Edited(edited) => edited.write_what(f),
            Self::PartialUnknown(interrupted) => {
                let label = &interrupted.label;
                write!(
                    f,
                    "migration {label} is partial, and this program does not have it"
                )
            }
            Self::NothingPartial => {
                f.write_str("there is nothing to resolve: no migration is partial")
            }
            Self::Modified { migrations } => {
                write!(f, "applied and changed since: {}", labels(migrations))?;
                migrations.iter().try_for_each(|recorded| {
                    let Recorded {
                        label,
                        applied_at,
                        checksum,
                    } = recorded;
                    write!(f, "\n  {label} was applied at {applied_at} as {checksum}")
                })
            }
            Self::Missing { migrations } => {
                write!(
                    f,
                    "the database has migrations that this program has not: {}",
                    labels(migrations)
                )?;
                write_dates(f, migrations)
            }
            Self::OutOfOrder { migrations, newest } => {
                write!(
                    f,
                    "out of order: {} would run after {newest}, which is applied",
                    list(migrations.iter())
                )
            }
            Self::Ahead { migrations, latest } => {
                write!(
                    f,
                    "the database is ahead: it has {}, and this program ",
                    labels(migrations)
                )?;
                match latest {
                    Some(latest) => write!(f, "ends at {latest}")?,
                    None => f.write_str("has no migrations")?,
                }
                write_dates(f, migrations)
            }
            Self::Irreversible { migrations } => {
                f.write_str("there is no way down")?;
                migrations
                    .iter()
                    .try_for_each(|(label, why)| write!(f, "\n  {label} {why}"))
            }
            Self::UnknownVersion { version, nearest } => {
                write!(f, "no migration has version {version}")?;
                match nearest {
                    Some(nearest) => write!(f, "; the nearest is {nearest}"),
                    None => f.write_str("; this program has no migrations"),
                }
            }
            Self::NotEmpty {
                baseline,
                recorded,
                newest,
            } => {
                let are = if *recorded == 1 {
                    "migration is"
                } else {
                    "migrations are"
                };
                write!(
                    f,
                    "a baseline at {baseline} needs an empty history, and {recorded} {are} recorded"
                )?;
                newest
                    .as_ref()
                    .map_or(Ok(()), |newest| write!(f, ", the latest {newest}"))
            }
        }
    }

    fn write_way_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partial(interrupted) => f.write_str(way_out_of_partial(interrupted.direction)),
            Self::Edited(_) => f.write_str(
                "restore the statements that ran; or see what they left behind, and `resolve` it by `go up`, `go down`, `mark done` or \
                 `mark undone`",
            ),
            Self::PartialUnknown(_) => f.write_str("`resolve` it with a program that has it"),
            Self::NothingPartial => f.write_str("apply what is pending; `status` lists where every migration stands"),
            Self::Modified { .. } => f.write_str(
                "restore the files as they were applied, and put the change into a new migration",
            ),
            Self::Missing { .. } => f.write_str(
                "restore the files (another branch may have them), or allow missing migrations by policy",
            ),
            Self::OutOfOrder { newest, .. } => {
                write!(f, "give them versions after {}, or allow out-of-order migrations by policy", number(newest))
            }
            Self::Ahead { .. } => f.write_str(
                "run a program that has these migrations, go down with that program first, or allow newer databases by policy",
            ),
            Self::Irreversible { .. } => f.write_str("restore a backup, or undo it by a new migration"),
            Self::UnknownVersion { .. } => f.write_str("`status` lists the versions"),
            Self::NotEmpty { .. } => f.write_str("apply what is pending instead; `status` shows what is recorded"),
        }
    }
}

impl Interrupted {
    fn write_what(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            label,
            direction,
            done,
            total,
            ..
        } = self;
        write!(
            f,
            "migration {label} is partial: {done} of {total} statements of its {direction} are done"
        )?;
        match done < total {
            true => write!(f, "\n  statement {} was being run", done + 1)?,
            false => f.write_str("\n  what was left was to record the end")?,
        }
        if let Some(place) = &self.place {
            write!(f, ": {place}")?;
        }
        write!(
            f,
            "\n  last progress at {}; another process may still be at it",
            self.since
        )?;
        self.error
            .as_ref()
            .map_or(Ok(()), |error| write!(f, "\n  it was stopped by: {error}"))
    }
}

impl Edited {
    fn write_what(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interrupted {
            label,
            direction,
            done,
            total,
            ..
        } = &self.interrupted;
        write!(
            f,
            "migration {label} is partial and cannot be continued: its {direction} was edited after {done} of {total} statements\n  "
        )?;
        match &self.difference {
            Difference::Statement { number, place } => {
                write!(f, "statement {number}, {place}, is not the one that ran")
            }
            Difference::Shorter { statements } => {
                write!(f, "{done} statements are done, and it has {statements}")
            }
            Difference::Unknown => {
                f.write_str("the history does not say which statements differ from those that ran")
            }
        }
    }
}

fn labels(migrations: &[Recorded]) -> String {
    list(migrations.iter().map(|recorded| &recorded.label))
}

fn write_dates(f: &mut fmt::Formatter<'_>, migrations: &[Recorded]) -> fmt::Result {
    migrations.iter().take(SHOWN).try_for_each(|recorded| {
        write!(
            f,
            "\n  {} was applied at {}",
            recorded.label, recorded.applied_at
        )
    })
}

/// What a person can do about a migration that stands in part: only a person can see what its statement left behind.
pub(crate) fn way_out_of_partial(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => {
            "see what the statement left behind, then `resolve` it: `continue` runs it again and what follows, `go down` runs the way \
             down, `go up` begins anew, and `mark done` or `mark undone` records what was done by hand"
        }
        Direction::Down => {
            "see what the statement left behind, then `resolve` it: `continue` runs it again and what follows, `go up` runs the way \
             up, `go down` begins anew, and `mark done` or `mark undone` records what was done by hand"
        }
    }
}

/// What a person types for a migration.
fn number(label: &Label) -> String {
    use alloc::string::ToString;
    label
        .version
        .map_or_else(|| label.to_string(), |version| version.to_string())
}
