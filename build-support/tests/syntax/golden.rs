//! `tests/golden/<part>/<dialect>/<name>.sql` beside the `<name>.expected` that says what the part makes of it.
//!
//! `UPDATE=1 cargo test` rewrites the expected files.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use migratory_build::syntax::{directive, directives, split, tokenize};
use migratory_core::Dialect;

#[test]
fn files_are_split_as_expected() {
    check("split", describe_split);
}

/// F9 is `no_transaction_after_bom_and_crlf` and `no_transaction_of_sqlx`.
#[test]
fn directives_are_read_as_expected() {
    check("directive", describe_directives);
}

/// The texts of all cases, as seeds for other tests.
pub(crate) fn texts() -> Vec<String> {
    let cases = ["split", "directive"].map(cases).concat();
    let read = |(_, path): &(Dialect, PathBuf)| fs::read_to_string(path).unwrap();
    cases.iter().map(read).collect()
}

fn check(part: &str, describe: fn(Dialect, &str) -> String) {
    let mut failures = Vec::new();
    for (dialect, path) in cases(part) {
        let text = fs::read_to_string(&path).unwrap();
        super::tiling::check(dialect, &text);
        let actual = describe(dialect, &text);
        let expected_path = path.with_extension("expected");
        if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
            fs::write(&expected_path, &actual).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if actual != expected {
            failures.push(format!(
                "{}\n--- expected\n{expected}--- actual\n{actual}",
                path.display()
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "UPDATE=1 accepts these:\n{}",
        failures.join("\n")
    );
}

fn cases(part: &str) -> Vec<(Dialect, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(part);
    let mut cases = Vec::new();
    for (dialect, folder) in [
        (Dialect::Sqlite, "sqlite"),
        (Dialect::Postgres, "postgres"),
        (Dialect::Mysql, "mysql"),
    ] {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
        cases.extend(paths.into_iter().map(|path| (dialect, path)));
    }
    cases
}

fn describe_split(dialect: Dialect, text: &str) -> String {
    let tokens = tokenize(dialect, text);
    let split = split(dialect, text, &tokens);
    let mut out = String::new();
    for (number, statement) in split.statements.iter().enumerate() {
        writeln!(out, "statement {} at line {}", number + 1, statement.line).unwrap();
        for line in statement.span.of(text).split('\n') {
            writeln!(out, "  |{}", visible(line)).unwrap();
        }
    }
    for problem in &split.problems {
        let (line, column) = problem.span.line_column(text);
        let part: String = problem.span.of(text).chars().take(30).collect();
        writeln!(out, "problem at {line}:{column}: {problem}: {part:?}").unwrap();
    }
    out
}

fn describe_directives(dialect: Dialect, text: &str) -> String {
    let tokens = tokenize(dialect, text);
    let statements = split(dialect, text, &tokens).statements;
    let header_end = directive::header_end(&tokens);
    let mut out = String::new();
    for found in directives(text, &tokens) {
        let (line, column) = found.span.line_column(text);
        let place = if found.token < header_end {
            "header"
        } else {
            "body"
        };
        let position = found.position(&statements);
        writeln!(out, "{line}:{column} {place} {position:?}").unwrap();
        match found.directive {
            Ok(directive) => writeln!(out, "  {directive:?}").unwrap(),
            Err(error) => {
                let part = error.span.of(text);
                writeln!(out, "  {:?} at {part:?}: {error}", error.kind).unwrap();
                if let Some(help) = error.help {
                    writeln!(out, "  help: {help}").unwrap();
                }
            }
        }
    }
    let header = directive::header(text, &tokens);
    for (key, value) in [
        ("migration", header.migration),
        ("description", header.description),
        ("created", header.created),
    ] {
        if let Some((value, span)) = value {
            assert_eq!(value, span.of(text));
            writeln!(out, "{key}: {value:?}").unwrap();
        }
    }
    out
}

fn visible(line: &str) -> String {
    line.replace('\r', "\\r")
        .replace('\0', "\\0")
        .replace('\u{feff}', "\\u{feff}")
}
