//! What PostgreSQL's grammar refuses, and what is too much for a parser.

use std::panic::{AssertUnwindSafe, catch_unwind};

use squawk_syntax::{Parse, SourceFile, SyntaxKind, SyntaxNode};

use super::tree::{Source, child, first_token};
use crate::Span;
use crate::syntax::depth::is_deep;
use crate::syntax::{SyntaxError, Token, TokenKind};

/// Levels of a tree that fit into the stack that any thread has.
const SHALLOW: usize = 96;

/// Levels of a tree that are read on a stack of their own. The parser keeps small nodes in a table, and whenever that grows it looks at
/// each of them down to its leaves: time grows with the square of the levels where each is a small node, such as a join.
const DEEP: usize = 100_000;

/// Joins of one `FROM` that are read.
const JOINS: usize = 1_000;

/// What a level of the tree costs where nothing is optimised, in bytes, and what everything else does.
const LEVEL: usize = 8 * 1024;
const BASE: usize = 4 * 1024 * 1024;

/// Signs, casts, dots and `NOT`s in a row that are read: the parser takes four times as long for twice as many.
const ROW: usize = 512;

/// Reads a statement with a stack that is large enough for it. `None` where nothing is, and where the parser gives up.
pub(super) fn guarded<T: Send>(
    text: &str,
    tokens: &[Token],
    read: impl FnOnce() -> T + Send,
) -> Option<T> {
    let levels = levels(text, tokens);
    if is_deep(tokens)
        || levels > DEEP
        || longest_row(text, tokens) > ROW
        || most_joins(text, tokens) > JOINS
    {
        return None;
    }
    let read = || catch_unwind(AssertUnwindSafe(read)).ok();
    if levels <= SHALLOW {
        return read();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(BASE + levels * LEVEL);
        let running = thread.spawn_scoped(scope, read).ok()?;
        running.join().ok().flatten()
    })
}

/// No fewer than the levels of the statement's tree: what stands between two commas may nest, token in token.
fn levels(text: &str, tokens: &[Token]) -> usize {
    let mut open = Vec::new();
    let (mut row, mut around, mut most) = (0_usize, 0_usize, 0_usize);
    for token in tokens.iter().filter(|token| !token.is_trivia()) {
        row += 1;
        match token.kind {
            TokenKind::LeftParen => {
                open.push(row);
                around += row;
                row = 0;
            }
            TokenKind::RightParen => {
                row = open.pop().unwrap_or(0);
                around = around.saturating_sub(row);
            }
            TokenKind::Comma | TokenKind::Semicolon => row = 0,
            TokenKind::Operator => row += token.text(text).len(),
            _ => {}
        }
        most = most.max(around + row);
    }
    most
}

/// How many operators, casts, dots and `NOT`s follow each other at most.
fn longest_row(text: &str, tokens: &[Token]) -> usize {
    let (mut row, mut longest) = (0_usize, 0_usize);
    let mut casts = false;
    for token in tokens.iter().filter(|token| !token.is_trivia()) {
        let is_type = casts && token.is_identifier();
        let is_dot = token.kind == TokenKind::Dot;
        casts = is_dot || (token.kind == TokenKind::Operator && token.text(text) == "::");
        if token.kind == TokenKind::Operator {
            // What is longer than any operator is a row of signs.
            let length = token.text(text).len();
            row += if length > 4 { length } else { 1 };
        } else if is_dot || token.is_word(text, "not") {
            row += 1;
        } else if !is_type {
            row = 0;
        }
        longest = longest.max(row);
    }
    longest
}

/// How many joins one `FROM` has at most.
fn most_joins(text: &str, tokens: &[Token]) -> usize {
    let mut around = Vec::new();
    let (mut joins, mut most) = (0_usize, 0_usize);
    for token in tokens {
        match token.kind {
            TokenKind::LeftParen => {
                around.push(joins);
                joins = 0;
            }
            TokenKind::RightParen => joins = around.pop().unwrap_or(0),
            TokenKind::Comma | TokenKind::Semicolon => joins = 0,
            TokenKind::Word if token.is_word(text, "join") => joins += 1,
            TokenKind::Word if token.is_word(text, "from") => joins = 0,
            _ => {}
        }
        most = most.max(joins);
    }
    most
}

/// Whether PostgreSQL's grammar takes a statement.
///
/// # Errors
///
/// If it does not.
pub(super) fn verdict(
    source: Source<'_>,
    tokens: &[Token],
    parsed: &Parse<SourceFile>,
) -> Result<(), SyntaxError> {
    if let Some(error) = parsed.errors().first() {
        let range = error.range();
        let (start, end) = (
            source.start + usize::from(range.start()),
            source.start + usize::from(range.end()),
        );
        return Err(refused(
            source,
            tokens,
            error.message(),
            Span::new(start, end),
        ));
    }
    let root = parsed.syntax_node();
    match root.descendants().find_map(|node| missed(source, &node)) {
        Some((message, offset)) => {
            let span = Span::new(offset, offset);
            Err(refused(source, tokens, message, span))
        }
        None => Ok(()),
    }
}

/// What the parser takes and the server does not: the message, and where it belongs.
fn missed(source: Source<'_>, node: &SyntaxNode) -> Option<(&'static str, usize)> {
    // Asked for only where it is needed: in a deep tree it takes a walk to the bottom.
    let end = || source.span(node).end;
    let has_any = |kinds: &[SyntaxKind]| node.children().any(|child| kinds.contains(&child.kind()));
    match node.kind() {
        // `CASCADE` alone may be a table's name.
        SyntaxKind::DROP_TABLE
            if !has_any(&[
                SyntaxKind::TABLE_NAME_REF,
                SyntaxKind::CASCADE,
                SyntaxKind::RESTRICT,
            ]) =>
        {
            Some(("expected a name", end()))
        }
        SyntaxKind::ALTER_TABLE
            if node
                .children()
                .all(|child| child.kind() == SyntaxKind::TABLE_RELATION_NAME) =>
        {
            Some(("expected an action", end()))
        }
        SyntaxKind::COPY if !has_any(&[SyntaxKind::COPY_FROM, SyntaxKind::COPY_TO]) => {
            Some(("expected `FROM` or `TO`", end()))
        }
        SyntaxKind::PREFIX_EXPR => {
            let start = source.start + usize::from(node.text_range().start());
            is_between_values(&source.text[start..]).then_some(("expected a value", start))
        }
        // The server reads `DEFAULT NOT NULL` as a default without a value.
        SyntaxKind::DEFAULT_CONSTRAINT => {
            let value = child(node, SyntaxKind::PREFIX_EXPR)?;
            let not = first_token(&value).filter(|token| token.kind() == SyntaxKind::NOT_KW)?;
            Some((
                "expected a value, found `NOT`",
                source.token_span(&not).start,
            ))
        }
        _ => None,
    }
}

/// Whether a text begins with an operator that the server knows between two values only. Others may be somebody's own.
fn is_between_values(text: &str) -> bool {
    let length = text.find(|c| !"+-*/<>=~!@#%^&|`?".contains(c));
    let operator = &text[..length.unwrap_or(text.len())];
    // A sign that follows belongs to the value.
    let operator = operator.trim_end_matches(['+', '-']);
    [
        "*", "/", "%", "^", "<", ">", "=", "<=", ">=", "<>", "!=", "=>",
    ]
    .contains(&operator)
}

/// An error at the token that the parser stumbled over, in words that name no part of the parser.
fn refused(source: Source<'_>, tokens: &[Token], message: &str, span: Span) -> SyntaxError {
    let mut significant = tokens.iter().filter(|token| !token.is_trivia());
    let at = significant
        .clone()
        .find(|token| token.span.end > span.start);
    let is_stumble = message.contains(", found ") || message.contains(", got ");
    let what = message.split(", found ").next().unwrap_or(message);
    let what = in_plain_words(what.split(", got ").next().unwrap_or(what));
    match at {
        Some(token) => {
            let span = stumbled(source.text, *token, span);
            let near = span.of(source.text).lines().next().unwrap_or_default();
            SyntaxError {
                message: if is_stumble {
                    format!("syntax error near `{near}`: {what}")
                } else {
                    what
                },
                span,
            }
        }
        None => SyntaxError {
            message: format!("the statement ends too early: {what}"),
            span: significant.next_back().map_or(span, |token| token.span),
        },
    }
}

/// The place to point at: the error's own where it covers something, else the token there, and of a routine's body the word.
fn stumbled(text: &str, token: Token, span: Span) -> Span {
    if !span.is_empty() {
        return span;
    }
    if span.start <= token.span.start {
        return token.span;
    }
    let rest = Span::new(span.start, token.span.end).of(text);
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let length = word
        .unwrap_or(rest.len())
        .max(rest.chars().next().map_or(0, char::len_utf8));
    Span::new(span.start, span.start + length)
}

/// A message of the parser with its names for tokens spelt as SQL spells them, and without capitals at its start.
fn in_plain_words(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let words = message.split(' ').map(|word| match word {
        "COMMA" => "`,`".to_owned(),
        "DOT" => "`.`".to_owned(),
        "EQ" => "`=`".to_owned(),
        "IDENT" => "a name".to_owned(),
        "L_BRACK" => "`[`".to_owned(),
        "L_PAREN" => "`(`".to_owned(),
        "R_BRACK" => "`]`".to_owned(),
        "R_PAREN" => "`)`".to_owned(),
        "SEMICOLON" => "`;`".to_owned(),
        _ => match word.strip_suffix("_KW") {
            Some(keyword) => format!("`{}`", keyword.to_ascii_uppercase()),
            None => word.to_owned(),
        },
    });
    let plain = words.collect::<Vec<_>>().join(" ");
    let mut chars = plain.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        (None, _) => "syntax error".to_owned(),
        _ => plain,
    }
}
