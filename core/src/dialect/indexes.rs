//! The indexes that PostgreSQL leaves behind, not valid, where it fails to make them concurrently.

use alloc::format;
use alloc::string::String;

use super::{Dialect, Table};

/// A text for people and the name for a statement.
const FOUND: &str = "SELECT concat(quote_ident(n.nspname), '.', quote_ident(c.relname), ' on ', quote_ident(t.relname)), \
     concat(quote_ident(n.nspname), '.', quote_ident(c.relname)) \
     FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
     JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE NOT i.indisvalid";

impl Table {
    /// Names the indexes that are not valid, a row for each.
    pub(crate) fn invalid_indexes(&self) -> Option<String> {
        (self.dialect == Dialect::Postgres).then(|| format!("{FOUND} ORDER BY 1"))
    }

    /// Names the index that this statement makes concurrently, if it is there and not valid. `None` for every other statement.
    pub(crate) fn invalid_index_of(&self, statement: &str) -> Option<String> {
        if self.dialect != Dialect::Postgres {
            return None;
        }
        let (name, table) = made_concurrently(statement)?;
        let (name, table) = (
            self.dialect.text_literal(&name),
            self.dialect.text_literal(&table),
        );
        Some(format!(
            "{FOUND} AND c.relname = {name} AND i.indrelid = pg_catalog.to_regclass({table})"
        ))
    }

    /// Drops an index by the name that the server gave it.
    pub(crate) fn drop_index(name: &str) -> String {
        format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")
    }
}

/// The name of the index that a statement makes concurrently, and its table as the statement writes it. `None` where it is written in
/// another way, or has no name: what is not surely its own index is left alone.
fn made_concurrently(statement: &str) -> Option<(String, String)> {
    let rest = keyword(statement, "create")?;
    let rest = keyword(rest, "unique").unwrap_or(rest);
    let rest = keyword(keyword(rest, "index")?, "concurrently")?;
    let rest = match keyword(rest, "if") {
        Some(rest) => keyword(keyword(rest, "not")?, "exists")?,
        None => rest,
    };
    let (name, rest) = identifier(rest)?;
    let rest = keyword(rest, "on")?;
    let table = keyword(rest, "only").unwrap_or(rest);
    let (_, mut rest) = identifier(table)?;
    while let Some(more) = rest.strip_prefix('.') {
        (_, rest) = identifier(more)?;
    }
    Some((name, table[..table.len() - rest.len()].trim().into()))
}

/// What comes behind a keyword and white space, if that is what the text begins with.
fn keyword<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let text = text.trim_start();
    let (found, rest) = text.split_at_checked(word.len())?;
    let ends = rest.starts_with(|it: char| it.is_ascii_whitespace());
    (found.eq_ignore_ascii_case(word) && ends).then(|| rest.trim_start())
}

/// The identifier that the text begins with, as the server keeps it, and what comes behind.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted.split_once('"')?;
        return (!rest.starts_with('"')).then(|| (name.into(), rest));
    }
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
    let end = text.find(|it| !is_part(it)).unwrap_or(text.len());
    let name = &text[..end];
    let is_on = name.eq_ignore_ascii_case("on");
    (!name.is_empty() && !is_on).then(|| (name.to_ascii_lowercase(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_index_that_is_surely_made_concurrently_is_named() {
        let cases = [
            (
                "CREATE INDEX CONCURRENTLY I_1 ON users (name)",
                Some(("i_1", "users")),
            ),
            (
                "create unique index\n concurrently if not exists \"I 1\" on only app.\"My Users\"(name)",
                Some(("I 1", "app.\"My Users\"")),
            ),
            ("CREATE INDEX CONCURRENTLY ON users (name)", None),
            ("CREATE INDEX i ON users (name)", None),
            ("DROP INDEX CONCURRENTLY i", None),
            ("REINDEX INDEX CONCURRENTLY i", None),
            ("CREATE INDEX CONCURRENTLY \"a\"\"b\" ON users (name)", None),
            (
                "CREATE INDEX CONCURRENTLY /* a comment */ i ON users (name)",
                None,
            ),
            ("CREATE", None),
            ("", None),
        ];
        for (statement, expected) in cases {
            let found = made_concurrently(statement);
            let found = found.as_ref().map(|(name, table)| (&**name, &**table));
            assert_eq!(found, expected, "{statement}");
        }
    }
}
