//! The sample application is as clean as it looks, and the README's error is the one that is printed.

use std::path::{Path, PathBuf};

use migratory_build::check::check;
use migratory_build::diagnostic::{Color, Diagnostic, render};
use migratory_build::discover::{Raw, RawFile, Source, discover};
use migratory_build::fs::read_directory;
use migratory_build::inspect::{Options, inspect};
use migratory_build::lock::Strictness;
use migratory_core::Dialect;

/// 2026-01-01: no version here is a date.
const NOW: u64 = 1_767_225_600;

#[test]
fn the_sample_application_gives_no_finding() {
    for (folder, dialect) in [
        ("migrations/sqlite", Dialect::Sqlite),
        ("migrations/postgres", Dialect::Postgres),
        ("migrations/mysql", Dialect::Mysql),
    ] {
        let raw = read_directory(&workspace().join(folder), folder).unwrap();
        let (source, mut found) = discover(raw, NOW);
        let checkup = check(&source);
        found.extend(checkup.diagnostics);
        assert_eq!(rendered(&source, &found), "");
        assert_eq!(source.config.dialect, dialect);
        assert_eq!(
            (
                source.migrations.len(),
                source.repeatables.len(),
                source.seeds.len()
            ),
            (10, 1, 1)
        );
        let rebuilds: Vec<u64> = checkup
            .checked
            .migrations
            .iter()
            .filter(|migration| migration.foreign_keys_off)
            .map(|migration| migration.version)
            .collect();
        let expected: &[u64] = match dialect {
            Dialect::Sqlite => &[8],
            _ => &[],
        };
        assert_eq!(
            rebuilds, expected,
            "on SQLite 0008 rebuilds a table that others refer to"
        );
        assert_eq!((checkup.coverage.unknown, checkup.coverage.partial), (0, 0));
    }
}

/// `migrations/postgres` asks for it.
#[test]
fn the_sample_application_is_in_step_in_three_dialects() {
    let options = Options {
        strictness: Strictness::Development,
        cache: None,
    };
    let inspection = inspect(&workspace(), "migrations/postgres", &options);
    assert_eq!(inspection.twins.len(), 2);
    let parity = inspection.diagnostics.iter();
    let parity: Vec<_> = parity.filter(|found| found.code == "parity").collect();
    assert!(parity.is_empty(), "{parity:?}");
}

/// `UPDATE=1` rewrites the README's block.
#[test]
fn the_error_of_the_readme_is_the_one_that_is_printed() {
    let path = workspace().join("README.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, section) = page.split_once("## Catch a bad migration").unwrap();
    let (_, shown) = section.split_once("```sql\n").unwrap();
    let (files, rest) = shown.split_once("```").unwrap();
    let (words, rest) = rest.split_once("```text\n").unwrap();
    let (error, after) = rest.split_once("```").unwrap();

    let (source, mut found) = discover(directory(files), NOW);
    assert!(found.is_empty(), "{found:?}");
    found = check(&source).diagnostics;
    let printed = rendered(&source, &found);
    if std::env::var_os("UPDATE").is_some() && printed != error {
        let updated = format!(
            "{before}## Catch a bad migration{}```sql\n{files}```{words}```text\n{printed}```{after}",
            section.split_once("```sql\n").unwrap().0
        );
        std::fs::write(&path, updated).unwrap();
        return;
    }
    assert_eq!(printed, error);
    assert_eq!(found.len(), 1, "one slip is one error");
}

/// The files of a block: each begins with a line `-- file: NAME`.
fn directory(block: &str) -> Raw {
    let mut raw = Raw::new("migrations");
    for part in block.split("-- file: ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap();
        raw.files.push(RawFile {
            path: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
    }
    raw
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn rendered(source: &Source, found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|diagnostic| {
            render(
                diagnostic,
                &source.root,
                &|path| source.text(path),
                Color::Never,
            ) + "\n"
        })
        .collect()
}
