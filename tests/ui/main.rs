//! What the compiler says of broken migrations, and what is said of sound ones.
//!
//! A case is a directory of migrations. Below `broken` and `under_ci` a program of the same name uses it, and what the compiler says stands
//! beside it; `TRYBUILD=overwrite` writes that anew. Below `sound` the programs are modules here, and what the build says quietly stands
//! beside the directory; `UPDATE=1` writes that anew.

mod lists;
mod project;

use std::path::Path;

use migratory_build::diagnostic::{Color, Level, render};
use migratory_build::inspect::{Options, inspect};
use migratory_build::lock::Strictness;
use migratory_build::rules::RULES;
use migratory_build::{discover, lock, rules};

/// One after the other: both groups are built in one project.
#[test]
fn a_broken_directory_is_an_error_of_the_compiler() {
    project::compile("broken", "");
    project::compile("under_ci", "true");
}

/// Checks of files that are warnings where nothing else is said.
const WARNINGS: &[&str] = &[
    "cosmetic-edit",
    "future-timestamp",
    "missing-lock",
    "no-migrations",
    "version-gap",
    "wrong-timestamp",
];

#[test]
fn every_kind_of_error_has_a_case() {
    let said = project::expected(&["broken", "under_ci"]);
    let kinds: Vec<&str> = errors().collect();
    let unsaid = kinds
        .iter()
        .filter(|kind| !said.contains(&format!("[{kind}]")));
    assert_eq!(unsaid.collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(kinds.len() > 50, "{kinds:?}");
}

fn errors() -> impl Iterator<Item = &'static str> {
    let files = discover::CHECKS.iter().chain(lock::CHECKS);
    let files = files.map(|check| check.code);
    let checks = rules::CHECKS.iter();
    let checks = checks.filter(|check| check.level == Level::Deny);
    let rules = RULES.iter().filter(|rule| rule.level() == Level::Deny);
    files
        .filter(|code| !WARNINGS.contains(code))
        .chain(checks.map(|check| check.name))
        .chain(rules.map(|rule| rule.name()))
}

#[test]
fn a_sound_directory_has_no_error() {
    let mut wrong = Vec::new();
    for (folder, path) in project::folders("sound") {
        let said = said(&folder);
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if said != expected && std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, said).unwrap();
        } else if said != expected {
            wrong.push(format!("{folder}: expected\n{expected}\nfound\n{said}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What a build on a developer's machine says.
fn said(folder: &str) -> String {
    let options = Options {
        strictness: Strictness::Development,
        cache: None,
    };
    let inspection = inspect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &options);
    let text = |path: &str| inspection.text(path);
    let found = inspection.diagnostics.iter().map(|diagnostic| {
        assert!(!diagnostic.is_error(), "{folder}: {diagnostic:?}");
        render(diagnostic, folder, &text, Color::Never) + "\n"
    });
    found.collect::<Vec<_>>().join("\n")
}
