//! What the lexer produces.

use std::borrow::Cow;

use crate::Span;

/// A piece of a file's text. The tokens of a file tile it: nothing is left out, not even white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks, tabs, line ends and a byte order mark.
    Whitespace,
    /// `-- ...`, and `# ...` in MySQL, without the line end.
    LineComment,
    /// `/* ... */`.
    BlockComment,
    /// The opening of a MySQL or MariaDB executable comment, `/*!` or `/*M!` with its version digits. What follows is SQL.
    ExecutableOpen,
    /// The `*/` of an executable comment.
    ExecutableClose,
    /// A MySQL optimizer hint, `/*+ ... */` directly after the verb of a statement.
    OptimizerHint,
    /// A keyword or an identifier without quotes.
    Word,
    /// `"..."`, `` `...` `` or `[...]`, as the dialect has it.
    QuotedIdentifier,
    /// A literal with its prefix: `'...'`, `E'...'`, `x'...'`, `$tag$...$tag$`, and `"..."` in MySQL.
    String,
    /// A numeric literal.
    Number,
    /// A placeholder (`?`, `?1`, `:name`, `@name`, `$name`, `$1`) or a MySQL variable (`@name`, `@@name`).
    Parameter,
    /// An operator, or a byte that means nothing in the dialect.
    Operator,
    /// `(`.
    LeftParen,
    /// `)`.
    RightParen,
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// `.` that is not part of a number.
    Dot,
    /// The terminator that a MySQL `DELIMITER` line has set.
    Delimiter,
    /// A MySQL `DELIMITER ...` line, without the line end.
    DelimiterCommand,
    /// A command of a database's terminal client: a backslash and the rest of its line.
    MetaCommand,
    /// The rows after PostgreSQL's `COPY ... FROM stdin;`, to the end of the `\.` line.
    CopyData,
    /// Something opened and never closed. Its span starts at the opening and reaches to the end of the text.
    Unterminated(Unterminated),
}

/// What was opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unterminated {
    /// A string literal in quotes.
    String,
    /// A quoted identifier.
    Identifier,
    /// A block comment, executable comments included.
    Comment,
    /// A PostgreSQL string in dollar quotes.
    DollarQuote,
}

impl Token {
    /// The token as it stands in `text`, the text it was made from.
    pub fn text(self, text: &str) -> &str {
        self.span.of(text)
    }

    /// Whether it is white space or a comment that no server executes.
    pub fn is_trivia(self) -> bool {
        matches!(
            self.kind,
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment
        )
    }

    /// Whether it is a line or block comment that no server executes.
    pub fn is_comment(self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }

    /// Whether it can name something: a word or a quoted identifier.
    pub fn is_identifier(self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::QuotedIdentifier)
    }

    /// Whether it is the keyword `keyword`, in any letter case and without quotes.
    pub fn is_word(self, text: &str, keyword: &str) -> bool {
        self.kind == TokenKind::Word
            && self.span.end - self.span.start == keyword.len()
            && self.text(text).eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of `keywords`, in any letter case and without quotes.
    pub fn is_any_word(self, text: &str, keywords: &[&str]) -> bool {
        self.kind == TokenKind::Word && keywords.iter().any(|keyword| self.is_word(text, keyword))
    }

    /// The name that an identifier or a plain string stands for: without its quotes, doubled quotes halved, letter case kept.
    ///
    /// Other tokens come back as they are. Escapes (`E'\n'`, `U&"\0061"`, MySQL's backslashes) stay as written.
    pub fn unquote(self, text: &str) -> Cow<'_, str> {
        let raw = self.text(text);
        if !matches!(self.kind, TokenKind::QuotedIdentifier | TokenKind::String) {
            return Cow::Borrowed(raw);
        }
        let raw = match raw.as_bytes() {
            [b'u' | b'U', b'&', ..] => &raw[2..],
            _ => raw,
        };
        let close = match raw.as_bytes().first() {
            Some(b'[') => "]",
            Some(b'"') => "\"",
            Some(b'`') => "`",
            Some(b'\'') => "'",
            _ => return Cow::Borrowed(raw),
        };
        let inner = raw[1..].strip_suffix(close).unwrap_or(&raw[1..]);
        if close != "]" && inner.contains(close) {
            Cow::Owned(inner.replace(&close.repeat(2), close))
        } else {
            Cow::Borrowed(inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use migratory_core::Dialect;

    use crate::syntax::tokenize;

    #[test]
    fn names_lose_their_quotes_and_halve_doubled_ones() {
        let (sqlite, postgres, mysql) = (Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql);
        for (dialect, text, name) in [
            (sqlite, "Users", "Users"),
            (sqlite, "\"a\"\"b'\"", "a\"b'"),
            (sqlite, "`a``b`", "a`b"),
            (sqlite, "[a\"\"b]", "a\"\"b"),
            (sqlite, "'it''s'", "it's"),
            (sqlite, "\"\"", ""),
            (sqlite, "\"\"\"\"", "\""),
            (postgres, "U&\"d\\0061\"", "d\\0061"),
            (postgres, "$$a$$", "$$a$$"),
            (postgres, "E'a'", "E'a'"),
            (mysql, "\"a\"", "a"),
            (mysql, "1", "1"),
        ] {
            let tokens = tokenize(dialect, text);
            assert_eq!(tokens.len(), 1, "{text}");
            assert_eq!(tokens[0].unquote(text), name, "{text}");
        }
    }

    #[test]
    fn keywords_are_found_in_any_letter_case_but_not_in_quotes() {
        let text = "sElect \"select\" selects";
        let tokens = tokenize(Dialect::Sqlite, text);
        let found = |index: usize| tokens[index].is_word(text, "SELECT");
        assert!(found(0));
        assert!(!found(2) && !found(4));
        assert!(tokens[4].is_any_word(text, &["select", "SELECTS"]));
    }
}
