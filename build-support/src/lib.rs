//! Checks SQL migrations at build time: for build scripts, the macros and the command line of Migratory.

pub mod syntax;
