//! What pools hand out is migrated as the client library's own connection, and goes back with nothing on it.

use std::any::Any;
use std::future::Future;

use conformance::{AsyncClient, Client, Files, Lock, Place, RustFunctions};
use migratory::{CallResult, Called, Dialect, Error, Migrations, Report, Runner, Target};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

#[test]
fn what_r2d2_hands_out_of_rusqlite_is_migrated() {
    let place = Place::new(Dialect::Sqlite).unwrap_or_else(|_| unreachable!("it is a file"));
    let pool = r2d2::Pool::new(Rusqlite(place)).expect("a pool");
    twice(Dialect::Sqlite, |list| {
        let mut connection = pool.get().expect("a connection");
        list.apply(&mut *connection)
    });
}

#[test]
fn what_r2d2_hands_out_of_postgres_is_migrated() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("pools");
    let config = database.url().parse().expect("a URL");
    let manager = r2d2_postgres::PostgresConnectionManager::new(config, NoTls);
    let pool = r2d2::Pool::builder().max_size(1).build(manager);
    let pool = pool.expect("a pool");
    twice(Dialect::Postgres, |list| {
        let mut connection = pool.get().expect("a connection");
        list.apply(&mut *connection)
    });
}

#[test]
fn what_the_pool_of_mysql_hands_out_is_migrated() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("pools");
    let pool = mysql::Pool::new(database.url().as_str()).expect("a pool");
    twice(Dialect::Mysql, |list| {
        let mut connection = pool.get_conn().expect("a connection");
        list.apply(&mut connection)
    });
}

#[test]
fn what_the_pool_of_mysql_async_hands_out_is_migrated() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("pools");
    let runtime = runtime();
    let pool = mysql_async::Pool::new(database.url().as_str());
    twice(Dialect::Mysql, |list| {
        runtime.block_on(async {
            let mut connection = pool.get_conn().await.expect("a connection");
            list.apply(&mut connection).await
        })
    });
    runtime.block_on(pool.disconnect()).expect("it ends");
}

#[test]
fn what_deadpool_hands_out_is_migrated_and_goes_back_with_nothing_on_it() {
    conformance::judge(
        "what_deadpool_hands_out_is_migrated_and_goes_back_with_nothing_on_it",
        conformance::dropped::<Pooled<Deadpool>>(Lock::OfSession),
    );
}

#[test]
fn what_bb8_hands_out_is_migrated_and_goes_back_with_nothing_on_it() {
    conformance::judge(
        "what_bb8_hands_out_is_migrated_and_goes_back_with_nothing_on_it",
        conformance::dropped::<Pooled<Bb8>>(Lock::OfSession),
    );
}

/// Applies a list through one connection after the other: once there is something to do.
fn twice(dialect: Dialect, apply: impl Fn(Migrations) -> Result<Report, Error>) {
    let mut files = Files::new(dialect, RustFunctions(|name| panic!("there is no {name}")));
    files.begin("0001_users.sql");
    files.line("CREATE TABLE users (id INTEGER PRIMARY KEY);");
    for expected in [1, 0] {
        let report = apply(files.migrations()).expect("the run succeeds");
        assert_eq!(report.entries().len(), expected);
    }
}

/// Opens connections to a file for `r2d2`.
struct Rusqlite(Place);

impl r2d2::ManageConnection for Rusqlite {
    type Connection = rusqlite::Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> rusqlite::Result<rusqlite::Connection> {
        rusqlite::Connection::open(self.0.path())
    }

    fn is_valid(&self, connection: &mut rusqlite::Connection) -> rusqlite::Result<()> {
        connection.execute_batch("")
    }

    fn has_broken(&self, _: &mut rusqlite::Connection) -> bool {
        false
    }
}

/// A pool of one connection of `tokio-postgres`.
trait Pool: Sized {
    type Lent;

    fn connect(url: &str) -> impl Future<Output = Self>;

    fn get(&self) -> impl Future<Output = Self::Lent>;

    /// What is passed to a verb.
    fn connection(lent: &mut Self::Lent) -> &mut tokio_postgres::Client;
}

struct Deadpool(deadpool_postgres::Pool);

impl Pool for Deadpool {
    type Lent = deadpool_postgres::Object;

    async fn connect(url: &str) -> Self {
        let manager = deadpool_postgres::Manager::new(url.parse().expect("a URL"), NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).max_size(1);
        Self(pool.build().expect("a pool"))
    }

    async fn get(&self) -> Self::Lent {
        self.0.get().await.expect("a connection")
    }

    // As a program has to write it that passes it to a verb.
    #[expect(clippy::explicit_auto_deref)]
    fn connection(lent: &mut Self::Lent) -> &mut tokio_postgres::Client {
        &mut **lent
    }
}

type Bb8Manager = bb8_postgres::PostgresConnectionManager<NoTls>;

struct Bb8(bb8::Pool<Bb8Manager>);

impl Pool for Bb8 {
    type Lent = bb8::PooledConnection<'static, Bb8Manager>;

    async fn connect(url: &str) -> Self {
        let manager = Bb8Manager::new(url.parse().expect("a URL"), NoTls);
        let pool = bb8::Pool::builder().max_size(1).build(manager).await;
        Self(pool.expect("a pool"))
    }

    async fn get(&self) -> Self::Lent {
        self.0.get_owned().await.expect("a connection")
    }

    fn connection(lent: &mut Self::Lent) -> &mut tokio_postgres::Client {
        &mut *lent
    }
}

/// A client that takes its connection out of a pool for each verb.
struct Pooled<P: Pool> {
    /// What the last verb was on. It goes back before the next.
    lent: Option<P::Lent>,
    pool: P,
    runtime: Runtime,
}

impl<P: Pool> Client for Pooled<P> {
    const DIALECT: Dialect = Dialect::Postgres;

    type Target = tokio_postgres::Client;

    fn connect(place: &Place) -> Self {
        let runtime = runtime();
        Self {
            lent: None,
            pool: runtime.block_on(P::connect(&place.url())),
            runtime,
        }
    }

    fn execute(&mut self, _: &str) -> Result<(), String> {
        unreachable!("there are only runs")
    }

    fn in_rust<'c>(
        _: &'c mut (dyn Any + Send),
        _: &'static [&'static str],
        _: fn() -> CallResult,
    ) -> Called<'c> {
        unreachable!("all migrations are in SQL")
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut Self::Target) -> <Self::Target as Target>::Output<'c, T>,
    ) -> Result<T, Error> {
        self.lent = None;
        let lent = self.runtime.block_on(self.pool.get());
        let lent = self.lent.insert(lent);
        self.runtime.block_on(verb(P::connection(lent)))
    }
}

impl<P: Pool> AsyncClient for Pooled<P> {
    fn apply_for(&mut self, runner: Runner<'_>, polls: usize) -> Option<Result<Report, Error>> {
        self.runtime.block_on(async {
            let mut lent = self.pool.get().await;
            let run = Self::limited(runner.apply(P::connection(&mut lent)), polls).await;
            drop(lent);
            // The task of the connection has its turn.
            tokio::task::yield_now().await;
            run
        })
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}
