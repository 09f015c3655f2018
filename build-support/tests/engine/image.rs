use migratory_build::engine::{Engine, replay_script};

use crate::history::{File, Migration, lines, run};

fn migration(name: &str, sql: &str) -> Migration {
    Migration {
        up: File::new(name, sql),
        down: None,
    }
}

#[test]
fn an_engine_goes_on_from_its_image() {
    let first =
        "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TEMP TABLE x(a);";
    let second = File::new(
        "0002_b.sql",
        "ALTER TABLE t ADD COLUMN b; CREATE INDEX i ON t(b);",
    );
    let mut whole = run(&[migration("0001_a.sql", first)]);
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image.db");
    whole.engine.save(&image).unwrap();
    let text = serde_json::to_string(&whole.catalog).unwrap();

    let mut catalog = serde_json::from_str(&text).unwrap();
    let mut engine = Engine::load(&image, &mut catalog).unwrap();
    let replayed = replay_script(&mut engine, &mut catalog, &second.script(None));
    assert!(replayed.diagnostics.is_empty());
    replay_script(&mut whole.engine, &mut whole.catalog, &second.script(None));
    let main: Vec<_> = lines(&whole.catalog)
        .into_iter()
        .filter(|line| line.starts_with("main"))
        .collect();
    assert_eq!(lines(&catalog).into_iter().collect::<Vec<_>>(), main);

    let third = File::new("0003_c.sql", "INSERT INTO t(a) VALUES (1);");
    let replayed = replay_script(&mut engine, &mut catalog, &third.script(None));
    assert_eq!(replayed.diagnostics.len(), 1, "its rows came with it");
}

#[test]
fn an_image_with_an_application_function_in_an_index_still_runs() {
    let first = "CREATE TABLE t(a); CREATE INDEX i ON t(slugify_name(a));";
    let ran = run(&[migration("0001_a.sql", first)]);
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image.db");
    ran.engine.save(&image).unwrap();
    let mut catalog = ran.catalog.clone();
    let mut engine = Engine::load(&image, &mut catalog).unwrap();
    let second = File::new(
        "0002_b.sql",
        "INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN b;",
    );
    let replayed = replay_script(&mut engine, &mut catalog, &second.script(None));
    assert!(
        replayed.diagnostics.is_empty(),
        "{:?}",
        replayed.diagnostics
    );
}

#[test]
fn an_image_is_small() {
    let sql: String = (0..100)
        .map(|n| format!("CREATE TABLE t{n}(id INTEGER PRIMARY KEY, name TEXT);"))
        .collect();
    let ran = run(&[migration("0001_a.sql", &sql)]);
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image.db");
    ran.engine.save(&image).unwrap();
    let size = std::fs::metadata(&image).unwrap().len();
    assert!(size < 100_000, "{size} bytes");
}

#[test]
fn what_is_no_image_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.db");
    std::fs::write(&path, "no database, whatever it is").unwrap();
    assert!(Engine::load(&path, &mut Default::default()).is_err());
    assert!(Engine::load(&folder.path().join("missing"), &mut Default::default()).is_err());
}
