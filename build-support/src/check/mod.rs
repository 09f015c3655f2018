//! The whole path over one directory: parsed, replayed, proved, checked against the rules.
//!
//! Migrations are checked in their order, each from the state that the ones before it left. That makes the work cacheable: as
//! long as the files of a prefix are the same byte for byte, its results and the state behind it can be taken from an earlier
//! check ([`Cache`]).

mod cache;
mod migration;
mod prover;
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
pub use prover::Prover;
pub use state::State;

use state::Tables;

/// What checking a directory gives: always a value, with everything that was found on the way.
#[derive(Debug)]
pub struct Checkup {
    /// What code is generated from, where nothing found is an error.
    pub checked: Checked,
    /// Everything found, in the order of the history.
    pub diagnostics: Vec<Diagnostic>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// The schema behind the last migration.
    pub end: Catalog,
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

/// What came of one migration.
#[derive(Clone, Debug)]
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
    /// What came of the first of them, summed up.
    earlier: Earlier,
    /// What came of the others, in order.
    examined: Vec<Examined>,
    /// The state behind the last one.
    state: State,
    /// What an earlier check knows of tables.
    tables: Tables,
}

/// What came of the first migrations: all that later ones leave as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Earlier {
    count: usize,
    written: codegen::Written,
    diagnostics: Vec<Diagnostic>,
    coverage: Coverage,
    doubt: Option<String>,
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
            earlier: Earlier::default(),
            examined: Vec::new(),
            state: State::new(&source.config),
            tables: Tables::new(),
        }
    }

    /// Examines the next migration; says whether there was one.
    pub fn step(&mut self, source: &Source) -> bool {
        let Some(entry) = source.migrations.get(self.count()) else {
            return false;
        };
        let examined = migration::examine(source, entry, &mut self.state);
        self.examined.push(examined);
        true
    }

    /// A second one at the same point, to go on from there in another way.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy the database.
    pub fn fork(&self) -> Result<Self, String> {
        Ok(Self {
            earlier: self.earlier.clone(),
            examined: self.examined.clone(),
            state: self.state.fork()?,
            tables: self.tables.clone(),
        })
    }

    /// What was found since it began, or was resumed.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        let examined = self.examined.iter();
        examined.flat_map(|examined| &examined.diagnostics)
    }

    /// How many migrations were examined.
    fn count(&self) -> usize {
        self.earlier.count + self.examined.len()
    }

    /// Sums up what was examined so far.
    fn sum_up(&mut self, source: &Source) {
        for examined in self.examined.drain(..) {
            self.earlier.push(&source.root, examined);
        }
    }

    /// Examines what stands on the whole history, and puts everything together.
    pub fn conclude(&mut self, source: &Source) -> Checkup {
        let tables = self.state.tables(&self.tables);
        let end = self.state.catalog.clone();
        let rest = repeatable::examine_all(source, &mut self.state);
        let doubts = self.examined.iter().map(|examined| &examined.doubt);
        let doubts = [&self.earlier.doubt].into_iter().chain(doubts);
        let proof = self
            .state
            .prover
            .proof(doubts.chain([&rest.doubt]).flatten().next().cloned());
        let mut checkup = Checkup {
            checked: checked(source, rest.repeatables, tables, proof),
            diagnostics: rules::unknown_levels(&source.config, lock::CHECKS),
            coverage: rest.coverage.plus(self.earlier.coverage),
            end: end.clone(),
        };
        checkup.diagnostics.extend(self.state.prelude_findings());
        let earlier = std::mem::take(&mut self.earlier);
        let mut found = earlier.diagnostics;
        checkup.checked.earlier = earlier.written;
        for examined in self.examined.drain(..) {
            checkup.checked.migrations.push(examined.migration);
            found.extend(examined.diagnostics);
            checkup.coverage = checkup.coverage.plus(examined.coverage);
        }
        let found = found.into_iter().map(|finding| settled(finding, &end));
        checkup.diagnostics.extend(found);
        checkup.diagnostics.extend(rest.diagnostics);
        checkup
    }
}

impl Earlier {
    fn push(&mut self, directory: &str, examined: Examined) {
        self.count += 1;
        self.written.push(directory, &examined.migration);
        self.diagnostics.extend(examined.diagnostics);
        self.coverage = self.coverage.plus(examined.coverage);
        self.doubt = self.doubt.take().or(examined.doubt);
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
        digest: file.digest(),
    });
    Checked {
        directory: source.root.clone(),
        dialect: source.config.dialect,
        scope: source.config.scope.clone(),
        table: source.config.table.clone(),
        schema: source.config.schema.clone(),
        table_lock: source.config.table_lock,
        earlier: codegen::Written::default(),
        migrations: Vec::new(),
        repeatables,
        tables,
        files: files.collect(),
        proof,
        locked: String::new(),
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
