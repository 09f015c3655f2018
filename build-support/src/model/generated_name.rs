//! The names that servers give where none is written.

use migratory_core::Dialect;

use super::Work;
use crate::syntax::ir::{Expr, ExprKind, Ident, Table};
use crate::syntax::{TokenKind, tokenize};

/// How many bytes of a name PostgreSQL keeps.
const LONGEST: usize = 63;

impl Work<'_, '_> {
    /// A free name for an index of PostgreSQL, made of those of its table and columns: `users_email_key`.
    pub(super) fn free_relation_name(
        &self,
        schema: &str,
        table: &str,
        columns: Option<&str>,
        label: &str,
    ) -> String {
        first_free(table, columns, label, |name| {
            let key = self.relation_key(schema, name);
            self.catalog.get(&key).is_some()
        })
    }

    /// The same for a constraint that has no index; those names only have to be free in its table.
    pub(super) fn free_constraint_name(
        &self,
        name: &str,
        table: &Table,
        columns: Option<&str>,
        label: &str,
    ) -> String {
        first_free(name, columns, label, |name| {
            constraint_names(table).any(|other| other.text == name)
        })
    }
}

/// The names of a table's constraints.
pub(super) fn constraint_names(table: &Table) -> impl Iterator<Item = &Ident> {
    let keys = table.primary_key.iter().chain(&table.uniques);
    let names = keys.map(|key| &key.name);
    let names = names.chain(table.foreign_keys.iter().map(|key| &key.name));
    let names = names.chain(table.checks.iter().map(|check| &check.name));
    names
        .chain(table.exclusions.iter().map(|exclusion| &exclusion.name))
        .flatten()
}

fn first_free(
    table: &str,
    columns: Option<&str>,
    label: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let name = joined(table, columns, label);
    if !is_taken(&name) {
        return name;
    }
    let numbered = (1..).map(|number: usize| joined(table, columns, &format!("{label}{number}")));
    let mut free = numbered.skip_while(|name| is_taken(name));
    free.next().unwrap_or(name)
}

/// Table, columns and label with underscores between them, the first two cut so that all fits into a name.
fn joined(table: &str, columns: Option<&str>, label: &str) -> String {
    let available = LONGEST - label.len() - 1 - usize::from(columns.is_some());
    let (mut first, mut second) = (table.len(), columns.map_or(0, str::len));
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    match columns {
        Some(columns) => format!("{}_{}_{label}", cut(table, first), cut(columns, second)),
        None => format!("{}_{label}", cut(table, first)),
    }
}

fn cut(name: &str, length: usize) -> &str {
    let end = (0..=length).rev().find(|&end| name.is_char_boundary(end));
    &name[..end.unwrap_or_default()]
}

/// The columns of an index as its generated name has them.
pub(super) fn index_columns(columns: &[Expr]) -> String {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let plain = column_name(column);
        let numbered = (1..).map(|number: usize| format!("{plain}{number}"));
        let mut candidates = std::iter::once(plain.clone()).chain(numbered);
        names.extend(candidates.find(|name| !names.contains(name)));
    }
    names.join("_")
}

/// What PostgreSQL calls a column of an index: its name, that of the function it calls, or `expr`.
fn column_name(column: &Expr) -> String {
    if column.kind == ExprKind::Column
        && let Some(named) = column.columns.first()
    {
        return named.name.text.clone();
    }
    let text = unwrapped(&column.text);
    let tokens: Vec<_> = tokenize(Dialect::Postgres, text)
        .into_iter()
        .filter(|token| !token.is_trivia())
        .collect();
    let word = |index: usize| {
        tokens
            .get(index)
            .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
            .map(|token| match token.kind {
                TokenKind::Word => token.text(text).to_ascii_lowercase(),
                _ => token.unquote(text).into_owned(),
            })
    };
    let is = |index: usize, what: &str| {
        tokens
            .get(index)
            .is_some_and(|token| token.text(text) == what)
    };
    let is_call = is(1, "(") && closes_at_end(&text[tokens[1].span.start..]);
    let is_column = tokens.len() == 1 || is(1, "::") || is(1, ":") && is(2, ":");
    match word(0) {
        Some(name) if is_call || is_column => name,
        _ => "expr".to_owned(),
    }
}

/// Text without the parentheses around all of it.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    while text.starts_with('(') && closes_at_end(text) {
        text = text[1..text.len() - 1].trim();
    }
    text
}

/// Whether the parenthesis that a text begins with closes at the end of it.
fn closes_at_end(rest: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, letter) in rest.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return rest[at + 1..].trim().is_empty();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_postgres_cuts_them() {
        let (table, column) = ("t".repeat(40), "c".repeat(40));
        let name = joined(&table, Some(&column), "key");
        assert_eq!(name, format!("{}_{}_key", "t".repeat(29), "c".repeat(29)));
        assert_eq!(joined("users", None, "pkey"), "users_pkey");
        assert_eq!(joined(&"t".repeat(70), None, "pkey").len(), 63);
    }

    #[test]
    fn expressions_are_called_as_postgres_calls_them() {
        let expr = |text: &str| Expr {
            text: text.to_owned(),
            ..Expr::default()
        };
        for (texts, expected) in [
            (&["lower(email)"][..], "lower"),
            (&["(lower(email))"], "lower"),
            (&["(data ->> 'a')"], "expr"),
            (&["(a || b)", "(c || d)"], "expr_expr1"),
            (&["(at :: date)"], "at"),
            (&["lower(a) || lower(b)"], "expr"),
            (&["COALESCE(a, b)"], "coalesce"),
        ] {
            let columns: Vec<Expr> = texts.iter().map(|text| expr(text)).collect();
            assert_eq!(index_columns(&columns), expected, "{texts:?}");
        }
    }
}
