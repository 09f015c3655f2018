//! The suite with `sqlx-sqlite`.

mod sqlx;

use ::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use ::sqlx::{ConnectOptions, SqliteConnection, SqlitePool};
use migratory::Dialect;
use sqlx::client;

client!(Connection: [mut] SqliteConnection, SqliteConnection, Dialect::Sqlite, |place| async move {
    options(place).connect().await
});
client!(Pool: [] SqlitePool, SqliteConnection, Dialect::Sqlite, |place| {
    SqlitePoolOptions::new().max_connections(1).connect_with(options(place))
});

conformance::suite!(async Connection);

#[test]
fn migrations_in_rust_get_the_connection_of_a_pool() {
    conformance::judge(
        "migrations_in_rust_get_the_connection_of_a_pool",
        conformance::scenarios::<Pool>("rust"),
    );
}

#[test]
fn a_run_on_a_pool_that_is_dropped_gives_everything_back() {
    conformance::judge(
        "a_run_on_a_pool_that_is_dropped_gives_everything_back",
        conformance::dropped::<Pool>(conformance::Lock::OfSession),
    );
}

fn options(place: String) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(place)
        .create_if_missing(true)
}
