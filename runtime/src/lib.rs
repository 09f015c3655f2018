//! SQL migrations, checked by the Rust compiler and run by a thin runtime.
// Without a driver there is nobody to run a session.
#![cfg_attr(not(feature = "rusqlite"), allow(dead_code, unused_imports))]

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
