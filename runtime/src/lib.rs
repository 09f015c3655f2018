//! SQL migrations, checked by the Rust compiler and run by a thin runtime.
