mod stored;

use migratory_core::Dialect;

use super::{SyntaxError, parse};
use crate::Span;
use crate::syntax::dump::dump;
use crate::syntax::ir::{Body, Statement};
use crate::syntax::{golden, tokenize};

/// Every statement of a file, parsed.
fn parse_file(text: &str) -> Vec<Result<Statement, SyntaxError>> {
    golden::parse_file(Dialect::Sqlite, text)
}

#[test]
fn real_histories_are_read_to_the_last_statement() {
    for (path, text) in golden::real_files(Dialect::Sqlite) {
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
    golden::hold(Dialect::Sqlite);
}

#[test]
fn a_damaged_statement_is_refused_where_sqlite_refuses_it() {
    let engine = rusqlite::Connection::open_in_memory().unwrap();
    // `ALTER TABLE t ALTER c SET NOT NULL` came with 3.53.
    let is_too_old = rusqlite::version_number() < 3_053_000;
    let mut verdicts = [0, 0];
    let files = golden::files(Dialect::Sqlite);
    let mutants = files
        .iter()
        .flat_map(|(_, text)| golden::mutants(Dialect::Sqlite, text));
    for mutant in mutants {
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
            // Newer than the oldest SQLite that may be compiled in.
            Ok(Body::AlterTable { .. }) if is_too_old && alters_column(&mutant) => continue,
            _ => {}
        }
        assert_eq!(parsed.is_err(), refused, "{mutant}: {parsed:?}");
        verdicts[usize::from(refused)] += 1;
    }
    assert!(verdicts[0] > 300 && verdicts[1] > 2000, "{verdicts:?}");
}

fn alters_column(sql: &str) -> bool {
    let words = sql.split_whitespace();
    words
        .filter(|word| word.eq_ignore_ascii_case("ALTER"))
        .count()
        > 1
        || sql.contains("CONSTRAINT")
}

fn is_syntax_error(error: &rusqlite::Error) -> bool {
    let message = error.to_string();
    let signs = ["syntax error", "incomplete input", "unrecognized token"];
    signs.iter().any(|sign| message.contains(sign))
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    for (_, text) in golden::real_files(Dialect::Sqlite) {
        for statement in parse_file(&text) {
            dump(Dialect::Sqlite, &text, &statement.unwrap());
        }
    }
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
