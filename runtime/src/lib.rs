//! SQL migrations, checked by the Rust compiler and run by a thin runtime.
// Without a driver there is nobody to run a session.
#![cfg_attr(not(feature = "rusqlite"), allow(dead_code, unused_imports))]

#[doc(hidden)]
pub mod __private;

mod drivers;
mod error;
mod identity;
mod migrations;
mod runner;
mod target;

pub use error::Error;
pub use migrations::Migrations;
pub use migratory_core::{
    Action, Chain, Checksum, Choice, Deed, Dialect, Direction, Down, Entry, Event, Failure,
    FailureKind, Fate, ForeignKeys, Goal, Interrupted, Label, Migration, NoWayDown, Plan, Policy,
    Recorded, Refusal, Repeatable, Report, RustCall, Script, State, Statement, Status, Timeouts,
    TransactionMode, Verdict, Version, pack,
};
pub use runner::Runner;
pub use target::Target;

/// Checks a migrations directory and generates its typed list.
///
/// The path is relative to the package's `Cargo.toml`. It is called where items are, in a module of its own or at the top of a
/// file:
///
/// ```ignore
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
