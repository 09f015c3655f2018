//! F45: a run whose future is dropped at any await point leaves no lock and no open transaction, neither in a pool nor on a connection
//! that is kept.

use std::any::Any;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use migratory::{Called, Migrations};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, TxOpts};
use mysql_clients::{Step, list};

const LOCK: &str =
    "CONCAT('migratory:', LEFT(SHA2(CONCAT(DATABASE(), '.migratory_history'), 256), 40))";

/// What a run is dropped on.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A connection that is kept.
    Kept,
    /// A connection that is dropped with the run. What the server has still to say fills more than one read.
    Dropped,
    /// A pool that resets what comes back.
    Pool,
    /// A pool that does not.
    PoolWithoutReset,
}

#[test]
fn a_run_that_is_dropped_at_any_await_leaves_nothing_on_its_connection() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("dropped");
    mysql_clients::runtime().block_on(async {
        for place in [
            Place::Kept,
            Place::Dropped,
            Place::Pool,
            Place::PoolWithoutReset,
        ] {
            let migrations = migrations(if matches!(place, Place::Kept) {
                10
            } else {
                1_000
            });
            for direction in ["up", "down"] {
                let mut polls = 0;
                while !is_done_within(polls, place, direction, migrations, &database.url()).await {
                    polls += 1;
                }
                println!("{place:?}, {direction}: {polls} await points");
                assert!(
                    polls > 20,
                    "{place:?}, {direction}: only {polls} await points"
                );
            }
        }
    });
}

/// Polls a run so often and drops it. Whether it had come to its end.
async fn is_done_within(
    polls: usize,
    place: Place,
    direction: &str,
    migrations: Migrations,
    url: &str,
) -> bool {
    let mut witness = Conn::from_url(url).await.unwrap();
    let limit = format!("SET lock_wait_timeout = {PATIENCE}");
    witness.query_drop(limit).await.unwrap();
    witness.query_drop(DROP_TABLES).await.unwrap();
    let mut runner = migrations.runner();
    if direction == "down" {
        let _ = migrations.apply(&mut witness).await.unwrap();
        runner = runner.down_all();
    }
    let pool = matches!(place, Place::Pool | Place::PoolWithoutReset).then(|| {
        let constraints = PoolConstraints::new(1, 1).unwrap();
        let opts = PoolOpts::new().with_constraints(constraints);
        let opts = opts.with_reset_connection(matches!(place, Place::Pool));
        Pool::new(OptsBuilder::from_opts(Opts::from_url(url).unwrap()).pool_opts(opts))
    });
    let mut connection = match &pool {
        Some(pool) => pool.get_conn().await.unwrap(),
        None => Conn::from_url(url).await.unwrap(),
    };
    let is_done = {
        let mut run = pin!(runner.apply(&mut connection));
        let mut left = polls;
        poll_fn(|context| match left.checked_sub(1) {
            None => Poll::Ready(false),
            Some(fewer) => {
                left = fewer;
                let polled = run.as_mut().poll(context);
                if polled.is_pending() && left == 0 {
                    return Poll::Ready(false);
                }
                polled.map(|result| {
                    let _ = result.unwrap();
                    true
                })
            }
        })
        .await
    };
    let what = format!("{place:?}, {direction}, after {polls} polls");
    match pool {
        Some(pool) => {
            drop(connection);
            let mut next = pool.get_conn().await.unwrap();
            assert_clean(&mut next, &what).await;
            assert_free(&mut witness, &what).await;
            drop(next);
            pool.disconnect().await.unwrap();
        }
        None => {
            let kept = matches!(place, Place::Kept).then_some(connection);
            assert_free(&mut witness, &what).await;
            drop(kept);
        }
    }
    witness.disconnect().await.unwrap();
    is_done
}

/// What comes out of the pool next is in step with its server, in no transaction, and has no lock.
async fn assert_clean(next: &mut Conn, what: &str) {
    let answer: Option<(u8, u8, Option<u8>)> = next
        .query_first(format!(
            "SELECT 42, {}, IS_USED_LOCK({LOCK}) = CONNECTION_ID()",
            in_transaction()
        ))
        .await
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let (answer, in_transaction, has_lock) = answer.unwrap();
    assert_eq!((answer, in_transaction), (42, 0), "{what}");
    assert_ne!(has_lock, Some(1), "{what}");
}

/// What is 1 on a connection that is in a transaction: MySQL has no variable that says so.
fn in_transaction() -> &'static str {
    if servers::is_mysql() {
        "(SELECT COUNT(*) FROM performance_schema.events_transactions_current \
          WHERE thread_id = PS_CURRENT_THREAD_ID() AND state = 'ACTIVE' AND autocommit = 'NO')"
    } else {
        "@@in_transaction"
    }
}

/// Nobody has the lock, and nobody a transaction that keeps the tables.
async fn assert_free(witness: &mut Conn, what: &str) {
    let began = Instant::now();
    let is_free = format!("SELECT IS_FREE_LOCK({LOCK})");
    while witness.query_first(&is_free).await.unwrap() != Some(1) {
        assert!(
            began.elapsed() < Duration::from_secs(PATIENCE),
            "{what}: the lock is held"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let dropped = witness.query_drop(DROP_TABLES).await;
    dropped.unwrap_or_else(|error| panic!("{what}: {error}"));
}

/// Waits for every transaction that has read one of them.
const DROP_TABLES: &str = "DROP TABLE IF EXISTS migratory_history, a, b, c";

/// How long to wait for what the server does by itself, in seconds.
const PATIENCE: u64 = 5;

/// Statements with and without rows, one that takes its time, and a function that is awaited.
fn migrations(rows: u32) -> Migrations {
    let select = format!(
        "SELECT REPEAT('x', 1000) FROM information_schema.collations a, information_schema.collations b LIMIT {rows}"
    );
    let sql =
        |statements: &[&str]| Step::Sql(statements.iter().map(|it| (*it).to_owned()).collect());
    list([
        sql(&["CREATE TABLE a (id INT)", &select]),
        Step::Rust(in_rust),
        sql(&[
            "DO SLEEP(0.01)",
            "CREATE TABLE b (id INT)",
            "START TRANSACTION",
            "INSERT INTO b VALUES (1)",
            "COMMIT",
        ]),
    ])
}

fn in_rust(connection: &mut (dyn Any + Send)) -> Called<'_> {
    let Some(connection) = connection.downcast_mut::<Conn>() else {
        return Called::Ended(Err("it runs on `mysql_async`".into()));
    };
    Called::Pending(Box::pin(async {
        connection.query_drop("CREATE TABLE c (id INT)").await?;
        let mut transaction = connection.start_transaction(TxOpts::new()).await?;
        transaction.query_drop("INSERT INTO c VALUES (1)").await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        transaction.commit().await?;
        Ok(())
    }))
}
