//! The rules, run through the whole build side: their pages, and cases of the mechanism.

mod pages;
#[cfg(feature = "postgres")]
mod postgres;

use super::{RULES, known, names};
use crate::check::{Checkup, check};
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::{Raw, RawFile, Source, discover};
use crate::fixture::{self, Section};

#[test]
fn findings_levels_and_waivers_are_as_the_cases_say() {
    let cases = fixture::check("golden/rules.txt", |sections| {
        let files = sections
            .iter()
            .map(|Section { name, text, .. }| (*name, text.as_str()));
        let (source, checkup) = examine(files);
        let mut lines: String = checkup
            .diagnostics
            .iter()
            .map(|found| line(found, &source))
            .collect();
        for migration in &checkup.checked.migrations {
            if migration.safety != "safe" {
                lines += &format!("{}: {}\n", migration.name, migration.safety);
            }
        }
        lines
    });
    assert!(cases > 50);
}

#[test]
fn a_name_stands_for_one_thing() {
    let mut all: Vec<&str> = names().collect();
    all.sort_unstable();
    let once = all.len();
    all.dedup();
    assert_eq!(all.len(), once);
    for name in all {
        assert!(known(name).is_some(), "{name}");
    }
}

#[test]
fn rules_are_sorted_by_name() {
    assert!(RULES.is_sorted_by_key(|rule| rule.name()));
}

/// A directory of these files, and what is said of it. Without a word on the dialect it is SQLite's.
fn examine<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> (Source, Checkup) {
    let mut raw = Raw::new("migrations");
    let mut config = "dialect = \"sqlite\"\n".to_owned();
    for (path, text) in files {
        if path == "migratory.toml" {
            if text.contains("dialect =") {
                config.clear();
            }
            config += text;
            continue;
        }
        raw.files.push(RawFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
    }
    raw.files.push(RawFile {
        path: "migratory.toml".to_owned(),
        bytes: config.into_bytes(),
    });
    let (source, found) = discover(raw, 0);
    let mut checkup = check(&source);
    checkup.diagnostics.splice(..0, found);
    (source, checkup)
}

/// A finding in a few lines: where, how loud, what, which; its notes and ways out below.
fn line(found: &Diagnostic, source: &Source) -> String {
    let level = match found.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "allowed",
    };
    let place = found.place.as_ref().map_or_else(String::new, |place| {
        let text = source.text(&place.file).unwrap_or("");
        place.span.map_or_else(
            || place.file.clone(),
            |span| {
                let (line, column) = span.line_column(text);
                format!("{}:{line}:{column} `{}`", place.file, span.of(text))
            },
        )
    });
    let mut lines = format!("{place} {level}: {} [{}]\n", found.message, found.code);
    for note in &found.notes {
        lines += &format!("    note: {}\n", note.replace('\n', "\n    "));
    }
    for help in &found.helps {
        lines += &format!("    help: {help}\n");
    }
    lines
}
