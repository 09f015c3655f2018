//! The suite with diesel's `PgConnection`.

use diesel::PgConnection;
use migratory::Dialect;

diesel_clients::client!(PgConnection, Dialect::Postgres, TELLS_CODES: bool = false);
conformance::suite!(Diesel);
conformance::network!(Diesel);
conformance::table_lock!(Diesel);
diesel_clients::particular!(PgConnection, Dialect::Postgres);
