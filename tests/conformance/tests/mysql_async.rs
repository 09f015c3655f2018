//! The suite with `mysql_async`.

use std::any::Any;

use conformance::{AsyncClient, Client, Place};
use migratory::{CallResult, Called, Dialect, Error, Report, Runner, Target};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts};
use tokio::runtime::{Builder, Runtime};

struct MysqlAsync {
    // It ends before its runtime.
    connection: Option<Conn>,
    pool: Pool,
    runtime: Runtime,
}

conformance::suite!(async MysqlAsync);
conformance::network!(MysqlAsync);
conformance::table_lock!(MysqlAsync);

impl Client for MysqlAsync {
    const DIALECT: Dialect = Dialect::Mysql;

    type Target = Conn;

    fn connect(place: &Place) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let one = PoolConstraints::new(1, 1).expect("bounds");
        // The port that was asked for, and not the socket behind it.
        let url = format!("{}?prefer_socket=false", place.url());
        let opts = Opts::from_url(&url).expect("a URL");
        let opts = OptsBuilder::from_opts(opts).pool_opts(PoolOpts::new().with_constraints(one));
        let pool = Pool::new(opts);
        let connection = runtime.block_on(pool.get_conn()).expect("a connection");
        Self {
            connection: Some(connection),
            pool,
            runtime,
        }
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        let executed =
            self.on_connection(|runtime, connection| runtime.block_on(connection.query_drop(sql)));
        executed.map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let Some(connection) = connection.downcast_mut::<Conn>() else {
            return Called::Ended(Err("it is another connection".into()));
        };
        Called::Pending(Box::pin(async move {
            for sql in sql {
                connection.query_drop(*sql).await?;
            }
            end()
        }))
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut Conn) -> <Conn as Target>::Output<'c, T>,
    ) -> Result<T, Error> {
        self.on_connection(|runtime, connection| runtime.block_on(verb(connection)))
    }
}

impl MysqlAsync {
    fn on_connection<'c, T>(&'c mut self, act: impl FnOnce(&Runtime, &'c mut Conn) -> T) -> T {
        let connection = self.connection.as_mut().expect("it is here between acts");
        act(&self.runtime, connection)
    }
}

impl AsyncClient for MysqlAsync {
    /// A run that is dropped takes its connection along: it goes back to the pool, which gives another.
    fn apply_for(&mut self, runner: Runner<'_>, polls: usize) -> Option<Result<Report, Error>> {
        let run = self.on_connection(|runtime, connection| {
            runtime.block_on(Self::limited(runner.apply(connection), polls))
        });
        if run.is_none() {
            self.connection = None;
            let next = self.runtime.block_on(self.pool.get_conn());
            self.connection = Some(next.expect("a connection"));
        }
        run
    }
}
