//! A cache changes how long a check takes, and nothing else.
#![cfg(feature = "sqlite")]

use std::path::Path;

use migratory_build::check::{Cache, Checkup, check};
use migratory_build::codegen::{Checked, generate, rust_modules, schema, stub};
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;

/// A history that others are made of by edits: tables, a rebuild, a way down, a function of the application, a mistake.
fn history() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = (1..=12)
        .map(|n| {
            let sql = format!(
                "CREATE TABLE t{n} (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t{} (id), name TEXT);\n\
                 CREATE INDEX t{n}_name ON t{n} (name);\n",
                n - 1 + usize::from(n == 1)
            );
            (format!("{n:04}_t{n}.sql"), sql)
        })
        .collect();
    files[4].1 += "CREATE VIEW v AS SELECT * FROM t5;\n";
    files[6].1 += "CREATE INDEX slug ON t7 (application_slug(name));\n";
    files[8].1 += "CREATE INDEX wrong ON t9 (nmae);\n";
    files[10].1 += "-- migratory: down\nDROP TABLE t11;\n";
    files
}

fn source(files: &[(String, String)]) -> Source {
    let scripts = files
        .iter()
        .map(|(path, text)| (File::new(path, text), None));
    Source::from_scripts(Config::new(Dialect::Sqlite), "migrations", scripts)
}

fn assert_same(cached: &Checkup, fresh: &Checkup, after: &str) {
    let parts = |checked: &Checked| {
        let (code, stub) = (generate(checked), stub(checked, &[]));
        (code, stub, schema(checked), rust_modules(checked))
    };
    assert_eq!(
        parts(&cached.checked),
        parts(&fresh.checked),
        "after {after}"
    );
    assert_eq!(cached.diagnostics, fresh.diagnostics, "after {after}");
    assert_eq!(cached.coverage, fresh.coverage, "after {after}");
}

type Edit = fn(&mut Vec<(String, String)>);

const EDITS: &[(&str, Edit)] = &[
    ("nothing", |_| {}),
    ("nothing again", |_| {}),
    ("a new file", |files| {
        files.push((
            "0013_x.sql".into(),
            "ALTER TABLE t3 ADD COLUMN more TEXT;".into(),
        ))
    }),
    ("an edit of the newest", |files| {
        files.last_mut().unwrap().1 = "ALTER TABLE t3 ADD COLUMN less TEXT;".into()
    }),
    ("a mistake in the newest", |files| {
        files.last_mut().unwrap().1 = "ALTER TABLE t33 ADD COLUMN less TEXT;".into()
    }),
    ("its repair", |files| {
        files.last_mut().unwrap().1 = "DROP VIEW v; CREATE VIEW v AS SELECT id FROM t5;".into()
    }),
    ("an edit in the middle", |files| {
        files[5].1 += "CREATE TABLE extra (id INTEGER PRIMARY KEY, v TEXT);"
    }),
    ("the mistake's repair", |files| {
        files[8].1 = files[8].1.replace("nmae", "name")
    }),
    ("the newest taken away", |files| {
        files.pop();
    }),
    ("a new name", |files| {
        files[11].0 = "0012_renamed.sql".into()
    }),
    ("another order", |files| files.swap(9, 11)),
    ("only the first", |files| files.truncate(1)),
    ("no file at all", Vec::clear),
    ("everything again", |files| *files = history()),
];

#[test]
fn a_check_from_the_cache_finds_what_a_fresh_one_finds() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let mut files = history();
    for (what, edit) in EDITS {
        edit(&mut files);
        let source = source(&files);
        assert_same(&cache.check(&source), &check(&source), what);
    }
}

#[test]
fn the_state_before_the_newest_migration_is_kept_to_go_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let mut files = history();
    cache.check(&source(&files));
    let before = states(folder.path());
    assert_eq!(before.len(), 1);
    files.last_mut().unwrap().1 += "CREATE TABLE more (id INTEGER PRIMARY KEY);";
    cache.check(&source(&files));
    assert_eq!(
        states(folder.path()),
        before,
        "an edit of the newest begins there again"
    );
    files.push((
        "0013_x.sql".into(),
        "CREATE TABLE t13 (id INTEGER PRIMARY KEY);".into(),
    ));
    cache.check(&source(&files));
    let after = states(folder.path());
    assert_eq!(after.len(), 1);
    assert_ne!(after, before, "a new file moves it on");
}

#[test]
fn a_broken_cache_costs_time_and_no_more() {
    let files = history();
    let source = source(&files);
    let fresh = check(&source);
    type Spoil = fn(&Path);
    let breaks: &[(&str, Spoil)] = &[
        ("emptied", |path| std::fs::write(path, "").unwrap()),
        ("cut short", |path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("taken away", |path| std::fs::remove_file(path).unwrap()),
    ];
    for (how, spoil) in breaks {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        cache.check(&source);
        for extension in ["db", "bin"] {
            for entry in std::fs::read_dir(folder.path()).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|found| found == extension) {
                    spoil(&path);
                }
            }
            for time in ["first", "second"] {
                let what = format!("the {extension} files were {how}, the {time} time");
                assert_same(&cache.check(&source), &fresh, &what);
            }
        }
    }
}

fn states(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let databases = entries.filter(|path| path.extension().is_some_and(|found| found == "db"));
    databases
        .filter_map(|path| path.file_name().map(ToOwned::to_owned))
        .collect()
}
