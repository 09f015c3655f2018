//! The caller of a run goes away at every step: a future is dropped, and its connection goes back to a pool.

use migratory_core::FailureKind;
use sim::{Ending, FAMILIES, Family, Next, Scenario, Table, Trouble, When, expect};

/// F45: a dropped run leaves neither lock nor transaction nor setting, and the connection serves the next run.
#[test]
fn a_run_that_is_dropped_at_any_step_leaves_nothing_on_its_connection() {
    let mut table = Table::new("dropped runs: where the next run on the same connection finished");
    for scenario in Scenario::all() {
        for family in FAMILIES {
            for when in When::ALL {
                abandon(scenario, family, Trouble::IsDropped(when), &mut table)
                    .unwrap_or_else(|error| panic!("{} on {family}: {error}", scenario.name));
            }
        }
    }
    table.print();
    assert!(table.sum("sqlite") > 500 && table.sum("partial") > 100);
}

fn abandon(
    scenario: Scenario,
    family: Family,
    trouble: Trouble,
    table: &mut Table,
) -> Result<(), String> {
    let stage = scenario.stage(family)?;
    for at in 0.. {
        let mut world = stage.world.clone();
        let connection = stage.connect(&mut world);
        let run = stage.run(&mut world, Some(connection), (trouble, at))?;
        if !run.was_struck {
            return Ok(());
        }
        let said = format!("{trouble}, step {at}; it said {:?}", run.said);
        let left = world.left_on(connection);
        expect(left.is_empty(), || format!("it left {left:?}\n{said}"))?;
        if let Some(Err(failure)) = &run.end
            && *failure.kind() == FailureKind::Abandoned
        {
            let state = &world.committed;
            let next = Next::MayHaveRun;
            stage
                .law
                .check_failure(&stage.before, state, failure, next)
                .map_err(|error| format!("{error}\nin {failure}\n{said}"))?;
        }
        let ending = stage
            .recover(&mut world, Some(connection))
            .map_err(|error| format!("{error}\n{said}"))?;
        expect(ending == Ending::Finished || !stage.is_whole, || said)?;
        table.count(scenario.name, family);
        if ending == Ending::Partial {
            table.count(scenario.name, "partial");
        }
    }
    Ok(())
}
