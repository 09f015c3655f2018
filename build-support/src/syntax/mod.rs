//! The second stage: text to statements with spans, and statements to our own syntax tree.

pub mod ir;

mod script;

pub use script::{Down, Outcome, Parsed, Script, Settings, Sql, Waiver};
