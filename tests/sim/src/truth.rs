//! What has to be true of a database, and whether a run says the truth about it.

use migratory_core::{
    Deed, Direction, Down, Entry, Failure, Fate, Interrupted, Kind, Label, Migrations, Resolution,
    Row, RowState, Script, TransactionMode,
};

use crate::ledger::Ledger;
use crate::state::State;
use crate::words::{rust_text, texts};

/// One migration of those that a world can have seen.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its version's number, or its key.
    pub key: i64,
    /// What messages call it.
    pub label: Label,
    /// Whether its file lets it run in a transaction.
    pub may_be_whole: bool,
    up: Script,
    down: Option<Script>,
    ups: Vec<String>,
    downs: Vec<String>,
}

/// What history and effects say of a migration, where they agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// State and kind of its row.
    pub row: Option<(RowState, Kind)>,
    /// How often all of its way up ran.
    pub ups: u32,
    /// How often all of its way down ran.
    pub downs: u32,
}

/// What is known of the statement that a partial migration was at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It did not run.
    Waits,
    /// It may have run.
    MayHaveRun,
}

/// The law of a database that is asked all the time.
#[derive(Clone, Debug)]
pub struct Law {
    /// Every migration that it can have seen.
    pub subjects: Vec<Subject>,
    /// What `user_version` is if it belongs to the application.
    pub marker: Option<i64>,
    /// Whether the family has a `user_version`.
    pub has_marker: bool,
    /// By which the counts are read.
    pub ledger: Ledger,
    /// As long as there is this row, by which they are read instead.
    pub until: Option<(Row, Ledger)>,
}

impl Subject {
    /// All migrations of a list.
    pub fn all(migrations: &Migrations) -> Vec<Self> {
        let versioned = migrations.versioned().iter().map(|migration| {
            let number = migration.version().number();
            let down = match migration.down() {
                Down::Script(script) => Some(*script),
                _ => None,
            };
            Self {
                key: migration.version().key(),
                label: migration.into(),
                may_be_whole: migration.transaction() == TransactionMode::InTransaction,
                up: *migration.up(),
                down,
                ups: texts(migration.up(), &rust_text("up", number)),
                downs: down.map_or(vec![], |down| texts(&down, &rust_text("down", number))),
            }
        });
        let repeatable = migrations.repeatable().iter().map(|repeatable| Self {
            key: repeatable.key(),
            label: repeatable.into(),
            may_be_whole: repeatable.transaction() == TransactionMode::InTransaction,
            up: *repeatable.script(),
            down: None,
            ups: texts(repeatable.script(), ""),
            downs: vec![],
        });
        versioned.chain(repeatable).collect()
    }

    /// Whether a refusal names what this migration's row and effects say.
    pub fn check_interrupted(&self, state: &State, it: &Interrupted) -> Result<(), String> {
        let history = state.history(Migrations::DEFAULT_SCOPE);
        let row = history.find(self.key).ok_or("there is no such row")?;
        let (direction, script) = match row.state {
            RowState::Running => (Direction::Up, Some(self.up)),
            RowState::Reverting => (Direction::Down, self.down),
            _ => return Err(format!("{} is not partial", self.label)),
        };
        let place = match script {
            Some(Script::Sql(sql)) => sql
                .statements()
                .nth(row.statements_done as usize)
                .map(|statement| format!("{}:{}", sql.file(), statement.line)),
            Some(script) => Some(script.file().into()),
            None => None,
        };
        let said = (it.direction, it.done, it.total, &it.place);
        let is = (direction, row.statements_done, row.statements_total, &place);
        let is_placed = place.is_some() || it.done == it.total;
        expect(said == is && is_placed, || {
            format!("the refusal says {said:?}, and it is {is:?}")
        })
    }

    fn standing(&self, state: &State, ledger: &Ledger, next: Next) -> Result<Standing, String> {
        let history = state.history(Migrations::DEFAULT_SCOPE);
        let row = history.find(self.key);
        let counts = |texts: &[String]| -> Vec<u32> {
            texts.iter().map(|text| ledger.count(state, text)).collect()
        };
        let (ups, downs) = (counts(&self.ups), counts(&self.downs));
        let wrong = || {
            let is = row.map(|row| (row.state, row.kind, row.statements_done));
            format!(
                "{} has {is:?}, its ups ran {ups:?}, its downs {downs:?}",
                self.label
            )
        };
        let found = if self.key < 0 {
            let row = row.map(|row| (row.state, row.statements_done));
            repeated(row, &ups, next)
        } else {
            let row = row.map(|row| (row.state, row.kind, row.statements_done));
            versioned(row, &ups, &downs, next)
        };
        let (ups, downs) = found.ok_or_else(wrong)?;
        Ok(Standing {
            row: row.map(|row| (row.state, row.kind)),
            ups,
            downs,
        })
    }
}

impl Law {
    /// What history and effects say together of every migration.
    ///
    /// # Errors
    ///
    /// If they contradict each other, or if anything was lost.
    pub fn standings(&self, state: &State, next: Next) -> Result<Vec<Standing>, String> {
        let history = state.history(Migrations::DEFAULT_SCOPE);
        expect(history.chain() == history.recorded_chain(), || {
            "the newest row's chain is not the sum of the rows".into()
        })?;
        expect(state.lost_children == 0, || {
            "a rebuild deleted the rows of a child".into()
        })?;
        let marker = match (self.marker, self.has_marker && state.table.is_some()) {
            (Some(theirs), _) => theirs,
            (None, true) => history.chain().marker(),
            (None, false) => 0,
        };
        expect(state.marker == marker, || {
            format!("`user_version` is {} and not {marker}", state.marker)
        })?;
        let ledger = self.ledger(state);
        let subjects = self.subjects.iter();
        subjects
            .map(|subject| subject.standing(state, ledger, next))
            .collect()
    }

    /// From the next change of its row on, the migration that stands in part is resolved so; `false` if there is none.
    ///
    /// # Errors
    ///
    /// If the state is not lawful.
    pub fn resolve(&mut self, state: &State, resolution: Resolution) -> Result<bool, String> {
        let history = state.history(Migrations::DEFAULT_SCOPE);
        let mut partial = self.subjects.iter().filter_map(|subject| {
            let row = history.find(subject.key)?;
            matches!(row.state, RowState::Running | RowState::Reverting).then_some((subject, row))
        });
        let Some((subject, row)) = partial.next() else {
            return Ok(false);
        };
        let ledger = self.ledger(state).clone();
        let Standing { ups, downs, .. } = subject.standing(state, &ledger, Next::MayHaveRun)?;
        self.ledger = ledger.resolved(
            state,
            (row.state, row.statements_done as usize),
            (&subject.ups, &subject.downs),
            (ups, downs),
            resolution,
        );
        self.until = Some((row.clone(), ledger));
        Ok(true)
    }

    fn ledger(&self, state: &State) -> &Ledger {
        let history = state.history(Migrations::DEFAULT_SCOPE);
        match &self.until {
            Some((row, before)) if history.find(row.version) == Some(row) => before,
            _ => &self.ledger,
        }
    }

    /// The migration of a label.
    pub fn find(&self, label: &Label) -> Result<usize, String> {
        let mut subjects = self.subjects.iter();
        subjects
            .position(|subject| subject.label == *label)
            .ok_or_else(|| format!("no migration is called {label}"))
    }

    /// Whether a run did what its report says, and nothing else.
    pub fn check_entries(
        &self,
        before: &[Standing],
        after: &[Standing],
        entries: &[Entry],
        except: Option<&Label>,
    ) -> Result<(), String> {
        let mut expected = before.to_vec();
        for entry in entries {
            let subject = self.find(&entry.label)?;
            let kind = self.kind(subject);
            done(&mut expected[subject], entry.what, kind);
        }
        for (index, (expected, actual)) in expected.iter().zip(after).enumerate() {
            let label = &self.subjects[index].label;
            expect(expected == actual || Some(label) == except, || {
                format!("by the report {label} is {expected:?}, and it is {actual:?}")
            })?;
        }
        Ok(())
    }

    /// Whether an error says the truth about the database.
    pub fn check_failure(
        &self,
        before: &[Standing],
        state: &State,
        failure: &Failure,
        next: Next,
    ) -> Result<(), String> {
        let after = self.standings(state, next)?;
        let except = match failure.fate() {
            Fate::None | Fate::RolledBack(_) => None,
            Fate::Partial {
                label,
                direction,
                done,
                total,
            } => {
                let subject = &self.subjects[self.find(label)?];
                let history = state.history(Migrations::DEFAULT_SCOPE);
                let row = history
                    .find(subject.key)
                    .ok_or("no row says that it is partial")?;
                let under_way = match direction {
                    Direction::Up => RowState::Running,
                    Direction::Down => RowState::Reverting,
                };
                let is = (row.state, row.statements_done, row.statements_total);
                let is_said = is == (under_way, *done as i64, *total as i64);
                expect(is_said, || {
                    format!("the error says {:?}, and the row {is:?}", failure.fate())
                })?;
                Some(label)
            }
            // A baseline is named by its last migration, and has rows for all.
            Fate::Ended(_) | Fate::Unknown(_) if is_baselined(&after) => return Ok(()),
            Fate::Ended(label) | Fate::Unknown(label) => Some(label),
            other => return Err(format!("an unknown fate: {other:?}")),
        };
        self.check_entries(before, &after, failure.applied(), except)
    }

    fn kind(&self, subject: usize) -> Kind {
        let Subject { key, up, .. } = &self.subjects[subject];
        match (key, up) {
            (..0, _) => Kind::Repeatable,
            (_, Script::Rust(_)) => Kind::Rust,
            _ => Kind::Sql,
        }
    }
}

/// `Err` with these words unless it is so.
pub fn expect(is: bool, words: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(words()) }
}

fn is_baselined(after: &[Standing]) -> bool {
    let mut rows = after.iter().filter_map(|standing| standing.row);
    rows.any(|(_, kind)| kind == Kind::Baseline)
}

fn done(standing: &mut Standing, deed: Deed, kind: Kind) {
    // What was begun counts as done if it goes the other way from there, or is said to be done.
    let begun = standing.row.map(|(state, _)| state);
    let is_mark = matches!(deed, Deed::MarkedUp | Deed::MarkedDown);
    let leaves = matches!(deed, Deed::Down | Deed::MarkedDown);
    match begun {
        Some(RowState::Running) if leaves != is_mark => standing.ups += 1,
        Some(RowState::Reverting) if leaves == is_mark => standing.downs += 1,
        _ => {}
    }
    match deed {
        Deed::Up | Deed::Repeated => {
            standing.row = Some((RowState::Applied, kind));
            standing.ups += 1;
        }
        Deed::Down => {
            standing.row = None;
            standing.downs += 1;
        }
        Deed::Forgotten | Deed::MarkedDown => standing.row = None,
        Deed::MarkedUp => standing.row = Some((RowState::Applied, kind)),
        Deed::Baselined => standing.row = Some((RowState::Applied, Kind::Baseline)),
        other => panic!("an unknown deed: {other}"),
    }
}

/// How often a versioned migration went up and down, if its row and the counts of its statements fit together.
fn versioned(
    row: Option<(RowState, Kind, i64)>,
    ups: &[u32],
    downs: &[u32],
    next: Next,
) -> Option<(u32, u32)> {
    let (up, down) = (ups.first().copied()?, downs.first().copied().unwrap_or(0));
    let all = |counts: &[u32], count: u32| counts.iter().all(|it| *it == count);
    let fits = match row {
        None | Some((RowState::Applied, Kind::Baseline, _)) => all(ups, down) && all(downs, down),
        Some((RowState::Applied, ..)) => all(ups, down + 1) && all(downs, down),
        Some((RowState::Running, _, done)) => {
            return (all(downs, down) && are_under_way(ups, down, done, next))
                .then_some((down, down));
        }
        Some((RowState::Reverting, _, done)) => {
            let downs_before = up.checked_sub(1)?;
            return (all(ups, up) && are_under_way(downs, downs_before, done, next))
                .then_some((up, downs_before));
        }
        Some(_) => false,
    };
    fits.then_some((up, down))
}

/// The same for a repeatable, which may have run any number of times.
fn repeated(row: Option<(RowState, i64)>, ups: &[u32], next: Next) -> Option<(u32, u32)> {
    let count = ups.first().copied()?;
    let is_whole = ups.iter().all(|it| *it == count);
    match row {
        None => is_whole.then_some((count, 0)),
        Some((RowState::Applied, _)) => (is_whole && count > 0).then_some((count, 0)),
        Some((RowState::Running, done)) => (0..=count)
            .find(|before| are_under_way(ups, *before, done, next))
            .map(|before| (before, 0)),
        Some(_) => None,
    }
}

/// Whether each statement before the one at hand ran once more than `before`, and none after it did.
fn are_under_way(counts: &[u32], before: u32, done: i64, next: Next) -> bool {
    counts.iter().zip(0..).all(|(count, index)| match () {
        () if index < done => *count == before + 1,
        () if index == done && next == Next::MayHaveRun => (before..=before + 1).contains(count),
        () => *count == before,
    })
}
