//! The suite with diesel's `PgConnection`.

use std::any::Any;

use conformance::{Client, Place};
use diesel::PgConnection;
use diesel::connection::{Connection, SimpleConnection};
use migratory::{CallResult, Called, Dialect, Error};

struct Diesel(PgConnection);

conformance::suite!(Diesel);
conformance::network!(Diesel);
conformance::table_lock!(Diesel);
diesel_clients::particular!(PgConnection, Dialect::Postgres);

impl Client for Diesel {
    const DIALECT: Dialect = Dialect::Postgres;

    const TELLS_CODES: bool = false;

    type Target = PgConnection;

    fn connect(place: &Place) -> Self {
        Self(PgConnection::establish(&place.url()).expect("a connection"))
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let run = |connection: &mut PgConnection| {
            sql.iter()
                .try_for_each(|sql| connection.batch_execute(sql))?;
            end()
        };
        Called::Ended(match connection.downcast_mut() {
            Some(connection) => run(connection),
            None => Err("it is another connection".into()),
        })
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        verb(&mut self.0)
    }
}
