//! What an expression is at first sight, from its tokens.

use std::ops::Range;

use super::reader::Reader;
use super::words;
use crate::syntax::ir::ExprKind;
use crate::syntax::token::{Token, TokenKind};

pub(super) fn kind(reader: &Reader<'_>, range: Range<usize>) -> ExprKind {
    let range = innermost(reader, range);
    let tokens = &reader.tokens[range.clone()];
    let text = |token: &Token| token.text(reader.text);
    match tokens {
        [only] => single(reader, *only),
        [sign, number] if number.kind == TokenKind::Number && matches!(text(sign), "-" | "+") => {
            ExprKind::Literal
        }
        [prefix, string]
            if prefix.kind == TokenKind::Word
                && matches!(string.kind, TokenKind::String | TokenKind::Number) =>
        {
            ExprKind::Literal
        }
        [name, open, .., _]
            if open.kind == TokenKind::LeftParen
                && reader.closing[range.start + 1] == range.end - 1
                && tokens.len() <= 4
                && is_current_time(text(name)) =>
        {
            ExprKind::CurrentTime
        }
        _ if is_column(tokens) => ExprKind::Column,
        [first, rest @ ..]
            if first.kind == TokenKind::String
                && rest.iter().all(|token| token.kind == TokenKind::String) =>
        {
            ExprKind::Literal
        }
        _ => ExprKind::Other,
    }
}

/// Whether a condition is true as written.
pub(super) fn is_always_true(reader: &Reader<'_>, range: Range<usize>) -> bool {
    let tokens = &reader.tokens[innermost(reader, range)];
    let text = |token: &Token| token.text(reader.text);
    match tokens {
        [only] if only.kind == TokenKind::Number => {
            text(only).parse().is_ok_and(|value: f64| value != 0.0)
        }
        [only] => only.is_word(reader.text, "true"),
        [left, equals, right] => {
            text(equals) == "="
                && left.kind == right.kind
                && text(left) == text(right)
                && single(reader, *left) == ExprKind::Literal
        }
        _ => false,
    }
}

/// Without the parentheses around it.
fn innermost(reader: &Reader<'_>, mut range: Range<usize>) -> Range<usize> {
    while range.len() > 2
        && reader.tokens[range.start].kind == TokenKind::LeftParen
        && reader.closing[range.start] == range.end - 1
    {
        range = range.start + 1..range.end - 1;
    }
    range
}

fn single(reader: &Reader<'_>, token: Token) -> ExprKind {
    let text = token.text(reader.text);
    match token.kind {
        TokenKind::Number | TokenKind::String => ExprKind::Literal,
        TokenKind::QuotedIdentifier => ExprKind::Column,
        TokenKind::Word if text.eq_ignore_ascii_case("null") || text == "\\N" => ExprKind::Null,
        TokenKind::Word if token.is_any_word(reader.text, &["true", "false"]) => ExprKind::Literal,
        TokenKind::Word if is_current_time(text) && words::is_clock(text) => ExprKind::CurrentTime,
        TokenKind::Word if !words::is_reserved(text) => ExprKind::Column,
        _ => ExprKind::Other,
    }
}

fn is_current_time(word: &str) -> bool {
    let names = [
        "curdate",
        "current_date",
        "current_time",
        "current_timestamp",
        "curtime",
        "localtime",
        "localtimestamp",
        "now",
    ];
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

fn is_column(tokens: &[Token]) -> bool {
    tokens.len() % 2 == 1
        && tokens.iter().enumerate().all(|(index, token)| {
            if index % 2 == 0 {
                token.is_identifier()
            } else {
                token.kind == TokenKind::Dot
            }
        })
}
