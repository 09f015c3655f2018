//! Directories of one application in several dialects, held against each other.

use std::path::Path;

use migratory_build::diagnostic::Level;
use migratory_build::inspect::{Inspection, Options, inspect};
use migratory_build::lock::Strictness;

const SQLITE: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, active INTEGER NOT NULL);";
const POSTGRES: &str = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, active boolean NOT NULL);";

/// Files by name, and messages.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

/// Files of `postgres/`, whose parity with `sqlite/` is asked for, and what is found.
const CASES: &[Case] = &[
    (&[("0001_users.sql", POSTGRES)], &[]),
    (
        &[("0001_people.sql", POSTGRES)],
        &["migration 1 is `people` in `app/postgres` and `users` in `app/sqlite`"],
    ),
    (
        &[("0001_users.sql", POSTGRES), ("0002_more.sql", "SELECT 1;")],
        &["migration 2 `more` is in `app/postgres` and not in `app/sqlite`"],
    ),
    (
        &[(
            "0001_users.sql",
            "CREATE TABLE users (id bigint PRIMARY KEY, email text, active text); CREATE TABLE extra (id int);",
        )],
        &[
            "table `extra` is in `app/postgres` and not in `app/sqlite`",
            "column `users.active` is `text` in `app/postgres` and `integer` in `app/sqlite`, which do not hold the same values",
        ],
    ),
    // Code that may run leaves open whether a column is there.
    (
        &[(
            "0001_users.sql",
            "CREATE TABLE users (id bigint PRIMARY KEY, email text, active boolean); DO $$ BEGIN ALTER TABLE users DROP COLUMN active, ADD COLUMN age int, ALTER COLUMN email TYPE int; END $$; ALTER TABLE users ADD COLUMN more int;",
        )],
        &["column `users.more` is in `app/postgres` and not in `app/sqlite`"],
    ),
    (
        &[(
            "0001_users.sql",
            "CREATE TABLE users (id bigint PRIMARY KEY, mail text, active boolean);",
        )],
        &[
            "column `users.email` is in `app/sqlite` and not in `app/postgres`",
            "column `users.mail` is in `app/postgres` and not in `app/sqlite`",
        ],
    ),
];

#[test]
fn what_is_out_of_step_is_told_at_the_place_that_asks() {
    for (files, expected) in CASES {
        let inspection = look("parity = [\"../sqlite\"]", files);
        assert_eq!(parity(&inspection), *expected, "{files:?}");
        let place = |found: &migratory_build::diagnostic::Diagnostic| found.place.clone();
        let places = inspection
            .diagnostics
            .iter()
            .filter(|found| found.code == "parity");
        assert!(
            places
                .filter_map(place)
                .all(|place| place.file == "migratory.toml")
        );
        let twins: Vec<_> = inspection
            .twins
            .iter()
            .map(|twin| twin.directory.as_str())
            .collect();
        assert_eq!(twins, ["app/sqlite"]);
        assert_eq!(inspection.twins[0].files, ["../sqlite/0001_users.sql"]);
    }
}

#[test]
fn a_directory_that_cannot_be_compared_is_told() {
    let inspection = look("parity = [\"../oracle\"]", CASES[0].0);
    let found = parity(&inspection);
    assert!(
        found[0].starts_with("cannot compare with `app/oracle`: "),
        "{found:?}"
    );
}

#[test]
fn parity_has_a_level() {
    let inspection = look(
        "parity = [\"../sqlite\"]\n[levels]\nparity = \"warn\"",
        CASES[1].0,
    );
    let mut found = inspection
        .diagnostics
        .iter()
        .filter(|found| found.code == "parity");
    assert_eq!(found.next().unwrap().level, Level::Warn);
}

fn look(config: &str, files: &[(&str, &str)]) -> Inspection {
    let package = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = package.path().join("app").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("sqlite/0001_users.sql", SQLITE);
    write(
        "postgres/migratory.toml",
        &format!("dialect = \"postgres\"\n{config}\n"),
    );
    for (name, text) in files {
        write(&format!("postgres/{name}"), text);
    }
    let options = Options {
        strictness: Strictness::Development,
        cache: None,
    };
    let package: &Path = package.path();
    inspect(package, "app/postgres", &options)
}

fn parity(inspection: &Inspection) -> Vec<&str> {
    let found = inspection.diagnostics.iter();
    let found = found.filter(|found| found.code == "parity");
    found.map(|found| found.message.as_str()).collect()
}
