//! Expressions, read without their precedence: what they mention and where they end does not depend on it. So a chain of operators is
//! a loop, and only parentheses, calls and `CASE` go a level down.

use super::reader::{Reader, Refusal};
use super::{kind, words};
use crate::syntax::ir::{ColumnRef, Expr, ExprKind, Ident, ScopedColumn};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// An expression, summed up.
    pub(super) fn summary(&mut self) -> Result<Expr, Refusal> {
        let mark = self.mark();
        self.expression()?;
        Ok(self.summed(mark))
    }

    /// A condition, summed up: the one place where a constant is told from others by being true.
    pub(super) fn condition(&mut self) -> Result<Expr, Refusal> {
        let mark = self.mark();
        self.expression()?;
        let mut condition = self.summed(mark);
        if kind::is_always_true(self, mark.next..self.next) {
            condition.kind = ExprKind::AlwaysTrue;
        }
        Ok(condition)
    }

    /// A value that ends where an operator would follow it, as after `DEFAULT`.
    pub(super) fn value(&mut self) -> Result<Expr, Refusal> {
        let mark = self.mark();
        self.operand(&mut 0)?;
        Ok(self.summed(mark))
    }

    pub(super) fn expression(&mut self) -> Result<(), Refusal> {
        self.descend()?;
        let mut intervals = 0;
        loop {
            self.operand(&mut intervals)?;
            if !self.operator(&mut intervals)? {
                break;
            }
        }
        if intervals > 0 {
            return self.refuse();
        }
        self.ascend();
        Ok(())
    }

    /// Expressions with commas between them.
    pub(super) fn expressions(&mut self) -> Result<(), Refusal> {
        self.expression()?;
        while self.eat_comma() {
            self.expression()?;
        }
        Ok(())
    }

    /// Expressions with an order each and commas between them.
    pub(super) fn sorted(&mut self) -> Result<(), Refusal> {
        loop {
            self.expression()?;
            self.eat_any(&["asc", "desc"]);
            if !self.eat_comma() {
                return Ok(());
            }
        }
    }

    /// Notes a column, and that it is looked up in the scope.
    pub(super) fn mention(&mut self, qualifier: Option<Ident>, name: Ident) {
        let column = ColumnRef { qualifier, name };
        if let Some(scope) = self.scope
            && !words::is_pseudo_column(&column.name.text)
        {
            self.scopes[scope].columns.push(ScopedColumn {
                column: column.clone(),
                may_be_output: self.may_be_output,
            });
        }
        self.names.columns.push((self.nesting, column));
    }

    fn operand(&mut self, intervals: &mut usize) -> Result<(), Refusal> {
        loop {
            let sign = ["+", "-", "~", "!"]
                .iter()
                .any(|sign| self.at_operator(sign));
            if sign || self.at_any(&["not", "binary"]) {
                self.next += 1;
            } else if self.at_interval() {
                self.next += 1;
                *intervals += 1;
            } else {
                return self.primary();
            }
        }
    }

    /// Whether an interval with a unit follows, rather than the function of that name.
    fn at_interval(&self) -> bool {
        if !self.at("interval") {
            return false;
        }
        if !self.is_kind_ahead(1, TokenKind::LeftParen) {
            return true;
        }
        let behind = self.closing[self.next + 1] + 1;
        self.tokens
            .get(behind)
            .is_some_and(|token| words::is_unit(token.text(self.text)))
    }

    /// Takes what may follow an operand; whether another one has to follow that.
    fn operator(&mut self, intervals: &mut usize) -> Result<bool, Refusal> {
        loop {
            let Some(token) = self.peek() else {
                return Ok(false);
            };
            if token.kind == TokenKind::Operator {
                let found = INFIX.contains(&token.text(self.text));
                self.next += usize::from(found);
                return Ok(found);
            }
            if token.kind != TokenKind::Word {
                return Ok(false);
            }
            if *intervals > 0 && words::is_unit(token.text(self.text)) {
                *intervals -= 1;
                self.next += 1;
            } else if self.eat_any(&INFIX_WORDS)
                || self.eat_all(&["sounds", "like"])
                || self.eat_all(&["member", "of"])
            {
                return Ok(true);
            } else if self.at("not") && self.is_ahead(1, &NEGATED) {
                self.next += 1;
            } else if self.eat("is") {
                if self.is_test()? {
                    return Ok(true);
                }
            } else if self.at("in") && !self.at_search_mode() {
                self.next += 1;
                if !self.at_open() {
                    // `POSITION(a IN b)`.
                    return Ok(true);
                }
                self.parenthesized()?;
            } else if self.eat("collate") {
                self.any_ident()?;
            } else {
                return Ok(false);
            }
        }
    }

    /// What follows `IS`; whether an operand has to follow that.
    fn is_test(&mut self) -> Result<bool, Refusal> {
        self.eat("not");
        if self.eat_all(&["distinct", "from"]) {
            return Ok(true);
        }
        if self.eat("json") {
            self.eat_any(&["value", "array", "object", "scalar"]);
            return Ok(false);
        }
        if self.eat_any(&["null", "true", "false", "unknown"]) {
            Ok(false)
        } else {
            self.refuse()
        }
    }

    /// Whether `IN BOOLEAN MODE` or its like follows, as in a full-text search.
    fn at_search_mode(&self) -> bool {
        self.is_ahead(1, &["boolean", "natural"]) && self.is_ahead(2, &["mode", "language"])
    }

    fn primary(&mut self) -> Result<(), Refusal> {
        let Some(token) = self.peek() else {
            return self.refuse();
        };
        match token.kind {
            TokenKind::Number | TokenKind::Parameter => self.next += 1,
            TokenKind::String => while self.eat_kind(TokenKind::String) {},
            TokenKind::LeftParen => return self.parenthesized(),
            TokenKind::QuotedIdentifier => return self.name(),
            TokenKind::Word => return self.keyword(),
            // A variable with a quoted name.
            TokenKind::Operator
                if self.at_operator("@")
                    && (self.is_kind_ahead(1, TokenKind::String)
                        || self.is_kind_ahead(1, TokenKind::QuotedIdentifier)) =>
            {
                self.next += 2;
            }
            _ => return self.refuse(),
        }
        Ok(())
    }

    /// A query or a list in parentheses.
    pub(super) fn parenthesized(&mut self) -> Result<(), Refusal> {
        if self.at_query() {
            return self.subquery();
        }
        self.open()?;
        self.expressions()?;
        self.close()
    }

    /// What begins with a word.
    fn keyword(&mut self) -> Result<(), Refusal> {
        let word = self.word();
        let is_call = self.is_kind_ahead(1, TokenKind::LeftParen);
        let before_literal = self.is_kind_ahead(1, TokenKind::String);
        if words::is_clock(word) {
            self.next += 1;
            return if self.at_open() {
                self.skip_parentheses()
            } else {
                Ok(())
            };
        }
        if self.eat_any(&["null", "true", "false"]) || self.eat("\\N") {
            return Ok(());
        }
        let is_introducer =
            word.starts_with('_') && (before_literal || self.is_kind_ahead(1, TokenKind::Number));
        if is_introducer || (before_literal && self.at_any(&["date", "time", "timestamp"])) {
            self.next += 1;
            return self.primary();
        }
        if self.at("case") {
            return self.case();
        }
        if self.eat("exists") {
            return self.subquery();
        }
        if self.eat("default") {
            return if is_call {
                self.parenthesized()
            } else {
                Ok(())
            };
        }
        if is_call && self.at_any(&["all", "any", "some", "row"]) {
            self.next += 1;
            return self.parenthesized();
        }
        if self.eat_all(&["next", "value", "for"]) || self.eat_all(&["previous", "value", "for"]) {
            return self.object_name().map(drop);
        }
        if words::is_reserved(word) && !(is_call && words::is_function(word)) {
            return self.refuse();
        }
        self.name()
    }

    /// A column, or a call of a function.
    fn name(&mut self) -> Result<(), Refusal> {
        let mut name = self.any_ident()?;
        let mut qualifier = None;
        while self.eat_kind(TokenKind::Dot) {
            qualifier = Some(name);
            name = self.any_ident()?;
        }
        if !self.at_open() {
            self.mention(qualifier, name);
            return Ok(());
        }
        self.names.functions.push(name.clone());
        self.open()?;
        self.arguments(&name)?;
        self.close()?;
        if name.is("match") && self.eat("against") {
            self.against()?;
        }
        self.over()
    }

    fn against(&mut self) -> Result<(), Refusal> {
        self.open()?;
        self.expression()?;
        if !self.eat_all(&["in", "boolean", "mode"]) {
            self.eat_all(&["in", "natural", "language", "mode"]);
            self.eat_all(&["with", "query", "expansion"]);
        }
        self.close()
    }

    /// What stands in the parentheses of a call: the words between arguments are those of any function that has some.
    fn arguments(&mut self, function: &Ident) -> Result<(), Refusal> {
        let takes_unit = ["extract", "get_format", "timestampadd", "timestampdiff"];
        if takes_unit.iter().any(|name| function.is(name)) && self.at_kind(TokenKind::Word) {
            self.next += 1;
            if !self.eat_comma() {
                self.expect("from")?;
            }
        }
        let takes_sequence = ["lastval", "nextval", "setval"];
        if takes_sequence.iter().any(|name| function.is(name)) {
            self.object_name()?;
            self.eat_comma();
        }
        let is_conversion = function.is("convert");
        self.eat_any(&["distinct", "all", "both", "leading", "trailing"]);
        if self.at_operator("*") && self.is_kind_ahead(1, TokenKind::RightParen) {
            self.next += 1;
        }
        while !self.at_kind(TokenKind::RightParen) {
            if self.eat_any(&["from", "for"]) {
                continue;
            }
            if self.eat_any(&["using", "separator"]) {
                self.take()?;
            } else if self.eat_all(&["order", "by"]) {
                self.sorted()?;
            } else if self.eat("limit") {
                self.expressions()?;
            } else if self.eat_any(&["as", "returning"]) {
                self.cast()?;
            } else {
                self.expression()?;
                if is_conversion && self.eat_comma() {
                    self.cast()?;
                } else if self.eat_comma() {
                    if self.at_kind(TokenKind::RightParen) {
                        return self.refuse();
                    }
                } else if !self.at_kind(TokenKind::RightParen) && !self.at_any(&SEPARATORS) {
                    return self.refuse();
                }
            }
        }
        Ok(())
    }

    fn cast(&mut self) -> Result<(), Refusal> {
        let data_type = self.data_type()?.0;
        self.names.casts.push(data_type);
        self.eat("array");
        while self.eat_all(&["on", "empty"])
            || self.eat_all(&["on", "error"])
            || self.eat_any(&["null", "error"])
        {}
        Ok(())
    }

    fn over(&mut self) -> Result<(), Refusal> {
        if self.eat_all(&["within", "group"]) {
            self.open()?;
            self.expect_all(&["order", "by"])?;
            self.sorted()?;
            self.close()?;
        }
        if !self.eat_all(&["respect", "nulls"]) {
            self.eat_all(&["ignore", "nulls"]);
        }
        if !self.eat("over") {
            return Ok(());
        }
        if self.at_open() {
            self.window()
        } else {
            self.ident().map(drop)
        }
    }

    /// A window's definition in its parentheses.
    pub(super) fn window(&mut self) -> Result<(), Refusal> {
        let close = if self.at_open() {
            self.closing[self.next]
        } else {
            return self.refuse();
        };
        self.next += 1;
        if self.is_name_ahead(0) && !self.at_any(&["rows", "groups"]) {
            self.next += 1;
        }
        if self.eat_all(&["partition", "by"]) {
            self.expressions()?;
        }
        if self.eat_all(&["order", "by"]) {
            self.sorted()?;
        }
        // A frame names nothing.
        self.next = close + 1;
        Ok(())
    }

    fn case(&mut self) -> Result<(), Refusal> {
        self.expect("case")?;
        if !self.at("when") {
            self.expression()?;
        }
        while self.eat("when") {
            self.expression()?;
            self.expect("then")?;
            self.expression()?;
        }
        if self.eat("else") {
            self.expression()?;
        }
        self.expect("end")
    }
}

const INFIX: [&str; 23] = [
    "+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "||", "&&", "|", "&",
    "^", "<<", ">>", "->", "->>", ":=",
];

const INFIX_WORDS: [&str; 10] = [
    "and", "or", "xor", "div", "mod", "like", "regexp", "rlike", "escape", "between",
];

/// Words between the arguments of a call.
const SEPARATORS: [&str; 8] = [
    "as",
    "for",
    "from",
    "limit",
    "order",
    "returning",
    "separator",
    "using",
];

/// Words that may have `NOT` before them between operands.
const NEGATED: [&str; 6] = ["between", "in", "like", "member", "regexp", "rlike"];
