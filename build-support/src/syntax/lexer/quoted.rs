//! Everything between quotes: strings and identifiers.

use migratory_core::Dialect;

use super::{Lexer, TokenKind, Unterminated};

impl Lexer<'_> {
    pub(super) fn is_string_prefix(&self, byte: u8) -> bool {
        match byte | 0x20 {
            b'x' => true,
            b'b' | b'n' => !self.is(Dialect::Sqlite),
            b'e' => self.is(Dialect::Postgres),
            _ => false,
        }
    }

    /// After a `U` with `&` ahead: PostgreSQL's `U&'...'` and `U&"..."`.
    pub(super) fn unicode_prefixed(&mut self) -> TokenKind {
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

    pub(super) fn string(&mut self) -> TokenKind {
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

    pub(super) fn quoted_identifier(&mut self, quote: u8) -> TokenKind {
        self.quoted(
            quote,
            false,
            TokenKind::QuotedIdentifier,
            Unterminated::Identifier,
        )
    }

    /// From the opening quote to the closing one; a doubled quote, and an escaped one where `escapes`, goes on.
    pub(super) fn quoted(
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

    pub(super) fn bracketed(&mut self) -> TokenKind {
        while self.position < self.bytes.len() {
            self.position += 1;
            if self.bytes[self.position - 1] == b']' {
                return TokenKind::QuotedIdentifier;
            }
        }
        self.unterminated(Unterminated::Identifier)
    }

    /// `$1`, `$$...$$` or `$tag$...$tag$` in PostgreSQL.
    pub(super) fn dollar(&mut self) -> TokenKind {
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
}
