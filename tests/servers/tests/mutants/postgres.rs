//! PostgreSQL's verdict, and ours.

use ::postgres::error::SqlState;
use ::postgres::{Client, NoTls};
use migratory_build::syntax::ir::Body;
use migratory_build::syntax::{postgres, split, tokenize};
use migratory_core::Dialect;
use servers::Database;

use crate::Verdict;

/// A session in a transaction that has failed: there the server parses a statement, and executes nothing.
pub(crate) struct Oracle {
    client: Client,
    _database: Database,
}

impl Oracle {
    pub(crate) fn new(database: Database) -> Self {
        let client = Client::connect(&database.url(), NoTls).expect("the server answers");
        let mut oracle = Self {
            client,
            _database: database,
        };
        oracle.fail();
        oracle
    }

    fn fail(&mut self) {
        self.client.batch_execute("BEGIN").expect("begins");
        let failure = self.client.batch_execute("SELECT 1/0");
        failure.expect_err("nothing is divided by nought");
    }

    /// What the server says of a text.
    pub(crate) fn ask(&mut self, text: &str) -> Verdict {
        let Err(error) = self.client.batch_execute(text) else {
            // It has ended the transaction.
            self.client.batch_execute("ROLLBACK").expect("rolls back");
            self.fail();
            return Verdict::Parses;
        };
        match error.code() {
            Some(&SqlState::SYNTAX_ERROR) => Verdict::Syntax,
            Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => Verdict::Parses,
            Some(_) => Verdict::Undecided,
            None => panic!("{error}: {text}"),
        }
    }
}

/// What we say of it.
pub(crate) fn gate(text: &str) -> Verdict {
    let tokens = tokenize(Dialect::Postgres, text);
    let split = split(Dialect::Postgres, text, &tokens);
    if !split.problems.is_empty() {
        return Verdict::Syntax;
    }
    let mut verdict = Verdict::Parses;
    for statement in split.statements {
        let tokens = &tokens[statement.tokens];
        match postgres::parse(text, statement.span, 1, tokens) {
            Err(_) => return Verdict::Syntax,
            Ok(statement) if matches!(statement.body, Body::Unknown { .. }) => {
                verdict = Verdict::Undecided;
            }
            Ok(_) => {}
        }
    }
    verdict
}
