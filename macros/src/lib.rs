//! The procedural macros of Migratory.
