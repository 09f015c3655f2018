//! How a statement behaves on its connection: whether it refuses a transaction, and whether it may change the session.

use migratory_core::Dialect;

use super::{TokenKind, tokenize};

/// Statements that leave the settings of a session as they are, as long as no function in them sets one.
const LEAVES_SESSION: [&str; 10] = [
    "alter", "comment", "create", "delete", "drop", "grant", "insert", "revoke", "truncate",
    "update",
];

/// Whether a statement may change settings of the session: everything but definitions and the usual changes of rows.
pub fn touches_session(dialect: Dialect, sql: &str) -> bool {
    if dialect == Dialect::Sqlite {
        return false;
    }
    let words = words(dialect, sql);
    let leaves = words
        .first()
        .is_some_and(|word| LEAVES_SESSION.contains(&word.as_str()));
    !leaves || sql.to_ascii_lowercase().contains("set_config")
}

/// What a statement is called that PostgreSQL refuses inside a transaction; `None` for all others, and for those where it depends.
///
/// The list is that of the server's `PreventInTransactionBlock`.
pub fn refuses_transaction(dialect: Dialect, sql: &str) -> Option<String> {
    if dialect != Dialect::Postgres {
        return None;
    }
    let words = words(dialect, sql);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let has = |word: &str| words.contains(&word);
    let name = |words: &[&str]| Some(format!("`{}`", words.join(" ").to_ascii_uppercase()));
    match words.as_slice() {
        ["vacuum", ..] => name(&["vacuum"]),
        ["cluster"] | ["cluster", "verbose"] => name(&["cluster"]),
        ["discard", "all", ..] => name(&["discard", "all"]),
        ["alter", "system", ..] => name(&["alter", "system"]),
        ["alter", "database", _, "set", "tablespace", ..] => {
            name(&["alter", "database", "set", "tablespace"])
        }
        [
            verb @ ("create" | "drop"),
            what @ ("database" | "tablespace"),
            ..,
        ] => name(&[verb, what]),
        ["create", "index", "concurrently", ..]
        | ["create", "unique", "index", "concurrently", ..] => {
            name(&["create", "index", "concurrently"])
        }
        ["drop", "index", "concurrently", ..] => name(&["drop", "index", "concurrently"]),
        ["reindex", ..] if has("concurrently") => name(&["reindex", "concurrently"]),
        ["reindex", what @ ("database" | "schema" | "system"), ..] => name(&["reindex", what]),
        [
            "alter",
            "table",
            ..,
            "detach",
            "partition",
            _,
            "concurrently",
        ]
        | [
            "alter",
            "table",
            ..,
            "detach",
            "partition",
            _,
            _,
            "concurrently",
        ] => name(&["detach", "partition", "concurrently"]),
        // With these options no slot is made on the other server, and that is what cannot be rolled back.
        ["create", "subscription", ..] if !has("create_slot") && !has("connect") => {
            name(&["create", "subscription"])
        }
        _ => None,
    }
}

/// The words and quoted names of a statement in lower case, up to a good number of them.
fn words(dialect: Dialect, sql: &str) -> Vec<String> {
    const ENOUGH: usize = 40;
    let tokens = tokenize(dialect, sql);
    let words = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier));
    words
        .take(ENOUGH)
        .map(|token| token.span.of(sql).to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_a_session_as_it_is_is_known() {
        for sql in [
            "CREATE TABLE t (a int)",
            "-- first\n/* then */ insert INTO t SELECT 1",
            "COMMENT ON TABLE t IS 'set'",
        ] {
            assert!(!touches_session(Dialect::Postgres, sql), "{sql}");
            assert!(!touches_session(Dialect::Mysql, sql), "{sql}");
        }
        for sql in [
            "SET search_path = ''",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "INSERT INTO t SELECT SET_CONFIG('role', 'x', false)",
            "DO $$ BEGIN END $$",
            "WITH a AS (SELECT 1) SELECT 1",
            "/*!40101 SET NAMES utf8 */",
            "USE other",
            "",
        ] {
            assert!(touches_session(Dialect::Postgres, sql), "{sql}");
            assert!(touches_session(Dialect::Mysql, sql), "{sql}");
            assert!(!touches_session(Dialect::Sqlite, sql), "{sql}");
        }
    }

    #[test]
    fn what_postgres_refuses_in_a_transaction_is_known() {
        let cases = [
            ("VACUUM (FULL) t", Some("`VACUUM`")),
            (
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                Some("`CREATE INDEX CONCURRENTLY`"),
            ),
            (
                "create unique index /* x */ concurrently if not exists i on t (a)",
                Some("`CREATE INDEX CONCURRENTLY`"),
            ),
            (
                "DROP INDEX CONCURRENTLY i",
                Some("`DROP INDEX CONCURRENTLY`"),
            ),
            (
                "REINDEX (CONCURRENTLY) TABLE t",
                Some("`REINDEX CONCURRENTLY`"),
            ),
            (
                "REINDEX TABLE CONCURRENTLY t",
                Some("`REINDEX CONCURRENTLY`"),
            ),
            ("REINDEX DATABASE d", Some("`REINDEX DATABASE`")),
            ("CREATE DATABASE d", Some("`CREATE DATABASE`")),
            ("DROP TABLESPACE s", Some("`DROP TABLESPACE`")),
            ("ALTER SYSTEM SET work_mem = '1MB'", Some("`ALTER SYSTEM`")),
            (
                "ALTER TABLE s.t DETACH PARTITION s.p CONCURRENTLY",
                Some("`DETACH PARTITION CONCURRENTLY`"),
            ),
            (
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
                Some("`CREATE SUBSCRIPTION`"),
            ),
            (
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
                None,
            ),
            ("CREATE INDEX i ON t (a)", None),
            ("CREATE INDEX \"concurrently\" ON t (a)", None),
            ("ALTER TYPE e ADD VALUE 'x'", None),
            ("ALTER TABLE t DETACH PARTITION p", None),
            ("REINDEX TABLE t", None),
            ("CLUSTER t USING i", None),
        ];
        for (sql, expected) in cases {
            let found = refuses_transaction(Dialect::Postgres, sql);
            assert_eq!(found.as_deref(), expected, "{sql}");
            assert_eq!(refuses_transaction(Dialect::Mysql, sql), None);
        }
    }
}
