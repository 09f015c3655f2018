//! Histories run on the real engine: golden cases, what the engine is fenced from, its image, and real histories.
#![cfg(feature = "sqlite")]

#[path = "../corpus/mod.rs"]
mod corpus;
mod fence;
mod golden;
mod history;
mod image;
mod real;
