//! The side of MariaDB and MySQL.

use mysql::prelude::Queryable;
use servers::Database;

use crate::facts::{Facts, Title};

/// A database of a MariaDB or MySQL server.
pub(crate) struct Server {
    connection: mysql::Conn,
    // Behind the connection, which still uses it when it is dropped.
    database: Database,
}

/// Kind and name of an object, the table it belongs to, kind and name of the part, and how it is.
type Row = (String, String, String, String, String, String);

impl Server {
    pub(crate) fn new(database: Database) -> Self {
        let connection = mysql::Conn::new(database.url().as_str());
        Self {
            connection: connection.expect("the server is here"),
            database,
        }
    }
}

impl crate::Server for Server {
    fn run(&mut self, _script: &str, statements: &[&str]) -> Result<(), String> {
        let connection = &mut self.connection;
        let mut statements = statements.iter();
        statements
            .try_for_each(|statement| connection.query_drop(statement))
            // The next one is a session of its own.
            .and_then(|()| connection.reset())
            .and_then(|()| connection.query_drop(format!("USE `{}`", self.database.name())))
            .map_err(|error| error.to_string())
    }

    fn facts(&mut self) -> Facts {
        let mut facts = Facts::default();
        let checks = if servers::is_mysql() {
            include_str!("mysql_checks.sql")
        } else {
            include_str!("mariadb_checks.sql")
        };
        let queries = include_str!("mariadb.sql")
            .split(';')
            .chain(checks.split(';'));
        for query in queries.filter(|query| !query.trim().is_empty()) {
            let rows: Vec<Row> = self.connection.query(query).expect("our own SQL");
            for (kind, name, of_table, part, part_name, detail) in rows {
                let (object, part) = (Title::new(&kind, &name), Title::new(&part, &part_name));
                facts.add(object, &of_table, part, detail);
            }
        }
        facts
    }
}
