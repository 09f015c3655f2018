//! Statements that change rows.

use super::reader::{Reader, Refusal};
use crate::syntax::ir::{
    Body, Expr, Ident, Insert, NameSource, NameSourceKind, ObjectName, Update,
};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    pub(super) fn insert(&mut self) -> Result<Body, Refusal> {
        let replace = self.eat("replace");
        if !replace {
            self.expect("insert")?;
        }
        while self.eat_any(&["low_priority", "delayed", "high_priority", "ignore"]) {}
        self.eat("into");
        let table = self.object_name()?;
        if self.eat("partition") {
            self.skip_parentheses()?;
        }
        let mut insert = Insert {
            table: table.clone(),
            replace,
            ..Insert::default()
        };
        if self.at_open() && !self.at_query() {
            insert.columns = self.ident_list()?;
        }
        let scope = self.open_scope(None);
        self.source(scope, table, None, Vec::new());
        self.scope = Some(scope);
        self.inserted(scope, &mut insert)?;
        if self.eat_all(&["on", "duplicate", "key", "update"]) {
            for (qualifier, column, _) in self.assignments()? {
                self.mention(qualifier, column);
            }
        }
        self.returning(scope)?;
        Ok(Body::Insert(Box::new(insert)))
    }

    /// What is inserted: rows, assignments or a query.
    fn inserted(&mut self, scope: usize, insert: &mut Insert) -> Result<(), Refusal> {
        if self.at_any(&["values", "value"]) {
            self.next += 1;
            insert.width = self.rows()?;
            return self.row_alias(scope, &insert.table.clone());
        }
        if self.eat("set") {
            let assignments = self.assignments()?;
            insert.width = Some(assignments.len());
            insert.columns = assignments
                .into_iter()
                .map(|(_, column, _)| column)
                .collect();
            return self.row_alias(scope, &insert.table.clone());
        }
        self.scope = None;
        let query = self.summed_query()?;
        self.scope = Some(scope);
        // What is done to duplicates may name what the query reads.
        if let Some(inner) = query.scope {
            let sources = self.scopes[inner].sources.clone();
            self.scopes[scope].sources.extend(sources);
        }
        insert.query = Some(query);
        Ok(())
    }

    /// `AS new (a, b)` behind the rows, for what is done to duplicates.
    fn row_alias(&mut self, scope: usize, table: &ObjectName) -> Result<(), Refusal> {
        if !self.eat("as") {
            return Ok(());
        }
        let alias = Some(self.ident()?);
        let columns = if self.at_open() {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.scopes[scope].sources.push(NameSource {
            alias,
            columns,
            kind: NameSourceKind::Table(table.clone()),
        });
        Ok(())
    }

    /// Rows of values; how many values each has, where all have as many.
    fn rows(&mut self) -> Result<Option<usize>, Refusal> {
        let mut width = None;
        let mut agree = true;
        loop {
            self.eat("row");
            let row = self.row()?;
            agree &= *width.get_or_insert(row) == row;
            if !self.eat_comma() {
                return Ok(width.filter(|_| agree));
            }
        }
    }

    /// A row. Its values are many and nobody asks for them, so they are read only where a query stands among them.
    fn row(&mut self) -> Result<usize, Refusal> {
        if !self.at_open() {
            return self.refuse();
        }
        let (start, end) = (self.next + 1, self.closing[self.next]);
        let mut values = usize::from(end > start);
        let mut depth = 0_usize;
        let mut has_query = false;
        for token in &self.tokens[start..end] {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                TokenKind::Comma if depth == 0 => values += 1,
                TokenKind::Word => has_query |= token.is_word(self.text, "select"),
                _ => {}
            }
        }
        if has_query {
            self.next = start;
            self.expressions()?;
            self.close()?;
        } else {
            self.next = end + 1;
        }
        Ok(values)
    }

    pub(super) fn update(&mut self) -> Result<Body, Refusal> {
        let scope = self.open_statement();
        self.with(None)?;
        self.expect("update")?;
        while self.eat_any(&["low_priority", "ignore"]) {}
        self.sources(scope)?;
        self.expect("set")?;
        let assignments = self.assignments()?;
        let mut qualifiers = assignments
            .iter()
            .filter_map(|(qualifier, ..)| qualifier.as_ref());
        let Some((target, table)) = self.target(scope, qualifiers.next()) else {
            return self.refuse();
        };
        let is_single = self.scopes[scope].sources.len() == 1;
        let mut own = Vec::new();
        for (qualifier, column, value) in assignments {
            let is_own = match &qualifier {
                Some(qualifier) => qualifier.is(&target.text),
                None => is_single,
            };
            if is_own {
                own.push((column, value));
            } else {
                self.mention(qualifier, column);
            }
        }
        let filter = self.filter()?;
        let limited = self.order_limit_returning(scope)?;
        Ok(Body::Update(Box::new(Update {
            table,
            assignments: own,
            filter,
            limited: limited || !is_single,
        })))
    }

    pub(super) fn delete(&mut self) -> Result<Body, Refusal> {
        let scope = self.open_statement();
        self.with(None)?;
        self.expect("delete")?;
        while self.eat_any(&["low_priority", "quick", "ignore"]) {}
        let from = self.eat("from");
        let target = self.deleted()?;
        let is_several = self.at_kind(TokenKind::Comma) || self.at("using") || !from;
        if !is_several {
            return self.delete_from(target, scope);
        }
        while self.eat_comma() {
            self.deleted()?;
        }
        if !self.eat(if from { "using" } else { "from" }) {
            return self.refuse();
        }
        self.sources(scope)?;
        let table = match (&target.schema, self.target(scope, Some(&target.name))) {
            (None, Some((alias, table))) if alias.is(&target.name.text) => table,
            _ => target,
        };
        let is_single = self.scopes[scope].sources.len() == 1;
        let filter = self.filter()?;
        Ok(Body::Delete {
            table,
            filter,
            limited: !is_single,
        })
    }

    fn delete_from(&mut self, table: ObjectName, scope: usize) -> Result<Body, Refusal> {
        if self.eat("partition") {
            self.skip_parentheses()?;
        }
        if self.eat_all(&["for", "portion", "of"]) {
            while !self.is_done() && !self.at("where") {
                self.next += 1;
            }
        }
        let alias = self.table_alias()?;
        self.source(scope, table.clone(), alias, Vec::new());
        let filter = self.filter()?;
        let limited = self.order_limit_returning(scope)?;
        Ok(Body::Delete {
            table,
            filter,
            limited,
        })
    }

    /// A table that rows are deleted from, with an optional `.*`.
    fn deleted(&mut self) -> Result<ObjectName, Refusal> {
        let first = self.ident()?;
        let mut name = ObjectName {
            schema: None,
            name: first,
        };
        while self.eat_kind(TokenKind::Dot) {
            if self.eat_operator("*") {
                break;
            }
            let inner = self.any_ident()?;
            name = ObjectName {
                schema: Some(name.name),
                name: inner,
            };
        }
        Ok(name)
    }

    /// The outermost scope, where the names of the statement itself are looked up.
    fn open_statement(&mut self) -> usize {
        let scope = self.open_scope(None);
        self.scope = Some(scope);
        scope
    }

    /// The table that is changed, with what the statement calls it: the one of that alias, or the first.
    fn target(&self, scope: usize, alias: Option<&Ident>) -> Option<(Ident, ObjectName)> {
        let table = |source: &NameSource| match (&source.alias, &source.kind) {
            (Some(alias), NameSourceKind::Table(table)) => Some((alias.clone(), table.clone())),
            _ => None,
        };
        let mut tables = self.scopes[scope].sources.iter().filter_map(table);
        let first = tables.clone().next();
        match alias {
            Some(alias) => tables.find(|(name, _)| name.is(&alias.text)).or(first),
            None => first,
        }
    }

    /// Assignments with commas between them: qualifier, column, value.
    fn assignments(&mut self) -> Result<Vec<(Option<Ident>, Ident, Expr)>, Refusal> {
        let mut assignments = Vec::new();
        loop {
            let mut qualifier = None;
            let mut column = self.ident()?;
            while self.eat_kind(TokenKind::Dot) {
                qualifier = Some(column);
                column = self.any_ident()?;
            }
            if !self.eat_operator("=") && !self.eat_operator(":=") {
                return self.refuse();
            }
            let value = self.summary()?;
            assignments.push((qualifier, column, value));
            if !self.eat_comma() {
                return Ok(assignments);
            }
        }
    }

    fn filter(&mut self) -> Result<Option<Expr>, Refusal> {
        if self.eat("where") {
            self.condition().map(Some)
        } else {
            Ok(None)
        }
    }

    /// `ORDER BY`, `LIMIT` and `RETURNING`; whether a `LIMIT` was there.
    fn order_limit_returning(&mut self, scope: usize) -> Result<bool, Refusal> {
        if self.eat_all(&["order", "by"]) {
            self.sorted()?;
        }
        let limited = self.limit()?;
        self.returning(scope)?;
        Ok(limited)
    }

    /// `RETURNING` (MariaDB).
    fn returning(&mut self, scope: usize) -> Result<(), Refusal> {
        if self.eat("returning") {
            self.items(scope, false)?;
        }
        Ok(())
    }
}
