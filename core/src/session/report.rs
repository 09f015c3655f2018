use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::{Action, Direction, History, Label, Plan, Resolvable, Resolve};

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

impl Outcome {
    /// What was done, or would be done; nothing where the history was only read.
    pub fn into_report(self) -> Report {
        match self {
            Self::Ran(report) => report,
            Self::WouldRun(plan) => Report::dry(&plan),
            Self::Read(_) => Report::default(),
        }
    }

    /// What a dry run would do; nothing for any other session.
    pub fn into_plan(self) -> Plan {
        match self {
            Self::WouldRun(plan) => plan,
            Self::Ran(_) | Self::Read(_) => Plan::nothing(None),
        }
    }

    /// What was read; nothing for any other session.
    pub fn into_history(self) -> History {
        match self {
            Self::Read(history) => history,
            Self::Ran(_) | Self::WouldRun(_) => History::default(),
        }
    }
}

/// What a run did, or a dry run would do. [`Display`](fmt::Display) is for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a report says what ran"]
pub struct Report {
    pub(crate) entries: Vec<Entry>,
    pub(crate) elapsed: Duration,
    pub(crate) is_dry: bool,
}

impl Report {
    /// What a run of this plan would do.
    pub fn dry(plan: &Plan) -> Self {
        Self {
            entries: plan.actions().iter().flat_map(entries_of).collect(),
            elapsed: Duration::ZERO,
            is_dry: true,
        }
    }

    /// What was done, in order; of a dry run, what would be.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether nothing was done, because the run was dry.
    pub fn is_dry(&self) -> bool {
        self.is_dry
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
    /// It stood in part, and was recorded as applied and not run.
    MarkedUp,
    /// It stood in part, and was recorded as not applied and not run.
    MarkedDown,
}

impl Deed {
    /// Whether its script was run; otherwise it was only recorded.
    pub(crate) fn is_run(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::Repeated)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Repeated => "repeat",
            Self::Forgotten => "forget",
            Self::Baselined => "baseline",
            Self::MarkedUp => "mark up",
            Self::MarkedDown => "mark down",
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
        match self.is_dry {
            true => write!(f, "dry run: {migrations} to do")?,
            false => write!(f, "{migrations} in {}", Took(self.elapsed))?,
        }
        let ran = |deed: &Deed| !self.is_dry && deed.is_run();
        self.entries
            .iter()
            .try_for_each(|Entry { label, what, took }| {
                write!(f, "\n  {what:<8} {label}")?;
                if ran(what) {
                    write!(f, " ({})", Took(*took))
                } else {
                    Ok(())
                }
            })
    }
}

/// What is done with which migration, as far as it is known before.
fn entries_of(action: &Action) -> Vec<Entry> {
    let entry = |what, label: Label| Entry {
        label,
        what,
        took: Duration::ZERO,
    };
    match action {
        Action::Up(migration) => vec![entry(Deed::Up, (*migration).into())],
        Action::Down(migration) => vec![entry(Deed::Down, (*migration).into())],
        Action::Repeat(repeatable) => vec![entry(Deed::Repeated, (*repeatable).into())],
        Action::Forget(repeatable) => vec![entry(Deed::Forgotten, (*repeatable).into())],
        Action::Baseline(covered) => covered
            .iter()
            .map(|migration| entry(Deed::Baselined, (*migration).into()))
            .collect(),
        Action::Resolve(resolve) => vec![entry(deed_of(resolve), resolve.label())],
    }
}

/// What bringing a migration to an end comes to.
pub(crate) fn deed_of(resolve: &Resolve) -> Deed {
    match (resolve.is_mark(), resolve.direction(), resolve.subject) {
        (true, Direction::Up, _) => Deed::MarkedUp,
        (true, Direction::Down, _) => Deed::MarkedDown,
        (false, _, Resolvable::Repeatable(_)) => Deed::Repeated,
        (false, Direction::Up, _) => Deed::Up,
        (false, Direction::Down, _) => Deed::Down,
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
