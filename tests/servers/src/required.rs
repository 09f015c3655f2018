use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;

use crate::programs::NotHere;

/// The file that is told which tests were not run; `cargo xtask test` sets it and prints what is in it.
const NOT_RUN: &str = "MIGRATORY_TESTS_NOT_RUN";

/// Set to anything by `cargo xtask ci`: every test runs or fails.
const REQUIRED: &str = "MIGRATORY_TESTS_NEED_SERVERS";

/// Takes a server out of a `Result<_, NotHere>`. Where it is not here, the test that this stands in ends, and it is told that it was not run.
///
/// ```
/// # fn test() {
/// let server = servers::require!(servers::shared_mariadb());
/// # }
/// ```
#[macro_export]
macro_rules! require {
    ($server:expr) => {
        match $server {
            Ok(server) => server,
            Err(not_here) => {
                struct Here;
                $crate::not_run(::std::any::type_name::<Here>(), &not_here);
                return;
            }
        }
    };
}

/// Tells that a test was not run: on the terminal, and in the summary of `cargo xtask test`. `place` is the path of an item inside the test.
///
/// # Panics
///
/// Under CI, where a test that is not run is a failure.
pub fn not_run(place: &str, not_here: &NotHere) {
    let line = format!("{}: {not_here}", test_of(place));
    let set = |name: &str| std::env::var_os(name);
    if is_required(set("CI").as_deref(), set(REQUIRED).as_deref()) {
        panic!("{line}, and under CI every test has to run");
    }
    // Written past the capture of the test harness, which shows nothing of a test that did not fail.
    let _ = writeln!(std::io::stderr(), "not run: {line}");
    let Some(file) = set(NOT_RUN) else { return };
    let file = OpenOptions::new().create(true).append(true).open(file);
    // One write, so that tests which end at the same moment do not mix their lines.
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
        .expect("the list of tests that were not run can be written");
}

/// `crate::module::test::{{closure}}::Here` is in `crate::module::test`.
fn test_of(place: &str) -> String {
    let parts = place.split("::").filter(|part| *part != "{{closure}}");
    let parts: Vec<&str> = parts.collect();
    parts[..parts.len().saturating_sub(1)].join("::")
}

fn is_required(ci: Option<&OsStr>, required: Option<&OsStr>) -> bool {
    required.is_some() || ci.is_some_and(|value| !value.is_empty() && value != "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_the_function_around_the_place() {
        for place in [
            "conformance::postgres::applies::Here",
            "conformance::postgres::applies::{{closure}}::Here",
        ] {
            assert_eq!(test_of(place), "conformance::postgres::applies");
        }
    }

    #[test]
    fn under_ci_a_server_is_required() {
        for (ci, required, expected) in [
            (None, None, false),
            (Some(""), None, false),
            (Some("false"), None, false),
            (Some("true"), None, true),
            (Some("1"), None, true),
            (None, Some("1"), true),
        ] {
            let found = is_required(ci.map(OsStr::new), required.map(OsStr::new));
            assert_eq!(found, expected, "CI={ci:?} required={required:?}");
        }
    }
}
