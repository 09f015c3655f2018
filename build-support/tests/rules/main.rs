//! The rules over real histories, and the names of findings over the code.

#[cfg(feature = "sqlite")]
mod corpus;
mod names;
