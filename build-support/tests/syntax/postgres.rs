//! The PostgreSQL adapter over real histories.

use std::collections::BTreeMap;

use migratory_build::syntax::ir::Body;
use migratory_build::syntax::{postgres, split, tokenize};
use migratory_core::Dialect;

use super::histories::{self, say};

/// Statements in a thousand that may be unknown.
const UNKNOWN: usize = 5;

#[test]
fn what_postgres_took_is_no_syntax_error_and_nearly_all_is_known() {
    let Some(corpus) = histories::folder() else {
        return;
    };
    let (mut statements, mut wrong) = (0, Vec::new());
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for history in histories::histories(&corpus, "postgres") {
        for step in history.steps.iter().filter(|step| step.ok) {
            let text = &step.up;
            let tokens = tokenize(Dialect::Postgres, text);
            for part in split(Dialect::Postgres, text, &tokens).statements {
                statements += 1;
                let line = u32::try_from(part.line).unwrap();
                match postgres::parse(text, part.span, line, &tokens[part.tokens]) {
                    Ok(statement) => {
                        if let Body::Unknown { reason } = statement.body {
                            let words = part.span.of(text).split_whitespace().take(4);
                            let shape = words.collect::<Vec<_>>().join(" ");
                            *unknown.entry(format!("{reason}: {shape}")).or_default() += 1;
                        }
                    }
                    Err(error) => {
                        let (line, column) = error.span.line_column(text);
                        let place = format!("{}/{}:{line}:{column}", history.name, step.file);
                        wrong.push(format!("{place}: {}", error.message));
                    }
                }
            }
        }
    }
    let count: usize = unknown.values().sum();
    say!("{statements} statements of PostgreSQL, {count} unknown");
    for (shape, count) in &unknown {
        say!("{count:5} {shape}");
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(statements > 7_000, "{statements}");
    assert!(
        count * 1_000 < statements * UNKNOWN,
        "{count} of {statements}"
    );
}
