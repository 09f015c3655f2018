//! Every step of every scenario fails, in every way that its database knows.

use migratory_core::{Class, Dialect, Failure, Outcome};
use sim::{
    Ending, FAMILIES, Family, Next, Run, Scenario, Stage, Table, Trouble, When, World, classes,
    expect,
};

/// F42, F51: a run succeeds after another try, or its error is true and nothing is left on the connection.
#[test]
fn whatever_step_fails_the_report_is_true_and_nothing_is_left_behind() {
    let mut wrong = Vec::new();
    let mut table = Table::new("failed steps: runs that went well, and that ended in a true error");
    for scenario in Scenario::all() {
        for family in FAMILIES {
            for trouble in troubles(family.dialect) {
                let count = match fail(scenario, family, trouble) {
                    Ok(count) => count,
                    Err(error) => {
                        let name = scenario.name;
                        wrong.push(format!("{name} on {family}, {trouble}: {error}"));
                        continue;
                    }
                };
                let row = format!("{family} {trouble}");
                table.add(&row, "went well", count.well);
                table.add(&row, "true errors", count.errors);
                table.add(&row, "clean-up failed", count.unclean);
            }
        }
    }
    table.print();
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(table.sum("went well") > 1000 && table.sum("true errors") > 1000);
    assert!(table.sum("clean-up failed") > 100);
}

/// What is lost to another transaction is tried again, where the database undid all of it.
#[test]
fn a_migration_that_meets_another_transaction_is_tried_again() {
    let again = [Class::LockTimeout, Class::Deadlock, Class::Serialization];
    for scenario in Scenario::all().filter(|scenario| scenario.name == "fresh") {
        for family in FAMILIES
            .into_iter()
            .filter(|it| it.dialect != Dialect::Mysql)
        {
            let mut inside_of_one = 0;
            for class in again {
                let stage = scenario.stage(family).unwrap();
                for at in 0.. {
                    let Struck { run, .. } = strike(&stage, (Trouble::Fails(class), at)).unwrap();
                    if !run.was_struck {
                        break;
                    }
                    let opens = |word: &&str| word.starts_with("begin");
                    let closes = |word: &&str| word.ends_with("commit");
                    // What opens a transaction with its first statement is inside of it.
                    let end = at + usize::from(run.said[at] == "begin and statement");
                    let inside = run.said[..end].iter().rposition(opens);
                    let over = run.said[..at].iter().rposition(closes);
                    // SQLite's first transaction is for the history, until a migration takes it over.
                    let is_inside =
                        inside.is_some() && inside > over && run.said[at] != "read history";
                    let is_own = run.said[at] != "read marker";
                    if is_inside && is_own {
                        inside_of_one += 1;
                        assert!(
                            matches!(run.end, Some(Ok(Outcome::Ran(_)))),
                            "{family}, {class:?} at step {at}: {:?}",
                            run.said
                        );
                    }
                }
            }
            assert!(inside_of_one > 6, "{family}: only {inside_of_one} steps");
        }
    }
}

#[derive(Default)]
struct Count {
    well: usize,
    errors: usize,
    unclean: usize,
}

fn troubles(dialect: Dialect) -> impl Iterator<Item = Trouble> {
    let classes = classes(dialect).iter().copied().map(Trouble::Fails);
    let lost = When::ALL.map(Trouble::LosesServer);
    let by_itself = (dialect == Dialect::Sqlite).then_some(Trouble::FailsAndRollsBack);
    classes.chain(lost).chain(by_itself)
}

fn fail(scenario: Scenario, family: Family, trouble: Trouble) -> Result<Count, String> {
    let stage = scenario.stage(family)?;
    let mut count = Count::default();
    for at in 0.. {
        let mut struck = strike(&stage, (trouble, at))?;
        if at >= struck.run.said.len() {
            break;
        }
        // A step that cannot fail so.
        if !struck.run.was_struck {
            continue;
        }
        let said = format!("step {at} fails; it said {:?}", struck.run.said);
        let left = struck
            .judge(&stage, trouble, &mut count)
            .map_err(|error| format!("{error}\n{said}"))?;
        // What cannot be cleaned goes, and its server cleans up.
        let connection = left.is_empty().then_some(struck.connection);
        if connection.is_none() {
            struck.world.disconnect(struck.connection);
        }
        let ending = stage
            .recover(&mut struck.world, connection)
            .map_err(|error| format!("{error}\n{said}"))?;
        expect(ending == Ending::Finished || !stage.is_whole, || said)?;
    }
    Ok(count)
}

/// A run that was struck, and the world after it.
struct Struck {
    run: Run,
    world: World,
    connection: usize,
}

fn strike(stage: &Stage, trouble: (Trouble, usize)) -> Result<Struck, String> {
    let mut world = stage.world.clone();
    let connection = stage.connect(&mut world);
    let run = stage.run(&mut world, Some(connection), trouble)?;
    Ok(Struck {
        run,
        world,
        connection,
    })
}

impl Struck {
    /// Whether its end is what it says; gives what is left on the connection.
    fn judge(
        &self,
        stage: &Stage,
        trouble: Trouble,
        count: &mut Count,
    ) -> Result<Vec<&'static str>, String> {
        let state = &self.world.committed;
        let left = self.world.left_on(self.connection);
        match self.run.end.as_ref().ok_or("it lives")? {
            Ok(Outcome::Ran(report)) => {
                count.well += 1;
                let after = stage.law.standings(state, Next::Waits)?;
                let entries = report.entries();
                stage
                    .law
                    .check_entries(&stage.before, &after, entries, None)?;
                stage.check_end(&self.world)?;
                expect(left.is_empty(), || format!("it left {left:?}"))?;
            }
            Ok(other) => return Err(format!("{other:?} is no report")),
            Err(failure) => {
                count.errors += 1;
                count.unclean += usize::from(!failure.cleanup().is_empty());
                check_error(stage, &self.world, failure, trouble)?;
                // What it did not know that it had, it cannot miss.
                let lost: &[&str] = match trouble {
                    Trouble::LosesServer(When::Before | When::Within) => &self.run.lost,
                    _ => &left,
                };
                expect(lost.is_empty() || !failure.cleanup().is_empty(), || {
                    format!("it left {lost:?}, and does not say so: {failure}")
                })?;
            }
        }
        Ok(left)
    }
}

fn check_error(
    stage: &Stage,
    world: &World,
    failure: &Failure,
    trouble: Trouble,
) -> Result<(), String> {
    let next = match trouble {
        // Its last progress may have been lost with the server.
        Trouble::LosesServer(_) => Next::MayHaveRun,
        _ => stage.next(),
    };
    stage
        .law
        .check_failure(&stage.before, &world.committed, failure, next)
        .map_err(|error| format!("{error}\nin {failure}"))
}
