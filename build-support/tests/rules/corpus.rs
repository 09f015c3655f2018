use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use migratory_build::check::check;
use migratory_build::diagnostic::Diagnostic;
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;

/// Rules that are sure of what they say: what the histories' engine accepted, and their users ran for years, does not set them off.
const SILENT: [&str; 11] = [
    "constraint-checks-left-off",
    "non-transactional-statement",
    "replace-into",
    "sqlite-add-column-forbidden",
    "sqlite-add-column-nonconstant-default",
    "sqlite-defer-fk-not-enough",
    "sqlite-feature-version",
    "sqlite-pragma-in-transaction",
    "sqlite-rebuild-wrong-order",
    "sqlite-string-for-column",
    "transaction-nesting",
];

#[test]
fn rules_of_certain_faults_are_silent_on_real_histories() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for folder in histories() {
        let source = source(&folder);
        for found in check(&source).diagnostics {
            *counts.entry(found.code.clone()).or_default() += 1;
            if SILENT.contains(&found.code.as_str()) {
                wrong.push(line(&found, &source));
            }
            if std::env::var_os("TELL").is_some_and(|code| code == found.code.as_str()) {
                println!("{}", line(&found, &source));
            }
        }
    }
    for (code, count) in counts {
        println!("{count:5} {code}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn histories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sqlite");
    let Ok(folders) = std::fs::read_dir(&root) else {
        println!("no real histories here: no rule was tried on them");
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// A history without its ways down: these were never held against an engine.
fn source(folder: &Path) -> Source {
    let name = folder.file_name().unwrap().to_string_lossy();
    let order = std::fs::read_to_string(folder.join("order.tsv")).unwrap();
    let accepted = order
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').next().filter(|_| row.contains("\tok\t")));
    let scripts = accepted.map(|path| {
        let bytes = std::fs::read(folder.join("files").join(path)).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // One tool keeps both ways in one file.
        let up = text
            .split("-- +goose Down")
            .next()
            .unwrap_or(&text)
            .to_owned();
        let file = File {
            path: path.to_owned(),
            text: up,
        };
        (file, None)
    });
    let mut config = Config::new(Dialect::Sqlite);
    config.prelude = environment(&name).to_owned();
    // Some tools open no transaction, and their files hold their own.
    config.transactions = !matches!(&*name, "homarr" | "uptime-kuma");
    Source::from_scripts(config, &name, scripts)
}

/// What these histories find in place before their first file.
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

fn line(found: &Diagnostic, source: &Source) -> String {
    let place = found.place.as_ref().map_or_else(String::new, |place| {
        let text = source.text(&place.file).unwrap_or("");
        let line = place.span.map_or(1, |span| span.line_column(text).0);
        format!("{}/{}:{line}", source.root, place.file)
    });
    format!(
        "{place} {} [{}] {}",
        found.message,
        found.code,
        found.notes.join(" | ")
    )
}
