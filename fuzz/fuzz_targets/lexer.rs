//! Tokens tile the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use migratory_build::syntax::tokenize;

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = migratory_fuzz::file(data) else {
        return;
    };
    let mut end = 0;
    for token in tokenize(dialect, &text) {
        assert_eq!(token.span.start, end);
        end = token.span.end;
    }
    assert_eq!(end, text.len());
});
