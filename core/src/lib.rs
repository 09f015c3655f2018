//! The vocabulary and the decisions of Migratory: migrations, history, plan and session, without dependencies and without I/O.
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
pub use plan::{Action, Choice, Goal, Plan, Policy, plan};
pub use record::{Record, RustCalls};
pub use refusal::{Interrupted, NoWayDown, Recorded, Refusal};
pub use row::{Kind, Malformed, Row, RowState};
pub use script::{RustCall, RustFunction, Script, Sql, Statement, pack};
pub use session::{
    Class, Deed, Entry, Event, Failure, FailureKind, Fate, Heard, Moment, Options, Outcome, Place,
    Purpose, Reply, Report, Session, Step,
};
pub use status::{State, Status, Verdict, status, verify};
pub use value::Value;
pub use version::Version;
