//! The house's rules that rustc and clippy do not know, as functions of the files' text.

mod invariants;
mod manifests;
mod modules;
mod rules;
mod text;
mod tree;

use std::fmt;
use std::path::Path;

use crate::step::Outcome;
use tree::Tree;

/// A check: its name, and what it finds.
type Check = (&'static str, fn(&Tree) -> Vec<Finding>);

/// Every check there is; invariants in ARCHITECTURE.md may name them.
const CHECKS: &[Check] = &[
    (
        "crates-know-only-what-is-below",
        manifests::crates_know_only_what_is_below,
    ),
    ("core-has-no-dependency", manifests::core_has_no_dependency),
    (
        "runtime-depends-on-clients-only",
        manifests::runtime_depends_on_clients_only,
    ),
    ("core-modules-point-down", modules::core_modules_point_down),
    ("stages-point-back", modules::stages_point_back),
    ("only-fs-opens-files", modules::only_fs_opens_files),
    ("rules-are-complete", rules::rules_are_complete),
    ("no-stubs", text::no_stubs),
    ("no-machine-paths", text::no_machine_paths),
    ("files-are-short", text::files_are_short),
    ("names-say-what", text::names_say_what),
    ("invariants-name-tests", invariants::invariants_name_tests),
];

/// Something that is not as the house wants it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; `None` where the file as a whole is meant.
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn new(path: &str, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: line.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Runs every check over the workspace.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    let tree = Tree::read(root)?;
    let findings: Vec<String> = CHECKS
        .iter()
        .flat_map(|(name, check)| {
            check(&tree)
                .into_iter()
                .map(move |finding| format!("{finding} [{name}]"))
        })
        .collect();
    if findings.is_empty() {
        Ok(Outcome::Passed(format!("{} checks", CHECKS.len())))
    } else {
        Err(findings.join("\n"))
    }
}

/// Runs one check on made-up files and compares what it prints.
#[cfg(test)]
fn expect(check: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> = check(&Tree::of(files))
        .iter()
        .map(Finding::to_string)
        .collect();
    assert_eq!(found, expected);
}
