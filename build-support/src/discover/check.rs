//! Checks that are no rules: they look at files and their names, not at statements.

use super::{CONFIG_FILE, Config};
use crate::diagnostic::{Diagnostic, Level};

/// A check outside the rules, as `[levels]` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name; [`Diagnostic::code`] of its findings.
    pub code: &'static str,
    /// What it finds, in a few words.
    pub finds: &'static str,
    /// Whether `[levels]` can change its level. Where later stages cannot work with what was found, it cannot.
    pub adjustable: bool,
}

/// The checks of this stage. Together with the rules and the checks of the lock they are the names that `[levels]` may use.
pub const CHECKS: &[Check] = &[
    Check {
        code: "bad-config",
        finds: "a `migratory.toml` that cannot be obeyed: unknown keys, wrong types, broken TOML",
        adjustable: false,
    },
    Check {
        code: "bad-encoding",
        finds: "a file that is not UTF-8, or has a NUL byte",
        adjustable: false,
    },
    Check {
        code: "bad-file-name",
        finds: "a file whose name fits no pattern",
        adjustable: false,
    },
    Check {
        code: "duplicate-version",
        finds: "two migrations with one version; `01` and `1` are the same",
        adjustable: false,
    },
    Check {
        code: "empty-migration",
        finds: "a file with nothing in it",
        adjustable: false,
    },
    Check {
        code: "future-timestamp",
        finds: "a version that is a date in the future",
        adjustable: true,
    },
    Check {
        code: "mixed-version-styles",
        finds: "sequential numbers and dates in one directory",
        adjustable: true,
    },
    Check {
        code: "no-migrations",
        finds: "a directory without any migration",
        adjustable: true,
    },
    Check {
        code: "orphan-down",
        finds: "a `.down.sql` without its `.up.sql`",
        adjustable: false,
    },
    Check {
        code: "parity",
        finds: "a directory that is out of step with one of the same application in another dialect",
        adjustable: true,
    },
    Check {
        code: "stray-folder",
        finds: "a folder other than `seeds`",
        adjustable: false,
    },
    Check {
        code: "unreadable-file",
        finds: "a file or folder that cannot be read",
        adjustable: false,
    },
    Check {
        code: "version-gap",
        finds: "a missing number in a sequence",
        adjustable: true,
    },
    Check {
        code: "wrong-timestamp",
        finds: "a version that looks like a date and is none, such as month 13",
        adjustable: true,
    },
];

impl Config {
    /// The levels of `migratory.toml` that ask for what cannot be: a check that always fails the build at another level.
    pub fn fixed_levels(&self, checks: &[Check]) -> Vec<Diagnostic> {
        let fixed = checks.iter().filter(|check| !check.adjustable);
        let lowered = fixed.filter(|check| {
            let level = self.levels.get(check.code);
            level.is_some_and(|level| *level != Level::Deny)
        });
        lowered
            .map(|check| {
                let message = format!("`{}` always fails the build", check.code);
                Diagnostic::error("bad-config", message)
                    .at(
                        CONFIG_FILE,
                        self.level_spans.get(check.code).copied(),
                        "fixed",
                    )
                    .note(format!("it finds {}", check.finds))
                    .help("remove the line")
            })
            .collect()
    }

    /// The findings at the levels of `migratory.toml`: a check's own level there, else that of the group `history`, which all checks
    /// belong to. What is then allowed is left out.
    pub fn adjust(&self, checks: &[Check], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let set = |code: &str| {
            let adjustable = checks
                .iter()
                .any(|check| check.adjustable && check.code == code);
            let level = self.levels.get(code).or_else(|| self.levels.get("history"));
            level.copied().filter(|_| adjustable)
        };
        found
            .into_iter()
            .map(|mut diagnostic| {
                diagnostic.level = set(&diagnostic.code).unwrap_or(diagnostic.level);
                diagnostic
            })
            .filter(|diagnostic| diagnostic.level != Level::Allow)
            .collect()
    }
}
