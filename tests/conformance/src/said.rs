use std::error::Error;
use std::fmt::Display;

use migratory::{Choice, Policy, Resolution, Runner, Status, Version};

/// What a verb gave, or its error. Where that comes from is in the client's own words, which differ from client to client.
///
/// # Panics
///
/// If a failure of the database's has no source.
pub fn brief<E: Error>(result: Result<impl Display, E>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => {
            let text = format!("error: {error}");
            let is_the_clients = text.contains(" failed on its way ");
            let is_withheld = text.contains("; literals are left out");
            match error.source() {
                None => assert!(is_withheld || !is_the_clients, "no source: {text}"),
                Some(source) => assert!(!is_withheld, "a source: {text}: {source}"),
            }
            text
        }
    }
}

/// What a verb gave, or its error and where that comes from.
pub fn said<E: Error>(result: Result<impl Display, E>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => match error.source() {
            Some(source) => format!("error: {error}\n  source: {source}"),
            None => format!("error: {error}"),
        },
    }
}

/// A line for each.
pub fn lines(statuses: &[Status]) -> String {
    statuses
        .iter()
        .map(|status| format!("{status}\n"))
        .collect()
}

/// The text without what differs from run to run: times and durations.
pub fn stable(text: &str) -> String {
    let text = text.replace("under 1 ms", "1 ms");
    let mut stable = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        stable.push_str(before);
        let end = from
            .find(|character: char| !character.is_ascii_digit() && !"-:.TZ".contains(character));
        let (number, after) = from.split_at(end.unwrap_or(from.len()));
        let starts_word =
            !before.ends_with(|character: char| character.is_alphanumeric() || character == '_');
        let unit = [" ms", "ms", "µs", "ns", "s"].into_iter().find(|unit| {
            after.strip_prefix(unit).is_some_and(|after| {
                !after.starts_with(|character: char| character.is_alphanumeric())
            })
        });
        match unit {
            _ if number.len() == 24 && number.ends_with('Z') => stable.push_str("NOW"),
            Some(unit) if starts_word => {
                stable.push('T');
                rest = &after[unit.len()..];
                continue;
            }
            _ => stable.push_str(number),
        }
        rest = after;
    }
    stable + rest
}

/// A runner with what a word of a command says.
///
/// # Panics
///
/// If no option is called so.
pub fn told<'r>(runner: Runner<'r>, word: &str) -> Runner<'r> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let version = || Version::parse(value).expect("a version");
    match name {
        "to" => runner.to(version()),
        "down-to" => runner.down_to(version()),
        "down-all" => runner.down_all(),
        "redo" => runner.redo(),
        "baseline" => runner.baseline(version()),
        "resolve" => runner.resolve(resolution(value)),
        "dry" => runner.dry_run(),
        "allow" => runner.policy(policy(value)),
        "brief" | "events" | "trace" => runner,
        other => panic!("no option is called {other}"),
    }
}

fn resolution(name: &str) -> Resolution {
    match name {
        "continue" => Resolution::Continue,
        "mark-done" => Resolution::MarkDone,
        "mark-undone" => Resolution::MarkUndone,
        "go-up" => Resolution::GoUp,
        "go-down" => Resolution::GoDown,
        other => panic!("no resolution is called {other}"),
    }
}

fn policy(name: &str) -> Policy {
    let mut policy = Policy::default();
    match name {
        "out-of-order" => policy.out_of_order = Choice::Allow,
        "missing" => policy.missing = Choice::Allow,
        "newer" => policy.newer = Choice::Allow,
        other => panic!("no policy is called {other}"),
    }
    policy
}
