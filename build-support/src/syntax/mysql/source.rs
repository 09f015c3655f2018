//! What queries read from: tables, derived tables and joins.

use super::reader::{Reader, Refusal};
use crate::syntax::ir::{Ident, NameSource, NameSourceKind, ObjectName};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// What follows `FROM`, up to the end of the last join.
    pub(super) fn sources(&mut self, scope: usize) -> Result<(), Refusal> {
        self.descend()?;
        loop {
            self.factor(scope)?;
            while self.at("on") && !self.is_ahead(1, &["duplicate"])
                || self.at("using") && self.is_kind_ahead(1, TokenKind::LeftParen)
            {
                if self.eat("on") {
                    self.expression()?;
                } else {
                    self.next += 1;
                    for name in self.ident_list()? {
                        self.mention(None, name);
                    }
                }
            }
            if !self.eat_comma() && !self.join()? {
                self.ascend();
                return Ok(());
            }
        }
    }

    /// Takes the words that join the next table.
    fn join(&mut self) -> Result<bool, Refusal> {
        if self.eat("straight_join") {
            return Ok(true);
        }
        let start = self.next;
        self.eat("natural");
        if self.eat_any(&["left", "right"]) {
            self.eat("outer");
        } else {
            self.eat_any(&["inner", "cross"]);
        }
        if self.eat("join") {
            return Ok(true);
        }
        if self.next > start {
            self.refuse()
        } else {
            Ok(false)
        }
    }

    fn factor(&mut self, scope: usize) -> Result<(), Refusal> {
        let lateral = self.eat("lateral");
        if self.at_query() {
            self.open()?;
            let parent = if lateral {
                Some(scope)
            } else {
                self.scopes[scope].parent
            };
            let query = self.query(parent)?;
            self.close()?;
            return self.derived(scope, query);
        }
        if self.at_open() {
            self.open()?;
            self.sources(scope)?;
            return self.close();
        }
        if self.eat("dual") {
            return Ok(());
        }
        let table = self.object_name()?;
        if self.at_open() {
            // `JSON_TABLE` and its like.
            self.names.functions.push(table.name);
            self.skip_parentheses()?;
            let alias = self.table_alias()?;
            self.scopes[scope].sources.push(opaque(alias));
            return Ok(());
        }
        if self.eat("partition") {
            self.skip_parentheses()?;
        }
        self.system_time()?;
        let alias = self.table_alias()?;
        self.system_time()?;
        self.index_hints()?;
        self.source(scope, table, alias, Vec::new());
        Ok(())
    }

    fn derived(&mut self, scope: usize, query: usize) -> Result<(), Refusal> {
        let alias = self.table_alias()?;
        let columns = if self.at_open() {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.scopes[scope].sources.push(NameSource {
            alias,
            columns,
            kind: NameSourceKind::Query(query),
        });
        Ok(())
    }

    pub(super) fn table_alias(&mut self) -> Result<Option<Ident>, Refusal> {
        if self.eat("as") {
            return self.any_ident().map(Some);
        }
        self.implicit_alias()
    }

    /// `FOR SYSTEM_TIME ...` of a versioned table (MariaDB).
    fn system_time(&mut self) -> Result<(), Refusal> {
        if !self.eat_all(&["for", "system_time"]) {
            return Ok(());
        }
        if self.eat("all") {
            return Ok(());
        }
        if !self.eat_all(&["as", "of"]) && !self.eat_any(&["between", "from"]) {
            return self.refuse();
        }
        self.eat_any(&["timestamp", "transaction"]);
        self.expression()?;
        if self.eat("to") {
            self.expression()
        } else {
            Ok(())
        }
    }

    fn index_hints(&mut self) -> Result<(), Refusal> {
        while self.at_any(&["use", "ignore", "force"]) && self.is_ahead(1, &["index", "key"]) {
            self.next += 2;
            while !self.at_open() {
                self.take()?;
            }
            self.skip_parentheses()?;
            if self.is_ahead(1, &["use", "ignore", "force"]) {
                self.eat_comma();
            }
        }
        Ok(())
    }

    /// Notes a table that names of the scope may come from, unless it is a common table expression.
    pub(super) fn source(
        &mut self,
        scope: usize,
        table: ObjectName,
        alias: Option<Ident>,
        columns: Vec<Ident>,
    ) {
        let mut common = self.queries.common.iter().rev();
        let found =
            common.find(|common| table.schema.is_none() && table.name.is(&common.name.text));
        let alias = Some(alias.unwrap_or_else(|| table.name.clone()));
        let source = match found {
            Some(common) if common.is_seeded => NameSource {
                alias,
                columns: common.columns.clone(),
                kind: NameSourceKind::Query(common.scope),
            },
            Some(_) => opaque(alias),
            None => {
                self.names.tables.push(table.clone());
                NameSource {
                    alias,
                    columns,
                    kind: NameSourceKind::Table(table),
                }
            }
        };
        self.scopes[scope].sources.push(source);
    }
}

/// A source whose columns are not known.
pub(super) fn opaque(alias: Option<Ident>) -> NameSource {
    NameSource {
        alias,
        columns: Vec::new(),
        kind: NameSourceKind::Opaque,
    }
}
