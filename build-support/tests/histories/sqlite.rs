use std::collections::BTreeMap;

use migratory_core::Dialect;

use crate::verdict::{false_alarms, judge_all};
use crate::{corpus, witness};

#[test]
fn no_file_that_sqlite_took_is_an_error() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let histories = corpus::histories(&folder, "sqlite");
    assert_eq!(histories.len(), 17, "the corpus has 17 SQLite histories");
    let preludes: BTreeMap<String, String> = histories
        .iter()
        .map(|history| {
            let prelude = corpus::prelude(Dialect::Sqlite, &history.name);
            (history.name.clone(), prelude.to_owned())
        })
        .collect();
    let (failures, _) = false_alarms(Dialect::Sqlite, &histories, &preludes);
    assert!(
        failures.is_empty(),
        "{} false alarms:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_seeded_fault_is_an_error_on_its_file_and_no_valid_edit_is() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let cases = corpus::seeded(&folder, "sqlite");
    let faults = cases.iter().filter(|case| case.expect == "error").count();
    assert_eq!(
        (faults, cases.len() - faults),
        (1176, 143),
        "the seeded cases of SQLite"
    );
    let histories = corpus::histories(&folder, "sqlite");
    let wrong = judge_all(
        Dialect::Sqlite,
        &histories,
        &cases,
        Some(witness::broken_downs),
    );
    let wrong: Vec<String> = wrong.into_iter().map(|(_, said)| said).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong verdicts:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
