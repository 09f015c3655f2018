//! The last stage: a checked directory to Rust. It cannot fail.

mod checked;
mod generate;
mod names;

pub use checked::{
    Checked, Down, File, Locked, Migration, Proof, Repeatable, Script, Table, Timeouts,
};
pub use generate::{generate, rust_modules, schema, stub};
