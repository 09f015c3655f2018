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
conformance::blocked!(Postgres);

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

#[test]
fn an_index_that_is_left_invalid_is_dropped_and_made_again() {
    conformance::judge(
        "an_index_that_is_left_invalid_is_dropped_and_made_again",
        conformance::index_made_again::<Postgres>(),
    );
}

/// The same client behind PgBouncer, which may send each transaction to another session of the server.
mod behind_pgbouncer {
    use conformance::{Lock, NotHere, each_was_applied_once, meet, scenarios};

    use super::*;

    struct Pooled(Postgres);

    impl Client for Pooled {
        const DIALECT: Dialect = Dialect::Postgres;
        const LOCK: Lock = Lock::InTable;

        type Target = postgres::Client;

        fn connect(place: &Place) -> Self {
            let pooler = servers::shared_pgbouncer().expect("it was asked for before");
            Self(Postgres::connect(&place.by_way_of(pooler.port())))
        }

        fn execute(&mut self, sql: &str) -> Result<(), String> {
            self.0.execute(sql)
        }

        fn in_rust<'c>(
            connection: &'c mut (dyn Any + Send),
            sql: &'static [&'static str],
            end: fn() -> CallResult,
        ) -> Called<'c> {
            Postgres::in_rust(connection, sql, end)
        }

        fn run<'c, T: 'c>(
            &'c mut self,
            verb: impl FnOnce(&'c mut postgres::Client) -> Result<T, Error>,
        ) -> Result<T, Error> {
            self.0.run(verb)
        }
    }

    #[test]
    fn behind_a_pooler_of_transactions_every_run_ends_as_it_does_without() {
        let play = || -> Result<(), NotHere> {
            servers::shared_pgbouncer()?;
            ["up", "down", "histories", "rust", "partial", "reading"]
                .into_iter()
                .try_for_each(scenarios::<Pooled>)
        };
        conformance::judge(
            "behind_a_pooler_of_transactions_every_run_ends_as_it_does_without",
            play(),
        );
    }

    #[test]
    fn of_eight_processes_behind_a_pooler_of_transactions_a_row_lets_one_run() {
        let play = || -> Result<(), NotHere> {
            let pooler = servers::shared_pgbouncer()?;
            let place = Place::new(Dialect::Postgres)?;
            meet(&[place.by_way_of(pooler.port()).url()], Lock::InTable);
            each_was_applied_once(Dialect::Postgres, &place);
            Ok(())
        };
        conformance::judge(
            "of_eight_processes_behind_a_pooler_of_transactions_a_row_lets_one_run",
            play(),
        );
    }
}
