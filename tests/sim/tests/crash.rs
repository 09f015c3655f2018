//! The process dies at every step of every scenario.

use sim::{Ending, FAMILIES, Family, Scenario, Table, Trouble, When, expect};

/// F40, F53: nothing runs twice, nothing is lost, and what stands in part is named.
#[test]
fn after_a_crash_at_any_step_the_next_run_finishes_or_names_what_is_partial() {
    let mut table = Table::new("crashes: runs that finished, and that were refused as partial");
    for scenario in Scenario::all() {
        for family in FAMILIES {
            for when in When::ALL {
                crash(scenario, family, when, &mut table)
                    .unwrap_or_else(|error| panic!("{} on {family}: {error}", scenario.name));
            }
        }
    }
    table.print();
    assert!(table.sum("sqlite") > 500 && table.sum("partial") > 100);
}

fn crash(scenario: Scenario, family: Family, when: When, table: &mut Table) -> Result<(), String> {
    let stage = scenario.stage(family)?;
    for at in 0.. {
        let mut world = stage.world.clone();
        let trouble = Trouble::Dies(when);
        let run = stage.run(&mut world, None, (trouble, at))?;
        if !run.was_struck {
            return Ok(());
        }
        let ending = stage
            .recover(&mut world, None)
            .map_err(|error| format!("step {at}, {trouble}: {error}\nit said {:?}", run.said))?;
        expect(ending == Ending::Finished || !stage.is_whole, || {
            format!("step {at}: {ending:?}")
        })?;
        table.count(scenario.name, family);
        if ending == Ending::Partial {
            table.count(scenario.name, "partial");
        }
    }
    Ok(())
}
