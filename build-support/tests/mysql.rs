//! The MySQL adapter on real histories.

#[path = "corpus/mod.rs"]
mod corpus;

use std::collections::BTreeMap;

use corpus::say;
use migratory_build::syntax::ir::{AlterAction, Body, Statement};
use migratory_build::syntax::{mysql, split, tokenize};
use migratory_core::Dialect;

/// The one statement that MySQL would refuse as well; the tool that ran its file took two dashes for a comment.
const NOT_SQL: &str = "--DROP INDEX";

#[test]
fn real_histories_are_read_to_the_last_statement() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let mut tally = Tally::default();
    for history in corpus::histories(&folder, "mysql") {
        for step in history.steps.iter().filter(|step| step.ok) {
            tally.count(&history.name, &step.file, &step.up);
        }
    }
    say!(
        "MySQL: {} statements that the server took, {} unknown",
        tally.read,
        tally.unknown.len()
    );
    say!("{:?}", tally.verbs);
    assert!(tally.read > 1_000, "the corpus holds more than that");
    assert!(tally.unknown.is_empty(), "{}", tally.unknown.join("\n"));
}

/// No server has seen these.
#[test]
fn most_ways_down_of_real_histories_are_read() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let mut tally = Tally::default();
    for history in corpus::histories(&folder, "mysql") {
        for (file, text) in history.steps.iter().filter_map(|step| step.down.as_ref()) {
            tally.count(&history.name, file, text);
        }
    }
    let unknown = tally.unknown.len();
    say!("MySQL, down: {} statements, {unknown} unknown", tally.read);
    assert!(unknown * 50 < tally.read, "{}", tally.unknown.join("\n"));
}

#[derive(Default)]
struct Tally {
    read: usize,
    unknown: Vec<String>,
    verbs: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, history: &str, file: &str, text: &str) {
        for statement in parsed(text) {
            let source = statement.span.of(text);
            if source.starts_with(NOT_SQL) {
                continue;
            }
            self.read += 1;
            *self.verbs.entry(verb(source)).or_default() += 1;
            if let Some(reason) = not_understood(&statement) {
                let line = statement.line;
                self.unknown
                    .push(format!("{history}/{file}:{line}: {reason}\n{source}"));
            }
        }
    }
}

fn parsed(text: &str) -> Vec<Statement> {
    let tokens = tokenize(Dialect::Mysql, text);
    let split = split(Dialect::Mysql, text, &tokens);
    assert!(split.problems.is_empty(), "{:?} in {text}", split.problems);
    let statements = split.statements.into_iter().map(|statement| {
        let line = u32::try_from(statement.line).expect("a line");
        mysql::parse(text, statement.span, line, &tokens[statement.tokens])
    });
    statements.collect()
}

/// What kind of statement it is, and of what where the second word tells.
fn verb(source: &str) -> String {
    let words = source.to_lowercase();
    let mut words = words.split_whitespace();
    match (words.next(), words.next()) {
        (Some(verb @ ("alter" | "create" | "drop")), Some(kind)) => format!("{verb} {kind}"),
        (verb, _) => verb.unwrap_or_default().to_owned(),
    }
}

/// What of a statement was not understood.
fn not_understood(statement: &Statement) -> Option<String> {
    match &statement.body {
        Body::Unknown { reason } => Some(reason.clone()),
        Body::AlterTable { actions, .. } => actions.iter().find_map(|action| match action {
            AlterAction::Other { text, .. } => Some(format!("an action: {text}")),
            _ => None,
        }),
        _ => None,
    }
}
