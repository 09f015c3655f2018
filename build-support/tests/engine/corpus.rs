use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use migratory_build::catalog::{Catalog, difference};
use migratory_build::engine::{Engine, replay_script};

use crate::history::{File, Migration, lines, run};

/// A row of `order.tsv`: the way up, the way down where there is one, and what the engine said.
type Row = (String, Option<String>, String);

/// The real histories of which the engine accepted every file: name, and files in order.
fn histories() -> Vec<(String, Vec<Row>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sqlite");
    let Ok(folders) = std::fs::read_dir(&root) else {
        println!("no real histories here: nothing was replayed");
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
        .iter()
        .filter_map(|folder| {
            let order = std::fs::read_to_string(folder.join("order.tsv")).unwrap();
            let rows = order.lines().skip(1).map(|row| {
                let cells: Vec<&str> = row.split('\t').collect();
                let down = Some(cells[1]).filter(|down| !down.is_empty());
                (
                    cells[0].to_owned(),
                    down.map(str::to_owned),
                    cells[2].to_owned(),
                )
            });
            let rows: Vec<_> = rows.collect();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let accepted = rows.iter().all(|(_, _, verdict)| verdict == "ok");
            if !accepted {
                println!("{name}: not every file was accepted, left out");
            }
            accepted.then_some((name, rows))
        })
        .collect()
}

fn migrations(history: &str, rows: &[Row]) -> Vec<Migration> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sqlite");
    let file = |name: &str| {
        let path = root.join(history).join("files").join(name);
        let text = String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        // One tool keeps both halves in one file.
        let up = text.split("-- +goose Down").next().unwrap_or(&text);
        File::new(name, up)
    };
    let environment = Migration {
        up: File::new("environment", environment(history)),
        down: None,
    };
    let migrations = rows.iter().map(|(up, down, _)| Migration {
        up: file(up),
        down: down.as_deref().map(file),
    });
    std::iter::once(environment).chain(migrations).collect()
}

/// What these histories find in place before their first file: tables of their tools, or of a release before them.
fn environment(history: &str) -> &'static str {
    match history {
        "cdk__mint" | "cdk__wallet" => "CREATE TABLE migrations (name TEXT, a TEXT);",
        "yaak" => {
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, \
             installed_on TEXT, success BOOL, checksum BLOB, execution_time BIGINT);"
        }
        "uptime-kuma" => {
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username, password, active, timezone); \
             CREATE TABLE setting (id INTEGER PRIMARY KEY, key, value, type); \
             CREATE TABLE notification (id INTEGER PRIMARY KEY, name, config, active, user_id); \
             CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, important, monitor_id, status, msg, time, \
             ping, duration); \
             CREATE TABLE monitor (id INTEGER PRIMARY KEY, name, active, user_id, interval, url, type, \
             weight, hostname, port, created_date, keyword);"
        }
        _ => "",
    }
}

#[test]
fn real_histories_replay_without_an_error() {
    let mut failed = Vec::new();
    for (name, rows) in histories() {
        let mut history = migrations(&name, &rows);
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
    for (name, rows) in histories() {
        let mut engine = Engine::new().unwrap();
        let mut catalog = Catalog::default();
        for migration in migrations(&name, &rows) {
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
    for (name, rows) in histories() {
        let history = migrations(&name, &rows);
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
