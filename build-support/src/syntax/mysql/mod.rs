//! From the lexer's tokens to our syntax tree, for MySQL and MariaDB.
//!
//! The reader is our own. No parser at hand is exact for these two: `sqlparser` refuses one valid file in fifty, drops much of what it
//! takes (prefix lengths, index kinds, positions), and gives some names no span, so that shapes common in migrations would have to be
//! read from tokens anyway. What is left, queries and expressions, needs no tree: the model asks which names a statement mentions and
//! where those are looked up, and neither depends on how operators bind. So one reader walks the tokens once, in linear time, each
//! name being the token that spells it. Tests hold it against `sqlparser` where that has an answer.
//!
//! It is a model and no gate: what it cannot read is unknown, never wrong. Of what is valid these are: compound statements outside a
//! routine other than `BEGIN NOT ATOMIC`, packages, `HANDLER`, `XA`, `SET STATEMENT ... FOR`, `SELECT ... INTO OUTFILE`, the escapes of
//! ODBC in braces, `CREATE OR REPLACE` of an index, a database or a sequence, and what is nested deeper than anybody writes. An action
//! of `ALTER TABLE` that cannot be read leaves the others readable.

mod alter;
mod create;
mod data_type;
mod expression;
mod key;
mod kind;
mod option;
mod print;
mod query;
mod reader;
mod routine;
mod rows;
mod source;
mod statement;
mod table;
mod words;

use self::reader::{Reader, Refusal};
use super::Token;
use super::ir::{Body, Statement};
use crate::Span;

/// Reads one statement: `span` is its stretch of `text`, without the terminator, `line` the line it starts in, and `tokens` are those
/// of that stretch.
pub fn parse(text: &str, span: Span, line: u32, tokens: &[Token]) -> Statement {
    let unknown = |Refusal(reason)| Statement::new(span, line, Body::Unknown { reason });
    let mut reader = match Reader::new(text, tokens) {
        Ok(reader) => reader,
        Err(refusal) => return unknown(refusal),
    };
    let body = reader
        .statement()
        .and_then(|body| reader.end().map(|()| body));
    match body {
        Ok(body) => Statement {
            scopes: reader.scopes,
            ..Statement::new(span, line, body)
        },
        Err(refusal) => unknown(refusal),
    }
}

#[cfg(test)]
mod tests;
