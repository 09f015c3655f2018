//! Comments, and what only looks like one.

use migratory_core::Dialect;

use super::{Lexer, TokenKind, Unterminated};

impl Lexer<'_> {
    /// In MySQL two dashes begin a comment only before white space, a control character or the end.
    pub(super) fn dashes_comment(&self) -> bool {
        !self.is(Dialect::Mysql) || self.peek(2) <= b' ' || self.peek(2) == 0x7f
    }

    pub(super) fn line_comment(&mut self) -> TokenKind {
        self.position = self.line_end();
        TokenKind::LineComment
    }

    /// Where the line ends, without its `\n` or `\r\n`. A lone `\r` ends a line in PostgreSQL only.
    pub(super) fn line_end(&self) -> usize {
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

    pub(super) fn block_comment(&mut self) -> TokenKind {
        let mysql = self.is(Dialect::Mysql);
        if mysql && self.opens_executable() {
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

    /// Whether a server may execute the comment. None is of version 999999: with that, dumps hide what is meant for the client.
    fn opens_executable(&self) -> bool {
        let rest = &self.bytes[self.position + 2..];
        let version = rest.strip_prefix(b"!").or_else(|| rest.strip_prefix(b"M!"));
        version.is_some_and(|version| !version.starts_with(b"999999"))
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
}
