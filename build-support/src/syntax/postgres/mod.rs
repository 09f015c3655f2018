//! From `squawk-syntax`'s tree to our syntax tree.

use super::SyntaxError;
use super::Token;
use super::ir::{Body, Statement};
use crate::Span;

/// Parses one statement: `span` is its stretch of `text`, without the terminator, `line` the line it starts in, and `tokens` are those
/// of that stretch.
///
/// # Errors
///
/// If PostgreSQL's grammar refuses the statement.
pub fn parse(
    _text: &str,
    span: Span,
    line: u32,
    _tokens: &[Token],
) -> Result<Statement, SyntaxError> {
    Ok(Statement::new(
        span,
        line,
        Body::Unknown {
            reason: "the adapter does not know it".to_owned(),
        },
    ))
}
