use super::words;
use crate::Span;
use crate::syntax::ir::{ColumnRef, DataType, Expr, ExprKind, Ident, ObjectName, Quote, Scope};
use crate::syntax::token::{Token, TokenKind};

/// Why a statement is not read.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) String);

/// Levels of nesting that are read: a level costs some kilobytes of stack where nothing is optimised.
const DEEPEST: usize = 128;

/// Reads a statement token by token. What its expressions and queries mention is noted as it is passed.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    /// Those that say something: neither white space nor comments nor the marks of executable comments.
    pub(super) tokens: Vec<Token>,
    /// For each opening parenthesis the place of the one that closes it.
    pub(super) closing: Vec<usize>,
    pub(super) next: usize,
    pub(super) depth: usize,
    /// How many queries are around what is read.
    pub(super) nesting: usize,
    pub(super) names: Names,
    pub(super) scopes: Vec<Scope>,
    /// The scope that column names belong to; `None` where they are not looked up.
    pub(super) scope: Option<usize>,
    /// Whether column names may be result columns as well.
    pub(super) may_be_output: bool,
    pub(super) queries: super::query::State,
}

/// What was mentioned, in the order of the text.
#[derive(Default)]
pub(super) struct Names {
    /// Columns, each with how many queries are around it.
    pub(super) columns: Vec<(usize, ColumnRef)>,
    pub(super) functions: Vec<Ident>,
    pub(super) tables: Vec<ObjectName>,
    pub(super) casts: Vec<DataType>,
}

/// A place among the tokens and what had been mentioned before it.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) next: usize,
    columns: usize,
    functions: usize,
    tables: usize,
    casts: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, tokens: &[Token]) -> Result<Self, Refusal> {
        let tokens = significant(tokens);
        let closing = closing(&tokens)?;
        Ok(Self {
            text,
            tokens,
            closing,
            next: 0,
            depth: 0,
            nesting: 0,
            names: Names::default(),
            scopes: Vec::new(),
            scope: None,
            may_be_output: false,
            queries: super::query::State::default(),
        })
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    pub(super) fn ahead(&self, distance: usize) -> Option<Token> {
        self.tokens.get(self.next + distance).copied()
    }

    pub(super) fn is_done(&self) -> bool {
        self.next >= self.tokens.len()
    }

    /// The text of the next token.
    pub(super) fn word(&self) -> &'a str {
        self.peek().map_or("", |token| token.text(self.text))
    }

    /// Takes the next token, whatever it is.
    pub(super) fn take(&mut self) -> Result<Token, Refusal> {
        let Some(token) = self.peek() else {
            return self.refuse();
        };
        self.next += 1;
        Ok(token)
    }

    pub(super) fn at(&self, keyword: &str) -> bool {
        self.peek()
            .is_some_and(|token| token.is_word(self.text, keyword))
    }

    pub(super) fn at_any(&self, keywords: &[&str]) -> bool {
        self.peek()
            .is_some_and(|token| token.is_any_word(self.text, keywords))
    }

    /// Whether the next tokens are those keywords.
    pub(super) fn at_all(&self, keywords: &[&str]) -> bool {
        let mut pairs = keywords.iter().enumerate();
        pairs.all(|(distance, keyword)| self.is_ahead(distance, &[keyword]))
    }

    /// Whether the token at that distance is one of those keywords.
    pub(super) fn is_ahead(&self, distance: usize, keywords: &[&str]) -> bool {
        self.ahead(distance)
            .is_some_and(|token| token.is_any_word(self.text, keywords))
    }

    pub(super) fn at_kind(&self, kind: TokenKind) -> bool {
        self.is_kind_ahead(0, kind)
    }

    pub(super) fn is_kind_ahead(&self, distance: usize, kind: TokenKind) -> bool {
        self.ahead(distance).is_some_and(|token| token.kind == kind)
    }

    pub(super) fn at_operator(&self, operator: &str) -> bool {
        self.is_operator_ahead(0, operator)
    }

    pub(super) fn is_operator_ahead(&self, distance: usize, operator: &str) -> bool {
        self.ahead(distance).is_some_and(|token| {
            token.kind == TokenKind::Operator && token.text(self.text) == operator
        })
    }

    pub(super) fn eat(&mut self, keyword: &str) -> bool {
        self.eat_if(self.at(keyword), 1)
    }

    pub(super) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        self.eat_if(self.at_any(keywords), 1)
    }

    pub(super) fn eat_all(&mut self, keywords: &[&str]) -> bool {
        self.eat_if(self.at_all(keywords), keywords.len())
    }

    pub(super) fn eat_kind(&mut self, kind: TokenKind) -> bool {
        self.eat_if(self.at_kind(kind), 1)
    }

    pub(super) fn eat_operator(&mut self, operator: &str) -> bool {
        self.eat_if(self.at_operator(operator), 1)
    }

    fn eat_if(&mut self, found: bool, count: usize) -> bool {
        if found {
            self.next += count;
        }
        found
    }

    pub(super) fn eat_comma(&mut self) -> bool {
        self.eat_kind(TokenKind::Comma)
    }

    pub(super) fn expect(&mut self, keyword: &str) -> Result<(), Refusal> {
        if self.eat(keyword) {
            Ok(())
        } else {
            self.refuse()
        }
    }

    pub(super) fn expect_all(&mut self, keywords: &[&str]) -> Result<(), Refusal> {
        keywords.iter().try_for_each(|keyword| self.expect(keyword))
    }

    pub(super) fn expect_kind(&mut self, kind: TokenKind) -> Result<(), Refusal> {
        if self.eat_kind(kind) {
            Ok(())
        } else {
            self.refuse()
        }
    }

    pub(super) fn open(&mut self) -> Result<(), Refusal> {
        self.expect_kind(TokenKind::LeftParen)
    }

    pub(super) fn close(&mut self) -> Result<(), Refusal> {
        self.expect_kind(TokenKind::RightParen)
    }

    pub(super) fn at_open(&self) -> bool {
        self.at_kind(TokenKind::LeftParen)
    }

    pub(super) fn if_exists(&mut self) -> bool {
        self.eat_all(&["if", "exists"])
    }

    pub(super) fn if_not_exists(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"])
    }

    /// The statement has to end here.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        if self.is_done() {
            Ok(())
        } else {
            self.refuse()
        }
    }

    pub(super) fn refuse<T>(&self) -> Result<T, Refusal> {
        Err(Refusal(match self.peek() {
            Some(token) => {
                let near: String = token.text(self.text).chars().take(40).collect();
                format!("it cannot be read from `{near}` on")
            }
            None => "it ends too early".to_owned(),
        }))
    }

    /// Goes one level down, unless that is too deep for the stack.
    pub(super) fn descend(&mut self) -> Result<(), Refusal> {
        if self.depth >= DEEPEST {
            return Err(too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn skip_to_end(&mut self) {
        self.next = self.tokens.len();
    }

    /// Skips what stands in parentheses, and them.
    pub(super) fn skip_parentheses(&mut self) -> Result<(), Refusal> {
        if !self.at_open() {
            return self.refuse();
        }
        self.next = self.closing[self.next] + 1;
        Ok(())
    }

    /// Skips up to the next comma outside parentheses, or the end.
    pub(super) fn skip_to_comma(&mut self) {
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Comma => return,
                TokenKind::LeftParen => self.next = self.closing[self.next] + 1,
                _ => self.next += 1,
            }
        }
    }

    /// Whether the token at that distance can be a name.
    pub(super) fn is_name_ahead(&self, distance: usize) -> bool {
        self.ahead(distance).is_some_and(|token| match token.kind {
            TokenKind::Word => !words::is_reserved(token.text(self.text)),
            TokenKind::QuotedIdentifier => true,
            // With `ANSI_QUOTES` it is a name, and without them nothing that may stand where a name is looked for.
            TokenKind::String => token.text(self.text).starts_with('"'),
            _ => false,
        })
    }

    pub(super) fn ident(&mut self) -> Result<Ident, Refusal> {
        if !self.is_name_ahead(0) {
            return self.refuse();
        }
        self.any_ident()
    }

    /// A name that may be a keyword, as after a dot.
    pub(super) fn any_ident(&mut self) -> Result<Ident, Refusal> {
        match self.peek() {
            Some(token)
                if matches!(
                    token.kind,
                    TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String
                ) =>
            {
                self.next += 1;
                Ok(self.spelled(token))
            }
            _ => self.refuse(),
        }
    }

    /// The name that a token spells.
    pub(super) fn spelled(&self, token: Token) -> Ident {
        let quote = match token.text(self.text).as_bytes().first() {
            Some(b'`') => Quote::Backtick,
            Some(b'"') => Quote::Double,
            Some(b'\'') => Quote::Single,
            _ => Quote::None,
        };
        Ident {
            text: token.unquote(self.text).into_owned(),
            span: token.span,
            quote,
        }
    }

    /// A name with the database before it, where one is written.
    pub(super) fn object_name(&mut self) -> Result<ObjectName, Refusal> {
        let first = self.ident()?;
        if !self.eat_kind(TokenKind::Dot) {
            return Ok(ObjectName {
                schema: None,
                name: first,
            });
        }
        Ok(ObjectName {
            schema: Some(first),
            name: self.any_ident()?,
        })
    }

    pub(super) fn object_names(&mut self) -> Result<Vec<ObjectName>, Refusal> {
        let mut names = vec![self.object_name()?];
        while self.eat_comma() {
            names.push(self.object_name()?);
        }
        Ok(names)
    }

    /// Names in parentheses, which may be none.
    pub(super) fn ident_list(&mut self) -> Result<Vec<Ident>, Refusal> {
        self.open()?;
        let mut names = Vec::new();
        while !self.at_kind(TokenKind::RightParen) {
            let mut name = self.ident()?;
            while self.eat_kind(TokenKind::Dot) {
                name = self.any_ident()?;
            }
            names.push(name);
            if !self.eat_comma() {
                break;
            }
        }
        self.close()?;
        Ok(names)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            next: self.next,
            columns: self.names.columns.len(),
            functions: self.names.functions.len(),
            tables: self.names.tables.len(),
            casts: self.names.casts.len(),
        }
    }

    /// The stretch that was read since that mark.
    pub(super) fn since(&self, mark: Mark) -> Span {
        match self.tokens.get(mark.next..self.next) {
            Some([first, .., last]) => first.span.cover(last.span),
            Some([only]) => only.span,
            _ => Span::default(),
        }
    }

    /// What was read since that mark, printed.
    pub(super) fn print(&self, mark: Mark) -> String {
        super::print::print(self.text, &self.tokens[mark.next..self.next])
    }

    /// The columns that were mentioned since that mark.
    pub(super) fn columns_since(&self, mark: Mark) -> impl Iterator<Item = &(usize, ColumnRef)> {
        self.names.columns[mark.columns..].iter()
    }

    /// The tables that were mentioned since that mark.
    pub(super) fn tables_since(&self, mark: Mark) -> Vec<ObjectName> {
        self.names.tables[mark.tables..].to_vec()
    }

    /// The expression that was read since that mark, summed up.
    pub(super) fn summed(&self, mark: Mark) -> Expr {
        let own = self
            .columns_since(mark)
            .filter(|(nesting, _)| *nesting == self.nesting);
        Expr {
            span: self.since(mark),
            text: self.print(mark),
            columns: own.map(|(_, column)| column.clone()).collect(),
            functions: self.names.functions[mark.functions..].to_vec(),
            tables: self.tables_since(mark),
            casts: self.names.casts[mark.casts..].to_vec(),
            kind: self.kind(mark),
        }
    }

    /// What the expression that was read since that mark is at first sight.
    pub(super) fn kind(&self, mark: Mark) -> ExprKind {
        super::kind::kind(self, mark.next..self.next)
    }
}

pub(super) fn too_deep() -> Refusal {
    Refusal("it is nested too deeply to be read".to_owned())
}

/// The tokens that say something. What stands in an executable comment does, as every server in use executes it.
fn significant(tokens: &[Token]) -> Vec<Token> {
    let tokens = tokens.iter().filter(|token| {
        let is_mark = matches!(
            token.kind,
            TokenKind::ExecutableOpen | TokenKind::ExecutableClose | TokenKind::OptimizerHint
        );
        !is_mark && !token.is_trivia()
    });
    tokens.copied().collect()
}

/// For each opening parenthesis the place of the one that closes it.
fn closing(tokens: &[Token]) -> Result<Vec<usize>, Refusal> {
    let mut closing = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::LeftParen => open.push(index),
            TokenKind::RightParen => match open.pop() {
                Some(opening) => closing[opening] = index,
                None => return Err(Refusal("a parenthesis was never opened".to_owned())),
            },
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(too_deep());
        }
    }
    if open.is_empty() {
        Ok(closing)
    } else {
        Err(Refusal("a parenthesis is never closed".to_owned()))
    }
}
