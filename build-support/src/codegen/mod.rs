//! The last stage: a checked directory to Rust. It cannot fail.

/// Appends formatted text; writing to a string cannot fail.
macro_rules! put {
    ($code:expr, $($arguments:tt)*) => {
        let _ = write!($code, $($arguments)*);
    };
}

mod checked;
mod generate;
mod names;
mod schema;
mod written;

pub use checked::{Checked, Down, File, Migration, Proof, Repeatable, Script, Table, Timeouts};
pub use generate::{generate, rust_modules, stub};
pub use schema::schema;
pub use written::Written;
