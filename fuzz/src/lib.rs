//! Fuzz targets for the build-time half of Migratory: `lexer`, `splitter`, `adapters`, `check`.
//!
//! They need `cargo install cargo-fuzz`, and a nightly toolchain for its sanitizers; `--sanitizer none` does without. From the
//! repository's root:
//!
//! ```text
//! fuzz/seed                                            # the golden texts become the seed corpora
//! cargo +nightly fuzz run check -- -max_len=4096       # until something is found
//! cargo +nightly fuzz tmin check fuzz/artifacts/check/crash-...
//! ```
//!
//! The first byte of an input chooses the dialect, the others are the file. What is found becomes a golden text. Without nightly, and in
//! every run of the tests, `build-support/tests/fuzz.rs` does the same with a fixed seed and without coverage.

use migratory_core::Dialect;

/// The dialect and the file that an input stands for.
pub fn file(data: &[u8]) -> Option<(Dialect, String)> {
    let (first, rest) = data.split_first()?;
    let dialect = match first % 3 {
        0 => Dialect::Sqlite,
        1 => Dialect::Postgres,
        _ => Dialect::Mysql,
    };
    Some((dialect, String::from_utf8_lossy(rest).into_owned()))
}
