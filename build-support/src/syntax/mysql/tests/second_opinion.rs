//! Another parser as a witness: it refuses some of what is valid, and what it takes it takes apart by other code than ours.

use std::collections::HashSet;

use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;

use migratory_core::Dialect;

use super::parse_file;
use crate::syntax::golden;
use crate::syntax::ir::{Body, Ident, NameSourceKind, Output, Statement};

#[test]
fn what_another_parser_takes_is_read_and_our_names_are_names_to_it() {
    let files = golden::files(Dialect::Mysql).into_iter();
    let texts = files.filter(|(path, _)| !path.ends_with("unknown.sql"));
    let real = golden::real_files(Dialect::Mysql).into_iter();
    let real = real.map(|(_, text)| text);
    let mut compared = 0;
    for text in texts.map(|(_, text)| text).chain(real) {
        for statement in parse_file(&text) {
            let source = statement.span.of(&text);
            let Ok(theirs) = Parser::parse_sql(&MySqlDialect {}, source) else {
                continue;
            };
            let is_read = !matches!(statement.body, Body::Unknown { .. });
            assert!(is_read, "{:?} in {source}", statement.body);
            let theirs = idents(&format!("{theirs:?}"));
            for name in looked_up(&statement) {
                assert!(theirs.contains(&name.text), "{} in {source}", name.text);
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}

/// The names in the tree as it prints itself.
fn idents(tree: &str) -> HashSet<String> {
    let values = tree.split("Ident { value: \"").skip(1);
    let names = values.filter_map(|rest| rest.split_once("\", quote_style"));
    names.map(|(name, _)| name.replace("\\\"", "\"")).collect()
}

/// The names that a catalog is asked for.
fn looked_up(statement: &Statement) -> Vec<&Ident> {
    let mut names = Vec::new();
    for scope in &statement.scopes {
        let columns = scope.columns.iter().map(|column| &column.column);
        let outputs = scope.outputs.iter().filter_map(|output| match output {
            Output::Column { column, .. } => Some(column),
            _ => None,
        });
        for column in columns.chain(outputs) {
            names.extend(&column.qualifier);
            names.push(&column.name);
        }
        for source in &scope.sources {
            names.extend(&source.alias);
            if let NameSourceKind::Table(table) = &source.kind {
                names.push(&table.name);
            }
        }
    }
    names
}
