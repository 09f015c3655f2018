//! Real ways down, on the servers: what the check has against one is what the server does with it.
//!
//! Many of them are broken to begin with. A file counts as broken where the server refuses it, where it does not bring back the schema
//! that was there before its way up, and where the way up cannot be gone again behind it.

use std::collections::BTreeMap;

use migratory_build::check::check;
use migratory_build::syntax::{split, tokenize};
use migratory_core::Dialect;

use crate::Server;
use crate::corpus::{self, History, Seeded, Step, say};
use crate::findings::{errors, file, shown, source};

/// What a dialect's cases have to give.
pub(crate) struct Expected {
    pub(crate) dialect: Dialect,
    pub(crate) name: &'static str,
    pub(crate) cases: usize,
}

/// Checks every history that has its own ways down, and asks the server about each file that has an error.
pub(crate) fn confirm(expected: &Expected, server: impl Fn() -> Box<dyn Server>) {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let cases: Vec<Seeded> = corpus::seeded(&folder, expected.name)
        .into_iter()
        .filter(|case| case.class == "ok-down")
        .collect();
    assert_eq!(cases.len(), expected.cases, "histories with ways down");
    let mut alarms = Vec::new();
    say!("history            files  errors  confirmed");
    for case in &cases {
        let history = corpus::history(&folder, expected.name, &case.history);
        let found = judge(expected.dialect, case, &history, &server);
        say!(
            "{:<18} {:>5} {:>7} {:>10}",
            case.history,
            history.steps.len(),
            found.errors,
            found.errors - found.alarms.len()
        );
        alarms.extend(found.alarms);
    }
    assert!(
        alarms.is_empty(),
        "{} errors that the server does not confirm:\n{}",
        alarms.len(),
        alarms.join("\n")
    );
}

#[derive(Default)]
struct Found {
    errors: usize,
    /// Errors on files with which the server has no trouble.
    alarms: Vec<String>,
}

fn judge(
    dialect: Dialect,
    case: &Seeded,
    history: &History,
    server: impl Fn() -> Box<dyn Server>,
) -> Found {
    let steps = case.steps(history);
    let checkup = check(&source(dialect, &history.name, &case.env, &steps));
    let mut found = Found::default();
    let mut broken: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for error in errors(&checkup) {
        found.errors += 1;
        let verdict = broken.entry(file(error)).or_insert_with(|| {
            let at = steps.iter().position(|step| is_down(step, file(error)))?;
            attempt(dialect, &case.env, &steps[..=at], &mut *server()).err()
        });
        match verdict {
            Some(trouble) => {
                if std::env::var_os("UPDATE").is_some() {
                    say!("{}: {trouble}\n{}", history.name, shown(error, &steps));
                }
            }
            None => {
                let said = shown(error, &steps);
                found.alarms.push(format!("{}: {said}", history.name));
            }
        }
    }
    found
}

fn is_down(step: &Step, file: &str) -> bool {
    step.down.as_ref().is_some_and(|(down, _)| down == file)
}

/// Goes up to the last of these migrations, down from it and up again.
///
/// # Errors
///
/// What is wrong with that way down.
fn attempt(
    dialect: Dialect,
    prelude: &str,
    steps: &[Step],
    server: &mut dyn Server,
) -> Result<(), String> {
    let (last, earlier) = steps.split_last().expect("the one with the way down");
    let run = |server: &mut dyn Server, text: &str| {
        let tokens = tokenize(dialect, text);
        let statements = split(dialect, text, &tokens).statements;
        let statements: Vec<&str> = statements.iter().map(|it| it.span.of(text)).collect();
        server.run(text, &statements)
    };
    for text in [prelude]
        .into_iter()
        .chain(earlier.iter().map(|step| step.up.as_str()))
    {
        run(server, text).expect("what the server took before");
    }
    let before = server.wording();
    run(server, &last.up).expect("what the server took before");
    let after = server.wording();
    let (_, down) = last.down.as_ref().expect("a way down");
    run(server, down).map_err(|error| format!("down: {error}"))?;
    let differences = before.compare(&server.wording()).differences;
    if let Some(first) = differences.first() {
        return Err(format!("not as before: {first}"));
    }
    run(server, &last.up).map_err(|error| format!("up again: {error}"))?;
    let differences = after.compare(&server.wording()).differences;
    match differences.first() {
        Some(first) => Err(format!("another schema: {first}")),
        None => Ok(()),
    }
}
