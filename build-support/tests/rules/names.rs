//! Every finding has a name that `explain`, `allow(...)` and `[levels]` know.

use std::fs;
use std::path::Path;

use migratory_build::rules::known;

/// What stands before a finding's name in the code.
const OPENINGS: [&str; 4] = ["error(", "Level::Deny,", "Level::Warn,", "Level::Note,"];

/// The stages whose checks the rules list.
const STAGES: [&str; 5] = ["discover", "syntax", "engine", "rules", "check"];

#[test]
fn every_finding_has_a_known_name() {
    let mut seen = 0;
    let mut unknown = Vec::new();
    for stage in STAGES {
        each_source(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(stage),
            &mut |text| {
                for name in OPENINGS
                    .iter()
                    .flat_map(|opening| names_after(text, opening))
                {
                    seen += 1;
                    if known(name).is_none() {
                        unknown.push(name.to_owned());
                    }
                }
            },
        );
    }
    unknown.sort();
    unknown.dedup();
    assert!(
        seen > 30,
        "the code has changed its ways: only {seen} names found"
    );
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// The kebab-case literals that directly follow an opening.
fn names_after<'t>(text: &'t str, opening: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(opening).skip(1).filter_map(|rest| {
        let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let kebab = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        (kebab && name.contains('-')).then_some(name)
    })
}

fn each_source(path: &Path, look: &mut impl FnMut(&str)) {
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&fs::read_to_string(&path).unwrap());
        }
    }
}
