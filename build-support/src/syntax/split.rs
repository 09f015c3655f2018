//! Tokens to statements, by the rules of each database's own client, never by a parser.

use std::fmt;
use std::ops::Range;

use migratory_core::Dialect;

use super::lexer::{LONGEST_DELIMITER, copies_from_stdin};
use super::routine::{Body, Shape};
use super::token::{Token, TokenKind, Unterminated};
use crate::Span;

/// A file cut into statements, with everything that stands in the way of running it statement by statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The statements in order. Empty ones (`;;`, comments only) are left out.
    pub statements: Vec<StatementSpan>,
    /// What is wrong, in order of position.
    pub problems: Vec<Problem>,
}

/// Where a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementSpan {
    /// From the first to the last token that is neither white space nor a comment, without the terminator.
    pub span: Span,
    /// The same as a range of the file's tokens.
    pub tokens: Range<usize>,
    /// The line of the first token, counted from 1.
    pub line: usize,
}

/// A reason why a file cannot be run statement by statement. Its `Display` is the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
}

/// What is wrong with a file before any parser has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A quote or a comment is never closed; the span reaches from its opening to the end of the text.
    Unterminated(Unterminated),
    /// A `(` that its statement does not close.
    UnclosedParenthesis,
    /// A `)` that nothing opened.
    UnopenedParenthesis,
    /// A `BEGIN` or another opening of a body that is never followed by its `END`; the span is the opening.
    UnclosedBody,
    /// `COPY ... FROM stdin`, whose rows a file of statements cannot hold; the span is the statement.
    CopyFromStdin,
    /// A command of a terminal client, such as psql's `\connect`.
    MetaCommand,
    /// A `DELIMITER` line in a dialect that has none.
    ForeignDelimiter,
    /// A `DELIMITER` line without a delimiter, or with one too long to be meant.
    InvalidDelimiter,
    /// A NUL byte: SQLite stops reading there, PostgreSQL refuses it.
    Nul,
}

/// Cuts `text` into statements, given its tokens.
///
/// - SQLite: a `CREATE TRIGGER` ends at the `END` that follows a semicolon.
/// - PostgreSQL: bodies in dollar quotes are one token; `BEGIN ATOMIC ... END` of a routine and the parenthesised
///   actions of a rule hold semicolons.
/// - MySQL: what a `DELIMITER` line says; without one, the bodies of procedures, functions, triggers and events are
///   followed from their `BEGIN`, `IF`, `CASE`, `LOOP`, `REPEAT` or `WHILE` to its `END`. Semicolons in an executable
///   comment separate nothing.
pub fn split(dialect: Dialect, text: &str, tokens: &[Token]) -> Split {
    let mut splitter = Splitter::new(dialect, text, tokens);
    for index in 0..tokens.len() {
        splitter.take(index);
    }
    splitter.end_statement();
    splitter.finish()
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProblemKind::Unterminated(Unterminated::String) => "this string is never closed",
            ProblemKind::Unterminated(Unterminated::Identifier) => {
                "this quoted identifier is never closed"
            }
            ProblemKind::Unterminated(Unterminated::Comment) => "this comment is never closed",
            ProblemKind::Unterminated(Unterminated::DollarQuote) => {
                "this dollar-quoted string is never closed"
            }
            ProblemKind::UnclosedParenthesis => "this parenthesis is never closed",
            ProblemKind::UnopenedParenthesis => "no parenthesis was opened before this one",
            ProblemKind::UnclosedBody => "this body has no `END`",
            ProblemKind::CopyFromStdin => {
                "`COPY ... FROM stdin` reads rows from a terminal client, and a migration has none: write `INSERT` statements"
            }
            ProblemKind::MetaCommand => {
                "this is a command of a terminal client, not SQL: the database cannot execute it"
            }
            ProblemKind::ForeignDelimiter => {
                "`DELIMITER` is a command of MySQL's client, and this dialect needs none"
            }
            ProblemKind::InvalidDelimiter => "this `DELIMITER` line sets no usable delimiter",
            ProblemKind::Nul => "the file holds a NUL byte",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

struct Splitter<'a> {
    dialect: Dialect,
    text: &'a str,
    tokens: &'a [Token],
    split: Split,
    /// The first and the last token of the current statement.
    current: Option<(usize, usize)>,
    shape: Shape,
    body: Body,
    /// The parentheses that are open, as token indexes.
    parentheses: Vec<usize>,
    in_executable: bool,
    custom_delimiter: bool,
    /// The line of the byte `counted`.
    line: usize,
    counted: usize,
}

impl<'a> Splitter<'a> {
    fn new(dialect: Dialect, text: &'a str, tokens: &'a [Token]) -> Self {
        Splitter {
            dialect,
            text,
            tokens,
            split: Split::default(),
            current: None,
            shape: Shape::Plain,
            body: Body::default(),
            parentheses: Vec::new(),
            in_executable: false,
            custom_delimiter: false,
            line: 1,
            counted: 0,
        }
    }

    fn take(&mut self, index: usize) {
        let token = self.tokens[index];
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment => return,
            TokenKind::CopyData => return,
            TokenKind::Semicolon => return self.semicolon(),
            TokenKind::Delimiter => return self.end_statement(),
            TokenKind::DelimiterCommand => return self.delimiter_command(token),
            TokenKind::MetaCommand => return self.problem(ProblemKind::MetaCommand, token.span),
            TokenKind::Unterminated(what) => {
                self.parentheses.clear();
                self.body = Body::default();
                self.problem(ProblemKind::Unterminated(what), token.span);
            }
            TokenKind::ExecutableOpen => self.in_executable = true,
            TokenKind::ExecutableClose => self.in_executable = false,
            TokenKind::LeftParen => self.parentheses.push(index),
            TokenKind::RightParen => {
                let opened = self.parentheses.pop();
                if opened.is_none() {
                    self.problem(ProblemKind::UnopenedParenthesis, token.span);
                }
            }
            _ => {}
        }
        self.extend(index);
        self.body.take(
            self.shape,
            self.text,
            self.tokens,
            index,
            self.parentheses.len(),
        );
    }

    fn extend(&mut self, index: usize) {
        if let Some((_, last)) = &mut self.current {
            *last = index;
            return;
        }
        self.current = Some((index, index));
        self.shape = Shape::of(self.dialect, self.text, &self.tokens[index..]);
        if self.dialect != Dialect::Mysql && self.is_delimiter_line(index) {
            self.problem(ProblemKind::ForeignDelimiter, self.tokens[index].span);
        }
    }

    /// Whether a statement begins with `DELIMITER` and something that no SQL statement has there.
    fn is_delimiter_line(&self, index: usize) -> bool {
        let mut following = self.tokens[index + 1..].iter();
        self.tokens[index].is_word(self.text, "delimiter")
            && following
                .find(|token| token.kind != TokenKind::Whitespace)
                .is_none_or(|token| !token.is_identifier())
    }

    /// A semicolon within a body is taken into the statement only when a later token is: some write one between the
    /// body's `END` and the delimiter, and it is no part of the statement.
    fn semicolon(&mut self) {
        let held = self.in_executable
            || self.body.is_open()
            || (self.custom_delimiter && self.shape == Shape::MysqlRoutine);
        if held {
            self.close_parentheses();
            self.body.semicolon();
        } else if self.shape != Shape::Rule || self.parentheses.is_empty() {
            self.end_statement();
        }
    }

    fn delimiter_command(&mut self, token: Token) {
        self.end_statement();
        let mut words = token.text(self.text).split_ascii_whitespace().skip(1);
        match words.next() {
            Some(delimiter) if delimiter.len() <= LONGEST_DELIMITER => {
                self.custom_delimiter = delimiter != ";";
            }
            _ => self.problem(ProblemKind::InvalidDelimiter, token.span),
        }
    }

    fn end_statement(&mut self) {
        if let Some((first, last)) = self.current.take() {
            self.close_parentheses();
            let span = Span::new(self.tokens[first].span.start, self.tokens[last].span.end);
            // Where a delimiter is set, it decides, and what the server then says is better than our guess.
            if let Some(opening) = self.body.opening()
                && !self.custom_delimiter
            {
                self.problem(ProblemKind::UnclosedBody, self.tokens[opening].span);
            }
            if self.dialect == Dialect::Postgres
                && copies_from_stdin(self.text, &self.tokens[first..=last])
            {
                self.problem(ProblemKind::CopyFromStdin, span);
            }
            let tokens = first..last + 1;
            let line = self.line_at(span.start);
            self.split
                .statements
                .push(StatementSpan { span, tokens, line });
        }
        self.shape = Shape::Plain;
        self.body = Body::default();
    }

    fn close_parentheses(&mut self) {
        if let Some(open) = self.parentheses.first() {
            let span = self.tokens[*open].span;
            self.problem(ProblemKind::UnclosedParenthesis, span);
        }
        self.parentheses.clear();
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.split.problems.push(Problem { kind, span });
    }

    /// Statements come in order, so every byte is counted once.
    fn line_at(&mut self, position: usize) -> usize {
        while self.counted < position {
            if self.text.as_bytes()[self.counted] == b'\n' {
                self.line += 1;
            }
            self.counted += 1;
        }
        self.line
    }

    fn finish(mut self) -> Split {
        if let Some(nul) = self.text.find('\0') {
            self.problem(ProblemKind::Nul, Span::new(nul, nul + 1));
        }
        self.split
            .problems
            .sort_by_key(|problem| problem.span.start);
        self.split
    }
}
