//! A cache changes how long a check takes, and nothing else.
#![cfg(feature = "sqlite")]

use std::path::Path;

use migratory_build::check::{Cache, Checkup, check};
use migratory_build::codegen::{Checked, generate, rust_modules, schema, stub};
use migratory_build::discover::{Config, File, Source};
use migratory_build::inspect::{Inspection, Options, inspect};
use migratory_build::lock::Strictness;
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

type Step = fn(&Directory);

/// What is done to a directory with a lock, one after the other.
const STEPS: &[(&str, Step)] = &[
    ("nothing", |_| {}),
    ("nothing again", |_| {}),
    ("a draft", |directory| {
        directory.write("0013_x.sql", "CREATE TABLE x (a);")
    }),
    ("its edit", |directory| {
        directory.write("0013_x.sql", "CREATE TABLE y (a);")
    }),
    ("a second draft", |directory| {
        directory.write("0014_x.sql", "CREATE TABLE x (a);")
    }),
    ("another way down of a draft", |directory| {
        directory.write(
            "0014_x.sql",
            "CREATE TABLE x (a);\n-- migratory: down\nDROP TABLE x;",
        )
    }),
    ("a draft out of order", |directory| {
        directory.write("0005_late.sql", "CREATE TABLE late (a);")
    }),
    ("no draft out of order", |directory| {
        directory.remove("0005_late.sql")
    }),
    ("a draft that is a final one again", |directory| {
        directory.write("0015_t3.sql", &directory.read("0003_t3.sql"))
    }),
    ("no such draft", |directory| directory.remove("0015_t3.sql")),
    ("a draft of the last version", |directory| {
        directory.write("0012_v.sql", "CREATE TABLE v12 (a);")
    }),
    ("no such draft either", |directory| {
        directory.remove("0012_v.sql")
    }),
    ("a final one edited", |directory| {
        directory.replace("0003_t3.sql", "name TEXT", "title TEXT")
    }),
    ("its repair", |directory| {
        directory.replace("0003_t3.sql", "title TEXT", "name TEXT")
    }),
    ("comments of a final one", |directory| {
        directory.replace("0003_t3.sql", "CREATE INDEX", "-- here\nCREATE INDEX")
    }),
    ("no comments", |directory| {
        directory.replace("0003_t3.sql", "-- here\nCREATE INDEX", "CREATE INDEX")
    }),
    ("other line ends of a final one", |directory| {
        directory.replace("0004_t4.sql", "\n", "\r\n")
    }),
    ("a final one renamed", |directory| {
        directory.write("0002_other.sql", &directory.read("0002_t2.sql"));
        directory.remove("0002_t2.sql");
    }),
    ("its name again", |directory| {
        directory.write("0002_t2.sql", &directory.read("0002_other.sql"));
        directory.remove("0002_other.sql");
    }),
    ("a version spelt another way", |directory| {
        directory.write("02_t2.sql", &directory.read("0002_t2.sql"));
        directory.remove("0002_t2.sql");
    }),
    ("and as before", |directory| {
        directory.write("0002_t2.sql", &directory.read("02_t2.sql"));
        directory.remove("02_t2.sql");
    }),
    ("a line of the lock edited", |directory| {
        directory.replace(LOCK, "0006_t6 sha256:", "0006_t6 sha256:0")
    }),
    ("and mended", |directory| {
        directory.replace(LOCK, "0006_t6 sha256:0", "0006_t6 sha256:")
    }),
    ("the last line of the lock taken away", |directory| {
        let lock = directory.read(LOCK);
        let last = lock.trim_end().rfind('\n').unwrap();
        directory.write(LOCK, &lock[..=last]);
    }),
    ("a lock of everything", |directory| {
        directory.lock();
    }),
    ("the newest edited, which is final", |directory| {
        directory.write("0014_x.sql", "CREATE TABLE z (a);")
    }),
    ("another level for drafts", |directory| {
        directory.write("0016_draft.sql", "CREATE TABLE draft (a);");
        directory.write(
            "migratory.toml",
            "dialect = \"sqlite\"\n[levels]\ndraft-migration = \"warn\"\n",
        );
    }),
    ("no lock", |directory| directory.remove(LOCK)),
];

const LOCK: &str = "migratory.lock";

struct Directory {
    package: tempfile::TempDir,
}

impl Directory {
    fn path(&self, file: &str) -> std::path::PathBuf {
        self.package.path().join("migrations").join(file)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file}: {from}");
        self.write(file, &text.replace(from, to));
    }

    fn remove(&self, file: &str) {
        std::fs::remove_file(self.path(file)).unwrap();
    }

    fn lock(&self) {
        let lock = self.inspect(Strictness::Development, None).updated_lock();
        self.write(LOCK, &lock.unwrap());
    }

    fn inspect(&self, strictness: Strictness, cache: Option<&Path>) -> Inspection {
        let options = Options {
            strictness,
            cache: cache.map(Path::to_owned),
        };
        inspect(self.package.path(), "migrations", &options)
    }
}

#[test]
fn an_inspection_from_the_cache_finds_what_a_fresh_one_finds() {
    let cache = tempfile::tempdir().unwrap();
    let directory = Directory {
        package: tempfile::tempdir().unwrap(),
    };
    std::fs::create_dir(directory.path("")).unwrap();
    for (path, text) in history() {
        directory.write(&path, &text);
    }
    directory.lock();
    for (what, step) in STEPS {
        step(&directory);
        for strictness in [Strictness::Development, Strictness::Release] {
            let cached = directory.inspect(strictness, Some(cache.path()));
            let fresh = directory.inspect(strictness, None);
            assert_eq!(cached.diagnostics, fresh.diagnostics, "after {what}");
            assert_eq!(
                parts(&cached.checked),
                parts(&fresh.checked),
                "after {what}"
            );
        }
    }
}

/// The code that is generated, and that of the stub.
fn parts(checked: &Checked) -> [String; 4] {
    [
        generate(checked),
        stub(checked, &[]),
        schema(checked),
        format!("{:?}", rust_modules(checked)),
    ]
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
