//! What the migrations so far have left behind.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Prover;
use crate::catalog::{Catalog, Object, Script};
use crate::codegen::Table;
use crate::diagnostic::Diagnostic;
use crate::discover::{CONFIG_FILE, Config};
use crate::syntax::ir::ObjectKind;
use crate::syntax::parse_text;

/// Tables by the digest of their definition.
pub(super) type Tables = BTreeMap<u64, Table>;

/// The database and the schema behind some migration of a history.
#[derive(Debug)]
pub struct State {
    /// What ran them.
    pub prover: Prover,
    /// The schema it has.
    pub catalog: Catalog,
    diagnostics: Vec<Diagnostic>,
}

impl State {
    /// Before the first migration: what the environment provides is there.
    pub fn new(config: &Config) -> Self {
        let mut state = Self::resumed(Prover::new(config.dialect), Catalog::new(config.dialect));
        state.provide(config);
        state
    }

    /// A state that an earlier check left.
    pub fn resumed(prover: Prover, catalog: Catalog) -> Self {
        Self {
            prover,
            catalog,
            diagnostics: Vec::new(),
        }
    }

    /// A second state like this one, to try something on.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy the database.
    pub(super) fn fork(&self) -> Result<Self, String> {
        let mut catalog = self.catalog.clone();
        catalog.forget_temporary();
        Ok(Self::resumed(self.prover.fork()?, catalog))
    }

    /// What is wrong with the prelude.
    pub(super) fn prelude_findings(&self) -> Vec<Diagnostic> {
        self.diagnostics.clone()
    }

    /// The fingerprint of the schema; `None` where it is not fully known.
    pub(super) fn fingerprint(&mut self) -> Option<u64> {
        self.catalog.fingerprint()
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
                None => Table::new(&object.name, &self.prover.columns_of(&self.catalog, object)),
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
        self.catalog
            .objects()
            .filter(|object| object.kind.is_table_like() && !object.is_temporary())
    }

    /// Runs the prelude. Its SQL is not ours, so it is run as it is.
    fn provide(&mut self, config: &Config) {
        let text = config.prelude.as_str();
        let statements = parse_text(config.dialect, text);
        let script = Script {
            file: &CONFIG_FILE.into(),
            text,
            statements: &statements,
            opaque: &[],
            in_transaction: false,
            later: None,
        };
        let replayed = self.prover.replay(&mut self.catalog, &script);
        let failed = replayed.diagnostics.into_iter().map(|finding| {
            let message = format!("the prelude of `{CONFIG_FILE}` fails: {}", finding.message);
            Diagnostic::error("bad-configuration", message).at(CONFIG_FILE, None, "")
        });
        self.diagnostics.extend(failed);
    }
}
