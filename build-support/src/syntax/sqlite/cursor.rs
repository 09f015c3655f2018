use crate::Span;
use crate::syntax::ir::{Ident, Quote};
use crate::syntax::token::{Token, TokenKind};

/// Steps through the tokens of a statement while its syntax tree is walked in source order.
///
/// The walk takes every token that the grammar puts there, so a name is the next token and no search is needed. Should
/// tree and tokens ever disagree, the cursor looks further ahead, and a name that it does not find gets an empty span: a
/// span is never wrong, at worst it is missing.
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
    /// Where the last token that was taken ends.
    end: usize,
    /// Set when tree and tokens disagreed.
    pub(super) is_lost: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let end = tokens.first().map_or(0, |token| token.span.start);
        let mut cursor = Self {
            text,
            tokens,
            next: 0,
            end,
            is_lost: false,
        };
        cursor.skip_trivia();
        cursor
    }

    /// The next token.
    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    /// Takes the next token, whatever it is.
    pub(super) fn take(&mut self) -> Span {
        let Some(token) = self.peek() else {
            return Span::new(self.end, self.end);
        };
        self.next += 1;
        self.end = token.span.end;
        self.skip_trivia();
        token.span
    }

    /// Whether the next token is that keyword.
    pub(super) fn at(&self, keyword: &str) -> bool {
        self.peek()
            .is_some_and(|token| token.is_word(self.text, keyword))
    }

    /// Whether the next token is of that kind.
    pub(super) fn at_kind(&self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == kind)
    }

    /// Takes the next token if it is that keyword.
    pub(super) fn eat(&mut self, keyword: &str) -> bool {
        let found = self.at(keyword);
        if found {
            self.take();
        }
        found
    }

    /// Takes the next tokens if they are those keywords.
    pub(super) fn eat_all(&mut self, keywords: &[&str]) -> bool {
        let found = self.at_all(keywords);
        if found {
            self.expect_all(keywords);
        }
        found
    }

    /// Takes the next token if it is of that kind.
    pub(super) fn eat_kind(&mut self, kind: TokenKind) -> bool {
        let found = self.at_kind(kind);
        if found {
            self.take();
        }
        found
    }

    /// Whether the next tokens are those keywords.
    pub(super) fn at_all(&self, keywords: &[&str]) -> bool {
        let mut tokens = self.tokens[self.next..]
            .iter()
            .filter(|token| !token.is_trivia());
        keywords.iter().all(|keyword| {
            tokens
                .next()
                .is_some_and(|token| token.is_word(self.text, keyword))
        })
    }

    /// Takes a keyword that the grammar puts next.
    pub(super) fn expect(&mut self, keyword: &str) {
        let text = self.text;
        self.seek(|token| token.is_word(text, keyword));
    }

    /// Takes keywords that the grammar puts next.
    pub(super) fn expect_all(&mut self, keywords: &[&str]) {
        for keyword in keywords {
            self.expect(keyword);
        }
    }

    /// Takes a token of a kind that the grammar puts next.
    pub(super) fn expect_kind(&mut self, kind: TokenKind) {
        self.seek(|token| token.kind == kind);
    }

    /// Takes a name that the tree holds as it is written, quotes included.
    pub(super) fn name(&mut self, raw: &str) -> Ident {
        let text = self.text;
        let found = self.seek(|token| token.text(text) == raw);
        ident(raw, found.unwrap_or(Span::new(self.end, self.end)))
    }

    /// A name among the tokens taken since that mark.
    pub(super) fn name_since(&self, mark: Mark, raw: &str) -> Ident {
        let mut taken = self.tokens[mark.next..self.next].iter();
        let found = taken.find(|token| token.text(self.text) == raw);
        ident(raw, found.map_or_else(Span::default, |token| token.span))
    }

    /// Takes the next token as a name.
    pub(super) fn any_name(&mut self) -> Ident {
        let span = self.take();
        ident(span.of(self.text), span)
    }

    /// Takes everything up to, and including, the parenthesis that closes the one taken last.
    pub(super) fn close(&mut self) {
        let mut depth = 1;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            self.take();
            if depth == 0 {
                return;
            }
        }
    }

    /// A place to come back to with [`Cursor::since`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            next: self.next,
            start: self.peek().map_or(self.end, |token| token.span.start),
        }
    }

    /// What was taken since that mark.
    pub(super) fn since(&self, mark: Mark) -> Span {
        Span::new(mark.start, self.end.max(mark.start))
    }

    /// What was taken since that mark, printed: one space between words, comments left out.
    pub(super) fn print(&self, mark: Mark) -> String {
        let mut printed = String::with_capacity(self.end.saturating_sub(mark.start));
        let mut last = None;
        let mut binary = false;
        for token in &self.tokens[mark.next..self.next] {
            if token.is_trivia() {
                continue;
            }
            if last.is_some_and(|last| self.is_spaced(last, *token, binary)) {
                printed.push(' ');
            }
            binary = last.is_some_and(|last| self.is_operand(last)) || token.text(self.text) == "*";
            printed.push_str(token.text(self.text));
            last = Some(*token);
        }
        printed
    }

    /// Whether a space goes between two tokens; `binary` says of an operator on the left that it has a left side.
    fn is_spaced(&self, left: Token, right: Token, binary: bool) -> bool {
        match (left.kind, right.kind) {
            (_, TokenKind::Comma | TokenKind::RightParen | TokenKind::Dot) => false,
            (TokenKind::LeftParen | TokenKind::Dot, _) => false,
            (TokenKind::Operator, TokenKind::Operator) => true,
            (TokenKind::Operator, _) => binary,
            (_, TokenKind::LeftParen) => !self.is_operand(left),
            _ => true,
        }
    }

    /// Whether the token ends an operand, so that an operator after it has two sides.
    fn is_operand(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Operator | TokenKind::Comma | TokenKind::LeftParen => false,
            TokenKind::Word => !token.is_any_word(self.text, &OPERATOR_WORDS),
            _ => true,
        }
    }

    fn skip_trivia(&mut self) {
        while self.peek().is_some_and(Token::is_trivia) {
            self.next += 1;
        }
    }

    /// Takes the next token that is wanted, and what stands before it; takes nothing where there is none.
    fn seek(&mut self, wanted: impl Fn(Token) -> bool) -> Option<Span> {
        if self.peek().is_some_and(&wanted) {
            return Some(self.take());
        }
        self.is_lost = true;
        let ahead = self.tokens[self.next..]
            .iter()
            .position(|token| wanted(*token))?;
        self.next += ahead;
        Some(self.take())
    }
}

/// A place among the tokens.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    next: usize,
    start: usize,
}

/// Words that stand between operands, or before one.
const OPERATOR_WORDS: [&str; 25] = [
    "and", "as", "between", "by", "case", "check", "distinct", "else", "escape", "exists",
    "filter", "from", "glob", "in", "is", "like", "not", "or", "over", "select", "then", "using",
    "values", "when", "where",
];

/// The name that `raw` spells, which stands at `span`.
pub(super) fn ident(raw: &str, span: Span) -> Ident {
    let quote = match raw.as_bytes().first() {
        Some(b'"') => Quote::Double,
        Some(b'`') => Quote::Backtick,
        Some(b'[') => Quote::Bracket,
        Some(b'\'') => Quote::Single,
        _ => Quote::None,
    };
    Ident {
        text: unquote(raw, quote),
        span,
        quote,
    }
}

fn unquote(raw: &str, quote: Quote) -> String {
    let (close, doubled) = match quote {
        Quote::None => return raw.to_owned(),
        Quote::Bracket => return raw.trim_start_matches('[').trim_end_matches(']').to_owned(),
        Quote::Double => ("\"", "\"\""),
        Quote::Backtick => ("`", "``"),
        Quote::Single => ("'", "''"),
    };
    let inner = &raw[1..];
    inner
        .strip_suffix(close)
        .unwrap_or(inner)
        .replace(doubled, close)
}
