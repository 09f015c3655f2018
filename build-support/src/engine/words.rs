//! A statement as its words: enough to find a name in it, and to tell what it makes, whether or not it could be parsed.

use std::borrow::Cow;

use migratory_core::Dialect;

use crate::Span;
use crate::syntax::ir::ObjectKind;
use crate::syntax::{Token, TokenKind, tokenize};

/// The tokens of one statement, without white space and comments, in offsets of the file.
pub(super) struct Words<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

/// What a statement does to the schema, as its first words tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// It makes an object.
    Create(Target),
    /// It changes a table, and perhaps its name.
    Alter(Target, Option<String>),
    /// It takes an object away.
    Drop(Target),
    /// It leaves the schema alone.
    Nothing,
    /// Nobody knows.
    Unknown,
}

/// The object that a statement names first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: ObjectKind,
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) span: Span,
}

/// Words that a table's name follows.
const BEFORE_TABLE: [&str; 9] = [
    "FROM",
    "INTO",
    "JOIN",
    "TABLE",
    "UPDATE",
    "ON",
    "REFERENCES",
    "EXISTS",
    "VIEW",
];

/// First words of statements that leave the schema alone.
const DATA: [&str; 20] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "WITH",
    "VALUES",
    "PRAGMA",
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "EXPLAIN",
    "ATTACH",
    "DETACH",
];

impl<'t> Words<'t> {
    /// The words in a stretch of a file.
    pub(super) fn of(text: &'t str, span: Span) -> Self {
        let mut tokens = tokenize(Dialect::Sqlite, span.of(text));
        tokens.retain(|token| !token.is_trivia());
        for token in &mut tokens {
            token.span.start += span.start;
            token.span.end += span.start;
        }
        Self { text, tokens }
    }

    /// What the statement does to the schema.
    pub(super) fn verb(&self) -> Verb {
        let Some(first) = self.tokens.first() else {
            return Verb::Nothing;
        };
        if first.is_any_word(self.text, &DATA) {
            return Verb::Nothing;
        }
        let Some(target) = self.target() else {
            return Verb::Unknown;
        };
        if first.is_word(self.text, "CREATE") {
            Verb::Create(target)
        } else if first.is_word(self.text, "DROP") {
            Verb::Drop(target)
        } else if first.is_word(self.text, "ALTER") {
            Verb::Alter(target, self.renamed_to())
        } else {
            Verb::Unknown
        }
    }

    /// The span of the token that begins at an offset of the file.
    pub(super) fn token_at(&self, offset: usize) -> Option<Span> {
        let found = self.tokens.iter().find(|token| token.span.start == offset);
        found.map(|token| token.span)
    }

    /// The token at an offset and everything up to the name that follows behind dots: `u.emial`.
    pub(super) fn dotted_at(&self, offset: usize) -> Option<Span> {
        let mut at = self
            .tokens
            .iter()
            .position(|token| token.span.start == offset)?;
        let start = self.tokens[at].span;
        while self.kind(at + 1) == Some(TokenKind::Dot) && at + 2 < self.tokens.len() {
            at += 2;
        }
        Some(start.cover(self.tokens[at].span))
    }

    /// Where a table of that name is written: rather behind a word such as FROM than elsewhere.
    pub(super) fn table(&self, name: &str) -> Option<Span> {
        let mut places = self.places(name);
        places.sort_by_key(|&at| !self.follows_table_word(at));
        places.first().map(|&at| self.tokens[at].span)
    }

    /// Where a name is written first.
    pub(super) fn name(&self, name: &str) -> Option<Span> {
        self.places(name).first().map(|&at| self.tokens[at].span)
    }

    /// Where a name is written last.
    pub(super) fn last_name(&self, name: &str) -> Option<Span> {
        self.places(name).last().map(|&at| self.tokens[at].span)
    }

    /// Whether a name is written anywhere.
    pub(super) fn mentions(&self, name: &str) -> bool {
        !self.places(name).is_empty()
    }

    /// Every name, unquoted.
    pub(super) fn names(&self) -> impl Iterator<Item = Cow<'t, str>> + '_ {
        let names = self.tokens.iter().filter(|token| is_name(**token));
        names.map(|token| token.unquote(self.text))
    }

    /// Whether a query reads from a name that it calls like a function.
    pub(super) fn reads_from_call(&self, name: &str) -> bool {
        let places = self.places(name);
        let mut places = places.iter();
        places.any(|&at| {
            let called = self.kind(at + 1) == Some(TokenKind::LeftParen);
            let read = at > 0
                && (self.is_any(at - 1, &["FROM", "JOIN"])
                    || self.kind(at - 1) == Some(TokenKind::Comma));
            called && read
        })
    }

    /// The names that stand before an alias, or before `AS` and an alias.
    pub(super) fn aliased(&self, alias: &str) -> Vec<Cow<'t, str>> {
        let before = |at: usize| {
            let at = at.checked_sub(1)?;
            if self.tokens[at].is_word(self.text, "AS") {
                at.checked_sub(1)
            } else {
                Some(at)
            }
        };
        self.places(alias)
            .into_iter()
            .filter(|&at| self.kind(at + 1) != Some(TokenKind::Dot))
            .filter_map(before)
            .filter(|&at| is_name(self.tokens[at]))
            .map(|at| self.tokens[at].unquote(self.text))
            .collect()
    }

    /// The event that a trigger waits for.
    pub(super) fn event(&self) -> Option<&'static str> {
        let at = self.event_at()?;
        let events = ["INSERT", "UPDATE", "DELETE"];
        events.into_iter().find(|event| self.is_any(at, &[event]))
    }

    /// The first column of `UPDATE OF`.
    pub(super) fn updated_column(&self) -> Option<String> {
        let at = self.event_at()?;
        let of = self.is_any(at + 1, &["OF"]);
        of.then(|| self.unquoted(at + 2)).flatten()
    }

    /// What to point at when nothing better is known: the first words, up to the name of what the statement is about.
    pub(super) fn headline(&self) -> Span {
        let first = self.tokens.first().map_or(Span::default(), |t| t.span);
        match self.verb() {
            Verb::Create(target) | Verb::Alter(target, _) | Verb::Drop(target) => {
                first.cover(target.span)
            }
            Verb::Nothing | Verb::Unknown => first,
        }
    }

    /// The last token.
    pub(super) fn end(&self) -> Span {
        self.tokens.last().map_or(Span::default(), |t| t.span)
    }

    fn target(&self) -> Option<Target> {
        let modifiers = ["TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL"];
        let mut at = 1;
        let mut temporary = false;
        while self.is_any(at, &modifiers) {
            temporary |= self.is_any(at, &modifiers[..2]);
            at += 1;
        }
        let kinds = [
            ("TABLE", ObjectKind::Table),
            ("INDEX", ObjectKind::Index),
            ("VIEW", ObjectKind::View),
            ("TRIGGER", ObjectKind::Trigger),
        ];
        let (_, kind) = *kinds.iter().find(|(word, _)| self.is_any(at, &[word]))?;
        at += 1;
        while self.is_any(at, &["IF", "NOT", "EXISTS"]) {
            at += 1;
        }
        let mut schema = temporary.then(|| crate::catalog::TEMP.to_owned());
        if self.kind(at + 1) == Some(TokenKind::Dot) {
            schema = Some(self.unquoted(at)?);
            at += 2;
        }
        Some(Target {
            kind,
            schema,
            name: self.unquoted(at)?,
            span: self.tokens[at].span,
        })
    }

    fn event_at(&self) -> Option<usize> {
        let name = self.target()?.span;
        let after = |at: &usize| self.tokens[*at].span.start > name.start;
        (0..self.tokens.len())
            .filter(after)
            .find(|&at| self.is_any(at, &["INSERT", "UPDATE", "DELETE"]))
    }

    fn renamed_to(&self) -> Option<String> {
        let at = (1..self.tokens.len())
            .find(|&at| self.is_any(at, &["RENAME"]) && self.is_any(at + 1, &["TO"]))?;
        self.unquoted(at + 2)
    }

    fn follows_table_word(&self, at: usize) -> bool {
        let mut at = at;
        if at >= 2 && self.kind(at - 1) == Some(TokenKind::Dot) {
            at -= 2;
        }
        at > 0 && self.is_any(at - 1, &BEFORE_TABLE)
    }

    fn places(&self, name: &str) -> Vec<usize> {
        let is =
            |token: &Token| is_name(*token) && token.unquote(self.text).eq_ignore_ascii_case(name);
        (0..self.tokens.len())
            .filter(|&at| is(&self.tokens[at]))
            .collect()
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(at);
        token.is_some_and(|token| token.is_any_word(self.text, words))
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn unquoted(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at).filter(|token| is_name(**token))?;
        Some(token.unquote(self.text).into_owned())
    }
}

/// SQLite takes a string where a name is meant.
fn is_name(token: Token) -> bool {
    token.is_identifier() || token.kind == TokenKind::String
}
