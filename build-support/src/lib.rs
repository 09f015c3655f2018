//! Checks SQL migrations at build time: for build scripts, the macros and the command line of Migratory.
//!
//! A build script needs one line, [`migrations`]; the macro takes its result. Other tools call the stages themselves:
//!
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
//! use migratory_build::check::check;
//! use migratory_build::discover::{Config, File, Source};
//! use migratory_core::Dialect;
//!
//! let source = Source::from_scripts(
//!     Config::new(Dialect::Sqlite),
//!     "migrations",
//!     [
//!         (File::new("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);"), None),
//!         (File::new("0002_index.sql", "CREATE INDEX users_email ON users (emial);"), None),
//!     ],
//! );
//! let found = check(&source).diagnostics;
//! assert_eq!(found[0].code, "unknown-column");
//! assert_eq!(found[0].helps, ["a column with a similar name exists: `email`"]);
//! ```
//!
//! Five nouns:
//!
//! - [`Source`](discover::Source): a directory as it was found, its files sorted into migrations.
//! - [`Statement`](syntax::ir::Statement): what a piece of SQL says, whichever parser read it, each name with its [`Span`].
//! - [`Catalog`](catalog::Catalog): the schema at one point of the history; a [`Change`](catalog::Change) is what a statement does to it.
//! - [`Diagnostic`](diagnostic::Diagnostic): a finding, as data until the very end.
//! - [`Checked`](codegen::Checked): a directory that passed, the only thing that code is generated from.
//!
//! It changes no file but `migratory.lock`, and that only when asked; it connects to no database but its own in memory; and a
//! statement it cannot interpret is passed on with a warning, never called wrong.

pub mod catalog;
pub mod check;
pub mod codegen;
pub mod diagnostic;
pub mod discover;
#[cfg(feature = "sqlite")]
pub mod engine;
pub mod fs;
pub mod inspect;
pub mod lock;
pub mod model;
pub mod parity;
pub mod rules;
pub mod syntax;

mod build_script;
mod expand;
#[cfg(test)]
mod fixture;
mod nearest;
mod outcome;
mod span;

pub use build_script::migrations;
pub use expand::expand;
pub use nearest::nearest;
pub use span::Span;
