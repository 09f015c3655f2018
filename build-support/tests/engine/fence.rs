use migratory_build::engine::Engine;

use crate::history::{File, Migration, run};

/// The codes of the findings and the number of unproven statements that a script gives.
fn outcome(sql: &str) -> (Vec<String>, usize) {
    let mut file = File::new("0001_a.sql", sql);
    file.in_transaction = false;
    let ran = run(&[Migration {
        up: file,
        down: None,
    }]);
    let codes = ran.diagnostics.iter().map(|found| found.code.clone());
    (codes.collect(), ran.partial.len())
}

#[test]
fn no_file_is_made_by_attach_or_vacuum_into() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let path = path.display();
    for sql in [
        format!("ATTACH '{path}' AS other; CREATE TABLE other.t(a);"),
        format!("VACUUM INTO '{path}';"),
        format!("CREATE TABLE t(a); VACUUM main INTO '{path}';"),
        format!("PRAGMA temp_store_directory = '{path}';"),
    ] {
        outcome(&sql);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "{sql}"
        );
    }
}

#[test]
fn an_extension_is_not_loaded_and_that_is_no_error() {
    let (codes, partial) = outcome("SELECT load_extension('/tmp/libx.so');");
    assert_eq!((codes, partial), (vec![], 1));
}

#[test]
fn an_endless_query_comes_to_an_end_and_leaves_the_engine_usable() {
    let (codes, _) = outcome(
        "CREATE TABLE t(a); \
         WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r; \
         INSERT INTO t VALUES (1); CREATE INDEX i ON t(b);",
    );
    assert_eq!(codes, ["endless-statement", "unknown-column"]);
}

#[test]
fn nothing_outlives_an_endless_statement_but_a_doubt() {
    let file = File::new(
        "0001_a.sql",
        "CREATE TABLE t(a); \
         INSERT INTO t WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r LIMIT 100000000; \
         SELECT * FROM t;",
    );
    let ran = run(&[Migration {
        up: file,
        down: None,
    }]);
    let codes: Vec<_> = ran.diagnostics.iter().map(|found| &found.code).collect();
    assert_eq!(codes, ["endless-statement"]);
}

#[test]
fn alterations_that_read_a_large_schema_too_often_are_left_open() {
    let alter = |count: usize| -> String {
        let columns = (0..count).map(|n| format!("ALTER TABLE t ADD COLUMN c{n};"));
        columns.collect()
    };
    let table = format!("CREATE TABLE t(a DEFAULT '{}');", "x".repeat(1 << 20));
    let (codes, partial) = outcome(&format!("{table}{}", alter(10)));
    assert_eq!((codes, partial), (vec![], 0));
    let (codes, partial) = outcome(&format!("{table}{}UPDATE t SET c39 = 1;", alter(40)));
    assert_eq!((codes, partial), (vec![], 10));
}

#[test]
fn the_version_has_two_parts() {
    assert_eq!(Engine::version().split('.').count(), 2);
}
