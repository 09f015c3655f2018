//! The rules over real histories, and the names of findings over the code.

#[cfg(feature = "sqlite")]
#[path = "../corpus/mod.rs"]
mod corpus;
mod names;
#[cfg(feature = "sqlite")]
mod real;
