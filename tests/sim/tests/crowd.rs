//! Several processes start at once, and their steps come in an order that a seed decides.

use std::collections::BTreeMap;

use migratory_core::{Deed, Dialect, FailureKind, Goal, Outcome, Refusal};
use sim::{Crowd, FAMILIES, Family, Next, Scenario, Stage, Table, expect};

/// Schedules of each scenario, dialect and number of runs.
const SCHEDULES: u64 = 40;

/// F43: each migration exactly once, and no run fails.
#[test]
fn of_several_runs_at_once_each_migration_is_run_by_one_and_none_fails() {
    let mut table = Table::new("runs at once: schedules, and steps in all of them");
    for_every_stage(|scenario, family, stage| {
        for runs in [2, 3] {
            for seed in 0..SCHEDULES {
                let steps = undisturbed(stage, seed, runs)
                    .map_err(|error| format!("{runs} runs, seed {seed}: {error}"))?;
                table.count(scenario, family);
                table.add(scenario, "steps", steps);
            }
        }
        Ok(())
    });
    table.print();
    assert!(table.sum("sqlite") > 1000 && table.sum("mysql") > 1000);
}

/// Some die at any step and are started anew. The others carry on, or all of them name what is partial.
#[test]
fn among_runs_that_die_the_others_finish_or_name_what_is_partial() {
    let mut table = Table::new("runs at once that die: schedules, and how many ended as partial");
    for_every_stage(|scenario, family, stage| {
        for runs in [2, 3] {
            for seed in 0..SCHEDULES {
                let is_partial = dying(stage, seed, runs)
                    .map_err(|error| format!("{runs} runs, seed {seed}: {error}"))?;
                table.count(scenario, family);
                table.add(scenario, "partial", is_partial.into());
            }
        }
        Ok(())
    });
    table.print();
    assert!(table.sum("sqlite") > 1000 && table.sum("partial") > 100);
}

/// A process that hears nothing for longer than it holds its lock finds that it has it no more, and does nothing that another has done.
#[test]
fn a_run_that_was_suspended_for_longer_than_its_lease_notices_that_the_lock_is_lost() {
    let mut table = Table::new("suspended runs: schedules, and how many lost the lock");
    for scenario in Scenario::all() {
        for family in FAMILIES.into_iter().filter(|it| it.locks_a_row) {
            let stage = scenario.stage(family).expect("it is well without trouble");
            // Whoever resolves says that nobody is at it any more.
            if matches!(stage.options.goal, Goal::Resolve(_)) {
                continue;
            }
            for seed in 0..5 * SCHEDULES {
                let lost = suspended(&stage, seed).unwrap_or_else(|error| {
                    panic!("{} on {family}, seed {seed}: {error}", scenario.name)
                });
                table.count(scenario.name, family);
                table.add(family, "lost", lost);
            }
        }
    }
    table.print();
    assert!(table.sum("mysql-row") > 500 && table.sum("postgres-row") > 500);
    assert!(table.sum("lost") > 100);
}

/// A person at each of several consoles resolves the same migration: one does it, and the others hear that it is done.
#[test]
fn of_several_that_resolve_at_once_one_does_it() {
    let mut table = Table::new("resolved at once: schedules");
    for scenario in Scenario::all() {
        for family in FAMILIES {
            let stage = scenario.stage(family).expect("it is well without trouble");
            if !matches!(stage.options.goal, Goal::Resolve(_)) {
                continue;
            }
            for seed in 0..SCHEDULES {
                resolved(&stage, seed).unwrap_or_else(|error| {
                    panic!("{} on {family}, seed {seed}: {error}", scenario.name)
                });
                table.count(scenario.name, family);
            }
        }
    }
    table.print();
    assert!(table.sum("sqlite") > 500 && table.sum("mysql") > 500);
}

fn resolved(stage: &Stage, seed: u64) -> Result<(), String> {
    let mut crowd = Crowd::new(stage, seed, 3, 0);
    let mut done = 0;
    for member in crowd.run()? {
        match &member.end {
            Some(Ok(Outcome::Ran(report))) => done += report.entries().len(),
            Some(Err(failure)) => match failure.refusal() {
                Some(Refusal::NothingPartial) => {}
                // It waited as long as it may, and another one is at it just now.
                Some(Refusal::Partial(_)) if stage.migrations.dialect() == Dialect::Sqlite => {}
                _ => return Err(failure.to_string()),
            },
            other => return Err(format!("{other:?}")),
        }
    }
    expect(done == 1, || format!("it was done {done} times"))?;
    nothing_is_left(&crowd)?;
    stage.check_end(&crowd.world)
}

/// Gives how many lost their lock.
fn suspended(stage: &Stage, seed: u64) -> Result<usize, String> {
    let mut crowd = Crowd::new(stage, seed, 3, 0).with_pauses(2);
    let mut lost = 0;
    for member in crowd.run()? {
        match &member.end {
            Some(Ok(Outcome::Ran(_))) => {}
            Some(Err(failure)) => match failure.kind() {
                FailureKind::LockLost => lost += 1,
                FailureKind::LockTimeout { .. } => {}
                FailureKind::Refused(Refusal::Partial(_)) if !stage.is_whole => {}
                // The history takes no second row of a migration: outside of a transaction, it may be that which is noticed.
                FailureKind::Step { message, .. }
                    if !stage.is_whole && message.contains("is taken") => {}
                _ => return Err(failure.to_string()),
            },
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(lost)
}

/// Two that take down and bring up against each other have no common end, so a redo is not among them; what is
/// resolved is only done once.
fn for_every_stage(mut check: impl FnMut(&str, Family, &Stage) -> Result<(), String>) {
    for scenario in Scenario::all() {
        for family in FAMILIES {
            let stage = scenario.stage(family).expect("it is well without trouble");
            if !matches!(stage.options.goal, Goal::Redo | Goal::Resolve(_)) {
                check(scenario.name, family, &stage)
                    .unwrap_or_else(|error| panic!("{} on {family}: {error}", scenario.name));
            }
        }
    }
}

fn undisturbed(stage: &Stage, seed: u64, runs: usize) -> Result<usize, String> {
    let mut crowd = Crowd::new(stage, seed, runs, 0);
    let mut deeds: BTreeMap<String, usize> = BTreeMap::new();
    for member in crowd.run()? {
        match &member.end {
            Some(Ok(Outcome::Ran(report))) => {
                for entry in report.entries() {
                    *deeds
                        .entry(format!("{} {}", entry.what, entry.label))
                        .or_default() += 1;
                }
            }
            other => return Err(format!("{other:?}")),
        }
    }
    let twice = deeds.iter().find(|(_, count)| **count != 1);
    expect(twice.is_none(), || {
        format!("done more than once: {twice:?}")
    })?;
    nothing_is_left(&crowd)?;
    stage.check_end(&crowd.world)?;
    Ok(crowd.steps)
}

fn dying(stage: &Stage, seed: u64, runs: usize) -> Result<bool, String> {
    let mut crowd = Crowd::new(stage, seed, runs, 2);
    let mut is_partial = false;
    let mut ups = 0;
    for member in crowd.run()? {
        match &member.end {
            None => {}
            Some(Ok(Outcome::Ran(report))) => {
                let up = |deed| matches!(deed, Deed::Up | Deed::Repeated);
                ups += report.entries().iter().filter(|it| up(it.what)).count();
            }
            Some(Ok(other)) => return Err(format!("{other:?} is no report")),
            Some(Err(failure)) => match failure.kind() {
                FailureKind::Refused(Refusal::Partial(_)) => is_partial = true,
                _ => return Err(failure.to_string()),
            },
        }
    }
    expect(!is_partial || !stage.is_whole, || "it is partial".into())?;
    nothing_is_left(&crowd)?;
    let standings = stage
        .law
        .standings(&crowd.world.committed, Next::MayHaveRun)?;
    let went_up: u32 = standings
        .iter()
        .zip(&stage.before)
        .map(|(is, was)| is.ups - was.ups)
        .sum();
    expect(ups <= went_up as usize, || {
        format!("{ups} are reported, and {went_up} ran")
    })?;
    if !is_partial {
        stage.check_end(&crowd.world)?;
    }
    Ok(is_partial)
}

fn nothing_is_left(crowd: &Crowd<'_>) -> Result<(), String> {
    for connection in 0..crowd.world.connections() {
        let left = crowd.world.left_on(connection);
        expect(left.is_empty(), || format!("{connection} has {left:?}"))?;
    }
    Ok(())
}
