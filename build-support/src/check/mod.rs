//! The whole path over one directory: parsed, replayed, proved, checked against the rules.
//!
//! Migrations are checked in their order, each from the state that the ones before it left. That makes the work cacheable: as
//! long as the files of a prefix are the same byte for byte, its results and the state behind it can be taken from an earlier
//! check ([`Cache`]).

mod cache;
mod migration;
mod repeatable;
mod state;
mod weigh;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::codegen::{self, Checked, Proof};
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::Source;
use crate::{lock, rules};

pub use cache::Cache;
pub use state::State;

use state::Columns;

/// What checking a directory gives: always a value, with everything that was found on the way.
#[derive(Debug)]
pub struct Checkup {
    /// What code is generated from, where nothing found is an error.
    pub checked: Checked,
    /// Everything found, in the order of the history.
    pub diagnostics: Vec<Diagnostic>,
    /// How much was looked at.
    pub coverage: Coverage,
}

/// How much of a history was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Statements in all.
    pub statements: usize,
    /// Statements that nobody could interpret.
    pub unknown: usize,
    /// Statements that were interpreted, and whose effect could not be proven in full.
    pub partial: usize,
}

/// What came of one migration: enough to leave it alone as long as it and those before it stay the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Examined {
    /// Its part in the generated code.
    pub migration: codegen::Migration,
    /// What was found in it.
    pub diagnostics: Vec<Diagnostic>,
    /// How much of it was looked at.
    pub coverage: Coverage,
    /// Why its proof is not complete, where it is not.
    pub doubt: Option<String>,
}

/// The first migrations of a history, examined, and the state behind them.
#[derive(Debug)]
pub struct Progress {
    /// What came of them, in order.
    pub examined: Vec<Examined>,
    /// The state behind the last one.
    pub state: State,
    /// What an earlier check knows of tables.
    columns: Columns,
}

/// Checks a directory from its first file.
pub fn check(source: &Source) -> Checkup {
    let mut progress = Progress::start(source);
    while progress.step(source) {}
    progress.conclude(source)
}

impl Progress {
    /// Before the first migration.
    pub fn start(source: &Source) -> Self {
        Self {
            examined: Vec::new(),
            state: State::new(&source.config),
            columns: Columns::new(),
        }
    }

    /// Examines the next migration; says whether there was one.
    pub fn step(&mut self, source: &Source) -> bool {
        let Some(entry) = source.migrations.get(self.examined.len()) else {
            return false;
        };
        let examined = migration::examine(source, entry, &mut self.state);
        self.examined.push(examined);
        true
    }

    /// Asks the engine for the columns that nobody knows yet.
    fn look_up_columns(&mut self) {
        self.columns = self.state.tables(&self.columns).1;
    }

    /// Examines what stands on the whole history, and sums everything up.
    pub fn conclude(mut self, source: &Source) -> Checkup {
        let (tables, _) = self.state.tables(&self.columns);
        let end = self.state.catalog.clone();
        let rest = repeatable::examine_all(source, &mut self.state);
        let doubts = self.examined.iter().map(|examined| &examined.doubt);
        let proof = self
            .state
            .proof(doubts.chain([&rest.doubt]).flatten().next().cloned());
        let mut checkup = Checkup {
            checked: checked(source, rest.repeatables, tables, proof),
            diagnostics: rules::unknown_levels(&source.config, lock::CHECKS),
            coverage: rest.coverage,
        };
        checkup.diagnostics.extend(self.state.prelude_findings());
        for examined in self.examined {
            checkup.checked.migrations.push(examined.migration);
            let found = examined.diagnostics.into_iter();
            checkup
                .diagnostics
                .extend(found.map(|finding| settled(finding, &end)));
            checkup.coverage = checkup.coverage.plus(examined.coverage);
        }
        checkup.diagnostics.extend(rest.diagnostics);
        checkup
    }
}

/// A finding in the light of the whole history: what a later migration mends is a warning.
fn settled(mut finding: Diagnostic, end: &Catalog) -> Diagnostic {
    let mended = !finding
        .pending
        .iter()
        .any(|reference| rules::dangles(reference, end));
    if !finding.pending.is_empty() && mended {
        finding.level = finding.level.min(Level::Warn);
        finding.notes.push(
            "a later migration mends it; a database that stops between the two is broken"
                .to_owned(),
        );
    }
    finding
}

fn checked(
    source: &Source,
    repeatables: Vec<codegen::Repeatable>,
    tables: Vec<codegen::Table>,
    proof: Proof,
) -> Checked {
    let files = source.files.iter().map(|file| codegen::File {
        path: file.path.clone(),
        digest: migratory_core::content_digest(file.text.as_bytes()),
    });
    Checked {
        directory: source.root.clone(),
        dialect: source.config.dialect,
        scope: source.config.scope.clone(),
        table: source.config.table.clone(),
        schema: source.config.schema.clone(),
        migrations: Vec::new(),
        repeatables,
        tables,
        files: files.collect(),
        proof,
        locked: Vec::new(),
    }
}

impl Coverage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            unknown: self.unknown + other.unknown,
            partial: self.partial + other.partial,
        }
    }
}
