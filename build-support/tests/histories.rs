//! The build side over real histories: nothing that the real engine took is an error here.

use std::collections::BTreeMap;

use migratory_build::Source;
use migratory_build::check::{Checkup, check};
use migratory_build::diagnostic::{Color, Diagnostic, Level, render};
use migratory_build::discover::Config;
use migratory_core::Dialect;

mod corpus;

use corpus::Step;

/// The policy under which only what is wrong for certain is an error: these histories were run by other tools, most
/// without a transaction around a file, and their authors meant what they dropped.
fn correctness_only(prelude: &str) -> Config {
    let mut config = Config::new(Dialect::Sqlite);
    config.transactions = false;
    config.prelude = prelude.to_owned();
    for group in
        ["destructive", "breaking", "blocking", "data-dependent", "transactional", "style"]
    {
        config.levels.insert(group.to_owned(), Level::Allow);
    }
    config
}

fn run(steps: &[Step], prelude: &str) -> Checkup {
    let scripts = steps
        .iter()
        .map(|step| (step.file.clone(), step.up.clone(), step.down.clone()))
        .collect();
    check(&Source::from_scripts(correctness_only(prelude), "migrations", scripts), None)
}

fn errors(checkup: &Checkup) -> Vec<&Diagnostic> {
    checkup.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect()
}

fn file(diagnostic: &Diagnostic) -> &str {
    diagnostic.place.as_ref().map_or("", |place| &place.file)
}

fn shown(diagnostic: &Diagnostic, steps: &[Step]) -> String {
    let text = |path: &str| {
        steps.iter().find_map(|step| match &step.down {
            _ if step.file == path => Some(step.up.as_str()),
            Some((down, text)) if down == path => Some(text.as_str()),
            _ => None,
        })
    };
    render(diagnostic, "migrations", &text, Color::Never)
}

#[test]
fn no_file_that_sqlite_took_is_an_error() {
    let Some(folder) = corpus::folder() else { return };
    let mut failures = Vec::new();
    println!("{:<16} {:>6} {:>11} {:>8} {:>8}", "history", "files", "statements", "unknown", "partial");
    let histories = corpus::histories(&folder, "sqlite");
    assert_eq!(histories.len(), 17, "the corpus has 17 SQLite histories");
    for history in &histories {
        let steps: Vec<Step> =
            history.steps.iter().map(|step| Step { down: None, ..step.clone() }).collect();
        let checkup = run(&steps, prelude_of(&history.name));
        let coverage = &checkup.coverage;
        println!(
            "{:<16} {:>6} {:>11} {:>8} {:>8}",
            history.name,
            history.steps.len(),
            coverage.statements,
            coverage.unknown,
            coverage.partial
        );
        for error in errors(&checkup) {
            let accepted = history.steps.iter().any(|step| step.file == file(error) && step.ok);
            if history.is_ok() || (accepted && error.code == "syntax-error") {
                failures.push(format!("{}: {}", history.name, shown(error, &steps)));
            }
        }
    }
    assert!(failures.is_empty(), "{} false alarms:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_seeded_fault_is_an_error_on_its_file_and_no_valid_edit_is() {
    let Some(folder) = corpus::folder() else { return };
    let histories: BTreeMap<String, corpus::History> = corpus::histories(&folder, "sqlite")
        .into_iter()
        .map(|history| (history.name.clone(), history))
        .collect();
    let cases = corpus::seeded(&folder, "sqlite");
    let mut table: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        let steps = case.steps(&histories[&case.history]);
        let checkup = run(&steps, &case.env);
        let errors = errors(&checkup);
        let right = match case.expect.as_str() {
            "ok" => errors.is_empty(),
            _ => errors.iter().any(|error| is_right_file(case, file(error))),
        };
        let row = table.entry((&case.expect, &case.class)).or_default();
        row.0 += usize::from(right);
        row.1 += 1;
        if !right {
            let said: Vec<String> = errors.iter().take(2).map(|error| shown(error, &steps)).collect();
            failures.push(format!(
                "{} {} on {} (engine: {})\n{}",
                case.history,
                case.case,
                case.file,
                case.engine,
                said.join("\n")
            ));
        }
    }
    println!("{:<8} {:<42} {:>5} {:>5}", "expect", "class", "right", "of");
    for ((expect, class), (right, of)) in &table {
        println!("{expect:<8} {class:<42} {right:>5} {of:>5}");
    }
    let faults = cases.iter().filter(|case| case.expect == "error").count();
    assert_eq!((faults, cases.len() - faults), (1176, 143), "the seeded cases of SQLite");
    assert!(failures.is_empty(), "{} wrong verdicts:\n{}", failures.len(), failures.join("\n"));
}

/// Whether an objection to `said` counts: in a shuffled history any file may be the one that stumbles.
fn is_right_file(case: &corpus::Seeded, said: &str) -> bool {
    let anywhere = matches!(case.class.as_str(), "order-swap" | "missing-predecessor");
    anywhere || said == case.file || case.file.ends_with(&format!("__{said}"))
}

/// What another tool's bookkeeping provides before the first file.
fn prelude_of(history: &str) -> &'static str {
    match history {
        name if name.starts_with("atuin") || name == "yaak" => {
            "create table _sqlx_migrations(version bigint primary key, description text, installed_on text, \
             success bool, checksum blob, execution_time bigint);"
        }
        name if name.starts_with("cdk") => "create table migrations(name text, a text);",
        "harness" => "create table migrations(version text);",
        _ => "",
    }
}
