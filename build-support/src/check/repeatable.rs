//! Repeatable migrations and seeds: both run on the schema at the end of the history.

use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::Coverage;
use super::migration::{link, milliseconds, pack, run_of};
use super::state::State;
use super::weigh::weigh;
use crate::codegen;
use crate::diagnostic::Diagnostic;
use crate::discover::Source;
use crate::rules::{self, ScriptContext};
use crate::syntax::{Settings, Sql, parse_single};

/// What came of all of them.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) repeatables: Vec<codegen::Repeatable>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) coverage: Coverage,
    pub(super) doubt: Option<String>,
}

/// Examines the repeatable migrations in the order they run, then the seeds, each on its own.
pub(super) fn examine_all(source: &Source, state: &mut State) -> Outcome {
    let mut outcome = Outcome::default();
    for repeatable in &source.repeatables {
        let (sql, settings, read) = parse_single(source, repeatable.file);
        // It runs again whenever its text changes, so it has to bear a second time.
        let first = outcome.run(source, (&sql, &settings), read, &repeatable.name, state);
        if first {
            outcome.run_again(source, &sql, &settings, state);
        }
        let key = migratory_core::repeatable_key_of(&Sha256::digest(&repeatable.name).into());
        outcome.repeatables.push(codegen::Repeatable {
            key,
            name: repeatable.name.clone(),
            link: link(key, &repeatable.name, &sql.checksum),
            checksum: sql.checksum.clone(),
            in_transaction: settings.in_transaction,
            timeouts: codegen::Timeouts {
                lock: settings.lock_timeout.map(milliseconds),
                statement: settings.statement_timeout.map(milliseconds),
            },
            script: pack(source, &sql),
        });
    }
    for &seed in &source.seeds {
        let (sql, settings, read) = parse_single(source, seed);
        // Seeds belong to different environments, and one does not see what another inserts.
        match state.fork() {
            Ok(mut state) => {
                outcome.run(
                    source,
                    (&sql, &settings),
                    read,
                    &source.file(seed).path,
                    &mut state,
                );
            }
            Err(error) => {
                outcome.diagnostics.extend(read);
                outcome.doubt = Some(format!("the seeds could not be tried: {error}"));
            }
        }
    }
    outcome
}

impl Outcome {
    /// Runs a script under the rules; says whether the engine took all of it.
    fn run(
        &mut self,
        source: &Source,
        (sql, settings): (&Sql, &Settings),
        mut read: Vec<Diagnostic>,
        name: &str,
        state: &mut State,
    ) -> bool {
        let before = state.catalog.clone();
        let path: Rc<str> = source.file(sql.file).path.as_str().into();
        let run = run_of(source, sql, &path, settings.in_transaction);
        let replayed = state.prover.replay(&mut state.catalog, &run);
        let weighed = weigh(source, sql, &mut read, &replayed);
        self.coverage = self.coverage.plus(weighed.coverage);
        self.doubt = self.doubt.take().or(weighed.doubt);
        let file = source.file(sql.file);
        let context = ScriptContext {
            dialect: source.config.dialect,
            config: &source.config,
            file: &file.path,
            text: &file.text,
            migration: name,
            down: false,
            one_way: false,
            in_transaction: settings.in_transaction,
            statements: &sql.statements,
            steps: &replayed.steps,
            before: &before,
            after: &state.catalog,
        };
        self.diagnostics
            .extend(rules::judge(&context, &sql.waivers, weighed.found).diagnostics);
        self.diagnostics.append(&mut read);
        replayed.diagnostics.is_empty()
    }

    fn run_again(&mut self, source: &Source, sql: &Sql, settings: &Settings, state: &mut State) {
        let path: Rc<str> = source.file(sql.file).path.as_str().into();
        let run = run_of(source, sql, &path, settings.in_transaction);
        let replayed = state.prover.replay(&mut state.catalog, &run);
        for found in replayed.diagnostics {
            let place = found.place.clone();
            let again = Diagnostic::error(
                "not-repeatable",
                "a repeatable migration runs again whenever it changes, and the second time fails",
            )
            .note(format!("the second time: {}", found.message))
            .help("drop what it makes first, such as `DROP VIEW IF EXISTS ...`");
            self.diagnostics.push(Diagnostic {
                place,
                label: found.label,
                ..again
            });
        }
    }
}
