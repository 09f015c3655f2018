//! The vocabulary and the decisions of Migratory: migrations, history, plan and session, without dependencies and without I/O.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod chain;
mod checksum;
mod content;
mod dialect;
mod migration;
mod script;
mod version;

pub use chain::{Chain, link_of, link_text, repeatable_key_of};
pub use checksum::Checksum;
pub use content::content_digest;
pub use dialect::Dialect;
pub use migration::{
    Down, ForeignKeys, Migration, Migrations, Repeatable, Timeouts, TransactionMode,
};
pub use script::{RustCall, RustFunction, Script, Sql, Statement, pack};
pub use version::Version;
