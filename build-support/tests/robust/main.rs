//! No file is too large, too deep or too broken: the whole check answers, in time that grows with the file and no faster.
//!
//! Nothing here reads a clock to judge. Inputs are so large that work which grows with their square would run for minutes, and a watchdog
//! ends what does not come back. What each case took is printed for people (`--nocapture`).

mod inputs;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use migratory_build::check::{Coverage, check};
use migratory_build::diagnostic::Diagnostic;
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;

use inputs::{Answer, INPUTS, Input};

/// How long a case may run before it counts as hanging, on the slowest machine that runs it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Threads have no more where nobody asks for it.
const STACK: usize = 2 * 1024 * 1024;

/// What leaves the thread that checks: the catalog stays in it.
type Found = (Vec<Diagnostic>, Coverage);

#[test]
fn sqlite_is_checked_whatever_a_file_holds() {
    check_all(Dialect::Sqlite);
}

#[test]
fn postgres_is_checked_whatever_a_file_holds() {
    check_all(Dialect::Postgres);
}

#[test]
fn mysql_is_checked_whatever_a_file_holds() {
    check_all(Dialect::Mysql);
}

fn check_all(dialect: Dialect) {
    for input in INPUTS {
        let text = (input.text)(dialect);
        let length = text.len();
        let start = Instant::now();
        let found = watched(dialect, input, text);
        println!(
            "{dialect:?} {:<40} {length:>9} bytes {:>8.3} s",
            input.name,
            start.elapsed().as_secs_f64()
        );
        judge(dialect, input, &found);
    }
}

fn watched(dialect: Dialect, input: &Input, text: String) -> Found {
    let (answer, answered) = channel();
    let run = move || {
        let scripts = [(File::new("0001_input.sql", text), None)];
        let source = Source::from_scripts(Config::new(dialect), "migrations", scripts);
        // Nobody listens any more where the watchdog has spoken.
        let checkup = check(&source);
        let _ = answer.send((checkup.diagnostics, checkup.coverage));
    };
    let thread = thread::Builder::new().stack_size(STACK);
    thread.spawn(run).expect("a thread starts");
    match answered.recv_timeout(PATIENCE) {
        Ok(found) => found,
        Err(RecvTimeoutError::Timeout) => panic!("{dialect:?}: {} hangs", input.name),
        Err(RecvTimeoutError::Disconnected) => panic!("{dialect:?}: {} panics", input.name),
    }
}

fn judge(dialect: Dialect, input: &Input, (diagnostics, coverage): &Found) {
    let errors: Vec<&str> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let shown = &errors[..errors.len().min(3)];
    let what = input.name;
    match input.answer {
        Answer::Understood => assert!(
            errors.is_empty() && coverage.statements > 0 && coverage.unknown == 0,
            "{dialect:?}: {what}: {shown:?}, {coverage:?}"
        ),
        Answer::Refused => assert!(!errors.is_empty(), "{dialect:?}: {what} passes"),
        Answer::Any => assert!(
            coverage.statements > 0 || !diagnostics.is_empty(),
            "{dialect:?}: {what} is passed over in silence"
        ),
    }
}
