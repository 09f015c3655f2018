use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::{SyntaxError, parse};
use crate::syntax::dump::dump;
use crate::syntax::ir::Statement;
use crate::syntax::{split, tokenize};

#[path = "../../../../tests/corpus/mod.rs"]
mod corpus;

/// Every statement of a file, parsed.
fn parse_file(text: &str) -> Vec<Result<Statement, SyntaxError>> {
    let tokens = tokenize(Dialect::Postgres, text);
    let statements = split(Dialect::Postgres, text, &tokens).statements;
    let parsed = statements.into_iter().map(|statement| {
        let line = u32::try_from(statement.line).unwrap();
        parse(text, statement.span, line, &tokens[statement.tokens])
    });
    parsed.collect()
}

#[test]
fn statements_are_read_as_expected() {
    for (path, text) in golden() {
        check(&path.with_extension("expected"), &describe(&text));
    }
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let mut names = 0;
    for history in corpus::histories(&folder, "postgres") {
        for step in history.steps.iter().filter(|step| step.ok) {
            for statement in parse_file(&step.up) {
                names += dump(Dialect::Postgres, &step.up, &statement.unwrap()).len();
            }
        }
    }
    assert!(names > 0);
}

/// The golden files.
fn golden() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parse/postgres");
    let paths = std::fs::read_dir(folder)
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
fn describe(text: &str) -> String {
    let mut described = String::new();
    for parsed in parse_file(text) {
        match parsed {
            Ok(statement) => {
                let first = statement.span.of(text).lines().next().unwrap();
                let said = dump(Dialect::Postgres, text, &statement);
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
