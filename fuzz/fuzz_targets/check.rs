//! The whole check, the file going up and going down.
#![no_main]

use libfuzzer_sys::fuzz_target;
use migratory_build::check::check;
use migratory_build::discover::{Config, File, Source};

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = migratory_fuzz::file(data) else {
        return;
    };
    let file = |name: &str| File::new(name, text.as_str());
    let scripts = [(file("0001_up.sql"), Some(file("0001_down.sql")))];
    let source = Source::from_scripts(Config::new(dialect), "migrations", scripts);
    for diagnostic in check(&source).diagnostics {
        if let Some(span) = diagnostic.place.and_then(|place| place.span) {
            assert!(text.get(span.start..span.end).is_some());
        }
    }
});
