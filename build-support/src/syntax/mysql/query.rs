//! Queries: what they read and what they give back, and the scopes of their column names.

use std::mem;

use super::reader::{Reader, Refusal};
use super::source::opaque;
use super::words;
use crate::syntax::ir::{Expr, ExprKind, Ident, Output, Query, Scope};
use crate::syntax::token::TokenKind;

/// What is known of the queries around what is read.
#[derive(Default)]
pub(super) struct State {
    /// The common table expressions in scope, inner ones last.
    pub(super) common: Vec<Common>,
    /// Whether the result columns of the next `SELECT` are asked for.
    is_wanted: bool,
    /// Those columns.
    outputs: Option<Vec<Expr>>,
    /// Whether something may drop rows of the outermost query.
    filtered: bool,
}

/// A common table expression.
pub(super) struct Common {
    pub(super) name: Ident,
    pub(super) columns: Vec<Ident>,
    pub(super) scope: usize,
    /// Whether its first branch has been read; before that its columns are not known to itself.
    pub(super) is_seeded: bool,
}

impl Reader<'_> {
    /// A query, summed up.
    pub(super) fn summed_query(&mut self) -> Result<Query, Refusal> {
        let mark = self.mark();
        self.queries.filtered = false;
        self.queries.is_wanted = true;
        let scope = self.query(None)?;
        let outputs = self.queries.outputs.take();
        let star = self.scopes[scope]
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Star(_)));
        Ok(Query {
            span: self.since(mark),
            tables: self.tables_since(mark),
            outputs: outputs.filter(|_| !star),
            star,
            columns: self
                .columns_since(mark)
                .map(|(_, column)| column.clone())
                .collect(),
            filtered: self.queries.filtered,
            scope: Some(scope),
        })
    }

    /// A query in parentheses, within the scope.
    pub(super) fn subquery(&mut self) -> Result<(), Refusal> {
        let outer_outputs = self.may_be_output;
        self.open()?;
        let scope = self.query(self.scope)?;
        self.close()?;
        // MySQL lets it name result columns of the query around it in places that are hard to tell.
        if outer_outputs || self.scopes[scope].sources.is_empty() {
            self.scopes[scope].sources.push(opaque(None));
        }
        Ok(())
    }

    /// Whether a query in parentheses follows, however many of those.
    pub(super) fn at_query(&self) -> bool {
        self.at_open() && self.is_query(self.next + 1)
    }

    fn is_query(&self, place: usize) -> bool {
        let mut place = place;
        let mut closes = Vec::new();
        while let Some(token) = self.tokens.get(place) {
            if token.kind != TokenKind::LeftParen {
                break;
            }
            closes.push(self.closing[place]);
            place += 1;
        }
        let begins = self
            .tokens
            .get(place)
            .is_some_and(|token| token.is_any_word(self.text, &["select", "with"]))
            || self.is_value_list(place)
            || self.is_table_query(place);
        let goes_on = |close: &usize| {
            self.tokens.get(close + 1).is_none_or(|token| {
                token.kind == TokenKind::RightParen
                    || token.is_any_word(
                        self.text,
                        &["union", "except", "intersect", "minus", "order", "limit"],
                    )
            })
        };
        begins && closes.iter().all(goes_on)
    }

    /// `VALUES (...)` as a query; the function of that name has a column in its parentheses and stands in no parentheses of its own.
    fn is_value_list(&self, place: usize) -> bool {
        let word = |place: usize, word: &str| {
            self.tokens
                .get(place)
                .is_some_and(|token| token.is_word(self.text, word))
        };
        word(place, "values") && word(place + 1, "row")
    }

    fn is_table_query(&self, place: usize) -> bool {
        let word = self.tokens.get(place);
        word.is_some_and(|token| token.is_word(self.text, "table"))
            && self
                .tokens
                .get(place + 1)
                .is_some_and(|token| token.is_identifier())
    }

    pub(super) fn open_scope(&mut self, parent: Option<usize>) -> usize {
        self.scopes.push(Scope {
            parent,
            ..Scope::default()
        });
        self.scopes.len() - 1
    }

    /// A query; what it gives back are the outputs of the scope that is returned.
    pub(super) fn query(&mut self, parent: Option<usize>) -> Result<usize, Refusal> {
        let scope = self.open_scope(parent);
        self.query_within(scope, parent)?;
        Ok(scope)
    }

    fn query_within(&mut self, scope: usize, parent: Option<usize>) -> Result<(), Refusal> {
        self.descend()?;
        let outer = (
            self.scope.replace(scope),
            mem::take(&mut self.may_be_output),
        );
        self.nesting += 1;
        let common = self.queries.common.len();
        self.with(parent)?;
        self.branches(scope, parent)?;
        self.queries.common.truncate(common);
        self.nesting -= 1;
        (self.scope, self.may_be_output) = outer;
        self.ascend();
        Ok(())
    }

    /// The common table expressions before a statement, which stay in scope.
    pub(super) fn with(&mut self, parent: Option<usize>) -> Result<(), Refusal> {
        if !self.eat("with") {
            return Ok(());
        }
        let recursive = self.eat("recursive");
        // They are not what was asked for.
        let is_wanted = mem::take(&mut self.queries.is_wanted);
        loop {
            self.common_table(recursive, parent)?;
            if !self.eat_comma() {
                break;
            }
        }
        self.queries.is_wanted = is_wanted;
        Ok(())
    }

    fn common_table(&mut self, recursive: bool, parent: Option<usize>) -> Result<(), Refusal> {
        let name = self.ident()?;
        let columns = if self.at_open() {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.expect("as")?;
        self.open()?;
        let scope = self.open_scope(parent);
        let common = Common {
            name,
            columns,
            scope,
            is_seeded: !recursive,
        };
        if recursive {
            self.queries.common.push(common);
            self.query_within(scope, parent)?;
            self.seed(scope);
        } else {
            self.query_within(scope, parent)?;
            self.queries.common.push(common);
        }
        self.close()?;
        if self.eat("cycle") {
            while !self.eat("restrict") {
                self.take()?;
            }
        }
        Ok(())
    }

    fn seed(&mut self, scope: usize) {
        for common in &mut self.queries.common {
            common.is_seeded |= common.scope == scope;
        }
    }

    fn branches(&mut self, scope: usize, parent: Option<usize>) -> Result<(), Refusal> {
        self.branch(scope, parent)?;
        while self.at_any(&["union", "except", "intersect", "minus"]) {
            self.next += 1;
            let keeps_all = self.eat("all");
            self.eat("distinct");
            self.filter_if(!keeps_all);
            self.seed(scope);
            let branch = self.open_scope(parent);
            self.scope = Some(branch);
            self.branch(branch, parent)?;
            self.scope = Some(scope);
        }
        self.order_and_limit()?;
        self.tail()
    }

    fn branch(&mut self, scope: usize, parent: Option<usize>) -> Result<(), Refusal> {
        if self.at_open() {
            self.descend()?;
            self.open()?;
            let common = self.queries.common.len();
            self.with(parent)?;
            self.branches(scope, parent)?;
            self.queries.common.truncate(common);
            self.ascend();
            self.close()
        } else if self.eat("values") {
            self.queries.is_wanted = false;
            self.scopes[scope].sources.push(opaque(None));
            self.scopes[scope].outputs.push(Output::Star(None));
            self.value_rows()
        } else if self.eat("table") {
            self.queries.is_wanted = false;
            let table = self.object_name()?;
            self.source(scope, table, None, Vec::new());
            self.scopes[scope].outputs.push(Output::Star(None));
            Ok(())
        } else {
            self.select(scope)
        }
    }

    fn value_rows(&mut self) -> Result<(), Refusal> {
        loop {
            self.eat("row");
            self.parenthesized()?;
            if !self.eat_comma() {
                return Ok(());
            }
        }
    }

    fn select(&mut self, scope: usize) -> Result<(), Refusal> {
        self.expect("select")?;
        let is_wanted = mem::take(&mut self.queries.is_wanted);
        while self.at_any(&MODIFIERS) {
            self.filter_if(self.at_any(&["distinct", "distinctrow"]));
            self.next += 1;
        }
        let outputs = self.items(scope, is_wanted)?;
        if is_wanted {
            self.queries.outputs = Some(outputs);
        }
        self.into()?;
        if self.eat("from") {
            self.sources(scope)?;
        }
        if self.eat("where") {
            self.filter_if(true);
            self.expression()?;
        }
        self.may_be_output = true;
        if self.eat_all(&["group", "by"]) {
            self.filter_if(true);
            self.sorted()?;
            self.eat_all(&["with", "rollup"]);
        }
        if self.eat("having") {
            self.filter_if(true);
            self.expression()?;
        }
        self.may_be_output = false;
        if self.at("window") && self.is_name_ahead(1) {
            self.next += 1;
            self.windows()?;
        }
        Ok(())
    }

    /// Notes that rows of the outermost query may be dropped.
    fn filter_if(&mut self, filters: bool) {
        self.queries.filtered |= filters && self.nesting == 1;
    }

    fn windows(&mut self) -> Result<(), Refusal> {
        loop {
            self.ident()?;
            self.expect("as")?;
            self.window()?;
            if !self.eat_comma() {
                return Ok(());
            }
        }
    }

    /// A list of result columns, as `RETURNING` has it too; with their expressions where those are wanted.
    pub(super) fn items(&mut self, scope: usize, wanted: bool) -> Result<Vec<Expr>, Refusal> {
        let mut outputs = Vec::new();
        loop {
            let output = self.item(wanted.then_some(&mut outputs))?;
            self.scopes[scope].outputs.push(output);
            if !self.eat_comma() {
                return Ok(outputs);
            }
        }
    }

    fn item(&mut self, outputs: Option<&mut Vec<Expr>>) -> Result<Output, Refusal> {
        if let Some(output) = self.star()? {
            return Ok(output);
        }
        let mark = self.mark();
        self.expression()?;
        let column = match self.kind(mark) {
            ExprKind::Column => self.columns_since(mark).last(),
            _ => None,
        };
        let column = column.map(|(_, column)| column.clone());
        if let Some(outputs) = outputs {
            outputs.push(self.summed(mark));
        }
        let alias = self.column_alias()?;
        Ok(match column {
            Some(column) => Output::Column { column, alias },
            None => Output::Other(alias),
        })
    }

    /// `*` or `t.*`.
    fn star(&mut self) -> Result<Option<Output>, Refusal> {
        if self.eat_operator("*") {
            return Ok(Some(Output::Star(None)));
        }
        let mut dots = 0;
        while self
            .ahead(2 * dots)
            .is_some_and(|token| token.is_identifier())
            && self.is_kind_ahead(2 * dots + 1, TokenKind::Dot)
        {
            dots += 1;
        }
        if dots == 0 || !self.is_operator_ahead(2 * dots, "*") {
            return Ok(None);
        }
        self.next += 2 * (dots - 1);
        let table = self.any_ident()?;
        self.next += 2;
        Ok(Some(Output::Star(Some(table))))
    }

    fn column_alias(&mut self) -> Result<Option<Ident>, Refusal> {
        if self.eat("as") || self.at_kind(TokenKind::String) {
            return self.any_ident().map(Some);
        }
        self.implicit_alias()
    }

    /// A name that follows without `AS`.
    pub(super) fn implicit_alias(&mut self) -> Result<Option<Ident>, Refusal> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::QuotedIdentifier => self.any_ident().map(Some),
            Some(token)
                if token.kind == TokenKind::Word && !words::ends_alias(token.text(self.text)) =>
            {
                self.any_ident().map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `INTO` of a `SELECT`: variables.
    fn into(&mut self) -> Result<(), Refusal> {
        if !self.eat("into") {
            return Ok(());
        }
        loop {
            if !self.at_kind(TokenKind::Parameter) {
                return self.refuse();
            }
            self.next += 1;
            if !self.eat_comma() {
                return Ok(());
            }
        }
    }

    /// `ORDER BY` and `LIMIT`.
    pub(super) fn order_and_limit(&mut self) -> Result<(), Refusal> {
        if self.eat_all(&["order", "by"]) {
            self.may_be_output = true;
            self.sorted()?;
            self.may_be_output = false;
            self.eat_all(&["with", "rollup"]);
        }
        if self.limit()? {
            self.filter_if(true);
        }
        Ok(())
    }

    /// `LIMIT`, `OFFSET`, `FETCH FIRST`; whether one was there.
    pub(super) fn limit(&mut self) -> Result<bool, Refusal> {
        let mut limited = false;
        if self.eat("limit") {
            limited = true;
            self.expressions()?;
        }
        if self.eat("offset") {
            limited = true;
            self.expression()?;
            self.eat_any(&["row", "rows"]);
        }
        if self.at("fetch") && self.is_ahead(1, &["first", "next"]) {
            limited = true;
            self.next += 2;
            while !self.eat("only") && !self.eat("ties") {
                self.take()?;
            }
        }
        Ok(limited)
    }

    /// What follows the last `LIMIT`: variables, locks.
    fn tail(&mut self) -> Result<(), Refusal> {
        self.into()?;
        self.eat_all(&["lock", "in", "share", "mode"]);
        while self.at("for") && self.is_ahead(1, &["update", "share"]) {
            self.next += 2;
            if self.eat("of") {
                // Aliases, which are no tables.
                self.object_names()?;
            }
            if self.eat("wait") {
                self.take()?;
            }
            if !self.eat("nowait") {
                self.eat_all(&["skip", "locked"]);
            }
        }
        self.into()
    }
}

const MODIFIERS: [&str; 11] = [
    "all",
    "distinct",
    "distinctrow",
    "high_priority",
    "sql_big_result",
    "sql_buffer_result",
    "sql_cache",
    "sql_calc_found_rows",
    "sql_no_cache",
    "sql_small_result",
    "straight_join",
];
