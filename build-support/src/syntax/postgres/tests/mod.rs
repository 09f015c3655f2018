use migratory_core::Dialect;

use super::SyntaxError;
use crate::syntax::dump::dump;
use crate::syntax::golden;
use crate::syntax::ir::{Body, Statement};

/// Every statement of a file, parsed.
fn parse_file(text: &str) -> Vec<Result<Statement, SyntaxError>> {
    golden::parse_file(Dialect::Postgres, text)
}

#[test]
fn statements_are_read_as_expected() {
    golden::hold(Dialect::Postgres);
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    for (_, text) in golden::real_files(Dialect::Postgres) {
        for statement in parse_file(&text) {
            dump(Dialect::Postgres, &text, &statement.unwrap());
        }
    }
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
