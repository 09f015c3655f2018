//! PostgreSQL's side.

use postgres::error::SqlState;
use postgres::{Client, NoTls, SimpleQueryMessage};
use servers::Database;

use crate::facts::{Facts, Title};

/// A database of a PostgreSQL server.
pub(crate) struct Server {
    client: Client,
    // Behind the client, which still uses it when it is dropped.
    _database: Database,
}

/// What refuses to run in a transaction, and what only the next transaction may use.
const ALONE: [SqlState; 2] = [
    SqlState::ACTIVE_SQL_TRANSACTION,
    SqlState::UNSAFE_NEW_ENUM_VALUE_USAGE,
];

impl Server {
    pub(crate) fn new(database: Database) -> Self {
        let client = Client::connect(&database.url(), NoTls).expect("the server is here");
        Self {
            client,
            _database: database,
        }
    }
}

impl crate::Server for Server {
    fn run(&mut self, script: &str, statements: &[&str]) -> Result<(), String> {
        let whole = self.client.batch_execute(script);
        let outcome = match whole {
            Err(error) if error.code().is_some_and(|code| ALONE.contains(code)) => {
                let _ = self.client.batch_execute("ROLLBACK");
                let mut statements = statements.iter();
                statements.try_for_each(|statement| self.client.batch_execute(statement))
            }
            whole => whole,
        };
        // The next one is a session of its own.
        for reset in ["ROLLBACK", "DISCARD ALL"] {
            let done = self.client.batch_execute(reset);
            done.expect("the connection still stands");
        }
        outcome.map_err(|error| {
            let refusal = error.as_db_error().map(ToString::to_string);
            refusal.unwrap_or_else(|| error.to_string())
        })
    }

    fn facts(&mut self) -> Facts {
        let mut facts = Facts::default();
        self.read(include_str!("postgres.sql"), &mut facts);
        facts
    }

    fn wording(&mut self) -> Facts {
        let mut facts = self.facts();
        self.read(include_str!("postgres_wording.sql"), &mut facts);
        facts
    }
}

impl Server {
    fn read(&mut self, queries: &str, facts: &mut Facts) {
        let rows = self.client.simple_query(queries);
        for message in rows.expect("our own SQL") {
            let SimpleQueryMessage::Row(row) = message else {
                continue;
            };
            let cell = |name: &str| row.get(name).unwrap_or_default();
            facts.add(
                Title::new(cell("kind"), cell("name")),
                cell("of_table"),
                Title::new(cell("part"), cell("part_name")),
                cell("detail").to_owned(),
            );
        }
    }
}
