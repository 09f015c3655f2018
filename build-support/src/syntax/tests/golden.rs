//! What the adapters' tests have in common: golden files, real histories, and mutants of both.

use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::dump::dump;
use super::ir::Statement;
use super::parse::read;
use super::{SyntaxError, split, tokenize};

#[path = "../../../tests/corpus/mod.rs"]
mod corpus;

/// Every statement of a file, parsed.
pub(super) fn parse_file(dialect: Dialect, text: &str) -> Vec<Result<Statement, SyntaxError>> {
    let tokens = tokenize(dialect, text);
    let statements = split(dialect, text, &tokens).statements.into_iter();
    let parsed = statements.map(|statement| {
        let line = u32::try_from(statement.line).unwrap();
        let tokens = &tokens[statement.tokens];
        read(dialect, text, statement.span, line, tokens)
    });
    parsed.collect()
}

/// Holds what every golden file of a dialect says against what is written beside it.
pub(super) fn hold(dialect: Dialect) {
    for (path, text) in files(dialect) {
        check(&path.with_extension("expected"), &describe(dialect, &text));
    }
}

/// The golden files of a dialect.
pub(super) fn files(dialect: Dialect) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parse");
    let paths = std::fs::read_dir(folder.join(dialect.name()))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
    let files: Vec<_> = sources
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    assert!(!files.is_empty());
    files
}

/// The files of the real histories that the real engine took, each with its history's name before it.
pub(super) fn real_files(dialect: Dialect) -> Vec<(PathBuf, String)> {
    let Some(folder) = corpus::folder() else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for history in corpus::histories(&folder, dialect.name()) {
        for step in history.steps.into_iter().filter(|step| step.ok) {
            let path = Path::new(&history.name).join(&step.file);
            files.push((path.clone(), step.up));
            // One file may hold both ways.
            if let Some((_, down)) = step.down.filter(|(down, _)| *down == step.file) {
                files.push((path, down));
            }
        }
    }
    files
}

/// Each statement of a file with each of its tokens left out, doubled, and swapped with the next.
pub(super) fn mutants(dialect: Dialect, text: &str) -> Vec<String> {
    let tokens = tokenize(dialect, text);
    let mut mutants = Vec::new();
    for statement in split(dialect, text, &tokens).statements {
        let tokens = tokens[statement.tokens]
            .iter()
            .filter(|token| !token.is_trivia());
        let words: Vec<&str> = tokens.map(|token| token.text(text)).collect();
        for index in 0..words.len() {
            let mut less = words.clone();
            less.remove(index);
            let mut doubled = words.clone();
            doubled.insert(index, words[index]);
            let mut swapped = words.clone();
            swapped.swap(index, (index + 1).min(words.len() - 1));
            mutants.extend([less, doubled, swapped].map(|words| words.join(" ")));
        }
    }
    mutants
}

/// Compares with a golden file, or rewrites it where `UPDATE=1`.
fn check(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let difference = actual
        .lines()
        .zip(expected.lines())
        .find(|(actual, expected)| actual != expected);
    assert!(
        actual == expected,
        "{} differs, first in {difference:?}; UPDATE=1 accepts it",
        path.display()
    );
}

/// What each statement of a file says, or what is wrong with it.
fn describe(dialect: Dialect, text: &str) -> String {
    let mut described = String::new();
    for parsed in parse_file(dialect, text) {
        match parsed {
            Ok(statement) => {
                let first = statement.span.of(text).lines().next().unwrap();
                let said = dump(dialect, text, &statement);
                described += &format!("{}: {first}\n{said}", statement.line);
            }
            Err(error) => {
                let (line, column) = error.span.line_column(text);
                let source = error.span.of(text);
                described += &format!("{line}:{column}: {} |{source}|\n", error.message);
            }
        }
    }
    described
}
