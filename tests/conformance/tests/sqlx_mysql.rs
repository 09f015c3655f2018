//! The suite with `sqlx-mysql`.

mod sqlx;

use ::sqlx::mysql::MySqlPoolOptions;
use ::sqlx::{Connection as _, MySqlConnection, MySqlPool};
use migratory::Dialect;
use sqlx::client;

client!(Connection: [mut] MySqlConnection, MySqlConnection, Dialect::Mysql, |place: String| async move {
    MySqlConnection::connect(&place).await
}, gives_back = false);
client!(Pool: [] MySqlPool, MySqlConnection, Dialect::Mysql, |place: String| async move {
    MySqlPoolOptions::new().max_connections(1).connect(&place).await
});

conformance::suite!(async Connection);
conformance::network!(Connection);
conformance::table_lock!(Connection);
sqlx::interrupted!(Connection);

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
