//! Triggers, routines and events: their heads. What is in a body is looked up by nobody, except for the tables a trigger touches.

use super::create::Prefix;
use super::reader::{Reader, Refusal};
use crate::Span;
use crate::syntax::ir::{Body, CreateRoutine, CreateTrigger, DataType, ObjectName, RoutineKind};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// What follows `TRIGGER`.
    pub(super) fn create_trigger(&mut self, prefix: &Prefix) -> Result<Body, Refusal> {
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        if !self.eat_any(&["before", "after"]) {
            return self.refuse();
        }
        let mut columns = Vec::new();
        loop {
            if !self.eat_any(&["insert", "update", "delete"]) {
                return self.refuse();
            }
            if self.eat("of") {
                columns.push(self.ident()?);
                while self.eat_comma() {
                    columns.push(self.ident()?);
                }
            }
            if !self.eat("or") {
                break;
            }
        }
        self.expect("on")?;
        let table = self.object_name()?;
        self.expect_all(&["for", "each", "row"])?;
        if self.eat_any(&["follows", "precedes"]) {
            self.object_name()?;
        }
        let tables = self.touched();
        Ok(Body::CreateTrigger(Box::new(CreateTrigger {
            name,
            table,
            if_not_exists,
            or_replace: prefix.or_replace,
            tables,
            columns,
            ..CreateTrigger::default()
        })))
    }

    /// The tables that the rest of the statement surely reads or writes.
    fn touched(&mut self) -> Vec<ObjectName> {
        let mut tables: Vec<ObjectName> = Vec::new();
        // A common table expression would be taken for a table: where there may be one, say nothing.
        if self
            .tokens
            .iter()
            .any(|token| token.is_word(self.text, "with"))
        {
            self.skip_to_end();
            return tables;
        }
        // For each open parenthesis whether a query stands in it: `FROM` in a call names no table.
        let mut queries = vec![true];
        let mut last = "";
        while let Some(token) = self.peek() {
            let word = token.text(self.text);
            let is_query = queries.last().copied().unwrap_or(true);
            self.next += 1;
            match token.kind {
                TokenKind::LeftParen => {
                    queries.push(self.at_any(&["select", "with"]) || self.at_open())
                }
                TokenKind::RightParen => {
                    queries.pop();
                }
                TokenKind::Word if is_query && self.names_table(word, last) => {
                    let before = self.next;
                    match self.object_name() {
                        Ok(table) if !self.at_open() || word.eq_ignore_ascii_case("into") => {
                            if !tables.iter().any(|known| known.name.is(&table.name.text)) {
                                tables.push(table);
                            }
                        }
                        _ => self.next = before,
                    }
                }
                _ => {}
            }
            last = word;
        }
        tables
    }

    /// Whether a table's name has to follow the word just taken, given the one before it.
    fn names_table(&self, word: &str, last: &str) -> bool {
        let is =
            |word: &str, names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        match word {
            _ if is(word, &["join"]) => true,
            _ if is(word, &["from"]) => !is(last, &["fetch", "next", "distinct"]),
            _ if is(word, &["into"]) => is(last, &["insert", "replace", "ignore"]),
            _ if is(word, &["update"]) => {
                let followed = ["set", "as", "join", "inner", "left"];
                !is(last, &["key", "for", "on"]) && self.is_ahead(1, &followed)
            }
            _ => false,
        }
    }

    pub(super) fn create_routine(&mut self, prefix: &Prefix) -> Result<Body, Refusal> {
        let kind = if self.at("procedure") {
            RoutineKind::Procedure
        } else {
            RoutineKind::Function
        };
        self.next += 1;
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        let mut routine = CreateRoutine {
            name,
            kind,
            or_replace: prefix.or_replace,
            if_not_exists,
            arguments: Vec::new(),
            defaults: 0,
            returns: None,
            language: None,
            body: None,
        };
        if self.at_open() {
            routine.arguments = self.parameters()?;
        }
        if self.eat("returns") {
            routine.returns = Some(self.data_type()?.0);
        }
        if self.eat("soname") {
            self.skip_to_end();
            return Ok(Body::CreateRoutine(Box::new(routine)));
        }
        while self.characteristic(&mut routine)? {}
        routine.body = self.rest();
        Ok(Body::CreateRoutine(Box::new(routine)))
    }

    /// The types of what is passed in.
    fn parameters(&mut self) -> Result<Vec<DataType>, Refusal> {
        self.open()?;
        let mut types = Vec::new();
        while !self.at_kind(TokenKind::RightParen) {
            let is_out = self.at("out");
            self.eat_any(&["in", "out", "inout"]);
            self.ident()?;
            let data_type = self.data_type()?.0;
            if !is_out {
                types.push(data_type);
            }
            if self.eat("default") {
                self.expression()?;
            }
            if !self.eat_comma() {
                break;
            }
        }
        self.close()?;
        Ok(types)
    }

    fn characteristic(&mut self, routine: &mut CreateRoutine) -> Result<bool, Refusal> {
        if self.eat("comment") || self.eat_all(&["sql", "security"]) {
            self.take()?;
        } else if self.eat("language") {
            routine.language = Some(self.word().to_ascii_lowercase());
            self.take()?;
        } else {
            return Ok(self.eat("deterministic")
                || self.eat_all(&["not", "deterministic"])
                || self.eat_all(&["contains", "sql"])
                || self.eat_all(&["no", "sql"])
                || self.eat_all(&["reads", "sql", "data"])
                || self.eat_all(&["modifies", "sql", "data"]));
        }
        Ok(true)
    }

    /// The stretch from here to the end, which is taken.
    pub(super) fn rest(&mut self) -> Option<Span> {
        let mark = self.mark();
        self.skip_to_end();
        (self.next > mark.next).then(|| self.since(mark))
    }

    /// What follows `EVENT`.
    pub(super) fn create_event(&mut self) -> Result<Body, Refusal> {
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        self.expect_all(&["on", "schedule"])?;
        self.skip_to_end();
        Ok(Body::CreateEvent {
            name,
            if_not_exists,
        })
    }
}
