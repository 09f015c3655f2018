//! The vocabulary and the decisions of Migratory: migrations, history, plan and session, without dependencies and without I/O.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod dialect;

pub use dialect::Dialect;
