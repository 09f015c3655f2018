//! The names that servers give where none is written.

use migratory_core::Dialect;

use super::Work;
use super::worlds::is_doubtful;
use crate::catalog::{Key, Object};
use crate::syntax::ir::{Expr, ExprKind, Ident, ObjectKind, Table};
use crate::syntax::{TokenKind, tokenize};

/// How many bytes of a name PostgreSQL keeps.
const LONGEST: usize = 63;

/// Whether a name is free.
enum Holder {
    Nobody,
    /// Something may have it.
    Perhaps,
    Somebody,
}

impl Work<'_, '_> {
    /// A free name for an index of PostgreSQL, made of those of its table and columns: `users_email_key`.
    pub(super) fn free_relation_name(
        &mut self,
        table: &Key,
        columns: Option<&str>,
        label: &str,
    ) -> String {
        let name = self.name_of(table);
        let names = candidates(&name, columns, label, 0);
        let key = |work: &Self, name: &str| work.relation_key(&table.schema, name);
        let (free, is_guess) =
            self.first_free(table, names, |work, name| work.holder_at(&key(work, name)));
        if is_guess {
            self.guesses.push(key(self, &free));
        }
        free
    }

    /// The same for a constraint that has no index; those names only have to be free in its table.
    pub(super) fn free_constraint_name(
        &mut self,
        object: &Object,
        table: &Table,
        columns: Option<&str>,
        label: &str,
    ) -> String {
        let numbered = |number| numbered(&object.name, columns, label, number);
        // What is in doubt has to be met on the way.
        let is_sure = object.doubts.is_empty();
        let first = is_sure.then(|| taken_numbers(table, numbered));
        let names = candidates(&object.name, columns, label, first.unwrap_or(0));
        let (free, _) = self.first_free(&object.key(), names, |_, name| {
            let is_taken = constraint_names(table).any(|other| other.text == name);
            match object.doubt_of_constraint(name) {
                Some(_) => Holder::Perhaps,
                None if is_taken => Holder::Somebody,
                None => Holder::Nobody,
            }
        });
        free
    }

    /// A free name for an index of MySQL: that of its first column.
    pub(super) fn free_index_name(&mut self, object: &Object, stem: &str) -> String {
        let numbered = (2..).map(|number: usize| format!("{stem}_{number}"));
        let names = std::iter::once(stem.to_owned()).chain(numbered);
        let key = |work: &Self, name: &str| work.part_key(ObjectKind::Index, object, name);
        let (free, is_guess) = self.first_free(&object.key(), names, |work, name| match name {
            _ if name.eq_ignore_ascii_case("primary") => Holder::Somebody,
            _ => work.holder_at(&key(work, name)),
        });
        if is_guess {
            self.guesses.push(key(self, &free));
        }
        free
    }

    /// The number that InnoDB gives to a foreign key without a name: that behind the last one.
    pub(super) fn foreign_key_number(&mut self, object: &Object, table: &Table) -> usize {
        let stem = format!("{}_ibfk_", object.name);
        let names = table
            .foreign_keys
            .iter()
            .filter_map(|key| key.name.as_ref());
        let numbered = names.filter_map(|name| Some((name, name.text.strip_prefix(&stem)?)));
        let numbered: Vec<(&Ident, usize)> = numbered
            .filter_map(|(name, number)| Some((name, number.parse().ok()?)))
            .collect();
        let doubt = |name: &Ident| object.doubt_of_constraint(&name.text);
        if numbered.iter().any(|(name, _)| doubt(name).is_some()) {
            self.mark(&object.key());
        }
        let last = numbered.iter().map(|(_, number)| *number).max();
        last.unwrap_or(0) + 1
    }

    /// The first name that nothing has, and whether it is a guess: where something may have one before it, nobody can tell which name the
    /// server gives, nor what the table has then.
    fn first_free(
        &mut self,
        table: &Key,
        names: impl Iterator<Item = String>,
        holder: impl Fn(&Self, &str) -> Holder,
    ) -> (String, bool) {
        let mut is_guess = false;
        let mut free = names.filter(|name| match holder(self, name) {
            Holder::Nobody => true,
            Holder::Somebody => false,
            Holder::Perhaps => {
                is_guess = true;
                false
            }
        });
        let free = free.next().unwrap_or_default();
        if is_guess {
            self.mark(table);
        }
        (free, is_guess)
    }

    /// Leaves in doubt what the statement made under names that are guesses.
    pub(super) fn doubt_guesses(&mut self) {
        for key in std::mem::take(&mut self.guesses) {
            if let Some(made) = self.catalog.get(&key).cloned() {
                self.doubt(&made);
            }
        }
    }

    fn holder_at(&self, key: &Key) -> Holder {
        match self.catalog.get(key) {
            None => Holder::Nobody,
            Some(object) if is_doubtful(object) => Holder::Perhaps,
            Some(_) => Holder::Somebody,
        }
    }

    fn name_of(&self, table: &Key) -> String {
        let table = self.catalog.get(table);
        table.map_or_else(String::new, |table| table.name.clone())
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

/// The names PostgreSQL tries, from a number on.
fn candidates(
    table: &str,
    columns: Option<&str>,
    label: &str,
    from: usize,
) -> impl Iterator<Item = String> {
    (from..).map(move |number| numbered(table, columns, label, number))
}

fn numbered(table: &str, columns: Option<&str>, label: &str, number: usize) -> String {
    match number {
        0 => joined(table, columns, label),
        _ => joined(table, columns, &format!("{label}{number}")),
    }
}

/// How many of the names that PostgreSQL tries in turn are taken, from the first on: a look at each constraint, where trying the names
/// would be one for each name. What a number stands behind depends on its digits alone, which may leave less room for the rest.
fn taken_numbers(table: &Table, numbered: impl Fn(usize) -> String) -> usize {
    let stem_of = |name: &str| name.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let by_digits = [0, 1, 10, 100, 1_000, 10_000, 100_000].map(|number| {
        let mut stem = numbered(number);
        stem.truncate(stem_of(&stem));
        stem
    });
    let mut is_taken = vec![false; constraint_names(table).count() + 1];
    for name in constraint_names(table) {
        let (stem, digits) = name.text.split_at(stem_of(&name.text));
        let is_candidate = by_digits.get(digits.len()).is_some_and(|it| it == stem);
        if !is_candidate || digits.starts_with('0') {
            continue;
        }
        let number: usize = digits.parse().unwrap_or_default();
        if let Some(is_taken) = is_taken.get_mut(number) {
            *is_taken = true;
        }
    }
    is_taken.iter().take_while(|taken| **taken).count()
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
    use crate::syntax::ir::Check;

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

    /// To count is to find what trying each name finds, also where digits leave less room for the names before them.
    #[test]
    fn taken_names_are_counted_as_if_each_was_tried() {
        for length in [1, 50, 57, 63] {
            let name = "t".repeat(length);
            let names = |number| numbered(&name, Some("column_1"), "check", number);
            for gap in [0, 1, 9, 10, 100, 120] {
                let mut table = Table::default();
                let others = ["t_check", "t_column_1_check01", "check7"].map(str::to_owned);
                let taken = (0..120).filter(|number| *number != gap).map(names);
                for name in others.into_iter().chain(taken) {
                    table.checks.push(Check {
                        name: Some(Ident::unwritten(name)),
                        ..Check::default()
                    });
                }
                assert_eq!(taken_numbers(&table, names), gap, "{length} {gap}");
            }
        }
    }
}
