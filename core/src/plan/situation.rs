use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Action, Choice, Policy};
use crate::refusal::{Interrupted, NoWayDown, Recorded};
use crate::status::{
    State, is_unknown, newest_applied, state_of, state_of_repeatable, state_of_unknown,
};
use crate::{
    Direction, Down, History, Kind, Label, Migration, Migrations, Refusal, Repeatable, Row,
    RowState, Script, Version,
};

/// A list beside a history.
pub(super) struct Situation<'a> {
    pub(super) migrations: &'a Migrations,
    pub(super) history: &'a History,
    pub(super) policy: Policy,
}

impl Situation<'_> {
    pub(super) fn up(&self, last: Option<Version>) -> Result<Vec<Action>, Refusal> {
        self.refuse_modified()?;
        self.refuse_unknown(State::Missing, self.policy.missing)?;
        self.refuse_unknown(State::Ahead, self.policy.newer)?;
        let newest = newest_applied(self.history);
        let in_range = |migration: &&Migration| last.is_none_or(|last| migration.version() <= last);
        let candidates = || self.migrations.versioned().iter().filter(in_range);
        let state = |migration: &Migration| state_of(migration, self.row(migration), newest);
        let late: Vec<Label> = candidates()
            .filter(|migration| state(migration) == State::OutOfOrder)
            .map(Label::from)
            .collect();
        if let (false, Some(newest), Choice::Refuse) =
            (late.is_empty(), newest, self.policy.out_of_order)
        {
            return Err(Refusal::OutOfOrder {
                migrations: late,
                newest: self.label(newest),
            });
        }
        let mut actions: Vec<Action> = candidates()
            .filter(|migration| self.row(migration).is_none())
            .map(Action::Up)
            .collect();
        if last.is_none() {
            actions.extend(self.repeats());
        }
        Ok(actions)
    }

    pub(super) fn down(&self, target: Option<Version>) -> Result<Vec<Action>, Refusal> {
        self.refuse_modified()?;
        self.refuse_unknown_after(target)?;
        let after =
            |migration: &&Migration| target.is_none_or(|target| migration.version() > target);
        let leaving: Vec<&'static Migration> = self
            .migrations
            .versioned()
            .iter()
            .rev()
            .filter(after)
            .filter(|migration| self.row(migration).is_some_and(Row::is_complete))
            .collect();
        self.refuse_irreversible(&leaving)?;
        if leaving.is_empty() {
            return Ok(Vec::new());
        }
        let mut actions = self.forgets();
        actions.extend(leaving.into_iter().map(Action::Down));
        Ok(actions)
    }

    pub(super) fn redo(&self) -> Result<Vec<Action>, Refusal> {
        let applied = |migration: &&Migration| self.row(migration).is_some_and(Row::is_complete);
        let Some(newest) = self.migrations.versioned().iter().rev().find(applied) else {
            self.refuse_modified()?;
            self.refuse_unknown_after(None)?;
            return Ok(Vec::new());
        };
        let before = self
            .migrations
            .versioned()
            .iter()
            .take_while(|migration| migration.version() < newest.version());
        let mut actions = self.down(before.last().map(Migration::version))?;
        let forgotten: Vec<Action> = actions
            .iter()
            .filter_map(|action| match action {
                Action::Forget(repeatable) => Some(Action::Repeat(repeatable)),
                _ => None,
            })
            .collect();
        actions.push(Action::Up(newest));
        actions.extend(forgotten);
        Ok(actions)
    }

    pub(super) fn baseline(&self, last: &'static Migration) -> Result<Vec<Action>, Refusal> {
        let covered: Vec<&'static Migration> = self
            .migrations
            .versioned()
            .iter()
            .take_while(|migration| migration.version() <= last.version())
            .collect();
        if self.history.is_empty() {
            return Ok(vec![Action::Baseline(covered)]);
        }
        let versions = self
            .history
            .rows()
            .iter()
            .filter(|row| row.version >= 0)
            .count();
        let same = versions == covered.len()
            && covered
                .iter()
                .all(|migration| self.row(migration).is_some());
        if same {
            self.refuse_modified()?;
            return Ok(Vec::new());
        }
        Err(Refusal::NotEmpty {
            baseline: last.into(),
            recorded: self.history.rows().len(),
            newest: newest_applied(self.history).map(|row| self.label(row)),
        })
    }

    fn repeats(&self) -> impl Iterator<Item = Action> {
        let pending = |repeatable: &&Repeatable| {
            state_of_repeatable(repeatable, self.history.find(repeatable.key())) == State::Pending
        };
        self.migrations
            .repeatable()
            .iter()
            .filter(pending)
            .map(Action::Repeat)
    }

    /// What a repeatable built on may be gone after a way down, so all of them run again after the next way up.
    fn forgets(&self) -> Vec<Action> {
        let recorded = |repeatable: &&Repeatable| self.history.find(repeatable.key()).is_some();
        self.migrations
            .repeatable()
            .iter()
            .filter(recorded)
            .map(Action::Forget)
            .collect()
    }

    pub(super) fn refuse_partial(&self) -> Result<(), Refusal> {
        match self.partial() {
            None => Ok(()),
            Some((row, direction)) => {
                Err(Refusal::Partial(Box::new(self.interrupted(row, direction))))
            }
        }
    }

    /// The row of the migration that stands in part, and which way it was going.
    pub(super) fn partial(&self) -> Option<(&Row, Direction)> {
        self.history.rows().iter().find_map(|row| {
            let direction = match row.state {
                RowState::Running => Direction::Up,
                RowState::Reverting => Direction::Down,
                _ => return None,
            };
            Some((row, direction))
        })
    }

    pub(super) fn interrupted(&self, row: &Row, direction: Direction) -> Interrupted {
        Interrupted {
            label: self.label(row),
            direction,
            done: row.statements_done,
            total: row.statements_total,
            place: self.place(row, direction),
            since: row.applied_at.clone(),
            error: row.error.clone(),
        }
    }

    fn refuse_modified(&self) -> Result<(), Refusal> {
        let migrations: Vec<Recorded> = self
            .migrations
            .versioned()
            .iter()
            .filter_map(|migration| {
                let row = self.row(migration)?;
                let modified = state_of(migration, Some(row), None) == State::Modified;
                modified.then(|| Recorded {
                    label: migration.into(),
                    ..self.recorded(row)
                })
            })
            .collect();
        if migrations.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Modified { migrations })
        }
    }

    fn refuse_unknown(&self, state: State, choice: Choice) -> Result<(), Refusal> {
        if choice == Choice::Allow {
            return Ok(());
        }
        self.refuse_rows(state, self.unknown(state))
    }

    /// Below a migration that this program cannot take down nothing goes down, whatever the policy says.
    fn refuse_unknown_after(&self, target: Option<Version>) -> Result<(), Refusal> {
        for state in [State::Missing, State::Ahead] {
            let after = |row: &&Row| target.is_none_or(|target| row.version > target.key());
            self.refuse_rows(
                state,
                self.unknown(state).into_iter().filter(after).collect(),
            )?;
        }
        self.refuse_unknown(State::Missing, self.policy.missing)
    }

    fn refuse_rows(&self, state: State, rows: Vec<&Row>) -> Result<(), Refusal> {
        if rows.is_empty() {
            return Ok(());
        }
        let migrations = rows.into_iter().map(|row| self.recorded(row)).collect();
        Err(match state {
            State::Ahead => Refusal::Ahead {
                migrations,
                latest: self.migrations.versioned().last().map(Label::from),
            },
            _ => Refusal::Missing { migrations },
        })
    }

    fn refuse_irreversible(&self, leaving: &[&'static Migration]) -> Result<(), Refusal> {
        let migrations: Vec<(Label, NoWayDown)> = leaving
            .iter()
            .filter_map(|migration| Some((Label::from(*migration), self.no_way_down(migration)?)))
            .collect();
        if migrations.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Irreversible { migrations })
        }
    }

    fn no_way_down(&self, migration: &Migration) -> Option<NoWayDown> {
        if self
            .row(migration)
            .is_some_and(|row| row.kind == Kind::Baseline)
        {
            return Some(NoWayDown::Baseline);
        }
        match migration.down() {
            Down::Missing => Some(NoWayDown::Missing),
            Down::Irreversible => Some(NoWayDown::Declared),
            Down::Script(_) => None,
        }
    }

    /// The versions of this state that only the history has. A repeatable whose file is gone harms nobody.
    fn unknown(&self, state: State) -> Vec<&Row> {
        let versions = self.history.rows().iter().filter(|row| row.version >= 0);
        let mut rows: Vec<&Row> = versions
            .filter(|row| {
                is_unknown(self.migrations, row) && state_of_unknown(self.migrations, row) == state
            })
            .collect();
        rows.sort_by_key(|row| row.version);
        rows
    }

    pub(super) fn known(&self, version: Version) -> Result<&'static Migration, Refusal> {
        self.migrations.find(version).ok_or_else(|| {
            let distance =
                |migration: &&Migration| migration.version().number().abs_diff(version.number());
            let nearest = self
                .migrations
                .versioned()
                .iter()
                .min_by_key(distance)
                .map(Label::from);
            Refusal::UnknownVersion { version, nearest }
        })
    }

    fn row(&self, migration: &Migration) -> Option<&Row> {
        self.history.find(migration.version().key())
    }

    fn label(&self, row: &Row) -> Label {
        Label::of_row(row, self.migrations)
    }

    fn recorded(&self, row: &Row) -> Recorded {
        Recorded {
            label: self.label(row),
            applied_at: row.applied_at.clone(),
            checksum: row.checksum.clone(),
        }
    }

    /// Where the statement is that an interrupted run was at.
    fn place(&self, row: &Row, direction: Direction) -> Option<String> {
        let script = match (u64::try_from(row.version), direction) {
            (Ok(number), Direction::Up) => self.migrations.find(Version::new(number, 0))?.up(),
            (Ok(number), Direction::Down) => {
                match self.migrations.find(Version::new(number, 0))?.down() {
                    Down::Script(script) => script,
                    _ => return None,
                }
            }
            (Err(_), _) => self
                .migrations
                .repeatable()
                .iter()
                .find(|repeatable| repeatable.key() == row.version)?
                .script(),
        };
        let done = usize::try_from(row.statements_done).ok()?;
        match script {
            Script::Sql(sql) => sql
                .statements()
                .nth(done)
                .map(|statement| format!("{}:{}", sql.file(), statement.line)),
            Script::Rust(function) => Some(function.file().into()),
        }
    }
}
