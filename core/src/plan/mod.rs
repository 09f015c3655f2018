mod resolve;
mod situation;

use alloc::vec::Vec;
use core::fmt;

use crate::status::newest_applied;
use crate::{
    Down, ForeignKeys, History, Interrupted, Label, Migration, Migrations, Refusal, Repeatable,
    Script, TransactionMode, Version,
};
use situation::Situation;

pub use resolve::{Resolution, Resolvable, Resolve};

/// Where a run is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Goal {
    /// Everything applied, repeatable migrations included.
    #[default]
    Latest,
    /// Everything up to and including this version applied. It never goes down, and leaves repeatable migrations alone.
    UpTo(Version),
    /// Everything after this version taken down. The version itself stays.
    DownTo(Version),
    /// Everything taken down.
    AllDown,
    /// The newest applied version taken down and applied again.
    Redo,
    /// Everything up to and including this version recorded as applied, and not run.
    Baseline(Version),
    /// The migration that stands in part brought to an end, and nothing else.
    Resolve(Resolution),
}

/// What to do about a history that does not fit. The default refuses all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// A pending migration sorts before one that has run.
    pub out_of_order: Choice,
    /// The database has a migration whose file is gone.
    pub missing: Choice,
    /// The database has migrations after the last one of this program.
    pub newer: Choice,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// The run is refused.
    #[default]
    Refuse,
    /// The run goes on.
    Allow,
}

/// What a run will do. [`Display`](fmt::Display) is the dry run.
#[derive(Clone, Debug)]
#[must_use]
pub struct Plan {
    actions: Vec<Action>,
    newest: Option<Label>,
}

impl Plan {
    /// What is done, in order.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// What is done, in order.
    pub(crate) fn into_actions(self) -> Vec<Action> {
        self.actions
    }

    /// A plan with nothing in it, for a database at this version.
    pub(crate) fn nothing(newest: Option<Label>) -> Self {
        Self {
            actions: Vec::new(),
            newest,
        }
    }

    /// The latest version that is applied before the run.
    pub fn newest(&self) -> Option<&Label> {
        self.newest.as_ref()
    }
}

/// One thing that a run does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// A migration goes up.
    Up(&'static Migration),
    /// A migration goes down.
    Down(&'static Migration),
    /// A repeatable migration runs, for the first time or again.
    Repeat(&'static Repeatable),
    /// A repeatable migration's row is removed, so that it runs again after the next way up.
    Forget(&'static Repeatable),
    /// Migrations are recorded as applied and not run.
    Baseline(Vec<&'static Migration>),
    /// A migration that stands in part is brought to an end.
    Resolve(Resolve),
}

/// Decides what a run does. Sets are compared, never a maximum: what is pending runs wherever it sorts.
///
/// # Errors
///
/// If the history does not fit the list and the policy does not allow it, or if the goal cannot be reached.
pub fn plan(
    migrations: &Migrations,
    history: &History,
    goal: Goal,
    policy: Policy,
) -> Result<Plan, Refusal> {
    let situation = Situation {
        migrations,
        history,
        policy,
    };
    if !matches!(goal, Goal::Resolve(_)) {
        situation.refuse_partial()?;
    }
    let actions = match goal {
        Goal::Latest => situation.up(None)?,
        Goal::UpTo(version) => situation.up(Some(situation.known(version)?.version()))?,
        Goal::DownTo(version) => situation.down(Some(situation.known(version)?.version()))?,
        Goal::AllDown => situation.down(None)?,
        Goal::Redo => situation.redo()?,
        Goal::Baseline(version) => situation.baseline(situation.known(version)?)?,
        Goal::Resolve(resolution) => Vec::from([situation.resolve(resolution)?]),
    };
    Ok(Plan {
        actions,
        newest: newest_applied(history).map(|row| Label::of_row(row, migrations)),
    })
}

/// The migration that stands in part, if there is one.
pub(crate) fn interrupted(migrations: &Migrations, history: &History) -> Option<Interrupted> {
    let situation = Situation {
        migrations,
        history,
        policy: Policy::default(),
    };
    let (row, direction) = situation.partial()?;
    Some(situation.interrupted(row, direction))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |f: &mut fmt::Formatter<'_>| match &self.newest {
            Some(newest) => write!(f, "the database is at {newest}"),
            None => f.write_str("the database has no migrations"),
        };
        if self.actions.is_empty() {
            f.write_str("nothing to do: ")?;
            return at(f);
        }
        let steps = if self.actions.len() == 1 {
            "step"
        } else {
            "steps"
        };
        write!(f, "{} {steps}; ", self.actions.len())?;
        at(f)?;
        self.actions
            .iter()
            .try_for_each(|action| write!(f, "\n  {action}"))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(migration) => {
                write!(f, "up       {migration}: ")?;
                write_script(
                    f,
                    migration.up(),
                    migration.transaction(),
                    migration.foreign_keys(),
                )
            }
            Self::Down(migration) => {
                write!(f, "down     {migration}: ")?;
                match migration.down() {
                    Down::Script(script) => {
                        write_script(f, script, migration.transaction(), migration.foreign_keys())
                    }
                    _ => f.write_str("no way down"),
                }
            }
            Self::Repeat(repeatable) => {
                write!(f, "repeat   {repeatable}: ")?;
                write_script(
                    f,
                    repeatable.script(),
                    repeatable.transaction(),
                    ForeignKeys::Keep,
                )
            }
            Self::Forget(repeatable) => write!(
                f,
                "forget   {repeatable}: it runs again after the next way up"
            ),
            Self::Baseline(migrations) => {
                f.write_str("baseline ")?;
                if let (Some(first), Some(last)) = (migrations.first(), migrations.last()) {
                    write!(f, "{first} to {last}: ")?;
                }
                write!(f, "{} recorded as applied, none run", migrations.len())
            }
            Self::Resolve(resolve) => resolve.fmt(f),
        }
    }
}

fn write_script(
    f: &mut fmt::Formatter<'_>,
    script: &Script,
    transaction: TransactionMode,
    foreign_keys: ForeignKeys,
) -> fmt::Result {
    match (script, script.len()) {
        (Script::Rust(_), _) => f.write_str("a Rust function")?,
        (Script::Sql(_), 1) => f.write_str("1 statement")?,
        (Script::Sql(_), count) => write!(f, "{count} statements")?,
    }
    if transaction == TransactionMode::NoTransaction {
        f.write_str(", no transaction")?;
    }
    if foreign_keys == ForeignKeys::Off {
        f.write_str(", foreign keys off")?;
    }
    write!(f, " ({})", script.file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, fixtures};
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn every_history_gets_the_plan_or_the_refusal_it_should() {
        fixtures::check("plan.txt", |fixture| {
            let [known, rows, goal] = fields(fixture);
            let migrations = fixtures::migrations(Dialect::Sqlite, known);
            let (goal, policy) = goal_of(goal);
            match plan(&migrations, &fixtures::history(rows), goal, policy) {
                Ok(plan) => plan.to_string(),
                Err(refusal) => format!("refused: {refusal}"),
            }
        });
    }

    #[test]
    fn what_a_plan_does_is_what_its_history_lacked() {
        let migrations = fixtures::migrations(Dialect::Sqlite, "1 2 3");
        let plan = plan(
            &migrations,
            &fixtures::history("2"),
            Goal::Latest,
            ALLOW_ALL,
        )
        .unwrap();
        let versions: Vec<u64> = plan
            .actions()
            .iter()
            .map(|action| match action {
                Action::Up(migration) => migration.version().number(),
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(versions, [1, 3]);
    }

    const ALLOW_ALL: Policy = Policy {
        out_of_order: Choice::Allow,
        missing: Choice::Allow,
        newer: Choice::Allow,
    };

    fn fields(fixture: &str) -> [&str; 3] {
        let fields: Vec<&str> = fixture.split('|').map(str::trim).collect();
        fields.try_into().expect("known | applied | goal")
    }

    fn goal_of(words: &str) -> (Goal, Policy) {
        let mut words = words.split_whitespace();
        let goal = words.next().expect("a goal");
        let (goal, version) = goal.split_once('=').unwrap_or((goal, "0"));
        let version = Version::parse(version).expect("a version");
        let goal = match goal {
            "latest" => Goal::Latest,
            "up" => Goal::UpTo(version),
            "down" => Goal::DownTo(version),
            "all-down" => Goal::AllDown,
            "redo" => Goal::Redo,
            "baseline" => Goal::Baseline(version),
            "continue" => Goal::Resolve(Resolution::Continue),
            "mark-done" => Goal::Resolve(Resolution::MarkDone),
            "mark-undone" => Goal::Resolve(Resolution::MarkUndone),
            "go-up" => Goal::Resolve(Resolution::GoUp),
            "go-down" => Goal::Resolve(Resolution::GoDown),
            other => panic!("no goal is called {other}"),
        };
        let mut policy = Policy::default();
        for word in words {
            match word {
                "allow-out-of-order" => policy.out_of_order = Choice::Allow,
                "allow-missing" => policy.missing = Choice::Allow,
                "allow-newer" => policy.newer = Choice::Allow,
                other => panic!("no policy is called {other}"),
            }
        }
        (goal, policy)
    }
}
