//! The suite with diesel's `SqliteConnection`.

use diesel::SqliteConnection;
use migratory::Dialect;

diesel_clients::client!(SqliteConnection, Dialect::Sqlite);
conformance::suite!(Diesel);
diesel_clients::particular!(SqliteConnection, Dialect::Sqlite);
