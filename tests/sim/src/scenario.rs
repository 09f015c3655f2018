//! What is run: each scenario a line of `scenarios.txt`, and on stage in a world of one family.

use migratory_core::{
    Dialect, Goal, Migrations, Options, Outcome, Refusal, Report, Resolution, RowState, Session,
    plan,
};

use crate::drive::{Run, Trouble, When, drive};
use crate::family::Family;
use crate::ledger::Ledger;
use crate::truth::{Law, Next, Standing, Subject, expect};
use crate::words::{migrations, options};
use crate::world::World;

/// A line of `scenarios.txt`.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    known: &'static str,
    applied: &'static str,
    goal: &'static str,
    settings: &'static str,
}

/// A scenario in a world that is as it was before the run.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The world.
    pub world: World,
    /// What the program has.
    pub migrations: Migrations,
    /// What the run is told.
    pub options: Options,
    /// What must hold.
    pub law: Law,
    /// How things stand before the run.
    pub before: Vec<Standing>,
    /// How they stand after a run that meets no trouble.
    pub after: Vec<Standing>,
    /// Whether every migration and its row are one transaction.
    pub is_whole: bool,
    /// Whether a statement may have run of which the history does not know.
    pub is_in_doubt: bool,
    foreign_keys: bool,
}

/// How the runs after a trouble came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything is as after a run without trouble.
    Finished,
    /// A migration is partial, and the refusal says so.
    Partial,
}

impl Scenario {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        include_str!("../scenarios.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let fields: Vec<&str> = line.split('|').map(str::trim).chain([""]).collect();
                let [name, known, applied, goal, settings, ..] = fields[..] else {
                    panic!("too few fields: {line}")
                };
                Self {
                    name,
                    known,
                    applied,
                    goal,
                    settings,
                }
            })
    }

    /// Sets the stage, and runs it once without trouble to see the end.
    ///
    /// # Errors
    ///
    /// If even that run does not do what it says.
    pub fn stage(&self, family: Family) -> Result<Stage, String> {
        let dialect = family.dialect;
        let known = migrations(dialect, self.known);
        let mut world = World::new(family);
        let law = Law {
            subjects: Subject::all(&known),
            marker: None,
            has_marker: dialect == Dialect::Sqlite,
            ledger: Ledger::default(),
            until: None,
        };
        let is_whole = law.subjects.iter().all(|subject| subject.may_be_whole);
        let mut stage = Stage {
            migrations: migrations(dialect, self.applied),
            options: options("latest"),
            before: Vec::new(),
            after: Vec::new(),
            is_in_doubt: self.settings.ends_with('+'),
            is_whole: is_whole && dialect != Dialect::Mysql,
            foreign_keys: !self.settings.contains("keys-off"),
            law,
            world: world.clone(),
        };
        if !self.applied.is_empty() {
            let run = stage.run(&mut world, None, (Trouble::None, 0))?;
            let _ = report(run)?;
        }
        if let Some(("marker", value)) = self.settings.split_once('=') {
            world.committed.marker = value.parse().expect("a number");
            stage.law.marker = Some(world.committed.marker);
        }
        stage.migrations = known;
        if let Some(words) = self.settings.strip_prefix("partial ") {
            world = stage.interrupt(&world, words)?;
        }
        stage.options = options(self.goal);
        stage.before = stage.law.standings(&world.committed, stage.next())?;
        if let Goal::Resolve(resolution) = stage.options.goal {
            let is_partial = stage.law.resolve(&world.committed, resolution)?;
            expect(is_partial, || "nothing is partial".into())?;
        }
        stage.world = world;
        stage.rehearse()?;
        Ok(stage)
    }
}

impl Stage {
    /// Runs what the scenario says, on this connection or a new one.
    ///
    /// # Errors
    ///
    /// If the law is broken on the way.
    pub fn run(
        &self,
        world: &mut World,
        connection: Option<usize>,
        trouble: (Trouble, usize),
    ) -> Result<Run, String> {
        let connection = connection.unwrap_or_else(|| self.connect(world));
        let session = world.session(connection, &self.migrations, self.options.clone());
        self.drive(world, connection, session, trouble)
    }

    /// Whether the statement at hand may have run before.
    pub fn next(&self) -> Next {
        match self.is_in_doubt {
            true => Next::MayHaveRun,
            false => Next::Waits,
        }
    }

    /// The world after a run that died when so many statements were done; with `+` the one behind them was as well, and the
    /// history does not know it.
    fn interrupt(&mut self, world: &World, words: &str) -> Result<World, String> {
        let (goal, count) = words.rsplit_once(' ').expect("a goal and a count");
        let done: i64 = count.trim_end_matches('+').parse().expect("a count");
        self.options = options(goal);
        let moments = (0..).flat_map(|at| [When::Within, When::After].map(|when| (when, at)));
        for (when, at) in moments {
            let mut world = world.clone();
            let run = self.run(&mut world, None, (Trouble::Dies(when), at))?;
            expect(run.was_struck, || "it is never partial like that".into())?;
            let history = world.committed.history(Migrations::DEFAULT_SCOPE);
            let is_there = history.rows().iter().any(|row| {
                let is_partial = matches!(row.state, RowState::Running | RowState::Reverting);
                is_partial && row.statements_done == done
            });
            let last = run.said.last().copied();
            let runs = matches!(last, Some("statement" | "record and statement" | "call"));
            let has_run = runs && when == When::After;
            if is_there && (has_run || !self.is_in_doubt) {
                // Long ago: there is nobody to wait for. Where there is doubt, it may still be at it.
                if !self.is_in_doubt {
                    world.pass(self.options.lock_timeout);
                }
                return Ok(world);
            }
        }
        unreachable!("a run has an end")
    }

    /// Opens a connection as this scenario has them.
    pub fn connect(&self, world: &mut World) -> usize {
        world.connect(self.foreign_keys)
    }

    /// After a trouble: runs again until all is done, or until nothing can be done without a person.
    ///
    /// # Errors
    ///
    /// If something ran twice, was lost, or is not named for what it is.
    pub fn recover(
        &self,
        world: &mut World,
        mut connection: Option<usize>,
    ) -> Result<Ending, String> {
        if let Goal::Resolve(resolution) = self.options.goal {
            return self.resolve(world, connection, resolution);
        }
        let mut options = self.options.clone();
        // What an interrupted redo took down is brought up again by the next ordinary run.
        if options.goal == Goal::Redo {
            options.goal = Goal::Latest;
        }
        loop {
            let connection = connection.take().unwrap_or_else(|| self.connect(world));
            let session = world.session(connection, &self.migrations, options.clone());
            let before = world.committed.clone();
            let run = self.drive(world, connection, session, (Trouble::None, 0))?;
            let left = world.left_on(connection);
            expect(left.is_empty(), || format!("a later run left {left:?}"))?;
            match run.end.expect("it lives") {
                Ok(Outcome::Ran(report)) if report.is_empty() => {
                    return self.check_end(world).map(|()| Ending::Finished);
                }
                Ok(_) => {}
                Err(failure) => {
                    let Some(Refusal::Partial(interrupted)) = failure.refusal() else {
                        return Err(format!("a later run fails: {failure}"));
                    };
                    let subject = &self.law.subjects[self.law.find(&interrupted.label)?];
                    subject.check_interrupted(&world.committed, interrupted)?;
                    let may_be =
                        !subject.may_be_whole || self.migrations.dialect() == Dialect::Mysql;
                    expect(may_be, || {
                        format!("{} is in a transaction: {failure}", subject.label)
                    })?;
                    expect(before == world.committed && !run.has_written, || {
                        "a refused run changed the database".into()
                    })?;
                    return Ok(Ending::Partial);
                }
            }
        }
    }

    /// After a trouble in the middle of it: resolves in the same way what stands in part by now.
    fn resolve(
        &self,
        world: &mut World,
        mut connection: Option<usize>,
        resolution: Resolution,
    ) -> Result<Ending, String> {
        let mut stage = self.clone();
        let is_partial = stage.law.resolve(&world.committed, resolution)?;
        for turn in 0..2 {
            let before = world.committed.clone();
            let connection = connection.take().unwrap_or_else(|| self.connect(world));
            let run = stage.run(world, Some(connection), (Trouble::None, 0))?;
            let left = world.left_on(connection);
            expect(left.is_empty(), || format!("a later run left {left:?}"))?;
            match run.end.expect("it lives") {
                Ok(Outcome::Ran(_)) if is_partial && turn == 0 => {}
                Err(failure) if failure.refusal() == Some(&Refusal::NothingPartial) => {
                    expect(!is_partial || turn == 1, || failure.to_string())?;
                    expect(before == world.committed && !run.has_written, || {
                        "a refused run changed the database".into()
                    })?;
                }
                other => return Err(format!("a later run: {other:?}")),
            }
        }
        stage.check_end(world).map(|()| Ending::Finished)
    }

    fn drive(
        &self,
        world: &mut World,
        connection: usize,
        session: Session,
        trouble: (Trouble, usize),
    ) -> Result<Run, String> {
        drive(world, connection, session, trouble, |state| {
            self.law.standings(state, Next::MayHaveRun).map(drop)
        })
    }

    fn rehearse(&mut self) -> Result<(), String> {
        let mut world = self.world.clone();
        let connection = self.connect(&mut world);
        let run = self.run(&mut world, Some(connection), (Trouble::None, 0))?;
        let report = report(run)?;
        let left = world.left_on(connection);
        expect(left.is_empty(), || format!("it left {left:?}"))?;
        self.after = self.law.standings(&world.committed, Next::Waits)?;
        self.law
            .check_entries(&self.before, &self.after, report.entries(), None)?;
        self.check_end(&world)?;
        if self.options.goal == Goal::Redo {
            return Ok(());
        }
        let history = world.committed.history(Migrations::DEFAULT_SCOPE);
        let again = plan(
            &self.migrations,
            &history,
            self.options.goal,
            self.options.policy,
        );
        let is_done = match &again {
            Ok(plan) => plan.is_empty(),
            Err(refusal) => *refusal == Refusal::NothingPartial,
        };
        expect(is_done, || format!("there is more to do: {again:?}"))
    }

    /// Whether a world is as it is after a run without trouble.
    ///
    /// # Errors
    ///
    /// What is different.
    pub fn check_end(&self, world: &World) -> Result<(), String> {
        let is = self.law.standings(&world.committed, Next::Waits)?;
        let same = match self.options.goal {
            // It may have been interrupted before it began.
            Goal::Redo => is
                .iter()
                .map(|it| it.row)
                .eq(self.after.iter().map(|it| it.row)),
            _ => is == self.after,
        };
        expect(same, || {
            format!("it ends as {is:?}\nand not as {:?}", self.after)
        })
    }
}

/// The report of a run that went well.
///
/// # Errors
///
/// If it did not.
pub fn report(run: Run) -> Result<Report, String> {
    match run.end {
        Some(Ok(Outcome::Ran(report))) => Ok(report),
        Some(Ok(other)) => Err(format!("{other:?} is no report")),
        Some(Err(failure)) => Err(format!("{failure}\nafter {:?}", run.said)),
        None => Err("the process died".into()),
    }
}
