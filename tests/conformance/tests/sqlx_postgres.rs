//! The suite with `sqlx-postgres`.

mod sqlx;

use ::sqlx::postgres::PgPoolOptions;
use ::sqlx::{Connection as _, PgConnection, PgPool};
use migratory::Dialect;
use sqlx::client;

client!(Connection: [mut] PgConnection, PgConnection, Dialect::Postgres, |place: String| async move {
    PgConnection::connect(&place).await
});
client!(Pool: [] PgPool, PgConnection, Dialect::Postgres, |place: String| async move {
    PgPoolOptions::new().max_connections(1).connect(&place).await
});

conformance::suite!(async Connection);
conformance::network!(Connection);
conformance::table_lock!(async Connection);
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
