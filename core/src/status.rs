use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::label::list;
use crate::{History, Kind, Label, Migration, Migrations, Repeatable, Row, RowState, Version};

/// Where one migration stands in one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The migration.
    pub label: Label,
    /// Where it stands.
    pub state: State,
    /// When it was applied, or last made progress: UTC, as RFC 3339.
    pub applied_at: Option<String>,
    /// How long it took.
    pub execution_ms: Option<i64>,
    /// Who applied it.
    pub applied_by: Option<String>,
}

/// The state of a migration in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It is yet to run. A repeatable migration is pending too when its checksum changed.
    Pending,
    /// All of it stands.
    Applied,
    /// It was interrupted on its way.
    Partial {
        /// How many statements are known to be done.
        done: i64,
        /// How many there are.
        total: i64,
    },
    /// The database has it, and its file is gone.
    Missing,
    /// The database has it with another content.
    Modified,
    /// It is yet to run, and a later one already has.
    OutOfOrder,
    /// The database has it, and this program is older.
    Ahead,
    /// It was recorded as applied and not run.
    Baseline,
    /// A squash stands in for it.
    Superseded,
}

impl State {
    /// Whether nothing is to be said of it: it stands, as the files have it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Applied | Self::Baseline | Self::Superseded)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("pending"),
            Self::Applied => f.write_str("applied"),
            Self::Partial { done, total } => write!(f, "partial ({done} of {total} statements)"),
            Self::Missing => f.write_str("missing"),
            Self::Modified => f.write_str("modified"),
            Self::OutOfOrder => f.write_str("out of order"),
            Self::Ahead => f.write_str("ahead"),
            Self::Baseline => f.write_str("baseline"),
            Self::Superseded => f.write_str("superseded"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.label, self.state)?;
        if let Some(applied_at) = &self.applied_at {
            write!(f, ", {applied_at}")?;
        }
        Ok(())
    }
}

/// Where every migration stands: the union of the list and the history, versions in order, repeatables after them.
pub fn status(migrations: &Migrations, history: &History) -> Vec<Status> {
    let newest_applied = newest_applied(history);
    let mut versions: BTreeMap<i64, Status> = BTreeMap::new();
    let mut repeatables: Vec<Status> = Vec::new();
    for migration in migrations.versioned() {
        let row = history.find(migration.version().key());
        let state = state_of(migration, row, newest_applied);
        versions.insert(
            migration.version().key(),
            entry(migration.into(), state, row),
        );
    }
    for repeatable in migrations.repeatable() {
        let row = history.find(repeatable.key());
        repeatables.push(entry(
            repeatable.into(),
            state_of_repeatable(repeatable, row),
            row,
        ));
    }
    for row in history
        .rows()
        .iter()
        .filter(|row| is_unknown(migrations, row))
    {
        let status = entry(
            Label::of_row(row, migrations),
            state_of_unknown(migrations, row),
            Some(row),
        );
        match status.label.version {
            Some(_) => drop(versions.insert(row.version, status)),
            None => repeatables.push(status),
        }
    }
    versions.into_values().chain(repeatables).collect()
}

/// Whether a database is where the program wants it.
pub fn verify(migrations: &Migrations, history: &History) -> Verdict {
    let statuses = status(migrations, history);
    let with = |wanted: fn(State) -> bool| -> Vec<Status> {
        statuses
            .iter()
            .filter(|status| wanted(status.state))
            .cloned()
            .collect()
    };
    let diverged = with(|state| {
        matches!(
            state,
            State::Partial { .. } | State::Missing | State::Modified | State::OutOfOrder
        )
    });
    let edited = history.chain() != history.recorded_chain();
    if !diverged.is_empty() || edited {
        return Verdict::Diverged {
            migrations: diverged,
            edited,
        };
    }
    let ahead = with(|state| state == State::Ahead);
    if !ahead.is_empty() {
        return Verdict::Ahead {
            migrations: ahead,
            latest: migrations.latest(),
        };
    }
    let pending = with(|state| state == State::Pending);
    if pending.is_empty() {
        Verdict::InSync
    } else {
        Verdict::Behind {
            migrations: pending,
        }
    }
}

/// How a database compares with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// Everything is applied, as the files have it.
    InSync,
    /// Some migrations are yet to run, and nothing stands in their way.
    Behind {
        /// Those migrations.
        migrations: Vec<Status>,
    },
    /// The database was migrated by a newer program.
    Ahead {
        /// The migrations that this program does not know.
        migrations: Vec<Status>,
        /// The newest version that it knows.
        latest: Option<Version>,
    },
    /// The history is not what the files say.
    Diverged {
        /// The migrations that differ.
        migrations: Vec<Status>,
        /// Whether rows were added, changed or removed by hand: the chain is not the sum of the rows.
        edited: bool,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = |statuses: &[Status]| list(statuses.iter().map(|status| &status.label));
        match self {
            Self::InSync => f.write_str("in sync: every migration is applied"),
            Self::Behind { migrations } => {
                write!(
                    f,
                    "behind: {} pending: {}",
                    migrations.len(),
                    labels(migrations)
                )
            }
            Self::Ahead { migrations, latest } => {
                write!(
                    f,
                    "ahead: the database has {}, this program ",
                    labels(migrations)
                )?;
                match latest {
                    Some(latest) => write!(f, "ends at {latest}"),
                    None => f.write_str("has no migrations"),
                }
            }
            Self::Diverged { migrations, edited } => {
                f.write_str("diverged")?;
                for (index, status) in migrations.iter().enumerate() {
                    write!(
                        f,
                        "{} {} is {}",
                        if index == 0 { ":" } else { "," },
                        status.label,
                        status.state
                    )?;
                }
                if *edited {
                    let lead = if migrations.is_empty() { ": " } else { "; " };
                    write!(f, "{lead}rows of the history table were changed by hand")?;
                }
                Ok(())
            }
        }
    }
}

/// The highest version that the database has, in whatever state.
pub(crate) fn newest_applied(history: &History) -> Option<&Row> {
    history
        .rows()
        .iter()
        .filter(|row| row.version >= 0)
        .max_by_key(|row| row.version)
}

/// Whether no migration of the list has this row's version or key.
pub(crate) fn is_unknown(migrations: &Migrations, row: &Row) -> bool {
    match u64::try_from(row.version) {
        Ok(number) => migrations.find(Version::new(number, 0)).is_none(),
        Err(_) => !migrations
            .repeatable()
            .iter()
            .any(|repeatable| repeatable.key() == row.version),
    }
}

/// The state of a versioned migration of the list.
pub(crate) fn state_of(
    migration: &Migration,
    row: Option<&Row>,
    newest_applied: Option<&Row>,
) -> State {
    let Some(row) = row else {
        let later = newest_applied.is_some_and(|newest| newest.version > migration.version().key());
        return if later {
            State::OutOfOrder
        } else {
            State::Pending
        };
    };
    match row.state {
        RowState::Applied if row.checksum != migration.checksum().as_str() => State::Modified,
        _ => state_of_row(row),
    }
}

/// The state of a repeatable migration of the list.
pub(crate) fn state_of_repeatable(repeatable: &Repeatable, row: Option<&Row>) -> State {
    match row {
        None => State::Pending,
        Some(row) if row.is_complete() && row.checksum != repeatable.checksum().as_str() => {
            State::Pending
        }
        Some(row) => state_of_row(row),
    }
}

/// The state of a row that the list does not know.
pub(crate) fn state_of_unknown(migrations: &Migrations, row: &Row) -> State {
    match state_of_row(row) {
        State::Applied | State::Baseline => {}
        other => return other,
    }
    let later = migrations
        .latest()
        .is_none_or(|latest| row.version > latest.key());
    if later && row.version >= 0 {
        State::Ahead
    } else {
        State::Missing
    }
}

fn state_of_row(row: &Row) -> State {
    match row.state {
        RowState::Running | RowState::Reverting => State::Partial {
            done: row.statements_done,
            total: row.statements_total,
        },
        RowState::Superseded => State::Superseded,
        RowState::Applied if row.kind == Kind::Baseline => State::Baseline,
        RowState::Applied => State::Applied,
    }
}

fn entry(label: Label, state: State, row: Option<&Row>) -> Status {
    Status {
        label,
        state,
        applied_at: row.map(|row| row.applied_at.clone()),
        execution_ms: row.map(|row| row.execution_ms),
        applied_by: row.map(|row| row.applied_by.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Dialect, fixtures};
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn every_migration_has_the_state_it_should() {
        fixtures::check("status.txt", |fixture| {
            let (known, rows) = fixture.split_once('|').expect("known | applied");
            let migrations = fixtures::migrations(Dialect::Sqlite, known);
            let history = fixtures::history(rows);
            let mut text = format!("{}\n", verify(&migrations, &history));
            for status in status(&migrations, &history) {
                text.push_str(&format!("  {}: {}\n", status.label, status.state));
            }
            text
        });
    }

    #[test]
    fn a_row_removed_by_hand_is_noticed() {
        let migrations = fixtures::migrations(Dialect::Sqlite, "1 2 3");
        let mut history = fixtures::history("1 2 3");
        history.apply(&Change::Delete { version: 1 });
        let verdict = verify(&migrations, &history).to_string();
        assert_eq!(
            verdict,
            "diverged: 0001_step is out of order; rows of the history table were changed by hand"
        );
    }
}
