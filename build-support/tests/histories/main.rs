//! The build side over real histories: nothing that the real engine took is an error here, and what it refused is one.

#[path = "../corpus/mod.rs"]
mod corpus;
mod findings;
mod modelled;
mod sqlite;
mod verdict;
mod witness;
