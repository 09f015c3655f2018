//! The model held against the servers: what it says a schema is after each file of a history, beside what PostgreSQL, MariaDB and MySQL say.
//!
//! The sample application's histories are followed, those of the model's golden texts, and every history of the corpus that its server
//! took whole. What the server refuses the model has to find fault with, and nothing else. A difference counts once, at the file that
//! brings it. Those that are known stand in `known/`, counted by history and cause; the lists are exact, so
//! that they get shorter with the model. `UPDATE=1` writes them anew and prints every difference.
//! [`downs`] asks the servers about real ways down.

#![cfg(unix)]

#[path = "../../../../build-support/tests/corpus/mod.rs"]
mod corpus;
mod downs;
mod facts;
#[path = "../../../../build-support/tests/histories/findings.rs"]
mod findings;
mod history;
mod known;
mod mariadb;
mod modelled;
mod postgres;

use std::collections::{BTreeMap, BTreeSet};

use corpus::say;
use facts::{Difference, Facts, Title};
use history::History;
use known::Known;
use migratory_build::catalog::Catalog;
use migratory_core::Dialect;

#[test]
fn the_model_of_postgres_is_what_the_server_holds() {
    let server = servers::require!(servers::shared_postgres());
    hold(Dialect::Postgres, || {
        Box::new(postgres::Server::new(server.database("differential")))
    });
}

#[test]
fn the_model_of_mysql_is_what_the_server_holds() {
    let server = servers::require!(servers::shared_mysql());
    hold(Dialect::Mysql, || {
        Box::new(mariadb::Server::new(server.database("differential")))
    });
}

// On servers of their own: databases come and go here, which others who read the server's catalog would notice.
#[test]
fn what_is_said_of_ways_down_is_what_postgres_does_with_them() {
    let server = servers::require!(servers::postgres());
    let expected = downs::Expected {
        dialect: Dialect::Postgres,
        name: "postgres",
        cases: 9,
    };
    downs::confirm(&expected, || {
        Box::new(postgres::Server::new(server.database("downs")))
    });
}

#[test]
fn what_is_said_of_ways_down_is_what_mysql_does_with_them() {
    let server = servers::require!(servers::mysql());
    let expected = downs::Expected {
        dialect: Dialect::Mysql,
        name: "mysql",
        cases: 3,
    };
    downs::confirm(&expected, || {
        Box::new(mariadb::Server::new(server.database("downs")))
    });
}

/// A database that scripts are run in.
trait Server {
    /// Runs a script as a migration is run, in a session of its own. `statements` are what it is cut into.
    ///
    /// # Errors
    ///
    /// What the server says.
    fn run(&mut self, script: &str, statements: &[&str]) -> Result<(), String>;

    /// What the database holds.
    fn facts(&mut self) -> Facts;

    /// The same with what a model has no words for: expressions and queries as the server prints them.
    fn wording(&mut self) -> Facts {
        self.facts()
    }
}

/// What came of a history.
#[derive(Default)]
struct Outcome {
    /// Objects that were compared, each once for every file.
    compared: usize,
    /// Each with the file that brought it.
    differences: Vec<(String, Difference)>,
    /// Objects that were not compared at some file, because the model itself does not know them fully, each with the first such file.
    incomplete: BTreeMap<Title, String>,
    /// Parts that were not compared at some file, because the model leaves them in doubt, each with the first such file.
    doubtful: BTreeMap<Title, String>,
    /// Objects that the model does not have, and knows that it may not have.
    excused: usize,
}

fn hold(dialect: Dialect, server: impl Fn() -> Box<dyn Server>) {
    let mut known = Known::read(dialect);
    say!(
        "history                        files  objects  incomplete  in doubt  excused  differences"
    );
    for history in history::all(dialect) {
        let outcome = follow(dialect, &history, &mut *server());
        say!(
            "{:<30} {:>5} {:>8} {:>11} {:>9} {:>8} {:>12}",
            history.name,
            history.scripts.len(),
            outcome.compared,
            outcome.incomplete.len(),
            outcome.doubtful.len(),
            outcome.excused,
            outcome.differences.len()
        );
        known.judge(&history.name, &outcome);
    }
    known.finish();
}

/// Follows a history on the server and in the model, and compares them after every file.
fn follow(dialect: Dialect, history: &History, server: &mut dyn Server) -> Outcome {
    let mut outcome = Outcome::default();
    let mut catalog = Catalog::new(dialect);
    let mut standing = BTreeSet::new();
    for script in &history.scripts {
        let before = catalog.clone();
        let objection = script.replay(dialect, &mut catalog);
        let refusal = server.run(script.whole(), &script.statements()).err();
        if objection.is_some() != refusal.is_some() {
            let difference = Difference::of_verdicts(refusal.clone(), objection);
            outcome
                .differences
                .push((script.file.to_string(), difference));
        }
        if refusal.is_some() {
            // Half of it may stand.
            if dialect == Dialect::Mysql {
                break;
            }
            catalog = before;
            continue;
        }
        let comparison = server.facts().compare(&modelled::facts(dialect, &catalog));
        outcome.compared += comparison.compared;
        for (titles, of_history) in [
            (comparison.incomplete, &mut outcome.incomplete),
            (comparison.doubtful, &mut outcome.doubtful),
        ] {
            for title in titles {
                let first = of_history.entry(title);
                first.or_insert_with(|| script.file.to_string());
            }
        }
        for difference in comparison.differences.difference(&standing) {
            if catalog.is_incomplete() && difference.is_of_unheard_object() {
                outcome.excused += 1;
                continue;
            }
            let found = (script.file.to_string(), difference.clone());
            outcome.differences.push(found);
        }
        standing = comparison.differences;
    }
    outcome
}
