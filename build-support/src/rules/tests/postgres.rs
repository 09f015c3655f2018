//! What rules say of PostgreSQL's files.

use super::{examine, line};

const POSTGRES: (&str, &str) = ("migratory.toml", "dialect = \"postgres\"\n");

fn said(text: &str) -> String {
    let (source, checkup) = examine([
        POSTGRES,
        ("0001_a.sql", "CREATE TABLE t (a int);\n"),
        ("0002_b.sql", text),
    ]);
    let found = checkup.diagnostics.iter();
    found
        .filter(|found| found.code == "non-transactional-statement")
        .map(|found| line(found, &source))
        .collect()
}

/// F48: it is found at build.
#[test]
fn what_postgres_refuses_in_a_transaction_is_an_error_where_there_is_one() {
    let index = "CREATE INDEX CONCURRENTLY i ON t (a);\n";
    let found = said(index);
    assert!(
        found.starts_with("0002_b.sql:1:27")
            && found
                .contains("error: `CREATE INDEX CONCURRENTLY` does not work inside a transaction"),
        "{found}"
    );
    for directive in ["-- migratory: no-transaction\n", "-- no-transaction\n"] {
        let text = format!("{directive}{index}");
        assert_eq!(said(&text), "");
        let text = format!("{directive}BEGIN;\n{index}COMMIT;\n");
        assert!(said(&text).contains("0002_b.sql:3:27"), "{}", said(&text));
    }
}
