//! The golden texts, cut up and put together again by a fixed seed: whatever comes of it, every stage gives an answer.
//!
//! `MIGRATORY_FUZZ_SEED=17 MIGRATORY_FUZZ_ROUNDS=100000` looks elsewhere, and further. A failure prints seed, round and input.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use migratory_build::check::check;
use migratory_build::discover::{Config, File, Source};
use migratory_build::syntax::{Token, parse_text, split, tokenize};
use migratory_core::Dialect;

const ROUNDS: u64 = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer texts are cut: many short rounds find more than a few long ones.
const LONGEST: usize = 3_000;

#[test]
fn mutants_of_sqlite_get_an_answer() {
    run(Dialect::Sqlite, "sqlite");
}

#[test]
fn mutants_of_postgres_get_an_answer() {
    run(Dialect::Postgres, "postgres");
}

#[test]
fn mutants_of_mysql_get_an_answer() {
    run(Dialect::Mysql, "mysql");
}

fn run(dialect: Dialect, name: &str) {
    let seed = number("MIGRATORY_FUZZ_SEED").unwrap_or(1);
    let rounds = number("MIGRATORY_FUZZ_ROUNDS").unwrap_or(ROUNDS);
    let corpus = corpus(name);
    assert!(corpus.len() > 10, "there are golden texts of {name}");
    let (work, inputs) = channel::<String>();
    let (answer, answers) = channel();
    thread::spawn(move || {
        for input in inputs {
            let outcome = catch_unwind(AssertUnwindSafe(|| every_stage(dialect, &input)));
            if answer.send(outcome.is_ok()).is_err() {
                break;
            }
        }
    });
    for round in 0..rounds {
        let mut random = Random::new(seed, round);
        let input = mutant(dialect, &corpus, &mut random);
        work.send(input.clone()).expect("the worker runs");
        let what = match answers.recv_timeout(PATIENCE) {
            Ok(true) => continue,
            Err(RecvTimeoutError::Timeout) => "hangs",
            _ => "panics",
        };
        panic!("{name}: seed {seed}, round {round} {what} on\n{input}\n{input:?}");
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}

/// Everything that is done with a file, from its tokens to the findings; what the stages promise each other is looked at on the way.
fn every_stage(dialect: Dialect, text: &str) {
    let tokens = tokenize(dialect, text);
    assert!(tiles(&tokens, text), "the tokens tile the text");
    let split = split(dialect, text, &tokens);
    for pair in split.statements.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "in order");
    }
    let statements = parse_text(dialect, text);
    assert!(statements.len() <= split.statements.len());
    let file = |name: &str| File::new(name, text);
    let scripts = [(file("0001_up.sql"), Some(file("0001_down.sql")))];
    let source = Source::from_scripts(Config::new(dialect), "migrations", scripts);
    for diagnostic in check(&source).diagnostics {
        if let Some(span) = diagnostic.place.and_then(|place| place.span) {
            assert!(text.get(span.start..span.end).is_some(), "{span:?}");
        }
    }
}

fn tiles(tokens: &[Token], text: &str) -> bool {
    let mut end = 0;
    let follows = |token: &Token| std::mem::replace(&mut end, token.span.end) == token.span.start;
    tokens.iter().all(follows) && end == text.len()
}

/// The golden texts of a dialect, those of every area.
fn corpus(dialect: &str) -> Vec<String> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files = Vec::new();
    collect(&golden, &mut files);
    files.retain(|file| {
        let parts = || file.components().map(|part| part.as_os_str());
        parts().any(|part| part == dialect) || parts().any(|part| part == "engine")
    });
    files.sort();
    let texts = files.iter().map(fs::read_to_string);
    texts.map(|text| text.expect("UTF-8")).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the golden texts are here") {
        let path = entry.expect("readable").path();
        match path.extension() {
            _ if path.is_dir() => collect(&path, files),
            Some(extension) if extension == "sql" => files.push(path),
            _ => {}
        }
    }
}

fn mutant(dialect: Dialect, corpus: &[String], random: &mut Random) -> String {
    let mut text = stretch(random.pick::<String>(corpus), random);
    for _ in 0..=random.below(4) {
        text = match random.below(4) {
            0 => of_bytes(&text, random),
            1 => spliced(&text, random.pick::<String>(corpus), random),
            _ => of_tokens(dialect, &text, random),
        };
    }
    text
}

/// A piece of a text that is too long to be taken whole.
fn stretch(text: &str, random: &mut Random) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let start = random.below(text.len() - LONGEST);
    lossy(&text.as_bytes()[start..start + LONGEST])
}

fn of_bytes(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    shuffle(&mut bytes, random);
    if !bytes.is_empty() && random.below(4) == 0 {
        let at = random.below(bytes.len());
        bytes[at] = random.below(256) as u8;
    }
    lossy(&bytes)
}

fn of_tokens(dialect: Dialect, text: &str, random: &mut Random) -> String {
    let tokens = tokenize(dialect, text);
    let mut pieces: Vec<&str> = tokens.iter().map(|token| token.text(text)).collect();
    shuffle(&mut pieces, random);
    pieces.concat()
}

/// The beginning of one text and the end of another.
fn spliced(text: &str, other: &str, random: &mut Random) -> String {
    let (head, tail) = (random.below(text.len() + 1), random.below(other.len() + 1));
    let tail = &other.as_bytes()[tail..];
    let tail = &tail[..tail.len().min(LONGEST)];
    lossy(&[&text.as_bytes()[..head], tail].concat())
}

/// Deletes, doubles, swaps or repeats some of a list.
fn shuffle<T: Clone>(list: &mut Vec<T>, random: &mut Random) {
    if list.is_empty() {
        return;
    }
    let (one, other) = (random.below(list.len()), random.below(list.len()));
    match random.below(6) {
        0 | 1 => drop(list.remove(one)),
        2 => list.insert(one, list[other].clone()),
        3 => list.swap(one, other),
        4 => drop(list.drain(one.min(other)..(one.min(other) + 8).min(list.len()))),
        _ => {
            let copies = vec![list[one].clone(); 1 + random.below(300)];
            list.splice(one..one, copies);
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Marsaglia's xorshift: the same numbers everywhere, from a seed and a round, so that a round can be run alone.
struct Random(u64);

impl Random {
    fn new(seed: u64, round: u64) -> Self {
        let state = (seed << 32 | round).wrapping_add(1);
        let mut random = Self(state.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        random.below(1);
        random
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
