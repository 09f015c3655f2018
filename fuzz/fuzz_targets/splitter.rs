//! Statements come in order and begin and end at characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use migratory_build::syntax::{split, tokenize};

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = migratory_fuzz::file(data) else {
        return;
    };
    let tokens = tokenize(dialect, &text);
    let mut end = 0;
    for statement in split(dialect, &text, &tokens).statements {
        assert!(statement.span.start >= end);
        assert!(!statement.span.of(&text).is_empty());
        end = statement.span.end;
    }
});
