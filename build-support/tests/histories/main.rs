//! The build side over real histories: nothing that the real engine took is an error here.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use migratory_build::check::{Cache, Checkup, check};
use migratory_build::diagnostic::{Color, Diagnostic, Level, render};
use migratory_build::discover::{Config, File, Source};

use migratory_core::Dialect;

#[path = "../corpus/mod.rs"]
mod corpus;
mod witness;

use corpus::{Step, say};

/// The policy under which only what is wrong for certain is an error: these histories were run by other tools, most
/// without a transaction around a file, and their authors meant what they dropped.
fn correctness_only(history: &str) -> Config {
    let mut config = Config::new(Dialect::Sqlite);
    // drizzle opens a transaction around its files, and some of them end it.
    config.transactions = history == "homarr";
    config.prelude = corpus::prelude(history).to_owned();
    for group in [
        "destructive",
        "breaking",
        "blocking",
        "data-dependent",
        "transactional",
        "style",
    ] {
        config.levels.insert(group.to_owned(), Level::Allow);
    }
    config
}

fn source(history: &str, steps: &[Step]) -> Source {
    let file = |path: &str, text: &str| File::new(path, text);
    let scripts = steps.iter().map(|step| {
        let down = step.down.as_ref().map(|(path, text)| file(path, text));
        (file(&step.file, &step.up), down)
    });
    Source::from_scripts(correctness_only(history), "migrations", scripts)
}

fn errors(checkup: &Checkup) -> Vec<&Diagnostic> {
    checkup
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .collect()
}

fn file(diagnostic: &Diagnostic) -> &str {
    diagnostic.place.as_ref().map_or("", |place| &place.file)
}

fn shown(diagnostic: &Diagnostic, steps: &[Step]) -> String {
    let text = |path: &str| {
        steps.iter().find_map(|step| match &step.down {
            _ if step.file == path => Some(step.up.as_str()),
            Some((down, text)) if down == path => Some(text.as_str()),
            _ => None,
        })
    };
    render(diagnostic, "migrations", &text, Color::Never)
}

#[test]
fn no_file_that_sqlite_took_is_an_error() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let mut failures = Vec::new();
    say!(
        "{:<16} {:>6} {:>11} {:>8} {:>8}",
        "history",
        "files",
        "statements",
        "unknown",
        "partial"
    );
    let histories = corpus::histories(&folder, "sqlite");
    assert_eq!(histories.len(), 17, "the corpus has 17 SQLite histories");
    for history in &histories {
        let steps: Vec<Step> = history
            .steps
            .iter()
            .map(|step| Step {
                down: None,
                ..step.clone()
            })
            .collect();
        let checkup = check(&source(&history.name, &steps));
        let coverage = &checkup.coverage;
        say!(
            "{:<16} {:>6} {:>11} {:>8} {:>8}",
            history.name,
            history.steps.len(),
            coverage.statements,
            coverage.unknown,
            coverage.partial
        );
        for error in errors(&checkup) {
            let accepted = history
                .steps
                .iter()
                .any(|step| step.file == file(error) && step.ok);
            if history.is_ok() || (accepted && error.code == "syntax-error") {
                failures.push(format!("{}: {}", history.name, shown(error, &steps)));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} false alarms:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The right verdicts of a class among its cases.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    right: usize,
    of: usize,
}

#[test]
fn every_seeded_fault_is_an_error_on_its_file_and_no_valid_edit_is() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let cases = corpus::seeded(&folder, "sqlite");
    let faults = cases.iter().filter(|case| case.expect == "error").count();
    assert_eq!(
        (faults, cases.len() - faults),
        (1176, 143),
        "the seeded cases of SQLite"
    );
    let histories = corpus::histories(&folder, "sqlite");
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let table: Mutex<BTreeMap<(String, String), Tally>> = Mutex::default();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(history) = histories.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Cases of one history share long beginnings, which the cache takes from the case before.
                    let kept = tempfile::tempdir().expect("a temporary folder");
                    let cache = Cache::new(kept.path());
                    for case in cases.iter().filter(|case| case.history == history.name) {
                        let verdict = judge(case, history, &cache);
                        let mut table = table.lock().expect("no panic before");
                        let tally = table
                            .entry((case.expect.clone(), case.class.clone()))
                            .or_default();
                        tally.of += 1;
                        match verdict {
                            Ok(()) => tally.right += 1,
                            Err(said) => wrong.lock().expect("no panic before").push(said),
                        }
                    }
                }
            });
        }
    });
    say!("{:<8} {:<42} {:>5} {:>5}", "expect", "class", "right", "of");
    for ((expect, class), Tally { right, of }) in table.into_inner().expect("no panic before") {
        say!("{expect:<8} {class:<42} {right:>5} {of:>5}");
    }
    let wrong = wrong.into_inner().expect("no panic before");
    assert!(
        wrong.is_empty(),
        "{} wrong verdicts:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Whether a case gets the verdict it expects; otherwise what was said instead.
fn judge(case: &corpus::Seeded, history: &corpus::History, cache: &Cache) -> Result<(), String> {
    let steps = case.steps(history);
    let checkup = cache.check(&source(&case.history, &steps));
    let errors = errors(&checkup);
    let right = match (case.expect.as_str(), case.downs) {
        // Real ways down are often broken to begin with, and nothing was done to these: what is said of them has to be what
        // SQLite does with them.
        ("ok", true) => {
            let broken = witness::broken_downs(&steps, &case.env);
            errors.iter().all(|error| broken.contains(file(error)))
        }
        ("ok", false) => errors.is_empty(),
        _ => errors.iter().any(|error| is_right_file(case, file(error))),
    };
    let said = errors.iter().take(40).map(|error| shown(error, &steps));
    right.then_some(()).ok_or_else(|| {
        let head = format!("{} {} on {}", case.history, case.case, case.file);
        format!(
            "{head} (engine: {})\n{}",
            case.engine,
            said.collect::<Vec<_>>().join("\n")
        )
    })
}

/// Whether an objection to `said` counts: in a shuffled history any file may be the one that stumbles.
fn is_right_file(case: &corpus::Seeded, said: &str) -> bool {
    let anywhere = matches!(case.class.as_str(), "order-swap" | "missing-predecessor");
    anywhere || said == case.file || case.file.ends_with(&format!("__{said}"))
}
