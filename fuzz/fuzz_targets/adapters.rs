//! Every statement becomes one of ours, whatever its parser makes of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use migratory_build::syntax::parse_text;

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = migratory_fuzz::file(data) else {
        return;
    };
    for statement in parse_text(dialect, &text) {
        assert!(!statement.span.of(&text).is_empty());
    }
});
