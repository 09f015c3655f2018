//! Histories checked, and what is said of them held against the verdicts of the real engines.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use migratory_build::check::{Coverage, Progress, check};
use migratory_build::diagnostic::Diagnostic;
use migratory_core::Dialect;

use crate::corpus::{self, History, Seeded, Step, say};
use crate::findings::{errors, file, shown, source};

/// Checks the ways up of every history of a dialect, prints how much was looked at, and gives the false alarms: errors on a history that
/// the real engine took whole, and syntax errors in a file that it took. `preludes` are what histories find in place, by name.
pub(crate) fn false_alarms(
    dialect: Dialect,
    histories: &[History],
    preludes: &BTreeMap<String, String>,
) -> (Vec<String>, Coverage) {
    let mut failures = Vec::new();
    let mut total = Coverage::default();
    say!("history            files  statements  unknown  partial");
    for history in histories {
        let steps: Vec<Step> = history
            .steps
            .iter()
            .map(|step| Step {
                down: None,
                ..step.clone()
            })
            .collect();
        let prelude = preludes.get(&history.name).map_or("", String::as_str);
        let checkup = check(&source(dialect, &history.name, prelude, &steps));
        let coverage = checkup.coverage;
        total = total.plus(coverage);
        say!(
            "{:<18} {:>5} {:>11} {:>8} {:>8}",
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
    (failures, total)
}

/// The right verdicts of a class among its cases.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) right: usize,
    pub(crate) of: usize,
}

/// Says which downs of an unmodified history are broken to begin with; `None` where nobody here can tell.
pub(crate) type Witness = Option<fn(&[Step], &str) -> std::collections::BTreeSet<String>>;

/// Judges every case, prints a tally by class, and gives the cases with a wrong verdict, each with what was said instead.
pub(crate) fn judge_all(
    dialect: Dialect,
    histories: &[History],
    cases: &[Seeded],
    witness: Witness,
) -> Vec<(Seeded, String)> {
    let wrong: Mutex<Vec<(Seeded, String)>> = Mutex::default();
    let table: Mutex<BTreeMap<(String, String), Tally>> = Mutex::default();
    let is_unjudged = |case: &Seeded| witness.is_none() && is_of_real_downs(case);
    let next = AtomicUsize::new(0);
    let note = |case: &Seeded, verdict: Result<(), String>| {
        let mut table = table.lock().expect("no panic before");
        let tally = table
            .entry((case.expect.clone(), case.class.clone()))
            .or_default();
        tally.of += 1;
        match verdict {
            Ok(()) => tally.right += 1,
            Err(said) => {
                let mut wrong = wrong.lock().expect("no panic before");
                wrong.push((case.clone(), said));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(history) = histories.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for downs in [false, true] {
                        let cases = cases
                            .iter()
                            .filter(|case| case.history == history.name && case.downs == downs)
                            .filter(|case| !is_unjudged(case));
                        judge_history(dialect, history, downs, cases, witness, &note);
                    }
                }
            });
        }
    });
    let table = table.into_inner().expect("no panic before");
    say!("{:<8} {:<42} {:>5} {:>5}", "expect", "class", "right", "of");
    for ((expect, class), Tally { right, of }) in &table {
        say!("{expect:<8} {class:<42} {right:>5} {of:>5}");
    }
    let unjudged = cases.iter().filter(|case| is_unjudged(case)).count();
    if unjudged > 0 {
        say!(
            "ok       {unjudged} histories with their own ways down: judged on their servers, in tests/servers/tests/differential/downs.rs"
        );
    }
    wrong.into_inner().expect("no panic before")
}

/// Judges the cases of one history. Each has the history's own beginning up to its first change, which is gone through once.
fn judge_history<'c>(
    dialect: Dialect,
    history: &History,
    downs: bool,
    cases: impl Iterator<Item = &'c Seeded>,
    witness: Witness,
    note: &dyn Fn(&Seeded, Result<(), String>),
) {
    let own: Vec<Step> = history
        .steps
        .iter()
        .map(|step| Step {
            down: step.down.clone().filter(|_| downs),
            ..step.clone()
        })
        .collect();
    let mut cases: Vec<(usize, Vec<Step>, &Seeded)> = cases
        .map(|case| {
            let steps = case.steps(history);
            let same = own.iter().zip(&steps).take_while(|(own, step)| own == step);
            (same.count(), steps, case)
        })
        .collect();
    cases.sort_by_key(|(same, _, _)| *same);
    let Some((_, _, first)) = cases.first() else {
        return;
    };
    let prelude = prelude_of(dialect, first).to_owned();
    let own = source(dialect, &history.name, &prelude, &own);
    let mut progress = Progress::start(&own);
    let mut at = 0;
    for (same, steps, case) in cases {
        assert_eq!(prelude_of(dialect, case), prelude, "one environment");
        while at < same && progress.step(&own) {
            at += 1;
        }
        let fork = progress.fork().expect("a copy");
        note(case, judge(dialect, case, &steps, &prelude, fork, witness));
    }
}

/// What the history finds in place.
fn prelude_of(dialect: Dialect, case: &Seeded) -> &str {
    match case.env.as_str() {
        "" => corpus::prelude(dialect, &case.history),
        env => env,
    }
}

/// Whether a case gets the verdict it expects; otherwise what was said instead. `progress` has gone through what it shares with its history.
fn judge(
    dialect: Dialect,
    case: &Seeded,
    steps: &[Step],
    prelude: &str,
    mut progress: Progress,
    witness: Witness,
) -> Result<(), String> {
    let source = source(dialect, &case.history, prelude, steps);
    let is_right = |error: &Diagnostic| error.is_error() && is_right_file(case, file(error));
    while progress.step(&source) {
        // What the model finds stands; what SQLite finds may be mended by a later file.
        let is_final = dialect != Dialect::Sqlite && case.expect == "error";
        if is_final && progress.findings().any(is_right) {
            return Ok(());
        }
    }
    let checkup = progress.conclude(&source);
    let errors = errors(&checkup);
    let right = match (case.expect.as_str(), case.downs) {
        // Real ways down are often broken to begin with, and nothing was done to these: what is said of them has to be what
        // the engine does with them.
        ("ok", true) => witness.is_some_and(|witness| {
            let broken = witness(steps, &case.env);
            errors.iter().all(|error| broken.contains(file(error)))
        }),
        ("ok", false) => errors.is_empty(),
        _ => errors.iter().any(|error| is_right(error)),
    };
    let said = errors.iter().take(40).map(|error| shown(error, steps));
    right.then_some(()).ok_or_else(|| {
        let head = format!("{} {} on {}", case.history, case.case, case.file);
        format!(
            "{head} (engine: {})\n{}",
            case.engine,
            said.collect::<Vec<_>>().join("\n")
        )
    })
}

/// Whether a case is a real history with its own ways down, unmodified: they are often broken to begin with.
pub(crate) fn is_of_real_downs(case: &Seeded) -> bool {
    case.expect == "ok" && case.downs
}

/// Whether an objection to `said` counts: in a shuffled history any file may be the one that stumbles.
fn is_right_file(case: &Seeded, said: &str) -> bool {
    let anywhere = matches!(case.class.as_str(), "order-swap" | "missing-predecessor");
    // The corpus numbers its ways down and lays them flat, in one folder.
    let flat = said.replace('/', "__");
    anywhere || said == case.file || case.file.ends_with(&format!("__{flat}"))
}
