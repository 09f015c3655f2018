mod limits;
mod second_opinion;

use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::parse;
use crate::syntax::dump::dump;
use crate::syntax::ir::{Body, Statement};
use crate::syntax::{split, tokenize};

/// Every statement of a file, read.
fn parse_file(text: &str) -> Vec<Statement> {
    let tokens = tokenize(Dialect::Mysql, text);
    let statements = split(Dialect::Mysql, text, &tokens).statements;
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

/// The golden files.
fn golden() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parse/mysql");
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

/// What each statement of a file says.
fn describe(text: &str) -> String {
    let mut described = String::new();
    for statement in parse_file(text) {
        let first = statement.span.of(text).lines().next().unwrap();
        let dump = dump(Dialect::Mysql, text, &statement);
        described += &format!("{}: {first}\n{dump}", statement.line);
    }
    described
}

/// The files of the real histories that the server accepts.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/mysql");
    let Ok(histories) = std::fs::read_dir(&root) else {
        println!(
            "no real histories at {}: nothing was checked on them",
            root.display()
        );
        return Vec::new();
    };
    let mut files = Vec::new();
    for history in histories {
        let history = history.unwrap().path();
        let order = std::fs::read_to_string(history.join("order.tsv")).unwrap();
        for row in order.lines().skip(1) {
            let path = history.join("files").join(row.split('\t').next().unwrap());
            files.push(String::from_utf8(std::fs::read(path).unwrap()).unwrap());
        }
    }
    files
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    for text in corpus() {
        for statement in parse_file(&text) {
            dump(Dialect::Mysql, &text, &statement);
        }
    }
}

#[test]
fn no_damaged_statement_is_read_past_its_end_or_crashes() {
    let mut read = [0, 0];
    for (_, text) in golden() {
        for mutant in mutants(&text) {
            for statement in parse_file(&mutant) {
                dump(Dialect::Mysql, &mutant, &statement);
                read[usize::from(matches!(statement.body, Body::Unknown { .. }))] += 1;
            }
        }
    }
    assert!(read[0] > 1_000 && read[1] > 1_000, "{read:?}");
}

/// Each statement of a file with each of its tokens left out, doubled, and swapped with the next.
fn mutants(text: &str) -> Vec<String> {
    let tokens = tokenize(Dialect::Mysql, text);
    let mut mutants = Vec::new();
    for statement in split(Dialect::Mysql, text, &tokens).statements {
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
