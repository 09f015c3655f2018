//! The suite with `postgres`.

use std::any::Any;

use conformance::{Client, Place};
use migratory::{CallResult, Called, Dialect, Error};
use postgres::NoTls;

struct Postgres(postgres::Client);

conformance::suite!(Postgres);
conformance::network!(Postgres);
conformance::table_lock!(Postgres);
conformance::crash!(Postgres);

impl Client for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;

    type Target = postgres::Client;

    fn connect(place: &Place) -> Self {
        Self(postgres::Client::connect(&place.url(), NoTls).expect("a connection"))
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let run = |client: &mut postgres::Client| {
            sql.iter().try_for_each(|sql| client.batch_execute(sql))?;
            end()
        };
        Called::Ended(match connection.downcast_mut() {
            Some(client) => run(client),
            None => Err("it is another connection".into()),
        })
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut postgres::Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        verb(&mut self.0)
    }
}
