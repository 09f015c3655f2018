use super::reader::{Reader, Refusal};
use crate::syntax::ir::{
    Body, CreateIndex, CreateSequence, CreateTable, CreateView, Like, ObjectName,
};
use crate::syntax::token::TokenKind;

/// What stands between `CREATE` and the kind of object.
#[derive(Default)]
pub(super) struct Prefix {
    pub(super) or_replace: bool,
    pub(super) temporary: bool,
    pub(super) unique: bool,
    /// `fulltext` or `spatial`.
    pub(super) method: Option<String>,
}

impl Reader<'_> {
    pub(super) fn create(&mut self) -> Result<Body, Refusal> {
        self.expect("create")?;
        let prefix = self.create_prefix()?;
        if self.eat("table") {
            self.create_table(&prefix)
        } else if self.eat("index") {
            self.create_index(prefix)
        } else if self.eat("view") {
            self.create_view(&prefix)
        } else if self.eat("trigger") {
            self.create_trigger(&prefix)
        } else if self.at_any(&["procedure", "function"]) {
            self.create_routine(&prefix)
        } else if self.eat("event") {
            self.create_event()
        } else if self.at_any(&["database", "schema"]) && !prefix.or_replace {
            self.create_database()
        } else if self.at("sequence") && !prefix.or_replace {
            self.create_sequence(&prefix)
        } else if self.at_any(&["user", "role", "server"]) {
            self.skip_to_end();
            Ok(Body::Maintenance)
        } else {
            self.refuse()
        }
    }

    fn create_prefix(&mut self) -> Result<Prefix, Refusal> {
        let mut prefix = Prefix::default();
        loop {
            if self.eat_all(&["or", "replace"]) {
                prefix.or_replace = true;
            } else if self.eat("temporary") {
                prefix.temporary = true;
            } else if self.eat("unique") {
                prefix.unique = true;
            } else if self.at_any(&["fulltext", "spatial"]) {
                prefix.method = Some(self.word().to_ascii_lowercase());
                self.next += 1;
            } else if !self.eat_any(&["aggregate", "online", "offline"]) && !self.security()? {
                return Ok(prefix);
            }
        }
    }

    /// `ALGORITHM`, `DEFINER`, `SQL SECURITY` before a view or a routine.
    pub(super) fn security(&mut self) -> Result<bool, Refusal> {
        if self.eat_all(&["sql", "security"]) {
            self.take()?;
        } else if self.at("algorithm") && self.is_operator_ahead(1, "=") {
            self.next += 2;
            self.take()?;
        } else if self.eat("definer") {
            self.eat_operator("=");
            self.user()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `name@host`, or `CURRENT_USER`.
    fn user(&mut self) -> Result<(), Refusal> {
        self.take()?;
        if self.at_open() {
            return self.skip_parentheses();
        }
        if self.eat_operator("@") {
            self.take()?;
        } else if self.at_kind(TokenKind::Parameter) {
            // `name@host` without quotes.
            self.next += 1;
            while self.eat_kind(TokenKind::Dot) || self.eat_operator("-") {
                self.take()?;
            }
        }
        Ok(())
    }

    fn create_table(&mut self, prefix: &Prefix) -> Result<Body, Refusal> {
        let mut create = CreateTable {
            if_not_exists: self.if_not_exists(),
            temporary: prefix.temporary,
            or_replace: prefix.or_replace,
            name: self.object_name()?,
            ..CreateTable::default()
        };
        let in_parentheses = self.at_open() && self.is_ahead(1, &["like"]);
        if in_parentheses || self.at("like") {
            self.next += 1 + usize::from(in_parentheses);
            create.like.push(Like {
                table: self.object_name()?,
                including: vec!["all".to_owned()],
                excluding: Vec::new(),
            });
            if in_parentheses {
                self.close()?;
            }
            return Ok(Body::CreateTable(Box::new(create)));
        }
        if self.at_open() && !self.at_query() {
            self.definitions(&mut create)?;
        }
        self.table_options(&mut create.table, true)?;
        if self.at_all(&["partition", "by"]) {
            create.table.partitioned = true;
            self.skip_partitions();
        }
        self.eat_any(&["ignore", "replace"]);
        self.eat("as");
        if !self.is_done() {
            create.query = Some(self.summed_query()?);
        }
        Ok(Body::CreateTable(Box::new(create)))
    }

    fn definitions(&mut self, create: &mut CreateTable) -> Result<(), Refusal> {
        self.open()?;
        loop {
            if self.at_all(&["period", "for"]) {
                // Of a versioned table (MariaDB).
                while !self.at_open() {
                    self.take()?;
                }
                self.skip_parentheses()?;
            } else if self.at_table_part() {
                self.table_part(&create.name, &mut create.table, &mut create.indexes)?;
            } else {
                self.column(&mut create.table)?;
            }
            if !self.eat_comma() {
                break;
            }
        }
        self.close()
    }

    /// Skips how a table is partitioned, up to a query that may follow.
    pub(super) fn skip_partitions(&mut self) {
        while let Some(token) = self.peek() {
            if token.is_any_word(self.text, &["as", "select", "ignore", "replace"]) {
                return;
            }
            self.next = match token.kind {
                TokenKind::LeftParen => self.closing[self.next] + 1,
                _ => self.next + 1,
            };
        }
    }

    fn create_index(&mut self, prefix: Prefix) -> Result<Body, Refusal> {
        if prefix.or_replace {
            return self.refuse();
        }
        let if_not_exists = self.if_not_exists();
        let name = self.ident()?;
        let before = self.index_method()?;
        self.expect("on")?;
        let table = self.object_name()?;
        let (after, columns) = self.index_body()?;
        self.algorithm_and_lock()?;
        Ok(Body::CreateIndex(Box::new(CreateIndex {
            name: Some(ObjectName { schema: None, name }),
            table,
            unique: prefix.unique,
            if_not_exists,
            columns,
            method: prefix.method.or(after).or(before),
            ..CreateIndex::default()
        })))
    }

    /// `ALGORITHM`, `LOCK`, `WAIT` behind a statement on an index.
    pub(super) fn algorithm_and_lock(&mut self) -> Result<(), Refusal> {
        loop {
            if self.eat_any(&["algorithm", "lock", "wait"]) {
                self.eat_operator("=");
                self.take()?;
            } else if !self.eat("nowait") {
                return Ok(());
            }
        }
    }

    /// What follows `VIEW`.
    pub(super) fn create_view(&mut self, prefix: &Prefix) -> Result<Body, Refusal> {
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        let columns = if self.at_open() {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.expect("as")?;
        let query = self.summed_query()?;
        if self.eat("with") {
            self.eat_any(&["cascaded", "local"]);
            self.expect_all(&["check", "option"])?;
        }
        Ok(Body::CreateView(Box::new(CreateView {
            name,
            if_not_exists,
            or_replace: prefix.or_replace,
            columns,
            query,
            ..CreateView::default()
        })))
    }

    fn create_database(&mut self) -> Result<Body, Refusal> {
        self.next += 1;
        let if_not_exists = self.if_not_exists();
        let name = self.ident()?;
        // Character set and collation.
        self.skip_to_end();
        Ok(Body::CreateSchema {
            name,
            if_not_exists,
        })
    }

    fn create_sequence(&mut self, prefix: &Prefix) -> Result<Body, Refusal> {
        self.next += 1;
        let create = CreateSequence {
            if_not_exists: self.if_not_exists(),
            temporary: prefix.temporary,
            name: self.object_name()?,
            ..CreateSequence::default()
        };
        self.skip_to_end();
        Ok(Body::CreateSequence(Box::new(create)))
    }
}
