use migratory_core::Dialect;
use mysql::prelude::Queryable;
use postgres::SimpleQueryMessage;
use servers::Database;

/// A connection to a database of its own.
pub(crate) enum Target {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
    Mysql(Box<mysql::Conn>),
}

impl Target {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(rusqlite::Connection::open_in_memory().unwrap())
    }

    pub(crate) fn postgres(database: &Database) -> Self {
        let client = postgres::Client::connect(&database.url(), postgres::NoTls);
        Self::Postgres(Box::new(client.unwrap()))
    }

    pub(crate) fn mysql(database: &Database) -> Self {
        let connection = mysql::Conn::new(database.url().as_str());
        Self::Mysql(Box::new(connection.unwrap()))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::Mysql(_) => Dialect::Mysql,
        }
    }

    /// Runs one statement; `place` is where a failure is looked for.
    pub(crate) fn run(&mut self, sql: &str, place: &str) {
        let outcome = match self {
            Self::Sqlite(connection) => connection
                .execute_batch(sql)
                .map_err(|error| error.to_string()),
            Self::Postgres(client) => client.batch_execute(sql).map_err(|error| {
                let refusal = error.as_db_error().map(ToString::to_string);
                refusal.unwrap_or_else(|| error.to_string())
            }),
            Self::Mysql(connection) => connection
                .query_drop(sql)
                .map_err(|error| error.to_string()),
        };
        if let Err(problem) = outcome {
            panic!("{place}: {problem}\n{sql}");
        }
    }

    /// The values of a query's only column.
    pub(crate) fn column(&mut self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                let mut query = connection.prepare(sql).unwrap();
                let rows = query.query_map([], |row| row.get(0)).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres(client) => {
                let messages = client.simple_query(sql).unwrap();
                let values = messages.iter().filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => Some(row.get(0)?.to_owned()),
                    _ => None,
                });
                values.collect()
            }
            Self::Mysql(connection) => connection.query(sql).unwrap(),
        }
    }

    /// Everything that migrations made: tables, indexes, views, routines, triggers and types.
    pub(crate) fn objects(&mut self) -> Vec<String> {
        self.column(match self {
            Self::Sqlite(_) => "SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1",
            Self::Postgres(_) => {
                "SELECT concat(relkind, ' ', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
                 UNION ALL SELECT 'routine ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                 UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
                 UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
                 ORDER BY 1"
            }
            Self::Mysql(_) => {
                "SELECT concat(table_type, ' ', table_name) AS object FROM information_schema.tables WHERE table_schema = database()
                 UNION ALL SELECT concat('index ', table_name, '.', index_name) FROM information_schema.statistics WHERE table_schema = database()
                 UNION ALL SELECT concat('routine ', routine_name) FROM information_schema.routines WHERE routine_schema = database()
                 UNION ALL SELECT concat('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = database()
                 ORDER BY object"
            }
        })
    }

    /// `table.column` of every table and view.
    pub(crate) fn columns(&mut self) -> Vec<String> {
        let mut columns = self.column(match self {
            Self::Sqlite(_) => {
                "SELECT schema.name || '.' || info.name
                 FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS info
                 WHERE schema.type IN ('table', 'view')"
            }
            Self::Postgres(_) => {
                "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
            }
            Self::Mysql(_) => {
                "SELECT concat(table_name, '.', column_name) FROM information_schema.columns WHERE table_schema = database()"
            }
        });
        columns.sort();
        columns
    }
}
