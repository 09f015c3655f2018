//! What generated code names. It is no interface for people and may change with every release.

mod call;
mod deferred;
#[cfg_attr(not(feature = "rusqlite"), allow(dead_code, unused_imports))]
mod rehearsal;
pub mod test;

pub use crate::{Dialect, Migration, Migrations, Repeatable, Script, Timeouts, Version};
pub use call::{RustMigration, call};
pub use deferred::Deferred;
#[cfg(feature = "macros")]
pub use migratory_macros::migrations as expand;

/// The fingerprint at `index` of a string that holds 16 characters for each; one that the build does not know is all `?`.
pub fn fingerprint(all: &'static str, index: usize) -> Option<&'static str> {
    let text = all.get(index * 16..index * 16 + 16)?;
    (!text.starts_with('?')).then_some(text)
}
