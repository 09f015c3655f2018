mod limits;
mod second_opinion;

use migratory_core::Dialect;

use crate::syntax::dump::dump;
use crate::syntax::golden;
use crate::syntax::ir::{Body, Statement};

/// Every statement of a file, read; nothing is refused.
fn parse_file(text: &str) -> Vec<Statement> {
    let parsed = golden::parse_file(Dialect::Mysql, text).into_iter();
    parsed.map(Result::unwrap).collect()
}

#[test]
fn statements_are_read_as_expected() {
    golden::hold(Dialect::Mysql);
}

#[test]
fn every_name_in_real_histories_stands_where_its_span_says() {
    for (_, text) in golden::real_files(Dialect::Mysql) {
        for statement in parse_file(&text) {
            dump(Dialect::Mysql, &text, &statement);
        }
    }
}

#[test]
fn no_damaged_statement_is_read_past_its_end_or_crashes() {
    let mut read = [0, 0];
    for (_, text) in golden::files(Dialect::Mysql) {
        for mutant in golden::mutants(Dialect::Mysql, &text) {
            for statement in parse_file(&mutant) {
                dump(Dialect::Mysql, &mutant, &statement);
                read[usize::from(matches!(statement.body, Body::Unknown { .. }))] += 1;
            }
        }
    }
    assert!(read[0] > 1_000 && read[1] > 1_000, "{read:?}");
}
