//! Text to tokens: lossless, for all dialects, in linear time.
//!
//! It works on bytes and in plain loops, because build scripts run unoptimised. All bytes that mean something in SQL are
//! ASCII, so a token never ends inside a character.

use migratory_core::Dialect;

use super::token::{Token, TokenKind, Unterminated};
use crate::Span;

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

/// Whether the tokens of a PostgreSQL statement are `COPY ... FROM stdin`, whose rows follow the statement.
pub(super) fn copies_from_stdin(text: &str, tokens: &[Token]) -> bool {
    let mut words = tokens.iter().filter(|token| !token.is_trivia());
    if !words
        .next()
        .is_some_and(|first| first.is_word(text, "copy"))
    {
        return false;
    }
    let mut after_from = false;
    for token in words {
        if after_from && token.is_word(text, "stdin") {
            return true;
        }
        after_from = token.is_word(text, "from");
    }
    false
}

/// Longer ones are ignored, so that looking for one costs little at every byte. MySQL's client cuts at 15.
pub(super) const LONGEST_DELIMITER: usize = 64;

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
            // Measured on the corpus: a token for every four bytes, white space included.
            tokens: Vec::with_capacity(text.len() / 4),
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

    /// In MySQL two dashes begin a comment only before white space, a control character or the end.
    fn dashes_comment(&self) -> bool {
        !self.is(Dialect::Mysql) || self.peek(2) <= b' ' || self.peek(2) == 0x7f
    }

    fn line_comment(&mut self) -> TokenKind {
        self.position = self.line_end();
        TokenKind::LineComment
    }

    /// Where the line ends, without its `\n` or `\r\n`. A lone `\r` ends a line in PostgreSQL only.
    fn line_end(&self) -> usize {
        let mut end = self.position;
        while end < self.bytes.len() && self.bytes[end] != b'\n' {
            if self.bytes[end] == b'\r'
                && (self.is(Dialect::Postgres) || self.bytes.get(end + 1) == Some(&b'\n'))
            {
                break;
            }
            end += 1;
        }
        end
    }

    fn block_comment(&mut self) -> TokenKind {
        let mysql = self.is(Dialect::Mysql);
        if mysql && (self.peek(2) == b'!' || (self.peek(2) == b'M' && self.peek(3) == b'!')) {
            return self.executable_open();
        }
        let hint = mysql && self.peek(2) == b'+' && self.after_verb();
        let nests = self.is(Dialect::Postgres);
        let mut depth = 1;
        self.position += 2;
        while self.position < self.bytes.len() {
            match self.bytes[self.position] {
                b'*' if self.peek(1) == b'/' => {
                    self.position += 2;
                    depth -= 1;
                    if depth == 0 {
                        return if hint {
                            TokenKind::OptimizerHint
                        } else {
                            TokenKind::BlockComment
                        };
                    }
                }
                b'/' if nests && self.peek(1) == b'*' => {
                    self.position += 2;
                    depth += 1;
                }
                _ => self.position += 1,
            }
        }
        self.unterminated(Unterminated::Comment)
    }

    fn executable_open(&mut self) -> TokenKind {
        self.position += if self.peek(2) == b'!' { 3 } else { 4 };
        let digits = self.position;
        while self.position < digits + 6 && self.peek(0).is_ascii_digit() {
            self.position += 1;
        }
        self.executable.get_or_insert(self.tokens.len());
        TokenKind::ExecutableOpen
    }

    /// Whether the last token is a verb that takes optimizer hints.
    fn after_verb(&self) -> bool {
        let verbs = ["select", "insert", "replace", "update", "delete"];
        let last = self.tokens[..self.significant].last();
        last.is_some_and(|token| token.is_any_word(self.text, &verbs))
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

    fn is_string_prefix(&self, byte: u8) -> bool {
        match byte | 0x20 {
            b'x' => true,
            b'b' | b'n' => !self.is(Dialect::Sqlite),
            b'e' => self.is(Dialect::Postgres),
            _ => false,
        }
    }

    /// After a `U` with `&` ahead: PostgreSQL's `U&'...'` and `U&"..."`.
    fn unicode_prefixed(&mut self) -> TokenKind {
        let quote = self.peek(1);
        if !self.is(Dialect::Postgres) || !matches!(quote, b'\'' | b'"') {
            return TokenKind::Word;
        }
        self.position += 1;
        match quote {
            b'"' => self.quoted_identifier(b'"'),
            _ => self.quoted(b'\'', false, TokenKind::String, Unterminated::String),
        }
    }

    fn string(&mut self) -> TokenKind {
        self.escape_string = self.continues_escape_string();
        let escapes = self.escape_string || self.is(Dialect::Mysql);
        let quote = self.bytes[self.position];
        self.quoted(quote, escapes, TokenKind::String, Unterminated::String)
    }

    /// PostgreSQL joins strings that only a line end separates; the rules of the first hold for all.
    fn continues_escape_string(&self) -> bool {
        let [.., string, blank] = self.tokens.as_slice() else {
            return false;
        };
        self.escape_string
            && string.kind == TokenKind::String
            && blank.kind == TokenKind::Whitespace
            && blank.text(self.text).contains(['\n', '\r'])
    }

    fn quoted_identifier(&mut self, quote: u8) -> TokenKind {
        self.quoted(
            quote,
            false,
            TokenKind::QuotedIdentifier,
            Unterminated::Identifier,
        )
    }

    /// From the opening quote to the closing one; a doubled quote, and an escaped one where `escapes`, goes on.
    fn quoted(
        &mut self,
        quote: u8,
        escapes: bool,
        kind: TokenKind,
        what: Unterminated,
    ) -> TokenKind {
        self.position += 1;
        while self.position < self.bytes.len() {
            let byte = self.bytes[self.position];
            if byte == quote {
                self.position += 1;
                if self.peek(0) != quote {
                    return kind;
                }
            } else if byte == b'\\' && escapes {
                self.position += 1;
            }
            self.position += 1;
        }
        self.unterminated(what)
    }

    fn bracketed(&mut self) -> TokenKind {
        while self.position < self.bytes.len() {
            self.position += 1;
            if self.bytes[self.position - 1] == b']' {
                return TokenKind::QuotedIdentifier;
            }
        }
        self.unterminated(Unterminated::Identifier)
    }

    /// `$1`, `$$...$$` or `$tag$...$tag$` in PostgreSQL.
    fn dollar(&mut self) -> TokenKind {
        let start = self.position;
        self.position += 1;
        if self.peek(0).is_ascii_digit() {
            while self.peek(0).is_ascii_digit() {
                self.position += 1;
            }
            return TokenKind::Parameter;
        }
        while self.peek(0) != b'$' {
            if self.position >= self.bytes.len() || !self.is_word_byte(self.bytes[self.position]) {
                self.position = start + 1;
                return TokenKind::Operator;
            }
            self.position += 1;
        }
        self.position += 1;
        let tag = &self.bytes[start..self.position];
        // A tag holds no dollar, so no byte of the body is compared twice.
        while self.position < self.bytes.len() {
            if self.bytes[self.position] == b'$' && self.bytes[self.position..].starts_with(tag) {
                self.position += tag.len();
                return TokenKind::String;
            }
            self.position += 1;
        }
        self.unterminated(Unterminated::DollarQuote)
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
        let start = self.position;
        match sigil {
            b'?' => {
                self.position += 1;
                while sqlite && self.peek(0).is_ascii_digit() {
                    self.position += 1;
                }
                return TokenKind::Parameter;
            }
            b'@' if !sqlite => {
                self.position += 1 + usize::from(self.peek(1) == b'@');
                let name = self.position;
                self.skip_word();
                while self.peek(0) == b'.'
                    && self.position > name
                    && self.is_word_byte(self.peek(1))
                {
                    self.position += 1;
                    self.skip_word();
                }
                if self.position > name {
                    return TokenKind::Parameter;
                }
            }
            _ if sqlite && self.is_word_byte(self.peek(1)) => {
                self.position += 1;
                self.skip_word();
                return TokenKind::Parameter;
            }
            _ => {}
        }
        self.position = start;
        self.operator()
    }

    /// A command of a terminal client, or MySQL's `\N`, which is `NULL`.
    fn backslash(&mut self) -> TokenKind {
        if self.is(Dialect::Mysql) && self.peek(1) == b'N' && !self.is_word_byte(self.peek(2)) {
            self.position += 2;
            return TokenKind::Word;
        }
        self.position = self.line_end();
        TokenKind::MetaCommand
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

    /// Whether the word `delimiter` at `start` is the client's command: first on its line, and either first of its
    /// statement or with nothing but punctuation after it (a column may be called `delimiter`).
    fn begins_delimiter_line(&self, start: usize) -> bool {
        if self.executable.is_some()
            || !self.begins_line()
            || !self.text[start..self.position].eq_ignore_ascii_case("delimiter")
        {
            return false;
        }
        let rest = &self.text[self.position..self.line_end()];
        (rest.is_empty() || rest.starts_with([' ', '\t']))
            && (self.significant <= self.statement || is_punctuation(rest))
    }

    /// Whether only white space stands between the last line end and the token to come.
    fn begins_line(&self) -> bool {
        match self.tokens.as_slice() {
            [] => true,
            [blank] if blank.kind == TokenKind::Whitespace => true,
            [.., blank] => {
                blank.kind == TokenKind::Whitespace && blank.text(self.text).contains('\n')
            }
        }
    }

    fn delimiter_line(&mut self) -> TokenKind {
        let end = self.line_end();
        let mut argument = self.text[self.position..end].split_ascii_whitespace();
        if let Some(delimiter) = argument.next()
            && delimiter.len() <= LONGEST_DELIMITER
        {
            let plain = delimiter == ";";
            self.delimiter = if plain { &[] } else { delimiter.as_bytes() };
        }
        self.position = end;
        TokenKind::DelimiterCommand
    }

    /// The rows that follow `COPY ... FROM stdin;`, if their end is there.
    fn copy_data(&mut self) {
        if self.no_copy_end {
            return;
        }
        let start = self.position;
        let mut line = start;
        while let Some(newline) = self.text[line..].find('\n') {
            line += newline + 1;
            let rest = &self.text[line..];
            if rest.starts_with("\\.\n") || rest.starts_with("\\.\r") || rest == "\\." {
                self.position = line + 2;
                self.push(TokenKind::CopyData, start);
                return;
            }
        }
        self.no_copy_end = true;
    }
}

fn is_punctuation(rest: &str) -> bool {
    let argument = rest.trim();
    !argument.is_empty()
        && argument
            .bytes()
            .all(|byte| byte.is_ascii_punctuation() && !b"'\"`(),_".contains(&byte))
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

/// PostgreSQL's rule: an operator is a run of operator characters; it ends before a comment, and in `+` or `-` only if
/// it holds one of the characters that no standard operator has.
fn postgres_operator(bytes: &[u8]) -> usize {
    if let [b':', b':' | b'=', ..] = bytes {
        return 2;
    }
    let mut length = 0;
    let mut special = false;
    while length < bytes.len() && b"+-*/<>=~!@#%^&|`?".contains(&bytes[length]) {
        let next = bytes.get(length + 1);
        if matches!(
            (bytes[length], next),
            (b'-', Some(b'-')) | (b'/', Some(b'*'))
        ) {
            break;
        }
        special |= b"~!@#%^&|`?".contains(&bytes[length]);
        length += 1;
    }
    while length > 1 && !special && matches!(bytes[length - 1], b'+' | b'-') {
        length -= 1;
    }
    length.max(1)
}
