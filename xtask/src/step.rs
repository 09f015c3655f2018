use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// One thing that has to pass.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// As the summary calls it.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) action: Action,
}

type Arguments = &'static [&'static str];
type Environment = &'static [(&'static str, &'static str)];

/// What a step does.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// Runs cargo with these arguments and environment.
    Cargo(Arguments, Environment),
    /// Runs `cargo test` with these arguments and environment, and counts what it says.
    Test(Arguments, Environment),
    /// Calls a function with the workspace's folder.
    Call(fn(&Path) -> Result<Outcome, String>),
}

/// How a step that did not fail ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It passed; a few words for the summary.
    Passed(String),
    /// It passed without some of its tests; a few words for the summary, and a line for each of them.
    Partly(String, Vec<String>),
    /// It could not be run here, and why.
    NotRun(String),
}

/// Runs every step, also after one that failed, and prints a summary. The exit code tells whether all passed.
pub(crate) fn run(root: &Path, steps: &[Step]) -> ExitCode {
    let mut ended = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n=> {} ({} of {})", step.name, index + 1, steps.len());
        let begin = Instant::now();
        let outcome = perform(root, step.action);
        if let Err(problem) = &outcome {
            eprintln!("{problem}");
        }
        ended.push((step.name, outcome, begin.elapsed()));
    }
    println!("\n{}", summary(&ended));
    if ended.iter().all(|(_, outcome, _)| outcome.is_ok()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn perform(root: &Path, action: Action) -> Result<Outcome, String> {
    match action {
        Action::Cargo(arguments, environment) => {
            let status = cargo(root)
                .args(arguments)
                .envs(environment.iter().copied())
                .status()
                .map_err(|error| format!("failed to start cargo: {error}"))?;
            if status.success() {
                Ok(Outcome::Passed(String::new()))
            } else {
                Err(format!("`cargo {}`: {status}", arguments.join(" ")))
            }
        }
        Action::Test(arguments, environment) => test(
            root,
            cargo(root)
                .arg("test")
                .args(arguments)
                .envs(environment.iter().copied()),
        ),
        Action::Call(function) => function(root),
    }
}

/// Cargo as the workspace uses it, run from `folder`.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    // Set for this program by `cargo run`; for the next cargo they are noise that changes its fingerprints.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        }) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("failed to start {command:?}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}"))
    }
}

/// Runs cargo's tests and counts what they say.
pub(crate) fn test(root: &Path, command: &mut Command) -> Result<Outcome, String> {
    let list = NotRun::new(root)?;
    let mut child = command
        .env("MIGRATORY_TESTS_NOT_RUN", &list.path)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("failed to start cargo: {error}"))?;
    let mut total = Counts::default();
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout();
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| format!("failed to read what cargo says: {error}"))?;
            let line = String::from_utf8_lossy(&line);
            // A closed terminal is no reason to stop testing.
            let _ = writeln!(terminal, "{line}");
            if let Some(counts) = Counts::parse(&line) {
                total = total.plus(counts);
            }
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("failed to wait for cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{command:?}: {status}; {total}"));
    }
    if total.passed == 0 {
        return Err("not one test ran".to_owned());
    }
    Ok(total.without(list.read()?))
}

/// The file in which tests tell that they did not run, for want of a server.
struct NotRun {
    path: PathBuf,
}

impl NotRun {
    fn new(root: &Path) -> Result<Self, String> {
        let path = root.join("target/tests-not-run");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(format!("failed to remove `target/tests-not-run`: {error}"))
            }
            _ => Ok(Self { path }),
        }
    }

    /// Every test once, in order.
    fn read(&self) -> Result<Vec<String>, String> {
        let text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => {
                text.map_err(|error| format!("failed to read `target/tests-not-run`: {error}"))?
            }
        };
        let lines: BTreeSet<&str> = text.lines().collect();
        Ok(lines.into_iter().map(str::to_owned).collect())
    }
}

/// What the closing lines of cargo's tests add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Counts {
    /// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
    fn parse(line: &str) -> Option<Self> {
        let counts = line.trim().strip_prefix("test result: ")?;
        let of = |what: &str| {
            counts
                .split(['.', ';'])
                .find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
        };
        Some(Self {
            passed: of("passed")?,
            failed: of("failed")?,
            ignored: of("ignored")?,
        })
    }

    /// The harness of Rust knows no test that ends without having run, and counts it as passed.
    fn without(mut self, not_run: Vec<String>) -> Outcome {
        if not_run.is_empty() {
            return Outcome::Passed(self.to_string());
        }
        self.passed = self.passed.saturating_sub(not_run.len());
        Outcome::Partly(format!("{self}; {} not run", not_run.len()), not_run)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} passed; {} failed; {} ignored",
            self.passed, self.failed, self.ignored
        )
    }
}

type Ended = (&'static str, Result<Outcome, String>, Duration);

fn summary(ended: &[Ended]) -> String {
    let width = ended.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = ended
        .iter()
        .map(|(name, outcome, duration)| {
            let (word, detail) = match outcome {
                Ok(Outcome::Passed(detail)) => ("ok", detail.as_str()),
                Ok(Outcome::Partly(detail, _)) => ("partly", detail.as_str()),
                Ok(Outcome::NotRun(reason)) => ("not run", reason.as_str()),
                Err(_) => ("FAILED", ""),
            };
            let line = format!(
                "{name:width$}  {:6.1} s  {word:7}  {detail}",
                duration.as_secs_f64()
            );
            line.trim_end().to_owned()
        })
        .collect();
    let not_run = tests_not_run(ended);
    if !not_run.is_empty() {
        lines.push("not run:".to_owned());
        lines.extend(not_run.iter().map(|test| format!("  {test}")));
    }
    let failed = ended
        .iter()
        .filter(|(_, outcome, _)| outcome.is_err())
        .count();
    lines.push(match failed {
        0 if not_run.is_empty() => "all passed".to_owned(),
        0 => "all passed but for what was not run".to_owned(),
        _ => format!("{failed} of {} failed", ended.len()),
    });
    lines.join("\n")
}

fn tests_not_run(ended: &[Ended]) -> Vec<&str> {
    let lists = ended.iter().filter_map(|(_, outcome, _)| match outcome {
        Ok(Outcome::Partly(_, not_run)) => Some(not_run),
        _ => None,
    });
    lists.flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_cargo_test_add_up() {
        let output = "\
running 3 tests
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
some test result: of another kind
test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        let total = output
            .lines()
            .filter_map(Counts::parse)
            .fold(Counts::default(), Counts::plus);
        assert_eq!(total.to_string(), "13 passed; 2 failed; 1 ignored");
    }

    #[test]
    fn a_test_that_was_not_run_does_not_count_as_passed() {
        let total = Counts {
            passed: 10,
            ..Counts::default()
        };
        let not_run = ["conformance::postgres::applies: PostgreSQL is not installed"];
        let outcome = total.without(not_run.map(str::to_owned).to_vec());
        let ended = [
            (
                "servers",
                Ok(Outcome::NotRun("no apt-get".to_owned())),
                Duration::ZERO,
            ),
            ("test", Ok(outcome), Duration::from_secs(5)),
        ];
        let expected = "\
servers     0.0 s  not run  no apt-get
test        5.0 s  partly   9 passed; 0 failed; 0 ignored; 1 not run
not run:
  conformance::postgres::applies: PostgreSQL is not installed
all passed but for what was not run";
        assert_eq!(summary(&ended), expected);
    }

    #[test]
    fn the_summary_tells_what_passed_what_failed_and_what_was_not_run() {
        let ended = [
            (
                "format",
                Ok(Outcome::Passed(String::new())),
                Duration::from_millis(1300),
            ),
            (
                "wasm",
                Ok(Outcome::NotRun("no target".to_owned())),
                Duration::ZERO,
            ),
            (
                "test",
                Err("details were printed before".to_owned()),
                Duration::from_secs(61),
            ),
        ];
        let expected = "\
format     1.3 s  ok
wasm       0.0 s  not run  no target
test      61.0 s  FAILED
1 of 3 failed";
        assert_eq!(summary(&ended), expected);
    }
}
