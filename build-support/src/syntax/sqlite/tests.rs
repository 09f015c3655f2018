use std::path::{Path, PathBuf};

use migratory_core::Dialect;

use super::{SyntaxError, parse};
use crate::syntax::ir::{Body, Statement};
use crate::syntax::{split, tokenize};

/// Every statement of a file, parsed.
fn parse_file(text: &str) -> Vec<Result<Statement, SyntaxError>> {
    let tokens = tokenize(Dialect::Sqlite, text);
    let statements = split(Dialect::Sqlite, text, &tokens).statements;
    let parsed = statements.into_iter().map(|statement| {
        let line = u32::try_from(statement.line).unwrap();
        parse(text, statement.span, line, &tokens[statement.tokens])
    });
    parsed.collect()
}

/// The files of the real histories that SQLite accepts.
fn corpus() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sqlite");
    let Ok(histories) = std::fs::read_dir(&root) else {
        println!(
            "no real histories at {}: nothing was checked on them",
            root.display()
        );
        return Vec::new();
    };
    let mut files = Vec::new();
    for history in histories {
        let history = history.unwrap().path();
        let order = std::fs::read_to_string(history.join("order.tsv")).unwrap();
        for row in order.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            if cells[2] != "ok" {
                continue;
            }
            let path = history.join("files").join(cells[0]);
            let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
            files.push((path, text));
        }
    }
    files
}

#[test]
fn real_histories_are_read_to_the_last_statement() {
    for (path, text) in corpus() {
        for parsed in parse_file(&text) {
            let path = path.display();
            let statement = match parsed {
                Ok(statement) => statement,
                Err(error) => panic!("{path}: {error:?} at {:?}", error.span.line_column(&text)),
            };
            if let Body::Unknown { reason } = &statement.body {
                panic!("{path}:{}: {reason}", statement.line);
            }
        }
    }
}
