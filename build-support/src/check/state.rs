//! What the migrations so far have left behind.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalog::{Catalog, Object};
use crate::codegen::{Proof, Table};
use crate::diagnostic::Diagnostic;
use crate::discover::{CONFIG_FILE, Config};
use crate::engine::{Engine, Outcome, Place};
use crate::syntax::ir::ObjectKind;
use crate::syntax::{split, sqlite, tokenize};

/// Tables by the digest of their definition.
pub(super) type Tables = BTreeMap<u64, Table>;

/// The database and the schema behind some migration of a history.
#[derive(Debug)]
pub struct State {
    /// The engine that ran them.
    pub engine: Engine,
    /// The schema it has.
    pub catalog: Catalog,
    diagnostics: Vec<Diagnostic>,
}

impl State {
    /// Before the first migration: what the environment provides is there.
    pub fn new(config: &Config) -> Self {
        let engine = Engine::new().expect("SQLite opens a database in memory");
        let mut state = Self {
            engine,
            catalog: Catalog::default(),
            diagnostics: Vec::new(),
        };
        state.provide(config);
        state
    }

    /// A state that an earlier check left.
    pub fn resumed(engine: Engine, catalog: Catalog) -> Self {
        Self {
            engine,
            catalog,
            diagnostics: Vec::new(),
        }
    }

    /// A second state like this one, to try something on.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy the database.
    pub(super) fn fork(&self) -> rusqlite::Result<Self> {
        let mut catalog = self.catalog.clone();
        catalog.forget_temporary();
        Ok(Self::resumed(self.engine.fork()?, catalog))
    }

    /// What is wrong with the prelude.
    pub(super) fn prelude_findings(&self) -> Vec<Diagnostic> {
        self.diagnostics.clone()
    }

    /// The fingerprint of the schema; `None` where it is not fully known.
    pub(super) fn fingerprint(&self) -> Option<u64> {
        self.catalog.fingerprint()
    }

    /// How far the history was executed; `doubt` says why not to its end.
    pub(super) fn proof(&self, doubt: Option<String>) -> Proof {
        let engine = format!("SQLite {}", Engine::version());
        match doubt {
            None => Proof::Executed { engine },
            Some(reason) => Proof::Partial { engine, reason },
        }
    }

    /// The tables and views, sorted by name. What an earlier check says of a table holds as long as the table has the same digest; a
    /// view shows what other objects have, so it is always asked.
    pub(super) fn tables(&self, earlier: &Tables) -> Vec<Table> {
        let tables = self.tables_and_views().map(|object| {
            let known = match object.kind {
                ObjectKind::Table => earlier.get(&object.digest()),
                _ => None,
            };
            match known.filter(|table| table.name == object.name) {
                Some(table) => table.clone(),
                None => Table::new(&object.name, &self.engine.columns_of(&object.name)),
            }
        });
        tables.collect()
    }

    /// The tables for a later check.
    pub(super) fn tables_by_digest(&self) -> Tables {
        let digests = self.tables_and_views().map(|object| object.digest());
        digests.zip(self.tables(&Tables::new())).collect()
    }

    fn tables_and_views(&self) -> impl Iterator<Item = &Rc<Object>> {
        self.catalog.objects().filter(|object| {
            let kind = matches!(object.kind, ObjectKind::Table | ObjectKind::View);
            kind && !object.is_temporary()
        })
    }

    /// Runs the prelude. Its SQL is not ours, so it is run as it is.
    fn provide(&mut self, config: &Config) {
        let text = config.prelude.as_str();
        let tokens = tokenize(config.dialect, text);
        let file = CONFIG_FILE.into();
        let place = Place {
            file: &file,
            text,
            later: None,
        };
        for statement in split(config.dialect, text, &tokens).statements {
            let line = u32::try_from(statement.line).unwrap_or(u32::MAX);
            let read = sqlite::parse(text, statement.span, line, &tokens[statement.tokens]);
            let outcome = match read {
                Ok(statement) => self.engine.run(place, &statement, &mut self.catalog),
                Err(error) => {
                    Outcome::Failed(Box::new(Diagnostic::error("syntax-error", error.message)))
                }
            };
            if let Outcome::Failed(finding) = outcome {
                let message = format!("the prelude of `{CONFIG_FILE}` fails: {}", finding.message);
                self.diagnostics
                    .push(Diagnostic::error("bad-configuration", message).at(
                        CONFIG_FILE,
                        None,
                        "",
                    ));
            }
        }
    }
}
