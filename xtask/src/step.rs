use std::io::{BufRead, BufReader, Write};
use std::path::Path;
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

/// What a step does.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// Runs cargo with these arguments and environment.
    Cargo(
        &'static [&'static str],
        &'static [(&'static str, &'static str)],
    ),
    /// Runs `cargo test` with these arguments and counts what it says.
    Test(&'static [&'static str]),
    /// Calls a function with the workspace's folder.
    Call(fn(&Path) -> Result<Outcome, String>),
}

/// How a step that did not fail ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It passed; a few words for the summary.
    Passed(String),
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
        Action::Test(arguments) => test(root, arguments),
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

fn test(root: &Path, arguments: &[&str]) -> Result<Outcome, String> {
    let mut child = cargo(root)
        .arg("test")
        .args(arguments)
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
        return Err(format!(
            "`cargo test {}`: {status}; {total}",
            arguments.join(" ")
        ));
    }
    if total.passed == 0 {
        return Err("not one test ran".to_owned());
    }
    Ok(Outcome::Passed(total.to_string()))
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
    let failed = ended
        .iter()
        .filter(|(_, outcome, _)| outcome.is_err())
        .count();
    lines.push(match failed {
        0 => "all passed".to_owned(),
        _ => format!("{failed} of {} failed", ended.len()),
    });
    lines.join("\n")
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
