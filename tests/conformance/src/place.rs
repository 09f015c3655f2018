use std::path::PathBuf;

use migratory::Dialect;
use servers::{Database, NotHere, Server};
use tempfile::TempDir;

/// One test's own database.
pub struct Place(Inner);

enum Inner {
    File(TempDir),
    Server(Database),
    /// Made by somebody else, who also takes it away.
    Lent(String),
}

impl Place {
    /// A new database: a file of SQLite's, or one on the server that the tests share.
    ///
    /// # Errors
    ///
    /// That the server's programs are not installed.
    ///
    /// # Panics
    ///
    /// If the server does not start or refuses.
    pub fn new(dialect: Dialect) -> Result<Self, NotHere> {
        let server = match dialect {
            Dialect::Postgres => servers::shared_postgres()?,
            Dialect::Mysql => servers::shared_mysql()?,
            _ => {
                let folder = tempfile::tempdir().expect("a folder for the database");
                return Ok(Self(Inner::File(folder)));
            }
        };
        Ok(Self::on(server))
    }

    /// A new database on a server of the test's own.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn on(server: &Server) -> Self {
        Self::of(server.database("conformance"))
    }

    /// A database that somebody made for the test.
    pub fn of(database: Database) -> Self {
        Self(Inner::Server(database))
    }

    /// The database that another process made, by its [`url`](Self::url).
    pub fn lent(url: String) -> Self {
        Self(Inner::Lent(url))
    }

    /// Where it is, for client libraries: SQLite's path, or a URL without a password.
    pub fn url(&self) -> String {
        match &self.0 {
            Inner::File(_) => self.path().display().to_string(),
            Inner::Server(database) => database.url(),
            Inner::Lent(url) => url.clone(),
        }
    }

    /// The same database by way of another port of this machine.
    ///
    /// # Panics
    ///
    /// If it is not on the test's own server.
    pub fn by_way_of(&self, port: u16) -> Self {
        let at = |port: u16| format!(":{port}/");
        Self::lent(self.url().replace(&at(self.database().port()), &at(port)))
    }

    /// The file, where it is one.
    ///
    /// # Panics
    ///
    /// If the database is on a server.
    pub fn path(&self) -> PathBuf {
        match &self.0 {
            Inner::File(folder) => folder.path().join("app.db"),
            Inner::Lent(path) => path.into(),
            Inner::Server(_) => panic!("the database is on a server"),
        }
    }

    /// The database, where it is on a server.
    ///
    /// # Panics
    ///
    /// If it is a file.
    pub fn database(&self) -> &Database {
        match &self.0 {
            Inner::File(_) | Inner::Lent(_) => {
                panic!("the database is not the test's own server's")
            }
            Inner::Server(database) => database,
        }
    }
}
