//! SQL migrations, checked by the Rust compiler and run by a thin runtime.
//!
//! The macro [`migrations!`] reads a directory of SQL files in the build, checks it, and leaves a static list, which is applied
//! through the connection that the program already has. Here the list is made by hand, as the macro makes it from
//! `migrations/0001_users.sql`:
//!
//! ```
//! # #[cfg(feature = "rusqlite")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! mod db {
//!     use migratory::{Dialect, Down, Migration, Migrations, Script, Version};
//!
//!     static VERSIONED: [Migration; 1] = [Migration::new(
//!         Version::new(1, 4),
//!         "users",
//!         "sha256:4ac3",
//!         0x7bb0_5ee5_1f00_c0de,
//!         Script::sql("migrations/0001_users.sql", "1 CREATE TABLE users (id INTEGER PRIMARY KEY)\0"),
//!         Down::sql("migrations/0001_users.down.sql", "1 DROP TABLE users\0"),
//!     )];
//!     pub static MIGRATIONS: Migrations = Migrations::new(Dialect::Sqlite, &VERSIONED, &[]);
//! }
//!
//! let mut connection = rusqlite::Connection::open_in_memory()?;
//! println!("{}", db::MIGRATIONS.plan(&mut connection)?);
//!
//! let report = db::MIGRATIONS.apply(&mut connection)?;
//! assert_eq!(report.entries()[0].label.to_string(), "0001_users");
//! assert!(db::MIGRATIONS.apply(&mut connection)?.is_empty());
//!
//! let report = db::MIGRATIONS
//!     .runner()
//!     .down_all()
//!     .on_event(|event| println!("{event}"))
//!     .apply(&mut connection)?;
//! assert_eq!(report.entries().len(), 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "rusqlite"))]
//! # fn main() {}
//! ```
//!
//! Five nouns:
//!
//! - [`Migrations`]: the list, with the verbs `apply`, `plan`, `status` and `verify`.
//! - [`Runner`]: a run with settings, a goal and somebody who watches.
//! - [`Target`]: a connection, the client library's own type. Each client is a feature of this crate, and none is on by default:
//!   `rusqlite`, `postgres`, `tokio-postgres`, `mysql`, `mysql_async`, `sqlx-sqlite`, `sqlx-postgres` and `sqlx-mysql` for sqlx's
//!   connections and pools, and `diesel-sqlite`, `diesel-postgres` and `diesel-mysql` for diesel's connections.
//! - [`Report`]: what a run did; a [`Plan`] is what it would do, and [`Event`]s tell of it on the way.
//! - [`Error`]: what failed and where, what still stands, and the way out.
//!
//! It does not read SQL, and opens no file and no connection. It makes its own transactions and takes none. It never runs a
//! statement again by guess: what was interrupted outside of a transaction is for a person to look at, and to
//! [resolve](Runner::resolve).
// Without a driver there is nobody to run a session.
#![cfg_attr(
    not(any(
        feature = "rusqlite",
        feature = "postgres",
        feature = "tokio-postgres",
        feature = "mysql",
        feature = "mysql_async",
        feature = "sqlx-sqlite",
        feature = "sqlx-postgres",
        feature = "sqlx-mysql",
        feature = "diesel-sqlite",
        feature = "diesel-postgres",
        feature = "diesel-mysql"
    )),
    allow(dead_code, unused_imports)
)]

#[doc(hidden)]
pub mod __private;

mod drivers;
mod error;
mod identity;
mod migrations;
mod runner;
mod target;
// A driver that blocks uses one half of it, one that is awaited the other.
#[allow(dead_code, unused_imports)]
mod trace;

pub use error::Error;
pub use migrations::Migrations;
pub use migratory_core::{
    Action, CallResult, Called, Chain, Checksum, Choice, Deed, Dialect, Difference, Direction,
    Down, Edited, Entry, Event, Failure, FailureKind, Fate, ForeignKeys, Goal, Interrupted, Label,
    Migration, NoWayDown, Plan, Policy, Recorded, Refusal, Repeatable, Report, Resolution,
    Resolvable, Resolve, RustCall, Script, State, Statement, Status, Timeouts, TransactionMode,
    Verdict, Version, pack,
};
pub use runner::Runner;
pub use target::Target;

/// Checks a migrations directory and generates its typed list.
///
/// The path is relative to the package's `Cargo.toml`. It is called where items are, in a module of its own or at the top of a
/// file:
///
/// ```text
/// mod db {
///     migratory::migrations!("migrations");
/// }
/// ```
///
/// It gives `MIGRATIONS`, `enum Version` with a variant for each migration, and in test builds `mod migrations` with the tests of
/// order, lock, replay, reversibility and freshness. With `migrations!("migrations", schema)` it also gives `mod schema` with the
/// names of all tables and columns. With `crate = some::path` it names this crate by another path.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! migrations {
    ($($input:tt)*) => {
        $crate::__private::expand! { ($crate) $($input)* }
    };
}
