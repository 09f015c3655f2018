//! The last stage: a checked directory to Rust. It cannot fail.

mod checked;

pub use checked::{Checked, Down, File, Migration, Proof, Repeatable, Script, Table, Timeouts};
