//! The second stage: text to statements with spans, and statements to our own syntax tree.

pub mod canonical;
mod conduct;
pub mod directive;
#[cfg(test)]
mod dump;
#[cfg(test)]
#[path = "tests/golden.rs"]
mod golden;
pub mod ir;
pub mod lexer;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod split;
#[cfg(feature = "sqlite")]
pub mod sqlite;

mod argument;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod depth;
mod parse;
mod routine;
mod script;
mod token;

pub use canonical::{canonical, checksum, digest};
pub use conduct::{refuses_transaction, touches_session};
#[cfg(feature = "sqlite")]
pub(crate) use depth::nests_deeply;
pub use directive::{Directive, DirectiveError, directives};
pub use lexer::tokenize;
pub use parse::{parse, parse_single, parse_text, unknown_statement};
pub use script::{Down, Outcome, Parsed, Script, Settings, Sql, SyntaxError, Waiver};
pub use split::{Problem, ProblemKind, Split, StatementSpan, split};
pub use token::{Token, TokenKind, Unterminated};
