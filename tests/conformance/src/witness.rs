use migratory::Dialect;
use mysql::prelude::Queryable;

use crate::Place;

/// Somebody else's connection to the database of a test, who sees what is committed.
pub enum Witness {
    /// To a file.
    Sqlite(rusqlite::Connection),
    /// To PostgreSQL.
    Postgres(Box<postgres::Client>),
    /// To MariaDB.
    Mysql(Box<mysql::Conn>),
}

impl Witness {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If the database cannot be reached.
    pub fn new(dialect: Dialect, place: &Place) -> Self {
        match dialect {
            Dialect::Postgres => Self::Postgres(Box::new(
                postgres::Client::connect(&place.url(), postgres::NoTls).expect("a connection"),
            )),
            Dialect::Mysql => Self::Mysql(Box::new(
                mysql::Conn::new(mysql::Opts::from_url(&place.url()).expect("a URL"))
                    .expect("a connection"),
            )),
            _ => Self::Sqlite(rusqlite::Connection::open(place.path()).expect("a database")),
        }
    }

    /// The rows of a query, a line each; its values as text.
    ///
    /// # Errors
    ///
    /// The client's words.
    pub fn look(&mut self, sql: &str) -> Result<String, String> {
        let rows: Vec<Vec<Option<String>>> = match self {
            Self::Sqlite(connection) => of_sqlite(connection, sql).map_err(|it| it.to_string())?,
            Self::Postgres(client) => of_postgres(client, sql).map_err(|it| it.to_string())?,
            Self::Mysql(connection) => of_mysql(connection, sql).map_err(|it| it.to_string())?,
        };
        let shown = rows.into_iter().map(|row| {
            let values = row.into_iter().map(|it| it.unwrap_or("NULL".into()));
            values.collect::<Vec<_>>().join(", ")
        });
        Ok(shown.collect::<Vec<_>>().join("\n"))
    }
}

type Rows<E> = Result<Vec<Vec<Option<String>>>, E>;

fn of_sqlite(connection: &rusqlite::Connection, sql: &str) -> Rows<rusqlite::Error> {
    use rusqlite::types::ValueRef;
    let shown = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            Some(String::from_utf8_lossy(text).into_owned())
        }
    };
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|index| Ok(shown(row.get_ref(index)?)));
        read.push(values.collect::<rusqlite::Result<_>>()?);
    }
    Ok(read)
}

fn of_postgres(client: &mut postgres::Client, sql: &str) -> Rows<postgres::Error> {
    let messages = client.simple_query(sql)?;
    let rows = messages.iter().filter_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows
        .map(|row| {
            let values = (0..row.len()).map(|index| row.get(index).map(Into::into));
            values.collect()
        })
        .collect())
}

fn of_mysql(connection: &mut mysql::Conn, sql: &str) -> Rows<mysql::Error> {
    let rows: Vec<mysql::Row> = connection.query(sql)?;
    let shown = |value: mysql::Value| match value {
        mysql::Value::NULL => None,
        mysql::Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    };
    Ok(rows
        .into_iter()
        .map(|row| row.unwrap().into_iter().map(shown).collect())
        .collect())
}
