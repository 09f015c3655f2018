//! Real cargo on real packages: what is noticed, what is said, what is generated.

mod package;

use package::{Package, Wiring};

const BASE: [&str; 3] = ["scope main", "0001_initial: 1", "0002_add_email: 1"];

/// An edit of the directory, and the list that has to be embedded after it.
type Edit = (&'static str, fn(&Package), &'static [&'static str]);

/// One after the other on one package.
const EDITS: &[Edit] = &[
    (
        "an edited file",
        |package| {
            package.write(
                "migrations/0001_initial.sql",
                "CREATE TABLE users (id INTEGER PRIMARY KEY);\nCREATE TABLE logs (x);\n",
            )
        },
        &["scope main", "0001_initial: 2", "0002_add_email: 1"],
    ),
    (
        "a removed file",
        |package| package.remove("migrations/0002_add_email.up.sql"),
        &["scope main", "0001_initial: 2"],
    ),
    (
        "a renamed file",
        |package| package.rename("migrations/0001_initial.sql", "migrations/0001_start.sql"),
        &["scope main", "0001_start: 2"],
    ),
];

/// Of these cargo learns only through a build script.
const ADDITIONS: &[Edit] = &[
    (
        "a new file",
        |package| package.write("migrations/0002_more.up.sql", "CREATE TABLE more (x);\n"),
        &["scope main", "0001_start: 2", "0002_more: 1"],
    ),
    (
        "a new down file",
        |package| package.write("migrations/0002_more.down.sql", "DROP TABLE more;\n"),
        &["scope main", "0001_start: 2", "0002_more: 1 and back"],
    ),
    (
        "a new configuration",
        |package| {
            package.write(
                "migrations/migratory.toml",
                "dialect = \"sqlite\"\nscope = \"one\"\n",
            )
        },
        &["scope one", "0001_start: 2", "0002_more: 1 and back"],
    ),
    (
        "an edited configuration",
        |package| {
            package.write(
                "migrations/migratory.toml",
                "dialect = \"sqlite\"\nscope = \"other\"\n",
            )
        },
        &["scope other", "0001_start: 2", "0002_more: 1 and back"],
    ),
];

fn follow(package: &Package, edits: &[Edit]) {
    for (what, edit, expected) in edits {
        edit(package);
        assert_eq!(package.run(), *expected, "{what}");
    }
}

/// F1 and F3.
#[test]
fn a_build_script_notices_every_edit_of_the_directory() {
    let package = Package::new("edits", Wiring::BuildScript);
    assert_eq!(package.run(), BASE);
    follow(&package, EDITS);
    follow(&package, ADDITIONS);
}

#[test]
fn the_macro_alone_notices_edits_of_the_files_it_read() {
    let package = Package::new("edits", Wiring::Macro);
    assert_eq!(package.run(), BASE);
    follow(&package, EDITS);
    package.write(
        "migrations/migratory.toml",
        "dialect = \"sqlite\"\nscope = \"one\"\n",
    );
    package.replace("src/main.rs", "fn main", "pub fn main");
    let (what, edit, expected) = EDITS_OF_CONFIGURATION;
    package.run();
    edit(&package);
    assert_eq!(package.run(), expected, "{what}");
}

const EDITS_OF_CONFIGURATION: Edit = (
    "an edited configuration",
    |package| {
        package.write(
            "migrations/migratory.toml",
            "dialect = \"sqlite\"\nscope = \"other\"\n",
        )
    },
    &["scope other", "0001_start: 2"],
);

/// F1: without a build script nothing makes cargo look for new files.
#[test]
fn a_new_file_that_the_macro_alone_cannot_see_fails_the_freshness_test() {
    let package = Package::new("new-file", Wiring::Macro);
    let (failed, text) = package.failed_tests();
    assert_eq!(failed, Vec::<String>::new(), "{text}");
    package.write("migrations/0003_late.sql", "CREATE TABLE late (x);\n");
    let (failed, text) = package.failed_tests();
    assert_eq!(
        failed,
        ["db::migrations::freshness", "db::migrations::order"],
        "{text}"
    );
    assert!(
        text.contains("migrations/0003_late.sql is new since the build"),
        "{text}"
    );
}

/// F2: `cp -p`, `rsync -a`, `tar` and `COPY` of a container build keep old times, of files and of the folder.
#[test]
fn an_edit_with_an_old_time_fails_the_freshness_test() {
    let package = Package::new("old-times", Wiring::BuildScript);
    let (failed, text) = package.failed_tests();
    assert_eq!(failed, Vec::<String>::new(), "{text}");
    package.write(
        "migrations/0001_initial.sql",
        "CREATE TABLE people (id INTEGER PRIMARY KEY);\n",
    );
    package.write("migrations/0003_late.sql", "CREATE TABLE late (x);\n");
    for path in [
        "migrations/0001_initial.sql",
        "migrations/0003_late.sql",
        "migrations",
    ] {
        package.age(path);
    }
    let (failed, text) = package.failed_tests();
    assert!(
        failed.contains(&"db::migrations::freshness".to_owned()),
        "{text}"
    );
    for line in [
        "migrations/0001_initial.sql was edited since the build",
        "migrations/0003_late.sql is new since the build",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

const NAMES_EVERYTHING: &str = r#"
mod db {
    migratory::migrations!("migrations", schema);
}

fn main() {
    let versions = [db::Version::V0001Initial, db::Version::V0002AddEmail, db::Version::LATEST];
    println!("{versions:?} {}", db::schema::users::TABLE);
    println!("{:?}", db::Version::LATEST.schema_fingerprint());
    let version: migratory::Version = db::Version::LATEST.into();
    println!("{version} {:?}", db::MIGRATIONS.latest());
}
"#;

/// F4.
#[test]
fn one_bad_migration_is_one_error() {
    for wiring in [Wiring::Macro, Wiring::BuildScript] {
        let package = Package::new("one-error", wiring);
        package.write("src/main.rs", NAMES_EVERYTHING);
        assert!(package.cargo(&["build"]).success);
        package.replace("migrations/0002_add_email.up.sql", "ALTER", "ALTR");
        let said = package.cargo(&["build"]);
        let errors: Vec<&str> = said
            .text
            .lines()
            .filter(|line| line.starts_with("error"))
            .collect();
        assert_eq!(errors.len(), 2, "{}", said.text);
        assert!(
            errors[0].starts_with("error: syntax error near `ALTR` [syntax-error]"),
            "{}",
            said.text
        );
        assert!(
            errors[1].starts_with("error: could not compile"),
            "{}",
            said.text
        );
        assert!(
            said.text
                .contains("--> migrations/0002_add_email.up.sql:1:1"),
            "{}",
            said.text
        );
        assert!(said.text.contains("--> src/main.rs:3:28"), "{}", said.text);
        package.replace("migrations/0002_add_email.up.sql", "ALTR", "ALTER");
        let said = package.cargo(&["build"]);
        assert!(said.success, "{}", said.text);
    }
}

#[test]
fn a_dialect_that_is_not_compiled_in_is_told_with_its_feature() {
    let package = Package::new("not-compiled-in", Wiring::Macro);
    package.write("migrations/migratory.toml", "dialect = \"mysql\"\n");
    let said = package.cargo(&["build"]);
    let error =
        "error: the dialect `mysql` is not compiled into this build of Migratory [bad-config]";
    assert!(!said.success && said.text.contains(error), "{}", said.text);
    let way_out = "turn on the feature `mysql` of `migratory-build`";
    assert!(said.text.contains(way_out), "{}", said.text);
}

/// The build script has the parser; the macro takes its result whatever it can read itself.
#[test]
fn a_directory_of_another_dialect_needs_its_feature_in_the_build_script_alone() {
    let package = Package::new("mysql", Wiring::BuildScript);
    package.replace(
        "Cargo.toml",
        "[build-dependencies]\nmigratory-build = {",
        "[build-dependencies]\nmigratory-build = { features = [\"mysql\"],",
    );
    package.write("migrations/migratory.toml", "dialect = \"mysql\"\n");
    package.write(
        "migrations/0001_initial.sql",
        "CREATE TABLE users (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\n",
    );
    package.write(
        "migrations/0002_add_email.up.sql",
        "ALTER TABLE users ADD COLUMN email VARCHAR(255) NOT NULL AFTER id, ADD INDEX (email);\n",
    );
    assert_eq!(package.run()[1..], ["0001_initial: 1", "0002_add_email: 1"]);
    let (failed, text) = package.failed_tests();
    assert_eq!(failed, Vec::<String>::new(), "{text}");
    package.replace(
        "migrations/0002_add_email.up.sql",
        "ADD INDEX (email)",
        "ADD INDEX (emial)",
    );
    let said = package.cargo(&["build"]);
    let error = "error: column `emial` does not exist in table `users` [unknown-column]";
    assert!(!said.success && said.text.contains(error), "{}", said.text);
    assert!(
        said.text
            .contains("followed in a model of MySQL, not executed"),
        "{}",
        said.text
    );
}

/// Renamed, re-exported, in a module of a module, beside a migration in Rust.
#[test]
fn the_macro_works_by_any_name_and_at_any_depth() {
    for wiring in [Wiring::Macro, Wiring::BuildScript] {
        let package = Package::new("names", wiring);
        package.replace(
            "Cargo.toml",
            "migratory = {",
            "store = { package = \"migratory\",",
        );
        package.write("migrations/0003_fill.rs", "pub fn up(count: &mut u32) -> Result<(), std::fmt::Error> {\n    *count += 1;\n    Ok(())\n}\n");
        package.write("src/outer.rs", "pub use store as again;\npub mod inner {\n    pub mod db {\n        super::super::again::migrations!(\"./migrations/\");\n    }\n}\n");
        package.write(
            "src/main.rs",
            r#"
mod outer;
mod by_path {
    store::migrations!("migrations", crate = crate::outer::again);
}

fn main() {
    let list = outer::inner::db::MIGRATIONS;
    let store::Script::Rust(function) = list.versioned()[2].up() else { panic!("it is Rust") };
    let mut count = 0_u32;
    function.call(&mut count).at_once().unwrap();
    println!("00 {count} {} {}", list.head() == by_path::MIGRATIONS.head(), outer::inner::db::Version::LATEST);
    println!("00 {}", function.call(&mut "x").at_once().unwrap_err());
}
"#,
        );
        assert_eq!(
            package.run(),
            [
                "00 1 true 0003",
                "00 the migration is written for `u32`, and it runs on another kind of connection"
            ]
        );
    }
}

/// F12.
#[test]
fn no_absolute_path_is_in_the_generated_code() {
    let package = Package::new("paths", Wiring::BuildScript);
    package.run();
    let folder = package.folder.display().to_string();
    let build = package
        .folder
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("debug/build");
    let mut files = 0;
    for entry in std::fs::read_dir(build).unwrap() {
        let entry = entry.unwrap();
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with("paths-build-script-")
        {
            continue;
        }
        for file in std::fs::read_dir(entry.path().join("out"))
            .into_iter()
            .flatten()
        {
            let path = file.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "rs" || extension == "json")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains(&folder), "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 3, "code, names and outcome");
}

#[test]
fn the_configured_history_table_is_the_one_that_is_written() {
    let package = Package::new("table", Wiring::Macro);
    package.write(
        "migrations/migratory.toml",
        "dialect = \"sqlite\"\ntable = \"applied\"\n",
    );
    package.replace("src/main.rs", "fn main() {", "fn main() {\n    let mut connection = rusqlite::Connection::open_in_memory().unwrap();\n    db::MIGRATIONS.apply(&mut connection).unwrap();\n    let rows: u32 = connection.query_row(\"SELECT count(*) FROM applied\", (), |row| row.get(0)).unwrap();\n    println!(\"00 {rows}\");");
    assert_eq!(package.run()[0], "00 2");
}

#[test]
fn the_lock_begins_with_a_variable_and_then_holds() {
    let package = Package::new("lock", Wiring::BuildScript);
    let said = package.cargo(&["build"]);
    assert!(
        said.success && said.text.contains("[missing-lock]"),
        "{}",
        said.text
    );
    let said = package.cargo_with(&["build"], &[("MIGRATORY_LOCK", "update")]);
    assert!(
        said.success && !said.text.contains("warning"),
        "{}",
        said.text
    );
    let (failed, text) = package.failed_tests();
    assert_eq!(failed, Vec::<String>::new(), "{text}");

    package.write("migrations/0003_draft.sql", "CREATE TABLE draft (x);\n");
    let said = package.cargo(&["build"]);
    assert!(said.success, "a draft is the ordinary case: {}", said.text);
    let said = package.cargo_with(&["build"], &[("CI", "true")]);
    assert!(
        !said.success && said.text.contains("[draft-migration]"),
        "{}",
        said.text
    );

    package.write(
        "migrations/0001_initial.sql",
        "CREATE TABLE people (id INTEGER PRIMARY KEY);\nCREATE TABLE users (x);\n",
    );
    let said = package.cargo(&["build"]);
    assert!(
        !said.success && said.text.contains("[edited-migration]"),
        "{}",
        said.text
    );
}
