//! A simulated world in which runs are crashed, failed, dropped and interleaved at every step.
//!
//! A [`World`] is one database in memory, with any number of connections. What is in it is a [`State`]: the history
//! table, SQLite's `user_version`, and how often each statement ran. It understands a step by its purpose and its bound
//! values and parses no SQL; a statement of a migration is a word whose effect is to be counted. The families differ as
//! the real ones do, as far as a run can notice:
//!
//! | | SQLite | PostgreSQL | MySQL |
//! |---|---|---|---|
//! | a definition in a transaction | is part of it | is part of it | commits it |
//! | a second writer | is told that it is busy | is let in | is let in |
//! | an error in a transaction | leaves it open, or ends it | aborts it | leaves it open; a deadlock ends it |
//! | a commit with no transaction | is an error | is none | is none |
//! | the lock | is the transaction | is asked for | is waited for in the server |
//!
//! On PostgreSQL and MySQL the lock is one of the session, or a row that its holder holds for a time: a [`Family`] is a dialect and a lock.
//!
//! A [`Scenario`] is a line of `scenarios.txt`. [`drive`](drive()) plays the driver of a [`Session`](migratory_core::Session)
//! and lets one [`Trouble`] happen at one step; [`Crowd`] plays several drivers whose steps a seeded scheduler
//! interleaves. After every change of what is committed the [`Law`] is asked: history and effects agree statement by
//! statement, the chain is the sum of its rows, `user_version` says the same, and no rebuild cascades. That is what a
//! process that dies at that moment leaves behind.
//!
//! Nothing here is random between two runs of the tests: every seed is in the source.

mod crowd;
mod drive;
mod family;
mod lease;
mod ledger;
mod random;
mod scenario;
mod state;
mod table;
mod truth;
mod words;
mod world;

pub use crowd::{Crowd, Member};
pub use drive::{Run, Trouble, When, classes, drive};
pub use family::{FAMILIES, Family};
pub use ledger::Ledger;
pub use random::Random;
pub use scenario::{Ending, Scenario, Stage, report};
pub use state::State;
pub use table::Table;
pub use truth::{Law, Next, Standing, Subject, expect};
pub use words::{migrations, options};
pub use world::World;
