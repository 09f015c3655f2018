use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::{SyntaxError, parse};
use crate::syntax::dump::dump;
use crate::syntax::ir::{Body, Statement};
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

#[test]
fn nesting_beyond_reason_is_unknown_and_not_a_crash() {
    let nested = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("(SELECT ", "1", ")"),
        ("(SELECT a FROM (SELECT a FROM t WHERE a IN ", "(t)", "))"),
        ("CASE WHEN ", "true", " THEN true END"),
        ("NOT ", "true", ""),
        ("- ", "1", ""),
        ("a[", "1", "]"),
        ("", "a", "::text"),
        ("", "1", " COLLATE \"C\""),
        ("", "1", " ISNULL"),
        ("1 BETWEEN 2 AND ", "3", ""),
    ];
    for (open, middle, close) in nested {
        for depth in [20, 60, 127, 5_000] {
            let sql = format!(
                "DELETE FROM t WHERE {}{middle}{}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let statement = parse_file(&sql).remove(0);
            let is_odd = close == " ISNULL";
            match statement.map(|statement| statement.body) {
                Ok(Body::Unknown { reason }) => {
                    assert_eq!(reason, "it is nested too deeply to be read");
                    assert!(depth > 20, "{open} {depth}");
                }
                Ok(body) => assert!(matches!(body, Body::Delete { .. }), "{open} {depth}"),
                // PostgreSQL does not let it follow itself.
                Err(error) => assert!(is_odd, "{open} {depth}: {}", error.message),
            }
        }
    }
}

#[test]
fn ten_thousand_parentheses_and_a_large_statement_get_an_answer() {
    let deep = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
    let statement = parse_file(&deep).remove(0).unwrap();
    assert!(matches!(statement.body, Body::Unknown { .. }));
    let row = ", (1, 'some text', now(), NULL)";
    let large = format!("INSERT INTO t VALUES {}", &row.repeat(10_000)[2..]);
    let statement = parse_file(&large).remove(0).unwrap();
    let Body::Insert(insert) = statement.body else {
        panic!("no insert");
    };
    assert_eq!(insert.width, Some(4));
}

#[test]
fn a_long_chain_of_operators_is_read() {
    let sql = format!("SELECT * FROM t WHERE a = 0{}", " OR a = 1".repeat(15_000));
    let Body::Query(query) = parse_file(&sql).remove(0).unwrap().body else {
        panic!("no query");
    };
    assert_eq!(query.columns.len(), 15_001);
}

#[test]
fn a_long_chain_of_unions_is_read() {
    let sql = format!(
        "INSERT INTO t SELECT 0{}",
        " UNION ALL SELECT 1".repeat(5_000)
    );
    let statement = parse_file(&sql).remove(0).unwrap();
    assert!(matches!(statement.body, Body::Insert(_)));
    assert_eq!(statement.scopes.len(), 5_002);
}
