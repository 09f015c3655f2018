//! What a missing token does to a statement: our gate's verdict beside that of the database's own parser.
//!
//! A fixed seed takes statements out of the corpus of real histories, leaves one token out of each and asks both. `MIGRATORY_MUTANTS=100000`
//! asks for more than the usual number.

#![cfg(unix)]

#[path = "../../../../build-support/tests/corpus/mod.rs"]
mod corpus;
mod postgres;
mod sqlite;

use std::collections::BTreeSet;

use corpus::say;
use migratory_build::syntax::{split, tokenize};
use migratory_core::Dialect;

const MUTANTS: usize = 3_000;

/// A statement that is longer is rows, and shows nothing that a shorter one does not.
const LONGEST: usize = 4_000;

#[test]
fn postgres_misses_no_more_than_two_syntax_errors_in_a_thousand() {
    let server = servers::require!(servers::shared_postgres());
    let Some(mutants) = mutants(Dialect::Postgres, "postgres") else {
        return;
    };
    let mut oracle = postgres::Oracle::new(server.database("mutants"));
    let comparison = compare(&mutants, |text| oracle.ask(text), postgres::gate);
    comparison.report("PostgreSQL");
    assert!(comparison.missed.len() * 1_000 <= comparison.refused * 2);
    assert_eq!(comparison.wronged, [""; 0], "the server takes these");
}

#[test]
fn sqlite_misses_no_syntax_error() {
    let Some(mutants) = mutants(Dialect::Sqlite, "sqlite") else {
        return;
    };
    let comparison = compare(&mutants, sqlite::ask, sqlite::gate);
    comparison.report("SQLite");
    assert_eq!(comparison.missed, [""; 0], "SQLite refuses these");
    assert_eq!(comparison.wronged, [""; 0], "SQLite takes these");
}

/// What a parser says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Syntax,
    /// It is read.
    Parses,
    /// Neither: our adapter does not know it, or the server refuses it for another reason.
    Undecided,
}

#[derive(Default)]
struct Comparison {
    /// How many the database refuses.
    refused: usize,
    /// How many it takes.
    taken: usize,
    /// How many nobody decided.
    undecided: usize,
    /// What the database refuses and we take.
    missed: Vec<String>,
    /// What the database takes and we refuse.
    wronged: Vec<String>,
}

fn compare(
    mutants: &BTreeSet<String>,
    mut database: impl FnMut(&str) -> Verdict,
    gate: impl Fn(&str) -> Verdict,
) -> Comparison {
    let mut comparison = Comparison::default();
    for mutant in mutants {
        let (theirs, ours) = (database(mutant), gate(mutant));
        match theirs {
            Verdict::Syntax => comparison.refused += 1,
            Verdict::Parses => comparison.taken += 1,
            Verdict::Undecided => comparison.undecided += 1,
        }
        match (theirs, ours) {
            (Verdict::Syntax, Verdict::Parses) => comparison.missed.push(mutant.clone()),
            (Verdict::Parses, Verdict::Syntax) if !fails_anyway(mutant) => {
                comparison.wronged.push(mutant.clone());
            }
            _ => {}
        }
    }
    comparison
}

/// What the server's grammar takes and the server refuses all the same, before it looks at any table: a block without a body or with
/// nothing but a body's language, and a value out of a query without columns.
fn fails_anyway(mutant: &str) -> bool {
    let words: Vec<&str> = mutant.split_whitespace().collect();
    let is_empty_value = |words: &[&str]| words == ["=", "(SELECT", "FROM"];
    words.starts_with(&["DO", "LANGUAGE"]) || words.windows(3).any(is_empty_value)
}

impl Comparison {
    fn report(&self, name: &str) {
        say!(
            "{name}: {} refused and {} missed, {} taken and {} wrongly refused, {} neither",
            self.refused,
            self.missed.len(),
            self.taken,
            self.wronged.len(),
            self.undecided
        );
        for missed in &self.missed {
            say!("missed: {missed:?}");
        }
        for wronged in &self.wronged {
            say!("wrongly refused: {wronged:?}");
        }
        assert!(self.refused > self.taken, "a missing token is mostly felt");
    }
}

/// Statements that the database took, each without one of its tokens. `None` where the corpus is not here.
fn mutants(dialect: Dialect, name: &str) -> Option<BTreeSet<String>> {
    let folder = corpus::folder()?;
    let files: Vec<Vec<String>> = corpus::histories(&folder, name)
        .into_iter()
        .map(|history| history.steps.into_iter().filter(|step| step.ok))
        .map(|steps| steps.map(|step| step.up).collect::<Vec<_>>())
        .filter(|files| !files.is_empty())
        .collect();
    let wanted = std::env::var("MIGRATORY_MUTANTS").map(|number| number.parse());
    let wanted = wanted.map_or(MUTANTS, |number| number.expect("a number"));
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut mutants = BTreeSet::new();
    while mutants.len() < wanted {
        let history = random.pick(&files);
        let file = random.pick(history);
        mutants.extend(mutant(dialect, file, &mut random));
    }
    Some(mutants)
}

fn mutant(dialect: Dialect, file: &str, random: &mut Random) -> Option<String> {
    let tokens = tokenize(dialect, file);
    let statements = split(dialect, file, &tokens).statements;
    if statements.is_empty() {
        return None;
    }
    let statement = random.pick(&statements);
    let significant: Vec<_> = tokens[statement.tokens.clone()]
        .iter()
        .filter(|token| !token.is_trivia())
        .collect();
    let without = random.pick(&significant).span;
    let (start, end) = (statement.span.start, statement.span.end);
    let is_fit = significant.len() > 2 && end - start <= LONGEST;
    is_fit.then(|| {
        format!(
            "{} {}",
            &file[start..without.start],
            &file[without.end..end]
        )
    })
}

/// Marsaglia's xorshift: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        &list[(self.0 >> 16) as usize % list.len()]
    }
}
