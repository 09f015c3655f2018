use super::parse_file;
use crate::syntax::ir::Body;

#[test]
fn nesting_beyond_reason_is_unknown_and_not_a_crash() {
    let nested = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("(SELECT ", "1", ")"),
        (
            "EXISTS (SELECT a FROM (SELECT a FROM t WHERE a IN (",
            "1",
            ")) x)",
        ),
        ("CASE WHEN ", "1", " THEN 1 END"),
        ("NOT ", "1", ""),
        ("- ", "1", ""),
        ("", "1", " COLLATE binary"),
        ("1 BETWEEN 2 AND ", "3", ""),
        ("(SELECT 1) UNION (", "SELECT 2", ")"),
    ];
    for (open, middle, close) in nested {
        for depth in [10, 100, 10_000] {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let sql = format!("DELETE FROM t WHERE a IN ({open}{middle}{close})");
            let statement = parse_file(&sql).remove(0);
            if let Body::Unknown { reason } = statement.body {
                assert_eq!(reason, "it is nested too deeply to be read");
                assert!(depth > 10, "{sql}");
            }
        }
    }
}

#[test]
fn a_long_chain_of_operators_is_read() {
    let sql = format!("SELECT * FROM t WHERE a = 0{}", " OR a = 1".repeat(20_000));
    let Body::Query(query) = parse_file(&sql).remove(0).body else {
        panic!("no query");
    };
    assert_eq!(query.columns.len(), 20_001);
}

/// Work that grows with the square of the length would not come back.
#[test]
fn a_long_statement_is_read_to_its_end() {
    let rows = "(1, 'some text', NULL, (SELECT max(a) FROM t)),".repeat(20_000);
    let columns: String = (0..20_000).map(|index| format!("c{index} INT,")).collect();
    let aliases = "a AS b, t.c, ".repeat(20_000);
    for sql in [
        format!("INSERT INTO t VALUES {rows} (1)"),
        format!("CREATE TABLE t ({columns} KEY (c0))"),
        format!("SELECT {aliases} 1 FROM t"),
        format!("UPDATE t SET {} a = 1", "a = b + 1,".repeat(20_000)),
        format!("ALTER TABLE t {} DROP b", "ADD a INT,".repeat(20_000)),
        format!("SELECT 1{}", " UNION SELECT a FROM t".repeat(10_000)),
    ] {
        let statement = parse_file(&sql).remove(0);
        assert!(
            !matches!(statement.body, Body::Unknown { .. }),
            "{:?}",
            statement.body
        );
    }
}
