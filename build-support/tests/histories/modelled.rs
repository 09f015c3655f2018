//! PostgreSQL and MySQL, which the build follows in a model.

use std::collections::BTreeMap;

use migratory_core::Dialect;

use crate::corpus::{self, Seeded, say};
use crate::verdict::{false_alarms, judge_all};

/// A dialect with what its part of the corpus holds and what is asked of the model there.
struct Target {
    dialect: Dialect,
    name: &'static str,
    histories: usize,
    /// Seeded faults, and valid edits.
    cases: (usize, usize),
    /// Of a thousand statements, how many may be unknown.
    unknown: usize,
    /// Of a hundred faults, how many have to be found.
    found: usize,
}

const POSTGRES: Target = Target {
    dialect: Dialect::Postgres,
    name: "postgres",
    histories: 21,
    cases: (1749, 197),
    unknown: 5,
    found: 99,
};

const MYSQL: Target = Target {
    dialect: Dialect::Mysql,
    name: "mysql",
    histories: 9,
    cases: (694, 81),
    unknown: 20,
    found: 98,
};

#[test]
fn no_file_that_postgres_took_is_an_error() {
    raises_no_false_alarm(&POSTGRES);
}

#[test]
fn no_file_that_mysql_took_is_an_error() {
    raises_no_false_alarm(&MYSQL);
}

#[test]
fn the_seeded_faults_of_postgres_are_found_and_no_valid_edit_is_an_error() {
    finds_seeded_faults(&POSTGRES);
}

#[test]
fn the_seeded_faults_of_mysql_are_found_and_no_valid_edit_is_an_error() {
    finds_seeded_faults(&MYSQL);
}

fn raises_no_false_alarm(target: &Target) {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let histories = corpus::histories(&folder, target.name);
    assert_eq!(histories.len(), target.histories, "histories of the corpus");
    let preludes = preludes(&corpus::seeded(&folder, target.name));
    let (failures, coverage) = false_alarms(target.dialect, &histories, &preludes);
    assert!(
        failures.is_empty(),
        "{} false alarms:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(
        coverage.unknown * 1000 <= coverage.statements * target.unknown,
        "{} of {} statements are unknown",
        coverage.unknown,
        coverage.statements
    );
}

fn finds_seeded_faults(target: &Target) {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let cases = corpus::seeded(&folder, target.name);
    let faults = cases.iter().filter(|case| case.expect == "error").count();
    assert_eq!((faults, cases.len() - faults), target.cases, "seeded cases");
    let histories = corpus::histories(&folder, target.name);
    let wrong = judge_all(target.dialect, &histories, &cases, None);
    let (alarms, missed): (Vec<_>, Vec<_>) =
        wrong.into_iter().partition(|(case, _)| case.expect == "ok");
    for (case, _) in &missed {
        say!(
            "missed: {} {} {}: {}",
            case.class,
            case.history,
            case.case,
            case.engine
        );
    }
    let alarms: Vec<String> = alarms.into_iter().map(|(_, said)| said).collect();
    assert!(
        alarms.is_empty(),
        "{} valid edits are errors:\n{}",
        alarms.len(),
        alarms.join("\n")
    );
    let found = faults - missed.len();
    assert!(
        found * 100 >= faults * target.found,
        "{found} of {faults} faults are found"
    );
}

/// What histories find in place: the seeded cases were judged with it.
fn preludes(cases: &[Seeded]) -> BTreeMap<String, String> {
    let named = cases.iter().filter(|case| !case.env.is_empty());
    named
        .map(|case| (case.history.clone(), case.env.clone()))
        .collect()
}
