//! The project's own tasks: `cargo xtask ci|test|tidy|new-rule|docs`.

fn main() {}
