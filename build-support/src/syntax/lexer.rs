//! Text to tokens: lossless, for all dialects, in linear time.
//!
//! It works on bytes and in plain loops, because build scripts run unoptimised. All bytes that mean something in SQL are
//! ASCII, so a token never ends inside a character.

mod client;
mod comment;
mod quoted;

use migratory_core::Dialect;

use super::token::{Token, TokenKind, Unterminated};
use crate::Span;

pub(super) use client::{LONGEST_DELIMITER, copies_from_stdin};

/// Cuts `text` into tokens that tile it exactly. Never fails: what is opened and not closed is one
/// [`TokenKind::Unterminated`] to the end of the text.
///
/// MySQL is read with its default modes: `"..."` is a string, and a backslash escapes. PostgreSQL is read with
/// `standard_conforming_strings` on, its default since 9.1.
pub fn tokenize(dialect: Dialect, text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(dialect, text);
    while lexer.position < lexer.bytes.len() {
        let start = lexer.position;
        let kind = lexer.advance();
        lexer.push(kind, start);
    }
    lexer.finish()
}

struct Lexer<'a> {
    dialect: Dialect,
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    tokens: Vec<Token>,
    /// Number of tokens up to and including the last one that is not trivia.
    significant: usize,
    /// Number of tokens before the current statement.
    statement: usize,
    /// The terminator set by a `DELIMITER` line; empty while it is the semicolon.
    delimiter: &'a [u8],
    /// The token that opened the executable comment we are in.
    executable: Option<usize>,
    /// The last string was PostgreSQL's `E'...'`, or continued one.
    escape_string: bool,
    /// A search for the end of `COPY` rows found none, so that no later one searches again.
    no_copy_end: bool,
}

impl<'a> Lexer<'a> {
    fn new(dialect: Dialect, text: &'a str) -> Self {
        Lexer {
            dialect,
            text,
            bytes: text.as_bytes(),
            position: 0,
            // On real migrations there is a token for every five to six bytes.
            tokens: Vec::with_capacity(text.len() / 5),
            significant: 0,
            statement: 0,
            delimiter: &[],
            executable: None,
            escape_string: false,
            no_copy_end: false,
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start, self.position);
        let token = Token { kind, span };
        self.tokens.push(token);
        if token.is_trivia() {
            return;
        }
        let copied = kind == TokenKind::Semicolon
            && self.is(Dialect::Postgres)
            && copies_from_stdin(self.text, &self.tokens[self.statement..]);
        self.significant = self.tokens.len();
        if matches!(
            kind,
            TokenKind::Semicolon
                | TokenKind::Delimiter
                | TokenKind::DelimiterCommand
                | TokenKind::MetaCommand
                | TokenKind::CopyData
        ) {
            self.statement = self.tokens.len();
        }
        if copied {
            self.copy_data();
        }
    }

    /// Makes an executable comment that was never closed one token.
    fn finish(mut self) -> Vec<Token> {
        let last = self.tokens.last().map(|token| token.kind);
        if let Some(open) = self.executable
            && !matches!(last, Some(TokenKind::Unterminated(_)))
        {
            self.tokens.truncate(open + 1);
            self.tokens[open].kind = TokenKind::Unterminated(Unterminated::Comment);
            self.tokens[open].span.end = self.bytes.len();
        }
        self.tokens
    }

    fn advance(&mut self) -> TokenKind {
        if self.at_delimiter() {
            self.position += self.delimiter.len();
            return TokenKind::Delimiter;
        }
        let byte = self.bytes[self.position];
        match byte {
            b' ' | b'\t'..=b'\r' => self.whitespace(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'(' => self.single(TokenKind::LeftParen),
            b')' => self.single(TokenKind::RightParen),
            b',' => self.single(TokenKind::Comma),
            b';' => self.single(TokenKind::Semicolon),
            b'.' => self.dot(),
            b'0'..=b'9' => self.number(),
            b'\'' => self.string(),
            b'"' if self.is(Dialect::Mysql) => self.string(),
            b'"' => self.quoted_identifier(b'"'),
            b'`' if !self.is(Dialect::Postgres) => self.quoted_identifier(b'`'),
            b'[' if self.is(Dialect::Sqlite) => self.bracketed(),
            b'-' if self.peek(1) == b'-' && self.dashes_comment() => self.line_comment(),
            b'#' if self.is(Dialect::Mysql) => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'*' if self.executable.is_some() && self.peek(1) == b'/' => {
                self.executable = None;
                self.position += 2;
                TokenKind::ExecutableClose
            }
            b'$' if self.is(Dialect::Mysql) => self.word(),
            b'$' if self.is(Dialect::Postgres) => self.dollar(),
            b'?' | b':' | b'@' | b'$' if !self.is(Dialect::Postgres) => self.parameter(byte),
            b'\\' => self.backslash(),
            0xef if self.at_byte_order_mark() => self.whitespace(),
            0x80.. => self.word(),
            _ => self.operator(),
        }
    }

    fn is(&self, dialect: Dialect) -> bool {
        self.dialect == dialect
    }

    /// The byte `ahead` of the position, 0 beyond the end.
    fn peek(&self, ahead: usize) -> u8 {
        match self.bytes.get(self.position + ahead) {
            Some(byte) => *byte,
            None => 0,
        }
    }

    fn single(&mut self, kind: TokenKind) -> TokenKind {
        self.position += 1;
        kind
    }

    fn unterminated(&mut self, what: Unterminated) -> TokenKind {
        self.position = self.bytes.len();
        TokenKind::Unterminated(what)
    }

    fn at_delimiter(&self) -> bool {
        !self.delimiter.is_empty() && self.bytes[self.position..].starts_with(self.delimiter)
    }

    /// SQLite takes a byte order mark anywhere as white space, the others (or their clients) at the start only.
    fn at_byte_order_mark(&self) -> bool {
        (self.position == 0 || self.is(Dialect::Sqlite))
            && self.peek(1) == 0xbb
            && self.peek(2) == 0xbf
    }

    fn whitespace(&mut self) -> TokenKind {
        while self.position < self.bytes.len() {
            match self.bytes[self.position] {
                b' ' | b'\t'..=b'\r' => self.position += 1,
                0xef if self.at_byte_order_mark() => self.position += 3,
                _ => break,
            }
        }
        TokenKind::Whitespace
    }

    fn is_word_byte(&self, byte: u8) -> bool {
        matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | b'$' | 0x80..)
    }

    fn skip_word(&mut self) {
        while self.position < self.bytes.len()
            && self.is_word_byte(self.bytes[self.position])
            && !self.at_delimiter()
        {
            self.position += 1;
        }
    }

    fn word(&mut self) -> TokenKind {
        let start = self.position;
        self.skip_word();
        let length = self.position - start;
        match self.peek(0) {
            b'\'' if length == 1 && self.is_string_prefix(self.bytes[start]) => {
                self.escape_string = self.bytes[start] | 0x20 == b'e';
                let escapes = self.escape_string || self.is(Dialect::Mysql);
                self.quoted(b'\'', escapes, TokenKind::String, Unterminated::String)
            }
            b'&' if length == 1 && self.bytes[start] | 0x20 == b'u' => self.unicode_prefixed(),
            _ if length == 9 && self.is(Dialect::Mysql) && self.begins_delimiter_line(start) => {
                self.delimiter_line()
            }
            _ => TokenKind::Word,
        }
    }

    fn dot(&mut self) -> TokenKind {
        let qualifies = self
            .tokens
            .last()
            .is_some_and(|token| token.is_identifier());
        if self.peek(1).is_ascii_digit() && !qualifies {
            return self.number();
        }
        self.single(TokenKind::Dot)
    }

    fn number(&mut self) -> TokenKind {
        let radix = self.peek(0) == b'0' && matches!(self.peek(1) | 0x20, b'x' | b'o' | b'b');
        if !radix {
            let integer = self.skip_digits();
            let exponent = self.at_exponent();
            if self.is(Dialect::Mysql) && integer && !exponent && self.is_word_byte(self.peek(0)) {
                self.skip_word();
                return TokenKind::Word;
            }
            if self.peek(0) == b'.' && self.peek(1) != b'.' {
                self.position += 1;
                self.skip_digits();
            }
            if self.at_exponent() {
                self.position += 2;
            }
        }
        // What is glued to a number belongs to it, be it valid or not.
        self.skip_word();
        TokenKind::Number
    }

    fn skip_digits(&mut self) -> bool {
        let start = self.position;
        while self.peek(0).is_ascii_digit() || (self.peek(0) == b'_' && self.position > start) {
            self.position += 1;
        }
        self.position > start
    }

    fn at_exponent(&self) -> bool {
        let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
        self.peek(0) | 0x20 == b'e' && self.peek(1 + sign).is_ascii_digit()
    }

    /// SQLite's and MySQL's placeholders and variables, else an operator.
    fn parameter(&mut self, sigil: u8) -> TokenKind {
        let sqlite = self.is(Dialect::Sqlite);
        if sigil == b'?' {
            self.position += 1;
            while sqlite && self.peek(0).is_ascii_digit() {
                self.position += 1;
            }
            TokenKind::Parameter
        } else if sqlite && self.is_word_byte(self.peek(1)) {
            self.position += 1;
            self.skip_word();
            TokenKind::Parameter
        } else if sigil == b'@' && !sqlite {
            self.mysql_variable()
        } else {
            self.operator()
        }
    }

    /// `@name`, `@@name` or `@@scope.name`; an `@` before a quote stands alone.
    fn mysql_variable(&mut self) -> TokenKind {
        let sigils = 1 + usize::from(self.peek(1) == b'@');
        if !self.is_word_byte(self.peek(sigils)) {
            return self.operator();
        }
        self.position += sigils;
        self.skip_word();
        while self.peek(0) == b'.' && self.is_word_byte(self.peek(1)) {
            self.position += 1;
            self.skip_word();
        }
        TokenKind::Parameter
    }

    fn operator(&mut self) -> TokenKind {
        let rest = &self.bytes[self.position..];
        self.position += if self.is(Dialect::Postgres) {
            postgres_operator(rest)
        } else {
            operator_length(rest)
        };
        TokenKind::Operator
    }
}

/// The length of the operator at the start of `bytes`, in SQLite and MySQL.
fn operator_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'-', b'>', b'>', ..] | [b'<', b'=', b'>', ..] => 3,
        [b'|', b'|', ..] | [b'&', b'&', ..] | [b'-', b'>', ..] | [b':', b'=', ..] => 2,
        [b'<', b'=' | b'>' | b'<', ..] | [b'>', b'=' | b'>', ..] => 2,
        [b'=' | b'!', b'=', ..] => 2,
        _ => 1,
    }
}

/// No operator of PostgreSQL is longer; without an end, a run of signs would be read again at each of them.
const LONGEST_OPERATOR: usize = 63;

/// PostgreSQL's rule: an operator is a run of operator characters; it ends before a comment, and in `+` or `-` only if
/// it holds one of the characters that no standard operator has.
fn postgres_operator(bytes: &[u8]) -> usize {
    if let [b':', b':' | b'=', ..] = bytes {
        return 2;
    }
    let mut length = 0;
    let mut special = false;
    let most = bytes.len().min(LONGEST_OPERATOR);
    while length < most {
        let byte = bytes[length];
        // Plain comparisons: a run of signs comes here at each of them.
        match byte {
            b'-' if length + 1 < most && bytes[length + 1] == b'-' => break,
            b'/' if length + 1 < most && bytes[length + 1] == b'*' => break,
            b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'=' => {}
            b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?' => special = true,
            _ => break,
        }
        length += 1;
    }
    while length > 1 && !special && matches!(bytes[length - 1], b'+' | b'-') {
        length -= 1;
    }
    length.max(1)
}
