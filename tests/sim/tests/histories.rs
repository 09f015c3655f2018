//! One database meets programs of all kinds: older, newer, of another branch, with any goal and any policy.

use migratory_core::{Dialect, FailureKind, Goal, Migrations, Options, Outcome, Refusal, plan};
use sim::{
    FAMILIES, Family, Law, Ledger, Next, Random, Subject, Table, Trouble, When, World, drive,
    expect, migrations, options,
};

/// How many databases live through how many runs each.
const LIVES: u64 = 300;
const RUNS: usize = 12;

/// Every migration that a program of this test can have.
const UNIVERSE: &str = "1 2 3n 4 5f 6r 7- 8n Rtotals Rviews";

/// The same list and history give the same plan or refusal, and a run does what the plan says: all of it, or nothing at all.
#[test]
fn a_plan_is_stable_and_a_refused_run_changes_nothing() {
    let mut table = Table::new("programs that meet a database: what became of their runs");
    for family in FAMILIES {
        for seed in 0..LIVES {
            live(family, seed, &mut table)
                .unwrap_or_else(|error| panic!("{family}, seed {seed}: {error}"));
        }
    }
    table.print();
    for word in [
        "went well",
        "nothing to do",
        "died",
        "Partial",
        "Modified",
        "Missing",
        "OutOfOrder",
        "Ahead",
        "Irreversible",
        "UnknownVersion",
        "NotEmpty",
    ] {
        assert!(table.sum_of_row(word) > 10, "too few: {word}");
    }
}

fn live(family: Family, seed: u64, table: &mut Table) -> Result<(), String> {
    let dialect = family.dialect;
    let mut random = Random::new(seed);
    let mut world = World::new(family);
    let law = Law {
        subjects: Subject::all(&migrations(dialect, UNIVERSE)),
        marker: None,
        has_marker: dialect == Dialect::Sqlite,
        ledger: Ledger::default(),
        until: None,
    };
    let mut program = program(&mut random);
    let mut past = Vec::new();
    for _ in 0..RUNS {
        if random.percent(40) {
            program = self::program(&mut random);
        }
        let goal = goal(&mut random);
        past.push(format!("{program} -> {goal}"));
        let dies_at = random.percent(8).then(|| random.below(30));
        let meeting = Meeting {
            law: &law,
            migrations: migrations(dialect, &program),
            options: options(&goal),
        };
        let word = meeting
            .run(&mut world, dies_at)
            .map_err(|error| format!("{error}\nafter {past:#?}"))?;
        table.count(word, family);
    }
    Ok(())
}

/// A program and a database.
struct Meeting<'a> {
    law: &'a Law,
    migrations: Migrations,
    options: Options,
}

impl Meeting<'_> {
    /// Runs the program, and says in a word what became of it.
    fn run(&self, world: &mut World, dies_at: Option<usize>) -> Result<&'static str, String> {
        let before = world.committed.clone();
        let planned = self.plan(world);
        expect(
            format!("{planned:?}") == format!("{:?}", self.plan(world)),
            || format!("another time it is another plan: {planned:?}"),
        )?;
        let trouble = match dies_at {
            Some(at) => (Trouble::Dies(When::After), at),
            None => (Trouble::None, 0),
        };
        let connection = world.connect(true);
        let session = world.session(connection, &self.migrations, self.options.clone());
        let run = drive(world, connection, session, trouble, |state| {
            self.law.standings(state, Next::MayHaveRun).map(drop)
        })?;
        let Some(end) = run.end else {
            return Ok("died");
        };
        let left = world.left_on(connection);
        expect(left.is_empty(), || format!("it left {left:?}"))?;
        match (planned, end) {
            (Err(refusal), Err(failure)) => {
                let same = *failure.kind() == FailureKind::Refused(refusal.clone());
                expect(same, || {
                    format!("the plan says {refusal}\nand the run {failure}")
                })?;
                expect(!run.has_written && world.committed == before, || {
                    format!("a refused run changed the database: {:?}", run.said)
                })?;
                Ok(name(&refusal))
            }
            (Ok(plan), Ok(Outcome::Ran(report))) => {
                let entries = migratory_core::Report::dry(&plan);
                let done = report
                    .entries()
                    .iter()
                    .map(|entry| (&entry.label, entry.what));
                let planned = entries
                    .entries()
                    .iter()
                    .map(|entry| (&entry.label, entry.what));
                expect(done.eq(planned), || format!("of {plan}\nit did {report}"))?;
                if plan.is_empty() {
                    expect(!run.has_written, || {
                        format!("it did nothing by {:?}", run.said)
                    })?;
                    return Ok("nothing to do");
                }
                let more = self.plan(world);
                let is_done = more.as_ref().is_ok_and(|plan| plan.is_empty());
                expect(is_done || self.options.goal == Goal::Redo, || {
                    format!("there is more to do: {more:?}")
                })?;
                Ok("went well")
            }
            (planned, end) => Err(format!("the plan is {planned:?}\nthe run is {end:?}")),
        }
    }

    fn plan(&self, world: &World) -> Result<migratory_core::Plan, Refusal> {
        let history = world.committed.history(self.migrations.scope());
        plan(
            &self.migrations,
            &history,
            self.options.goal,
            self.options.policy,
        )
    }
}

/// Some of the universe: mostly a beginning of it, now and then with a gap, or with another content.
fn program(random: &mut Random) -> String {
    let length = random.below(9);
    let mut words = Vec::new();
    for (index, word) in UNIVERSE.split_whitespace().enumerate() {
        let is_repeatable = word.starts_with('R');
        let is_there = match is_repeatable {
            true => random.percent(60),
            false => index < length && random.percent(93),
        };
        if !is_there {
            continue;
        }
        let is_edited = random.percent(if is_repeatable { 30 } else { 3 });
        words.push(match (is_edited, is_repeatable) {
            (true, true) => format!("{word}.!"),
            (true, false) => format!("{word}!"),
            _ => word.to_string(),
        });
    }
    words.join(" ")
}

fn goal(random: &mut Random) -> String {
    let version = 1 + random.below(8);
    let goal = match random.below(12) {
        0..6 => "latest".into(),
        6 | 7 => format!("up={version}"),
        8 => format!("down={version}"),
        9 => random.pick(&["all-down", "redo"]).into(),
        10 => "redo".into(),
        _ => format!("baseline={version}"),
    };
    let allowed = ["out-of-order", "missing", "newer"]
        .into_iter()
        .filter(|_| random.percent(30));
    allowed.fold(goal, |goal, word| format!("{goal} {word}"))
}

fn name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Partial(_) => "Partial",
        Refusal::Modified { .. } => "Modified",
        Refusal::Missing { .. } => "Missing",
        Refusal::OutOfOrder { .. } => "OutOfOrder",
        Refusal::Ahead { .. } => "Ahead",
        Refusal::Irreversible { .. } => "Irreversible",
        Refusal::UnknownVersion { .. } => "UnknownVersion",
        Refusal::NotEmpty { .. } => "NotEmpty",
        other => panic!("an unknown refusal: {other}"),
    }
}
