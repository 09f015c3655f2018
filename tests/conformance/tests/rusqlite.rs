//! The suite with `rusqlite`.

use std::any::Any;

use conformance::{Client, Place};
use migratory::{CallResult, Called, Dialect, Error};
use rusqlite::Connection;

struct Rusqlite(Connection);

conformance::suite!(Rusqlite);

impl Client for Rusqlite {
    const DIALECT: Dialect = Dialect::Sqlite;

    type Target = Connection;

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

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        verb(&mut self.0)
    }
}
