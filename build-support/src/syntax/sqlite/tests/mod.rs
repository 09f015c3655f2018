mod stored;

use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::{SyntaxError, parse};
use crate::Span;
use crate::syntax::dump::dump;
use crate::syntax::ir::{Body, Statement};
use crate::syntax::{split, tokenize};

/// Every statement of a file, parsed.
fn parse_file(text: &str) -> Vec<Result<Statement, SyntaxError>> {
    let tokens = tokenize(Dialect::Sqlite, text);
    let statements = split(Dialect::Sqlite, text, &tokens).statements;
    let parsed = statements.into_iter().map(|statement| {
        let line = u32::try_from(statement.line).unwrap();
        parse(text, statement.span, line, &tokens[statement.tokens])
    });
    parsed.collect()
}

/// The files of the real histories that SQLite accepts, each history in its order.
fn corpus() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sqlite");
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
            let cells: Vec<&str> = row.split('\t').collect();
            if cells[2] != "ok" {
                continue;
            }
            let path = history.join("files").join(cells[0]);
            let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
            files.push((path, text));
        }
    }
    files
}

#[test]
fn real_histories_are_read_to_the_last_statement() {
    for (path, text) in corpus() {
        for parsed in parse_file(&text) {
            let path = path.display();
            let statement = match parsed {
                Ok(statement) => statement,
                Err(error) => panic!("{path}: {error:?} at {:?}", error.span.line_column(&text)),
            };
            if let Body::Unknown { reason } = &statement.body {
                panic!("{path}:{}: {reason}", statement.line);
            }
        }
    }
}

#[test]
fn statements_are_read_as_expected() {
    for (path, text) in golden() {
        check(&path.with_extension("expected"), &describe(&text));
    }
}

#[test]
fn a_damaged_statement_is_refused_where_sqlite_refuses_it() {
    let engine = rusqlite::Connection::open_in_memory().unwrap();
    let mut verdicts = [0, 0];
    for mutant in golden().iter().flat_map(|(_, text)| mutants(text)) {
        let refused = match engine.prepare(&mutant).map(drop) {
            Ok(()) => false,
            Err(error) if is_syntax_error(&error) => true,
            // What SQLite stumbled over first says nothing of the grammar.
            Err(_) => continue,
        };
        let tokens = tokenize(Dialect::Sqlite, &mutant);
        let parsed = parse(&mutant, Span::new(0, mutant.len()), 1, &tokens);
        match parsed.as_ref().map(|statement| &statement.body) {
            // Refused for its meaning before its end was reached.
            Ok(Body::Unknown { .. }) => continue,
            // An option of SQLite that not every build has.
            Ok(Body::Delete { limited: true, .. }) => continue,
            _ => {}
        }
        assert_eq!(parsed.is_err(), refused, "{mutant}: {parsed:?}");
        verdicts[usize::from(refused)] += 1;
    }
    assert!(verdicts[0] > 300 && verdicts[1] > 2000, "{verdicts:?}");
}

/// Each statement of a file with each of its tokens left out, doubled, and swapped with the next.
fn mutants(text: &str) -> Vec<String> {
    let tokens = tokenize(Dialect::Sqlite, text);
    let mut mutants = Vec::new();
    for statement in split(Dialect::Sqlite, text, &tokens).statements {
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

fn is_syntax_error(error: &rusqlite::Error) -> bool {
    let message = error.to_string();
    let signs = ["syntax error", "incomplete input", "unrecognized token"];
    signs.iter().any(|sign| message.contains(sign))
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    for (_, text) in corpus() {
        for statement in parse_file(&text) {
            dump(Dialect::Sqlite, &text, &statement.unwrap());
        }
    }
}

/// The golden files.
fn golden() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parse/sqlite");
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
                described += &format!(
                    "{}: {first}\n{}",
                    statement.line,
                    dump(Dialect::Sqlite, text, &statement)
                );
            }
            Err(error) => {
                let (line, column) = error.span.line_column(text);
                described += &format!(
                    "{line}:{column}: {} |{}|\n",
                    error.message,
                    error.span.of(text)
                );
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
        ("(SELECT a FROM (SELECT a FROM t WHERE a IN ", "t", "))"),
        ("CASE WHEN ", "1", " THEN 1 END"),
        ("NOT ", "1", ""),
        ("- ", "1", ""),
        ("", "1", " COLLATE binary"),
        ("", "1", " ISNULL"),
        ("1 BETWEEN 2 AND ", "3", ""),
    ];
    for (open, middle, close) in nested {
        for depth in [20, 60, 127, 30_000] {
            let sql = format!(
                "DELETE FROM t WHERE {}{middle}{}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let statement = parse_file(&sql).remove(0).unwrap();
            match statement.body {
                Body::Unknown { reason } => {
                    assert_eq!(reason, "it is nested too deeply to be read")
                }
                body => assert!(depth < 128, "{open}: {body:?}"),
            }
        }
    }
}

#[test]
fn a_long_chain_of_operators_is_read() {
    let sql = format!("SELECT * FROM t WHERE a = 0{}", " OR a = 1".repeat(20_000));
    let Body::Query(query) = parse_file(&sql).remove(0).unwrap().body else {
        panic!("no query");
    };
    assert_eq!(query.columns.len(), 20_001);
}

#[test]
fn a_vertical_tab_and_a_byte_order_mark_are_white_space() {
    let sql = "\u{feff}CREATE\u{b}TABLE\u{b}\u{feff} t (a TEXT DEFAULT '\u{b}\u{feff}')";
    let statement = parse_file(sql).remove(0).unwrap();
    let Body::CreateTable(create) = statement.body else {
        panic!("no table");
    };
    assert_eq!(create.name.name.span.of(sql), "t");
    let default = create.table.columns[0].default.as_ref().unwrap();
    assert_eq!(default.span.of(sql), "'\u{b}\u{feff}'");
}
