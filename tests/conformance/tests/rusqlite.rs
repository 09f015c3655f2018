//! The suite with `rusqlite`.

use std::any::Any;

use conformance::{Client, Place};
use migratory::{CallResult, Called, Dialect, Error, Plan, Report, Runner, Status, Verdict};
use rusqlite::Connection;

struct Rusqlite(Connection);

conformance::suite!(Rusqlite);

impl Client for Rusqlite {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn connect(place: &Place) -> Self {
        Self(Connection::open(place.path()).expect("a database"))
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.execute_batch(sql).map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let run = |connection: &Connection| {
            sql.iter()
                .try_for_each(|sql| connection.execute_batch(sql))?;
            end()
        };
        Called::Ended(match connection.downcast_ref() {
            Some(connection) => run(connection),
            None => Err("it is another connection".into()),
        })
    }

    fn apply(&mut self, runner: Runner<'_>) -> Result<Report, Error> {
        runner.apply(&mut self.0)
    }

    fn plan(&mut self, runner: Runner<'_>) -> Result<Plan, Error> {
        runner.plan(&mut self.0)
    }

    fn status(&mut self, runner: Runner<'_>) -> Result<Vec<Status>, Error> {
        runner.status(&mut self.0)
    }

    fn verify(&mut self, runner: Runner<'_>) -> Result<Verdict, Error> {
        runner.verify(&mut self.0)
    }
}
