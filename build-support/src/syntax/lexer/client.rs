//! What is meant for a database's terminal client rather than for the server.

use migratory_core::Dialect;

use super::{Lexer, Token, TokenKind};

/// Whether the tokens of a PostgreSQL statement are `COPY ... FROM stdin`, whose rows follow the statement.
pub(in crate::syntax) fn copies_from_stdin(text: &str, tokens: &[Token]) -> bool {
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
pub(in crate::syntax) const LONGEST_DELIMITER: usize = 64;

impl Lexer<'_> {
    /// A command of a terminal client, or MySQL's `\N`, which is `NULL`.
    pub(super) fn backslash(&mut self) -> TokenKind {
        if self.is(Dialect::Mysql) && self.peek(1) == b'N' && !self.is_word_byte(self.peek(2)) {
            self.position += 2;
            return TokenKind::Word;
        }
        self.position = self.line_end();
        TokenKind::MetaCommand
    }

    /// Whether the word `delimiter` at `start` is the client's command: first on its line, and either first of its
    /// statement or with nothing but punctuation after it (a column may be called `delimiter`).
    pub(super) fn begins_delimiter_line(&self, start: usize) -> bool {
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

    pub(super) fn delimiter_line(&mut self) -> TokenKind {
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
    pub(super) fn copy_data(&mut self) {
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
