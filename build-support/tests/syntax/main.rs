//! The lexer and the splitter, from the outside.

mod corpus;
mod golden;
mod tiling;
