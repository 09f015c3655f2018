use std::path::Path;
use std::process::{Command, Stdio};

use crate::step::{self, Outcome, cargo, succeed};

/// A C library that diesel's connections of a database need.
pub(crate) struct Library {
    /// The feature of `tests/diesel`, and the name of its tests.
    pub(crate) database: &'static str,
    name: &'static str,
    /// Names that pkg-config may know it by.
    known_as: &'static [&'static str],
}

const LIBRARIES: &[Library] = &[
    Library {
        database: "mysql",
        name: "libmysqlclient",
        known_as: &["libmariadb", "mysqlclient", "perconaserverclient"],
    },
    Library {
        database: "postgres",
        name: "libpq",
        known_as: &["libpq"],
    },
];

const FOLDER: &str = "tests/diesel";

/// The suite with diesel's connections, as far as their C libraries are here.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    test(root, &[])
}

/// The same, and what is missing is a failure.
pub(crate) fn run_whole(root: &Path) -> Result<Outcome, String> {
    match missing().next() {
        Some(library) => Err(library.not_here()),
        None => test(root, &[("MIGRATORY_TESTS_NEED_SERVERS", "1")]),
    }
}

/// The libraries that are not here.
pub(crate) fn missing() -> impl Iterator<Item = &'static Library> {
    LIBRARIES.iter().filter(|library| !library.is_here())
}

impl Library {
    fn is_here(&self) -> bool {
        self.known_as.iter().any(|name| {
            Command::new("pkg-config")
                .args(["--exists", name])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
    }

    /// What to say of it.
    pub(crate) fn not_here(&self) -> String {
        format!("pkg-config knows no {}", self.name)
    }
}

fn test(root: &Path, environment: &[(&str, &str)]) -> Result<Outcome, String> {
    let folder = root.join(FOLDER);
    let target = root.join("target/diesel");
    let missing: Vec<&Library> = missing().collect();
    if std::env::var_os("CI").is_some()
        && let Some(library) = missing.first()
    {
        return Err(library.not_here());
    }
    let features = features(&missing);
    let features = ["--no-default-features", "--features", &features];
    let own_cargo = || {
        let mut command = cargo(&folder);
        command.env("CARGO_TARGET_DIR", &target);
        command
    };
    succeed(own_cargo().args(["fmt", "--check"]))?;
    let clippy = ["clippy", "--quiet", "--all-targets"];
    let denied = ["--", "-D", "warnings"];
    succeed(own_cargo().args(clippy).args(features).args(denied))?;
    let mut command = own_cargo();
    command.args(["test", "--no-fail-fast"]).args(features);
    let outcome = step::test(root, command.envs(environment.iter().copied()))?;
    Ok(with_missing(outcome, &missing))
}

fn features(missing: &[&Library]) -> String {
    let here = |name: &&str| missing.iter().all(|library| library.database != *name);
    let names = ["sqlite", "postgres", "mysql"].into_iter().filter(here);
    names.collect::<Vec<_>>().join(",")
}

/// The tests of a library that is not here were not run.
fn with_missing(outcome: Outcome, missing: &[&Library]) -> Outcome {
    let mut lines: Vec<String> = missing
        .iter()
        .map(|library| {
            format!(
                "{FOLDER}/tests/{}.rs: {}",
                library.database,
                library.not_here()
            )
        })
        .collect();
    match outcome {
        Outcome::Passed(said) if lines.is_empty() => Outcome::Passed(said),
        Outcome::Passed(said) => Outcome::Partly(said, lines),
        Outcome::Partly(said, more) => {
            lines.extend(more);
            Outcome::Partly(said, lines)
        }
        Outcome::NotRun(reason) => Outcome::NotRun(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_here_is_told_and_its_tests_are_not_built() {
        let libpq = &LIBRARIES[1];
        assert_eq!(features(&[libpq]), "sqlite,mysql");
        let outcome = with_missing(Outcome::Passed("14 passed".to_owned()), &[libpq]);
        let line = "tests/diesel/tests/postgres.rs: pkg-config knows no libpq";
        let expected = Outcome::Partly("14 passed".to_owned(), vec![line.to_owned()]);
        assert_eq!(outcome, expected);
        let whole = Outcome::Passed("50 passed".to_owned());
        assert_eq!(
            with_missing(whole, &[]),
            Outcome::Passed("50 passed".to_owned())
        );
    }
}
