//! The suite with `tokio-postgres`.

use std::any::Any;

use conformance::{AsyncClient, Client, Place};
use migratory::{CallResult, Called, Dialect, Error, Report, Runner, Target};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::NoTls;

struct TokioPostgres {
    runtime: Runtime,
    client: tokio_postgres::Client,
}

conformance::suite!(async TokioPostgres);
conformance::network!(TokioPostgres);
conformance::table_lock!(async TokioPostgres);

impl Client for TokioPostgres {
    const DIALECT: Dialect = Dialect::Postgres;

    type Target = tokio_postgres::Client;

    fn connect(place: &Place) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let client = runtime.block_on(async {
            let connected = tokio_postgres::connect(&place.url(), NoTls).await;
            let (client, connection) = connected.expect("a connection");
            tokio::spawn(connection);
            client
        });
        Self { runtime, client }
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        let executed = self.runtime.block_on(self.client.batch_execute(sql));
        executed.map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let Some(client) = connection.downcast_ref::<tokio_postgres::Client>() else {
            return Called::Ended(Err("it is another connection".into()));
        };
        Called::Pending(Box::pin(async move {
            for sql in sql {
                client.batch_execute(sql).await?;
            }
            end()
        }))
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(
            &'c mut tokio_postgres::Client,
        ) -> <tokio_postgres::Client as Target>::Output<'c, T>,
    ) -> Result<T, Error> {
        self.runtime.block_on(verb(&mut self.client))
    }
}

impl AsyncClient for TokioPostgres {
    fn apply_for(&mut self, runner: Runner<'_>, polls: usize) -> Option<Result<Report, Error>> {
        self.runtime.block_on(async {
            let run = Self::limited(runner.apply(&mut self.client), polls).await;
            // The task of the connection has its turn.
            tokio::task::yield_now().await;
            run
        })
    }
}
