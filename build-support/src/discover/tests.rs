use super::*;
use crate::diagnostic::{Color, Diagnostic, render};
use crate::fixture::{self, Section};

/// 1 January 2026, noon, UTC: the present of the cases.
const NOW: u64 = 1_767_268_800;

#[test]
fn every_name_version_and_folder_is_judged() {
    let cases = [
        "names.txt",
        "versions.txt",
        "pairs.txt",
        "contents.txt",
        "folders.txt",
    ]
    .map(|file| fixture::check(&format!("discover/{file}"), judge));
    assert!(cases.into_iter().sum::<usize>() >= 40);
}

#[test]
fn every_key_of_the_policy_is_judged() {
    fixture::check("discover/config.txt", |sections| {
        let compiled: Vec<_> = match sections.iter().find(|section| section.kind == "compiled") {
            Some(section) => DIALECTS
                .iter()
                .filter(|(name, _)| section.name.contains(name))
                .map(|(_, dialect)| *dialect)
                .collect(),
            None => DIALECTS.map(|(_, dialect)| dialect).to_vec(),
        };
        let file = sections
            .iter()
            .find(|section| matches!(section.kind, "file" | "bytes"));
        match file {
            Some(section) => {
                let text = String::from_utf8(content(section)).unwrap();
                let (config, found) = Config::parse(&text, &compiled);
                let text = |path: &str| (path == CONFIG_FILE).then_some(text.as_str());
                rendered(&found, &text) + &policy(&config)
            }
            None => {
                let (config, found) = Config::absent(&compiled);
                rendered(&found, &|_| None) + &policy(&config)
            }
        }
    });
}

/// The documentation's table is the parser's table.
#[test]
fn every_key_says_what_it_takes_and_decides() {
    for key in KEYS {
        for words in [key.name, key.takes, key.default, key.decides] {
            assert!(!words.is_empty() && words == words.trim(), "{key:?}");
        }
    }
}

#[test]
fn a_directory_on_disk_is_read_as_it_was_written() {
    let folder = Scratch::new("read");
    for (path, text) in [
        ("0001_a.sql", "SELECT 1;\r\n"),
        ("README.md", "not read"),
        (".gitkeep", ""),
        (".git/config", "not entered"),
        ("seeds/all.sql", "SELECT 2;"),
        ("seeds/demo/users.sql", "SELECT 3;"),
        ("seeds/demo/deep/x.sql", "not entered"),
        ("old/0001_a.sql", "not entered"),
    ] {
        folder.write(path, text);
    }
    let raw = crate::fs::read_directory(&folder.path, "migrations").unwrap();
    let files: Vec<(&str, &str)> = raw
        .files
        .iter()
        .map(|file| {
            (
                file.path.as_str(),
                std::str::from_utf8(&file.bytes).unwrap(),
            )
        })
        .collect();
    let expected = [
        (".gitkeep", ""),
        ("0001_a.sql", "SELECT 1;\r\n"),
        ("README.md", ""),
        ("seeds/all.sql", "SELECT 2;"),
        ("seeds/demo/users.sql", "SELECT 3;"),
    ];
    assert_eq!(files, expected);
    let folders: Vec<&str> = raw
        .folders
        .iter()
        .map(|folder| folder.path.as_str())
        .collect();
    assert_eq!(folders, ["old", "seeds/demo/deep"]);
    assert_eq!(raw.root, "migrations");
}

#[test]
fn scripts_of_another_layout_are_numbered_in_their_order() {
    let file = |path: &str, text: &str| File::new(path, text);
    let scripts = [
        (file("z.sql", "CREATE TABLE z (a);"), None),
        (
            file("a.sql", "CREATE TABLE a (a);"),
            Some(file("a_undo.sql", "DROP TABLE a;")),
        ),
    ];
    let config = Config::new(migratory_core::Dialect::Sqlite);
    let source = Source::from_scripts(config, "corpus", scripts);
    assert_eq!(
        listing(&source),
        "0001 z.sql: z.sql\n0002 a.sql: a.sql, down a_undo.sql\n"
    );
    assert_eq!(source.text("a_undo.sql"), Some("DROP TABLE a;"));
}

fn judge(sections: &[Section<'_>]) -> String {
    let mut raw = Raw::new("migrations");
    let mut now = NOW;
    for section in sections {
        let path = section.name.to_owned();
        match section.kind {
            "file" | "bytes" => raw.files.push(RawFile {
                path,
                bytes: content(section),
            }),
            "folder" => raw.folders.push(RawFolder {
                path,
                names: section.text.lines().map(str::to_owned).collect(),
            }),
            "unreadable" => raw.unreadable.push(Unreadable {
                path,
                reason: section.text.trim().to_owned(),
            }),
            "now" => now = section.name.parse().unwrap(),
            other => panic!("no section `{other}`"),
        }
    }
    let (source, found) = discover(raw, now);
    for diagnostic in &found {
        assert!(
            CHECKS.iter().any(|check| check.code == diagnostic.code),
            "{} is not in the list of checks",
            diagnostic.code
        );
    }
    rendered(&found, &|path| source.text(path)) + &listing(&source)
}

fn content(section: &Section<'_>) -> Vec<u8> {
    match section.kind {
        "bytes" => section.bytes(),
        _ => section.text.clone().into_bytes(),
    }
}

fn rendered<'t>(found: &[Diagnostic], text: &dyn Fn(&str) -> Option<&'t str>) -> String {
    let texts = found.iter().map(|diagnostic| {
        render(diagnostic, "migrations", text, Color::Never)
            .trim_end()
            .to_owned()
            + "\n\n"
    });
    texts.collect()
}

fn listing(source: &Source) -> String {
    let path = |file| source.file(file).path.as_str();
    let mut listing = String::new();
    for entry in &source.migrations {
        let files = match entry.layout {
            EntryLayout::Single(file) | EntryLayout::Rust(file) => path(file).to_owned(),
            EntryLayout::UpOnly(file) => format!("{}, no down", path(file)),
            EntryLayout::Pair { up, down } => format!("{}, down {}", path(up), path(down)),
        };
        listing += &format!("{} {}: {files}\n", entry.version, entry.name);
    }
    for repeatable in &source.repeatables {
        listing += &format!(
            "repeatable {}: {}\n",
            repeatable.name,
            path(repeatable.file)
        );
    }
    for seed in &source.seeds {
        listing += &format!("seed {}\n", path(*seed));
    }
    if let Some(lock) = source.lock {
        listing += &format!("lock {}\n", path(lock));
    }
    listing
}

/// What differs from the dialect's defaults.
fn policy(config: &Config) -> String {
    let mut policy = format!("{:?}\n", config.dialect);
    for ((name, value), (_, default)) in fields(config)
        .iter()
        .zip(fields(&Config::new(config.dialect)))
    {
        if *value != default {
            policy += &format!("{name}: {value}\n");
        }
    }
    policy
}

fn fields(config: &Config) -> [(&'static str, String); 10] {
    [
        ("minimum version", format!("{:?}", config.minimum_version)),
        ("deployment", format!("{:?}", config.deployment)),
        ("scope", config.scope.clone()),
        ("table", config.table.clone()),
        ("schema", format!("{:?}", config.schema)),
        ("table lock", config.table_lock.to_string()),
        ("transactions", config.transactions.to_string()),
        ("prelude", format!("{:?}", config.prelude)),
        ("levels", format!("{:?}", config.levels)),
        ("level spans", format!("{:?}", config.level_spans)),
    ]
}

/// A folder of its own for a test, gone with it.
pub(crate) struct Scratch {
    pub(crate) path: std::path::PathBuf,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("migratory-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
