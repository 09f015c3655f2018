use std::collections::BTreeSet;
use std::time::Instant;

use migratory_build::catalog::{Catalog, difference};
use migratory_build::engine::{Engine, replay_script};
use migratory_core::Dialect;

use crate::corpus::{self, History};
use crate::history::{File, Migration, lines, run};

/// The real histories of which the engine accepted every file.
fn histories() -> Vec<History> {
    let Some(folder) = corpus::folder() else {
        return Vec::new();
    };
    let mut histories = corpus::histories(&folder, "sqlite");
    histories.retain(History::is_ok);
    histories
}

/// What was there before, then the history's files.
fn migrations(history: &History) -> Vec<Migration> {
    let environment = Migration {
        up: File::new(
            "environment",
            corpus::prelude(Dialect::Sqlite, &history.name),
        ),
        down: None,
    };
    let migrations = history.steps.iter().map(|step| Migration {
        up: File::new(&step.file, &step.up),
        down: step.down.as_ref().map(|(file, text)| File::new(file, text)),
    });
    std::iter::once(environment).chain(migrations).collect()
}

#[test]
fn real_histories_replay_without_an_error() {
    let mut failed = Vec::new();
    for history in histories() {
        let name = history.name.clone();
        let mut history = migrations(&history);
        for migration in &mut history {
            migration.down = None;
        }
        let start = Instant::now();
        let ran = run(&history);
        println!(
            "{name}: {} files, {} partial, {} ms",
            history.len(),
            ran.partial.len(),
            start.elapsed().as_millis()
        );
        for partial in &ran.partial {
            println!(
                "  {}:{}: {}",
                partial.at.file, partial.at.line, partial.reason
            );
        }
        for found in ran.diagnostics {
            failed.push(format!("{name}: {found:?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_is_read_back_step_by_step_is_what_the_engine_holds() {
    for history in histories() {
        let name = &history.name;
        let mut engine = Engine::new().unwrap();
        let mut catalog = Catalog::default();
        for migration in migrations(&history) {
            replay_script(&mut engine, &mut catalog, &migration.up.script(None));
        }
        let whole = engine.read_whole().unwrap();
        let strip = |catalog: &Catalog| -> BTreeSet<String> {
            let lines = lines(catalog).into_iter();
            lines
                .filter(|line| line.starts_with("main"))
                .map(|line| without_origin(&line))
                .collect()
        };
        let (held, read) = (strip(&whole), strip(&catalog));
        let differing: Vec<_> = held.symmetric_difference(&read).collect();
        assert!(differing.is_empty(), "{name}: {differing:#?}");
        assert_eq!(difference(&catalog, &whole), [], "{name}");
    }
}

fn without_origin(line: &str) -> String {
    let (start, rest) = line
        .split_once(" Some(")
        .or_else(|| line.split_once(" None"))
        .unwrap();
    let (_, sql) = rest.split_once(": ").unwrap();
    format!("{start}: {sql}")
}

#[test]
fn real_ways_down_are_tried() {
    for history in histories() {
        let name = history.name.clone();
        let history = migrations(&history);
        let downs = history.iter().filter(|migration| migration.down.is_some());
        let downs = downs.count();
        let start = Instant::now();
        let ran = run(&history);
        println!(
            "{name}: {downs} ways down, {} findings, {} ms",
            ran.diagnostics.len(),
            start.elapsed().as_millis()
        );
        for found in ran.diagnostics.iter().take(20) {
            let place = found.place.as_ref().unwrap();
            println!("  {}: {} {:?}", place.file, found.message, found.notes);
            assert!(
                history
                    .iter()
                    .filter_map(|migration| migration.down.as_ref())
                    .any(|down| *down.name == *place.file),
                "{name}: a way up is blamed for its way down: {found:?}"
            );
        }
    }
}
