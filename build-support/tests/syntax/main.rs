//! The lexer and the splitter, from the outside.

mod corpus;
mod golden;
#[path = "../corpus/mod.rs"]
mod histories;
#[cfg(feature = "postgres")]
mod postgres;
mod tiling;
