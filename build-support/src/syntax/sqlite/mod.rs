//! From SQLite's own grammar to our syntax tree.
//!
//! The parser's tree has no positions. It is walked in source order together with the lexer's tokens, each name taking
//! the token that spells it.

mod create;
mod cursor;
mod expression;
mod query;
mod rows;
mod statement;
mod table;

use sqlite3_parser::lexer::sql::{Error, Parser, ParserError};
use sqlite3_parser::{Bump, FallibleIterator, ast};

use self::cursor::Cursor;
use super::SyntaxError;
use super::depth::{DEEPEST, is_deep};
use super::ir::{Body, Statement};
use super::lexer::tokenize;
use super::token::{Token, TokenKind};
use crate::Span;

/// Parses one statement: `span` is its stretch of `text`, without the terminator, `line` the line it starts in, and
/// `tokens` are those of that stretch.
///
/// # Errors
///
/// If SQLite's grammar refuses the statement.
pub fn parse(
    text: &str,
    span: Span,
    line: u32,
    tokens: &[Token],
) -> Result<Statement, SyntaxError> {
    let body = body(text, span, tokens)?;
    Ok(Statement::new(span, line, body))
}

/// Reads the text that `sqlite_schema` keeps of an object; spans are offsets in that text. `None` where it cannot be read.
pub fn definition(sql: &str) -> Option<Body> {
    let tokens = tokenize(migratory_core::Dialect::Sqlite, sql);
    match body(sql, Span::new(0, sql.len()), &tokens) {
        Ok(Body::Unknown { .. }) | Err(_) => None,
        Ok(body) => Some(body),
    }
}

fn body(text: &str, span: Span, tokens: &[Token]) -> Result<Body, SyntaxError> {
    if is_deep(tokens) {
        return Ok(too_deep());
    }
    let source = blank_whitespace(text, span, tokens);
    let bump = Bump::new();
    let mut parser = Parser::new(&bump, source.as_bytes());
    let command = match parser.next() {
        Ok(Some(command)) => command,
        // A comment alone, or nothing.
        Ok(None) => return Ok(Body::Maintenance),
        Err(error) => return refused(text, span, tokens, &error),
    };
    if !matches!(parser.next(), Ok(None)) {
        return Ok(Body::Unknown {
            reason: "more than one statement stands where one was expected".to_owned(),
        });
    }
    let mut walk = Walk {
        cursor: Cursor::new(text, tokens),
        common: Vec::new(),
        depth: 0,
        too_deep: false,
    };
    let body = match &command {
        // They run nothing.
        ast::Cmd::Explain(_) | ast::Cmd::ExplainQueryPlan(_) => Body::Maintenance,
        ast::Cmd::Stmt(statement) => walk.statement(statement),
    };
    debug_assert!(
        !cfg!(test) || walk.too_deep || !walk.cursor.is_lost,
        "lost its place in {source}"
    );
    Ok(if walk.too_deep { too_deep() } else { body })
}

/// Walks a statement's tree and its tokens in step.
struct Walk<'a> {
    cursor: Cursor<'a>,
    /// Names of the common table expressions in scope.
    common: Vec<String>,
    depth: usize,
    too_deep: bool,
}

impl Walk<'_> {
    /// Goes one level down, unless that is too deep for the stack.
    fn descend(&mut self) -> bool {
        self.too_deep |= self.depth >= DEEPEST;
        if !self.too_deep {
            self.depth += 1;
        }
        !self.too_deep
    }

    fn ascend(&mut self) {
        self.depth -= 1;
    }
}

fn too_deep() -> Body {
    Body::Unknown {
        reason: "it is nested too deeply to be read".to_owned(),
    }
}

/// The statement's text. SQLite takes a vertical tab and a byte order mark as white space, the parser does not: they
/// become spaces, byte for byte.
fn blank_whitespace<'a>(text: &'a str, span: Span, tokens: &[Token]) -> std::borrow::Cow<'a, str> {
    let source = span.of(text);
    let is_odd = |token: &&Token| {
        token.kind == TokenKind::Whitespace && token.text(text).contains(['\u{b}', '\u{feff}'])
    };
    // Two searches for a byte are quick where nothing is optimised, a search for two characters is not.
    if !source.as_bytes().contains(&0x0b) && !source.as_bytes().contains(&0xef) {
        return source.into();
    }
    let mut blanked = source.to_owned();
    for token in tokens.iter().filter(is_odd) {
        let range = token.span.start - span.start..token.span.end - span.start;
        blanked.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    blanked.into()
}

/// What becomes of a statement that the parser refuses.
fn refused(text: &str, span: Span, tokens: &[Token], error: &Error) -> Result<Body, SyntaxError> {
    let (message, position) = match error {
        Error::ParserError(ParserError::Custom(message), _) if is_overcautious(message) => {
            return Ok(Body::Unknown {
                reason: message.clone(),
            });
        }
        Error::ParserError(ParserError::SyntaxError(near), position) if !near.is_empty() => {
            (format!("syntax error near `{near}`"), position)
        }
        Error::ParserError(ParserError::Custom(message), position) => (message.clone(), position),
        Error::ParserError(_, position) => ("the statement ends too early".to_owned(), position),
        Error::UnterminatedLiteral(position) | Error::UnterminatedBracket(position) => {
            ("a quote is never closed".to_owned(), position)
        }
        Error::UnterminatedBlockComment(position) => {
            ("a comment is never closed".to_owned(), position)
        }
        Error::BadVariableName(position) => ("a parameter has no name".to_owned(), position),
        Error::BadNumber(position) | Error::MalformedHexInteger(position) => {
            ("malformed number".to_owned(), position)
        }
        Error::MalformedBlobLiteral(position) => ("malformed blob literal".to_owned(), position),
        Error::ExpectedEqualsSign(position) | Error::UnrecognizedToken(position) => {
            ("unrecognized token".to_owned(), position)
        }
        other => (other.to_string(), &None),
    };
    let offset = position.as_ref().map_or(0, |position| {
        span.start + offset(span.of(text), position.line, position.column)
    });
    let at = second_column(text, tokens, &message).or_else(|| token_at(tokens, offset));
    Err(SyntaxError {
        message,
        span: at.map_or(span, |token| token.span),
    })
}

/// The token that ends behind `offset`, or the last one.
fn token_at(tokens: &[Token], offset: usize) -> Option<Token> {
    let mut significant = tokens.iter().filter(|token| !token.is_trivia());
    let at = significant.clone().find(|token| token.span.end > offset);
    at.or_else(|| significant.next_back()).copied()
}

/// The second definition of a column, of which the parser complains only behind its end.
fn second_column(text: &str, tokens: &[Token], message: &str) -> Option<Token> {
    let name = message.strip_prefix("duplicate column name: ")?;
    let name = cursor::ident(name, Span::default()).text;
    let mut depth = 0_usize;
    let mut begins = false;
    let mut definitions = tokens.iter().filter(|token| {
        let is_first = begins && depth == 1 && !token.is_trivia();
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        begins = matches!(token.kind, TokenKind::LeftParen | TokenKind::Comma)
            || begins && token.is_trivia();
        is_first && token.unquote(text).eq_ignore_ascii_case(&name)
    });
    definitions.nth(1).copied()
}

/// Whether SQLite itself has no such objection: a column may be listed twice in `INSERT`, and what stands in a view or a
/// trigger is looked at only when that is used.
fn is_overcautious(message: &str) -> bool {
    message.ends_with("specified more than once") || message.starts_with("a NATURAL join")
}

/// The byte offset of a line and column, both from 1 and the column in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line - 1);
    lines.map(str::len).sum::<usize>() + column - 1
}

#[cfg(test)]
mod tests;
