//! Checks SQL migrations at build time: for build scripts, the macros and the command line of Migratory.

pub mod catalog;
#[cfg(feature = "sqlite")]
pub mod check;
pub mod codegen;
pub mod diagnostic;
pub mod discover;
#[cfg(feature = "sqlite")]
pub mod engine;
pub mod fs;
pub mod inspect;
pub mod lock;
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
