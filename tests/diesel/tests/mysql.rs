//! The suite with diesel's `MysqlConnection`.

use diesel::MysqlConnection;
use migratory::Dialect;

diesel_clients::client!(MysqlConnection, Dialect::Mysql, TRIPS_OF_A_QUERY: usize = 2);
conformance::suite!(Diesel);
conformance::network!(Diesel);
conformance::table_lock!(Diesel);
diesel_clients::particular!(MysqlConnection, Dialect::Mysql);
