//! `tests/golden/split/<dialect>/<name>.sql` beside the `<name>.expected` that describes how it is split.
//!
//! `UPDATE=1 cargo test` rewrites the expected files.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use migratory_build::syntax::{split, tokenize};
use migratory_core::Dialect;

#[test]
fn files_are_split_as_expected() {
    let mut failures = Vec::new();
    for (dialect, path) in cases() {
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

/// The texts of all cases, as seeds for other tests.
pub(crate) fn texts() -> Vec<String> {
    let read = |(_, path): &(Dialect, PathBuf)| fs::read_to_string(path).unwrap();
    cases().iter().map(read).collect()
}

pub(crate) fn cases() -> Vec<(Dialect, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/split");
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

fn describe(dialect: Dialect, text: &str) -> String {
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

fn visible(line: &str) -> String {
    line.replace('\r', "\\r")
        .replace('\0', "\\0")
        .replace('\u{feff}', "\\u{feff}")
}
