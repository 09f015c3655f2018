//! Statements that hold semicolons: where the body of a trigger, a procedure or a rule ends.

use migratory_core::Dialect;

use super::token::{Token, TokenKind};

/// What the beginning of a statement says about the semicolons in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The first semicolon ends it.
    Plain,
    /// SQLite's `CREATE TRIGGER`.
    SqliteTrigger,
    /// PostgreSQL's `CREATE FUNCTION` or `CREATE PROCEDURE`.
    PostgresRoutine,
    /// PostgreSQL's `CREATE RULE`: actions in parentheses.
    Rule,
    /// MySQL's procedures, functions, triggers, events; MariaDB's packages and `BEGIN NOT ATOMIC`.
    MysqlRoutine,
}

impl Shape {
    /// The shape of the statement that begins at the first of `tokens`.
    pub(super) fn of(dialect: Dialect, text: &str, tokens: &[Token]) -> Self {
        match dialect {
            Dialect::Sqlite => sqlite_shape(text, tokens),
            Dialect::Postgres => postgres_shape(text, tokens),
            _ => mysql_shape(text, tokens),
        }
    }
}

fn significant(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    tokens.iter().filter(|token| !token.is_trivia())
}

fn sqlite_shape(text: &str, tokens: &[Token]) -> Shape {
    let mut words = significant(tokens)
        .skip_while(|token| token.is_any_word(text, &["explain", "query", "plan"]));
    let created = words
        .next()
        .is_some_and(|token| token.is_word(text, "create"));
    let mut words = words.skip_while(|token| token.is_any_word(text, &["temp", "temporary"]));
    match words.next() {
        Some(token) if created && token.is_word(text, "trigger") => Shape::SqliteTrigger,
        _ => Shape::Plain,
    }
}

fn postgres_shape(text: &str, tokens: &[Token]) -> Shape {
    let mut words = significant(tokens);
    let created = words
        .next()
        .is_some_and(|token| token.is_word(text, "create"));
    let mut words = words.skip_while(|token| token.is_any_word(text, &["or", "replace"]));
    match words.next() {
        Some(token) if !created || token.kind != TokenKind::Word => Shape::Plain,
        Some(token) if token.is_any_word(text, &["function", "procedure"]) => {
            Shape::PostgresRoutine
        }
        Some(token) if token.is_word(text, "rule") => Shape::Rule,
        _ => Shape::Plain,
    }
}

const MYSQL_ROUTINES: [&str; 5] = ["procedure", "function", "trigger", "event", "package"];

fn mysql_shape(text: &str, tokens: &[Token]) -> Shape {
    let mut words = significant(tokens).filter(|token| {
        !matches!(
            token.kind,
            TokenKind::ExecutableOpen | TokenKind::ExecutableClose
        )
    });
    match words.next() {
        Some(token) if token.is_any_word(text, &["create", "alter"]) => {}
        Some(token) if token.is_word(text, "begin") => {
            return match words.next() {
                Some(next) if next.is_word(text, "not") => Shape::MysqlRoutine,
                _ => Shape::Plain,
            };
        }
        _ => return Shape::Plain,
    }
    // Between the verb and the kind stand `OR REPLACE`, `AGGREGATE` and `DEFINER = user@host` only.
    let mut after_sign = false;
    for token in words {
        match token.kind {
            TokenKind::Word if token.is_any_word(text, &MYSQL_ROUTINES) => {
                return Shape::MysqlRoutine;
            }
            TokenKind::Word
                if after_sign
                    || token.is_any_word(text, &["or", "replace", "aggregate", "definer"]) => {}
            TokenKind::Operator
            | TokenKind::Parameter
            | TokenKind::QuotedIdentifier
            | TokenKind::String
            | TokenKind::LeftParen
            | TokenKind::RightParen => {}
            _ => return Shape::Plain,
        }
        after_sign = token.kind == TokenKind::Operator;
    }
    Shape::Plain
}

/// How far a statement is into its body.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// What is open, innermost last.
    open: Vec<Opening>,
    /// The outermost of them that is no expression; kept, because every token asks for it.
    outermost: Option<usize>,
    /// The last token that is not trivia since the last semicolon.
    previous: Option<usize>,
    /// Where in a statement of the body we are.
    place: Place,
    /// The body is one statement without `BEGIN`, or it has ended.
    finished: bool,
}

#[derive(Clone, Copy, Debug)]
struct Opening {
    token: usize,
    /// It is an expression (`CASE ... END`), in which no statement begins.
    expression: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// The next token begins a statement of the body.
    Start,
    /// In `DECLARE ... HANDLER FOR ...`, whose statement may be a `BEGIN`.
    Handler,
    /// In the condition after `UNTIL`, which the `END` of its `REPEAT` follows.
    Until,
    #[default]
    Within,
}

impl Body {
    /// Whether a semicolon at this point belongs to the statement.
    pub(super) fn is_open(&self) -> bool {
        self.opening().is_some()
    }

    /// The outermost opening of a body that has not been closed.
    pub(super) fn opening(&self) -> Option<usize> {
        self.outermost
    }

    /// A semicolon within the body.
    pub(super) fn semicolon(&mut self) {
        self.place = Place::Start;
        self.previous = None;
        while self.in_expression() {
            self.close();
        }
    }

    /// Another token of the statement, none of white space, comments and semicolons, at a `depth` of parentheses.
    pub(super) fn take(
        &mut self,
        shape: Shape,
        text: &str,
        tokens: &[Token],
        index: usize,
        depth: usize,
    ) {
        let token = tokens[index];
        match (shape, token.kind) {
            (Shape::Plain | Shape::Rule, _) => return,
            (_, TokenKind::ExecutableOpen | TokenKind::ExecutableClose) => return,
            (_, TokenKind::Word) => {
                let word = Word {
                    text,
                    tokens,
                    index,
                    depth,
                };
                match shape {
                    Shape::SqliteTrigger => self.sqlite(word),
                    Shape::PostgresRoutine => self.postgres(word),
                    _ => self.mysql(word),
                }
            }
            // After a label a statement begins.
            (_, TokenKind::Operator) if token.text(text) == ":" => self.place = Place::Start,
            _ if self.place == Place::Start => self.place = Place::Within,
            _ => {}
        }
        self.previous = Some(index);
    }

    fn open(&mut self, token: usize, expression: bool) {
        self.open.push(Opening { token, expression });
        if !expression && self.outermost.is_none() {
            self.outermost = Some(token);
        }
    }

    fn close(&mut self) {
        let closed = self.open.pop().map(|opening| opening.token);
        if closed == self.outermost {
            self.outermost = None;
        }
    }

    fn in_expression(&self) -> bool {
        self.open.last().is_some_and(|opening| opening.expression)
    }

    /// A statement of a trigger's body cannot begin with `END`, so an `END` right after a semicolon ends the body, and no
    /// other does: neither that of a `CASE` nor a column of that name. `BEGIN` may be a name in the head.
    fn sqlite(&mut self, word: Word<'_>) {
        let at_start = std::mem::take(&mut self.place) == Place::Start;
        if self.is_open() {
            if at_start && word.is("end") {
                self.open.clear();
                self.outermost = None;
                self.finished = true;
            }
        } else if word.is("begin")
            && !self.finished
            && !self.follows(word, &["trigger", "exists"])
            && word.next_begins_statement()
        {
            self.open(word.index, false);
            self.place = Place::Start;
        }
    }

    /// `END` is reserved there, and names something only after `AS` or a dot.
    fn postgres(&mut self, word: Word<'_>) {
        let named = self.follows(word, &["as"]) || self.follows_dot(word);
        if !self.is_open() {
            if word.is("atomic") && !self.finished && self.follows(word, &["begin"]) {
                self.open(self.previous.unwrap_or(word.index), false);
            }
        } else if word.is("case") && !named {
            self.open(word.index, true);
        } else if word.is("end") && !named {
            self.close();
            self.finished = self.open.is_empty();
        }
    }

    fn mysql(&mut self, word: Word<'_>) {
        let place = self.place;
        if place == Place::Start {
            self.place = Place::Within;
        }
        let begins = self.begins(word, place);
        if self.follows_dot(word) || self.follows(word, &["end"]) {
            // A column, or the second word of `END IF`, `END CASE`, `END LOOP`.
        } else if word.is("end") {
            self.mysql_end(place);
        } else if word.is("case") {
            self.open(word.index, !begins);
        } else if self.in_expression() || word.depth > 0 {
            // Nothing begins a statement here.
        } else if begins && word.is_any(&["begin", "if", "loop", "repeat", "while"]) {
            self.open(word.index, false);
            let direct = word.is_any(&["begin", "loop", "repeat"]);
            self.place = if direct { Place::Start } else { Place::Within };
        } else if word.is("for") && place == Place::Start && self.is_open() {
            self.open(word.index, false);
        } else if word.is_any(&["then", "else", "do"])
            || (word.is("atomic") && self.follows(word, &["not"]))
        {
            self.place = Place::Start;
        } else if word.is("handler") && self.is_open() {
            self.place = Place::Handler;
        } else if word.is("until") && place == Place::Start {
            self.place = Place::Until;
        } else if !self.is_open() && self.is_simple(word) {
            self.finished = true;
        }
    }

    /// `end` is not reserved: elsewhere than where a statement of the body could begin it is a column.
    fn mysql_end(&mut self, place: Place) {
        if self.in_expression() || matches!(place, Place::Start | Place::Until) {
            self.close();
            self.finished = self.open.is_empty();
            self.place = Place::Within;
        }
    }

    /// Whether a statement of the body may begin with `word`: in the head anywhere, except where the head itself uses
    /// the word (`CREATE EVENT IF NOT EXISTS`).
    fn begins(&self, word: Word<'_>, place: Place) -> bool {
        if self.is_open() {
            return place == Place::Start || (place == Place::Handler && word.is("begin"));
        }
        !self.finished && word.depth == 0 && !self.follows(word, &MYSQL_ROUTINES)
    }

    /// Whether `word` begins a body that is one simple statement, which the next semicolon ends.
    fn is_simple(&self, word: Word<'_>) -> bool {
        let verbs = ["return", "call", "select", "with", "signal"];
        let also_in_head = ["set", "insert", "update", "delete", "replace"];
        let head = ["before", "after", "or", "returns", "character", "char"];
        word.is_any(&verbs) || (word.is_any(&also_in_head) && !self.follows(word, &head))
    }

    fn follows(&self, word: Word<'_>, words: &[&str]) -> bool {
        self.previous
            .is_some_and(|previous| word.tokens[previous].is_any_word(word.text, words))
    }

    fn follows_dot(&self, word: Word<'_>) -> bool {
        self.previous
            .is_some_and(|previous| word.tokens[previous].kind == TokenKind::Dot)
    }
}

/// A word of a statement and what stands around it.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    tokens: &'a [Token],
    index: usize,
    depth: usize,
}

impl Word<'_> {
    fn is(self, keyword: &str) -> bool {
        self.tokens[self.index].is_word(self.text, keyword)
    }

    fn is_any(self, keywords: &[&str]) -> bool {
        self.tokens[self.index].is_any_word(self.text, keywords)
    }
    /// Whether what follows can begin a statement, rather than continue a trigger's head.
    fn next_begins_statement(self) -> bool {
        let head = [
            "on", "is", "in", "and", "or", "not", "like", "between", "begin", "for", "when",
        ];
        let mut following = self.tokens[self.index + 1..].iter();
        following
            .find(|token| !token.is_trivia())
            .is_none_or(|token| {
                token.kind == TokenKind::Word && !token.is_any_word(self.text, &head)
            })
    }
}
