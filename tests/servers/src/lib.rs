//! Real database servers for tests: private, quick to start, and gone with the program that started them.
//!
//! ```
//! fn a_query_is_answered() {
//!     let server = servers::require!(servers::shared_postgres());
//!     let database = server.database("query");
//!     println!("connect to {}", database.url());
//! }
//! # a_query_is_answered();
//! ```
//!
//! Seven nouns:
//!
//! - [`Server`]: a running server with its own directory, socket and port on the loopback interface.
//! - [`Database`]: one test's own database in it, dropped with the value.
//! - [`Galera`]: three servers that are one cluster.
//! - [`Counter`]: stands before a server and counts the round trips of its clients.
//! - [`NotHere`]: why this machine cannot start a server: its programs are not installed.
//! - [`require!`]: takes a server, or ends the test and says that it was not run.
//! - The watchdog: a shell that ends the server when the program that started it is gone, be it by SIGKILL.
//!
//! It installs nothing (`cargo xtask test` does), and it never touches a server that it did not start.

#![cfg(unix)]

mod counter;
mod database;
mod galera;
mod mariadb;
mod mysql;
mod pgbouncer;
mod place;
mod postgres;
mod programs;
mod required;
mod server;
mod software;
mod watchdog;

pub use counter::Counter;
pub use database::Database;
pub use galera::{Galera, galera, shared_galera};
pub use mariadb::{mariadb, shared_mariadb};
pub use mysql::{is_mysql, mysql, shared_mysql};
pub use pgbouncer::{pgbouncer, shared_pgbouncer};
pub use postgres::{postgres, shared_postgres};
pub use programs::NotHere;
pub use required::not_run;
pub use server::Server;
