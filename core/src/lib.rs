//! The vocabulary and the decisions of Migratory: migrations, history, plan and session, without dependencies and without I/O.
//!
//! A run is a conversation. The [`Session`] says the next [`Step`], whoever holds the database performs it and says what
//! came of it. Here it is held by hand, on a database that is imagined:
//!
//! ```
//! use migratory_core::{
//!     Class, Dialect, Down, Migration, Migrations, Moment, Options, Outcome, Reply, Script, Session, Step, Value, Version,
//! };
//!
//! static VERSIONED: [Migration; 1] = [Migration::new(
//!     Version::new(1, 4),
//!     "create_users",
//!     "sha256:ab",
//!     0x5eed,
//!     Script::sql("migrations/0001_create_users.sql", "1 CREATE TABLE users (id INTEGER PRIMARY KEY)\0"),
//!     Down::Missing,
//! )];
//! static MIGRATIONS: Migrations = Migrations::new(Dialect::Sqlite, &VERSIONED, &[]);
//!
//! let mut session = Session::new(&MIGRATIONS, Options::default());
//! let mut said = Vec::new();
//! loop {
//!     let reply = match session.step() {
//!         Step::Done => break,
//!         Step::Execute { sql, .. } => {
//!             said.push(sql.to_string());
//!             Reply::Done
//!         }
//!         // `PRAGMA user_version` of a new file.
//!         Step::Query { sql, .. } if sql.starts_with("PRAGMA") => Reply::Rows(vec![vec![Value::Integer(0)]]),
//!         // It has no history table yet.
//!         Step::Query { .. } => Reply::Failed { class: Class::MissingTable, message: "no such table".into() },
//!         Step::Call { .. } | Step::Wait(_) => Reply::Done,
//!     };
//!     let _ = session.reply(reply, Moment::default());
//! }
//!
//! assert_eq!(said[0], "BEGIN IMMEDIATE");
//! assert!(said[1].starts_with("CREATE TABLE IF NOT EXISTS \"migratory_history\""));
//! assert_eq!(said[2], "CREATE TABLE users (id INTEGER PRIMARY KEY)");
//! assert!(said[3].starts_with("INSERT INTO \"migratory_history\""));
//! assert_eq!(said[5], "COMMIT");
//!
//! let Ok(Outcome::Ran(report)) = session.finish() else { panic!("it ran") };
//! assert_eq!(report.entries()[0].label.to_string(), "0001_create_users");
//! ```
//!
//! Five nouns:
//!
//! - [`Migrations`]: what a program has; the build checked it, and the static list crosses into the binary.
//! - [`History`]: what a database says was applied, [`Row`] by row.
//! - [`Plan`], or a [`Refusal`]: what [`plan()`] makes of the two, a [`Goal`] and a [`Policy`].
//! - [`Session`]: how the plan is carried out, step by step, whatever fails on the way.
//! - [`Dialect`]: what the three database families say and can do differently.
//!
//! Nothing here opens a connection, reads a clock or a file, parses SQL, or computes a digest.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(test)]
extern crate std;

mod chain;
mod checksum;
mod content;
mod dialect;
mod direction;
#[cfg(test)]
mod fixtures;
mod history;
mod label;
mod migration;
mod plan;
mod record;
mod refusal;
mod row;
mod script;
mod session;
mod status;
mod value;
mod version;

pub use chain::{Chain, link_of, link_text, repeatable_key_of};
pub use checksum::Checksum;
pub use content::content_digest;
pub use dialect::{Capabilities, Dialect, LockKind, Table};
pub use direction::Direction;
pub use history::{Change, History};
pub use label::Label;
pub use migration::{
    Down, ForeignKeys, Migration, Migrations, Repeatable, Timeouts, TransactionMode,
};
pub use plan::{Action, Choice, Goal, Plan, Policy, Resolution, Resolvable, Resolve, plan};
pub use record::{Record, RustCalls, records};
pub use refusal::{Edited, Interrupted, NoWayDown, Recorded, Refusal};
pub use row::{Kind, Malformed, Row, RowState};
pub use script::{
    CallResult, Called, Difference, RustCall, RustFunction, Script, Sql, Statement, pack,
};
pub use session::{
    Class, Deed, Entry, Event, Failure, FailureKind, Fate, Heard, Joined, Lock, Moment, Options,
    Outcome, Place, Purpose, Reply, Report, Session, Step,
};
pub use status::{State, Status, Verdict, status, verify};
pub use value::Value;
pub use version::Version;
