//! Text that code puts together from strings, as far as they are in sight.

use std::collections::{BTreeMap, BTreeSet};

use migratory_core::Dialect;

use super::effects::literal;
use crate::syntax::{Token, TokenKind, tokenize};

/// What stands for a piece that nobody knows, as in PostgreSQL's `format`.
const UNKNOWN: &str = "%s";

/// Words behind which the value of a variable depends on the way that was taken.
const BRANCHES: [&str; 6] = ["then", "else", "loop", "while", "repeat", "case"];

/// What ends an expression.
const ENDS: [&str; 9] = [
    "using", "into", "loop", "then", "where", "from", "and", "or", "as",
];

/// Code in which what is put together from strings is one: `concat('a', 'b')`, `'a' || b`. `known` are variables whose value is known, in
/// small letters; those that the code itself sets to a string are known from there on.
pub(super) fn settle(dialect: Dialect, text: &str, known: &BTreeMap<String, String>) -> String {
    let mut tokens = tokenize(dialect, text);
    tokens.retain(|token| !token.is_trivia());
    let mut code = Code {
        text,
        in_concat: in_concat(text, &tokens),
        tokens,
        known: known.clone(),
        unsteady: BTreeSet::new(),
    };
    code.unsteady = code.unsteady_variables();
    let unsteady = &code.unsteady;
    code.known.retain(|name, _| !unsteady.contains(name));
    let mut settled = String::new();
    let (mut copied, mut place) = (0, 0);
    while place < code.tokens.len() {
        let Some((value, end)) = code.joined(place) else {
            code.assign(place);
            place += 1;
            continue;
        };
        settled.push_str(&text[copied..code.tokens[place].span.start]);
        settled.push('\'');
        settled.push_str(&value.replace('\'', "''"));
        settled.push('\'');
        copied = code.tokens[end - 1].span.end;
        place = end;
    }
    settled.push_str(&text[copied..]);
    settled
}

struct Code<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Of each token, whether it stands right in the parentheses of `concat`.
    in_concat: Vec<bool>,
    known: BTreeMap<String, String>,
    /// Variables of which nobody can tell what they hold where they are read.
    unsteady: BTreeSet<String>,
}

fn in_concat(text: &str, tokens: &[Token]) -> Vec<bool> {
    let mut open = Vec::new();
    let mut before: Option<Token> = None;
    let mut inside = Vec::with_capacity(tokens.len());
    for token in tokens {
        if token.kind == TokenKind::RightParen {
            open.pop();
        }
        inside.push(open.last().copied().unwrap_or_default());
        if token.kind == TokenKind::LeftParen {
            open.push(before.is_some_and(|before| before.is_word(text, "concat")));
        }
        before = Some(*token);
    }
    inside
}

impl Code<'_> {
    fn word(&self, place: usize) -> &str {
        let token = self.tokens.get(place);
        token.map_or("", |token| token.text(self.text))
    }

    fn is_kind(&self, place: usize, kind: TokenKind) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.kind == kind)
    }

    fn is_any(&self, place: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.is_any_word(self.text, words))
    }

    /// Whether two pieces are joined at a place.
    fn joins(&self, place: usize) -> bool {
        self.word(place) == "||" || self.is_kind(place, TokenKind::Comma) && self.in_concat[place]
    }

    /// What a token stands for, where it is a string or a variable that is known.
    fn value(&self, place: usize) -> Option<String> {
        let token = *self.tokens.get(place)?;
        let value = match token.kind {
            TokenKind::String => literal(token, self.text),
            TokenKind::Word | TokenKind::Parameter => {
                let name = token.text(self.text).to_ascii_lowercase();
                self.known.get(&name)?.clone()
            }
            _ => return None,
        };
        (!value.contains('\\')).then_some(value)
    }

    /// The text that is put together from a place on, and the place behind it.
    fn joined(&self, place: usize) -> Option<(String, usize)> {
        let starts = self.joins(place + 1) || place > 0 && self.joins(place - 1);
        let mut text = self.value(place).filter(|_| starts)?;
        let mut next = place + 1;
        while self.joins(next) {
            let piece = next + 1;
            let behind = self.behind(piece)?;
            match self.value(piece).filter(|_| behind == piece + 1) {
                Some(value) => text.push_str(&value),
                None => text.push_str(UNKNOWN),
            }
            next = behind;
        }
        Some((text, next))
    }

    /// The place behind a piece.
    fn behind(&self, piece: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut place = piece;
        while let Some(token) = self.tokens.get(place) {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen if depth == 0 => break,
                TokenKind::RightParen => depth -= 1,
                TokenKind::Semicolon | TokenKind::Delimiter => break,
                TokenKind::Comma if depth == 0 => break,
                _ if depth == 0 && (self.joins(place) || self.is_any(place, &ENDS)) => break,
                _ => {}
            }
            place += 1;
        }
        (place > piece).then_some(place)
    }

    /// The variable that is set at a place.
    fn set_at(&self, place: usize) -> Option<String> {
        let token = *self.tokens.get(place)?;
        if !matches!(token.kind, TokenKind::Word | TokenKind::Parameter) {
            return None;
        }
        let before = place.checked_sub(1)?;
        let is_listed =
            self.is_any(before, &["set", "into"]) || self.is_kind(before, TokenKind::Comma);
        let is_set = match self.word(place + 1) {
            ":=" => true,
            "=" => is_listed,
            _ => self.is_any(before, &["into"]),
        };
        is_set.then(|| token.text(self.text).to_ascii_lowercase())
    }

    /// Takes note of a variable that is set to one string.
    fn assign(&mut self, place: usize) {
        let Some(name) = self.set_at(place) else {
            return;
        };
        let value = match self.joined(place + 2) {
            Some((text, end)) => Some((text, end)),
            None => self.value(place + 2).map(|text| (text, place + 3)),
        };
        let value = value.filter(|(text, end)| !text.contains(UNKNOWN) && self.ends(*end));
        match value {
            Some((text, _)) if !self.unsteady.contains(&name) => self.known.insert(name, text),
            _ => self.known.remove(&name),
        };
    }

    fn ends(&self, place: usize) -> bool {
        let token = self.tokens.get(place);
        token.is_none_or(|token| {
            matches!(
                token.kind,
                TokenKind::Semicolon | TokenKind::Delimiter | TokenKind::Comma
            )
        })
    }

    /// Variables that are set twice where code branches, or set after they came in.
    fn unsteady_variables(&self) -> BTreeSet<String> {
        let places = 0..self.tokens.len();
        let branches = places.clone().any(|place| self.is_any(place, &BRANCHES));
        let mut seen: BTreeSet<String> = self.known.keys().cloned().collect();
        let mut unsteady = BTreeSet::new();
        for name in places.filter_map(|place| self.set_at(place)) {
            if !seen.insert(name.clone()) && branches {
                unsteady.insert(name);
            }
        }
        unsteady
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_one_string_as_far_as_they_are_in_sight() {
        let known = BTreeMap::from([("tablename".to_owned(), "t".to_owned())]);
        for (dialect, code, expected) in [
            (
                Dialect::Mysql,
                "SET @s = CONCAT('ALTER TABLE ', tableName, ' DROP KEY ', k, ';');",
                "SET @s = CONCAT('ALTER TABLE t DROP KEY %s;');",
            ),
            (
                Dialect::Mysql,
                "SET @a = \"x\"; SET @s = concat('drop table ', @a); SET @a = 'y'; SET @s = concat('drop table ', @a)",
                "SET @a = \"x\"; SET @s = concat('drop table x'); SET @a = 'y'; SET @s = concat('drop table y')",
            ),
            (
                Dialect::Mysql,
                "IF c THEN SET @a = 'x'; ELSE SET @a = 'y'; END IF; SET @s = concat('drop table ', @a);",
                "IF c THEN SET @a = 'x'; ELSE SET @a = 'y'; END IF; SET @s = concat('drop table %s');",
            ),
            (
                Dialect::Mysql,
                "SET tableName = f(); SET @s = concat('drop table ', tableName);",
                "SET tableName = f(); SET @s = concat('drop table %s');",
            ),
            (
                Dialect::Mysql,
                "select tableName, 'a'",
                "select tableName, 'a'",
            ),
            (
                Dialect::Postgres,
                "execute 'drop table ' || quote_ident(a || 'b') || '.c' using 1;",
                "execute 'drop table %s.c' using 1;",
            ),
            (
                Dialect::Postgres,
                "execute 'it''s ' || 'a' || n; perform 1",
                "execute 'it''s a%s'; perform 1",
            ),
        ] {
            assert_eq!(settle(dialect, code, &known), expected, "{code}");
        }
    }
}
