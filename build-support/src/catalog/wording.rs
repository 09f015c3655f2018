//! Two ways of writing one thing: a server prints what it holds in its own words, and a way down is often a copy of what it printed.

use migratory_core::Dialect;

use super::Naming;
use crate::syntax::{Token, TokenKind, tokenize};

/// A text without what writers leave to choice: parentheses, casts, quotes, letter case, and the operator among those that mean the same.
/// Texts that are equal behind it need not mean the same; texts that are not equal are taken for two.
pub(super) fn loose(naming: Naming, text: &str) -> String {
    let dialect = match naming {
        Naming::Exact => Dialect::Postgres,
        Naming::Mixed => Dialect::Mysql,
        Naming::Folded => Dialect::Sqlite,
    };
    let tokens = tokenize(dialect, text);
    let tokens: Vec<Token> = tokens.into_iter().filter(|it| !it.is_trivia()).collect();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&token) = tokens.get(at) {
        at = match cast(text, &tokens[at..]) {
            0 => {
                words.extend(word(text, token));
                at + 1
            }
            length => at + length,
        };
    }
    let mut settled = String::new();
    let mut rest = words.as_slice();
    while let Some((length, instead)) = phrase(rest) {
        if !instead.is_empty() {
            settled.push_str(&instead);
            settled.push(' ');
        }
        rest = &rest[length..];
    }
    settled
}

/// How many tokens a cast has that stands here: `::numeric(10, 2)[]`.
fn cast(text: &str, tokens: &[Token]) -> usize {
    let is = |at: usize, sign: &str| tokens.get(at).is_some_and(|it| it.text(text) == sign);
    let is_name = |at: usize| tokens.get(at).is_some_and(|it| it.is_identifier());
    let mut length = match (is(0, "::"), is(0, ":") && is(1, ":")) {
        (true, _) => 1,
        (_, true) => 2,
        _ => return 0,
    };
    if !is_name(length) {
        return 0;
    }
    length += 1;
    while is(length, ".") && is_name(length + 1) {
        length += 2;
    }
    let goes_on = ["varying", "precision", "with", "without", "time", "zone"];
    let continues = |at: usize| {
        let mut words = goes_on.iter();
        tokens
            .get(at)
            .is_some_and(|it| words.any(|word| it.is_word(text, word)))
    };
    while continues(length) {
        length += 1;
    }
    let is_number = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|it| it.kind == TokenKind::Number)
    };
    if is(length, "(") && is_number(length + 1) {
        let ends = tokens[length..].iter();
        let mut ends = ends.take_while(|it| it.kind != TokenKind::RightParen);
        length += ends.by_ref().count() + 1;
    }
    while is(length, "[") && is(length + 1, "]") {
        length += 2;
    }
    length.min(tokens.len())
}

fn word(text: &str, token: Token) -> Option<String> {
    match token.kind {
        TokenKind::LeftParen | TokenKind::RightParen => None,
        TokenKind::Word | TokenKind::QuotedIdentifier => {
            let word = token.unquote(text).to_lowercase();
            match word.as_str() {
                "as" | "asc" => None,
                "current_timestamp" => Some("now".to_owned()),
                _ => Some(word),
            }
        }
        TokenKind::String => {
            let literal = token.text(text);
            let inner = literal.trim_matches('\'');
            let is_number = !inner.is_empty() && inner.bytes().all(|it| it.is_ascii_digit());
            Some(if is_number { inner } else { literal }.to_owned())
        }
        _ => match token.text(text) {
            "[" | "]" => None,
            "!=" => Some("<>".to_owned()),
            "~~" => Some("like".to_owned()),
            "!~~" => Some("not like".to_owned()),
            "~~*" => Some("ilike".to_owned()),
            "!~~*" => Some("not ilike".to_owned()),
            sign => Some(sign.to_owned()),
        },
    }
}

/// The next words that belong together: how many, and how they are written here.
fn phrase(words: &[String]) -> Option<(usize, String)> {
    let mut heads = [""; 5];
    for (head, word) in heads.iter_mut().zip(words) {
        *head = word;
    }
    Some(match heads {
        ["", ..] => return words.first().map(|_| (1, String::new())),
        ["=", "any", "array", ..] => (3, "in".to_owned()),
        ["<>", "all", "array", ..] => (3, "not in".to_owned()),
        ["public", ".", ..] => (2, String::new()),
        [value, "between", low, "and", high] => {
            (5, format!("{value} >= {low} and {value} <= {high}"))
        }
        [word, ..] => (1, word.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgres_prints_is_what_was_written() {
        for (written, printed) in [
            ("''", "''::text"),
            ("'started'", "'started' : :text"),
            ("now()", "CURRENT_TIMESTAMP"),
            ("0", "'0'::numeric(10, 2)"),
            ("a AND b IS NULL", "((a) AND (b IS NULL))"),
            (
                "s IN ('a', 'b')",
                "((s)::text = ANY (ARRAY['a'::character varying, 'b'::text]))",
            ),
            ("s NOT IN ('a')", "s <> ALL (ARRAY['a'::app.state[]])"),
            ("n BETWEEN 1 AND 9", "((n >= 1) AND (n <= 9))"),
            ("name NOT LIKE 'x%'", "name !~~ 'x%'::text"),
            (
                "at > '2020-01-01'",
                "at > '2020-01-01'::timestamp with time zone",
            ),
            (
                "SELECT \"a\" AS b FROM users",
                "SELECT a b FROM public.users",
            ),
        ] {
            let [written, printed] = [written, printed].map(|it| loose(Naming::Exact, it));
            assert_eq!(written, printed);
        }
    }

    #[test]
    fn another_value_name_or_operator_is_another_text() {
        for (first, second) in [
            ("false", "true"),
            ("n > 1", "n >= 1"),
            ("n > 1", "m > 1"),
            ("'a'::text", "'b'::text"),
            ("a AND b", "a OR b"),
            ("SELECT a FROM b", "SELECT a FROM b WHERE c"),
        ] {
            for naming in [Naming::Exact, Naming::Mixed] {
                assert_ne!(loose(naming, first), loose(naming, second));
            }
        }
    }
}
